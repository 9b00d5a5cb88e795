// Migrations as expressions over rows: what of a table each of them changes, and to what.
import { fail, ident, keyword, sql, type Sql } from '@tessera/kernel';
import type { FieldModel, MigrationModel, Model, ObjectModel } from '@tessera/metadata';
import { sqlType, type Expression } from '@tessera/rules';
import { expressionSql } from '../query/environment.ts';
import type { ReadTarget } from '../query/compilation.ts';
import { castBetween } from './casts.ts';
import type { Changes, TableChange } from './change.ts';
import { FutureTables } from './future.ts';
import { movedValue } from './option-words.ts';
import { asStored, beforeColumn, bound, columnOf, stepColumn, stepRow, type RowStep } from './row-steps.ts';
import type { ColumnSpec } from './tables.ts';

/** What a migration does to one object. */
export interface MigratedPart {
  readonly migration: MigrationModel;
  readonly change: TableChange;
  readonly step: RowStep;
  /** How many steps of the object come before it. */
  readonly level: number;
}

export interface Migrating {
  readonly parts: readonly MigratedPart[];
  /** With those that come first. */
  readonly steps: readonly RowStep[];
  /** Columns beside those of the tables by object, those of former fields among them, as expressions over the row before. */
  readonly extras: Extras;
}

type Stored = Pick<ColumnSpec, 'name' | 'type' | 'typeText'>;

const formerColumn = ({ columns, ruleType }: FieldModel): Stored => {
  const [column] = columns;
  if (column === undefined) throw new TypeError('A former field has a column.');
  return { ...column, typeText: sqlType(ruleType) };
};

/** A former value as migrations read it; the place is told where the tenant's field is of another type. */
function formerValue({ migration, name, field, column, old }: FormerRead, timeZone: string): Sql {
  const [stored] = old.columns;
  const refuse = (): never => {
    const found = stored === undefined ? 'worked out' : `a ${old.type}`;
    const { pack, object } = migration;
    throw fail('MIGRATION_FIELD_UNFIT', { pack, migration: migration.name, field: `${object}.${old.name}`, name, found, type: field.type });
  };
  if (stored === undefined || old.columns.length > 1 || old.type === 'secret') return refuse();
  const value = ident(stored.name);
  if (stored.type.kind === column.type.kind) return value;
  if (stored.type.kind === 'integer' && column.type.kind === 'numeric') return sql`${value}::numeric`;
  const cast = castBetween(stored.type, column.type, timeZone);
  if (cast?.how !== 'convert') return refuse();
  const refused = cast.refused === undefined ? sql`false` : cast.refused(value);
  return sql`case when ${value} is null or ${refused} then null else ${cast.value(value)} end`;
}

interface FormerRead {
  readonly migration: MigrationModel;
  readonly name: string;
  readonly field: FieldModel;
  readonly column: Stored;
  readonly old: FieldModel;
}

type Extras = Map<string, Map<string, Sql>>;

function addFormerColumns(former: Extras, changes: Changes, migrations: readonly MigrationModel[]): void {
  for (const migration of migrations) {
    const before = changes.match.objects.get(migration.object)?.before;
    const columns = former.get(migration.object) ?? new Map<string, Sql>();
    for (const [name, { names, field }] of Object.entries(migration.former)) {
      const column = formerColumn(field);
      const old = names.map((each) => before?.fields[each] ?? before?.dormantFields[each]).find((found) => found !== undefined);
      const nothing = sql`null::${keyword(column.typeText)}`;
      const value = old === undefined ? nothing : formerValue({ migration, name, field, column, old }, changes.to.settings.timeZone);
      // What several migrations read is one column: one may fill it for the next.
      if (old !== undefined || !columns.has(column.name)) columns.set(column.name, value);
    }
    if (columns.size > 0) former.set(migration.object, columns);
  }
}

/** The Model with fields that are switched off, whose columns stay, and with the former ones of a migration. */
function withFormer(model: Model, migration: MigrationModel): Model {
  const former = Object.fromEntries(Object.entries(migration.former).map(([name, { field }]) => [name, field]));
  const whole = (object: ObjectModel): ObjectModel => {
    const own = object.name === migration.object ? former : {};
    return { ...object, fields: { ...object.dormantFields, ...object.fields, ...own } };
  };
  return { ...model, objects: Object.fromEntries(Object.entries(model.objects).map(([name, object]) => [name, whole(object)])) };
}

/** One migration while it becomes expressions. */
class Compiling {
  readonly #changes: Changes;
  readonly #migration: MigrationModel;
  readonly #before: FutureTables;
  readonly #target: ReadTarget;
  readonly #steps = new Map<string, { values: Map<string, Sql>; mends: Map<string, Sql>; joins: Sql[] }>();

  constructor(changes: Changes, migration: MigrationModel, before: FutureTables) {
    this.#changes = changes;
    this.#migration = migration;
    this.#before = before;
    const { schema } = changes.target;
    this.#target = { model: withFormer(changes.to, migration), schema, rowsOf: (object) => before.inPlace(object) };
  }

  change(object: string): TableChange | undefined {
    return this.#changes.tables.find((change) => change.object.name === object);
  }

  #step(object: string): { values: Map<string, Sql>; mends: Map<string, Sql>; joins: Sql[] } {
    const step = this.#steps.get(object) ?? { values: new Map<string, Sql>(), mends: new Map<string, Sql>(), joins: [] };
    this.#steps.set(object, step);
    return step;
  }

  #sql(expression: Expression): Sql {
    const { now } = this.#changes.target;
    const zone = this.#changes.to.settings.timeZone;
    return bound(expressionSql(this.#target, expression, { rows: [stepRow] }), { now, zone, user: null, roles: [] });
  }

  get #where(): Sql | undefined {
    return this.#migration.where === undefined ? undefined : this.#sql(this.#migration.where);
  }

  #column(object: string, name: string): Stored {
    const former = object === this.#migration.object ? this.#migration.former[name]?.field : undefined;
    if (former !== undefined) return formerColumn(former);
    const change = this.change(object);
    const field = change?.object.fields[name] ?? change?.object.dormantFields[name];
    const column = change && columnOf(change, field?.columns[0]?.name ?? '')?.column;
    if (column === undefined) throw new TypeError(`${object}.${name} has no column.`);
    return column;
  }

  #given(value: Sql, column: Sql, where: Sql | undefined): Sql {
    return where === undefined ? value : sql`case when ${where} then ${value} else ${column} end`;
  }

  #put(object: string, column: Stored, value: Sql, where: Sql | undefined): void {
    const step = this.#step(object);
    step.values.set(column.name, this.#given(asStored(value, column), stepColumn(column.name), where));
    step.mends.set(column.name, where ?? sql`true`);
  }

  /** The present keys by the former ones, of records in the bin only where no other has had it. */
  #follow(change: TableChange, key: Stored, value: Sql, followers: readonly { readonly object: string; readonly field: string }[]): void {
    const old = stepColumn(key.name);
    const now = this.#given(asStored(value, key), old, this.#where);
    const rows = sql`select ${old} as old, ${now} as new, ${stepColumn('deleted_at')} as gone, ${stepColumn('id')} as id from ${this.#before.rows(change)} as ${ident(stepRow)}`;
    for (const { object, field } of followers) {
      const column = this.#column(object, field);
      const step = this.#step(object);
      const alias = `k${String(step.joins.length)}`;
      const keys = sql`select distinct on (s.old) s.old, s.new from (${rows}) as s where s.old is not null order by s.old, s.gone nulls first, s.id`;
      step.joins.push(sql`left join (${keys}) as ${ident(alias)} on ${ident(alias, 'old')} = ${stepColumn(column.name)}`);
      const value = sql`case when ${ident(alias, 'old')} is null then ${stepColumn(column.name)} else ${ident(alias, 'new')} end`;
      step.values.set(column.name, value);
    }
  }

  steps(): readonly RowStep[] {
    const { object, set, options, reKey } = this.#migration;
    const change = this.change(object);
    // What is new with this version has no records.
    if (change === undefined || change.kind === 'create') return [];
    const where = this.#where;
    for (const [name, value] of Object.entries(set)) this.#put(object, this.#column(object, name), this.#sql(value), where);
    for (const [name, map] of Object.entries(options)) {
      const column = this.#column(object, name);
      const held = stepColumn(column.name);
      const value = movedValue(held, column.type, new Map(Object.entries(map)));
      this.#step(object).values.set(column.name, this.#given(value, held, where));
    }
    for (const [name, { value, follow }] of Object.entries(reKey)) {
      const column = this.#column(object, name);
      this.#put(object, column, this.#sql(value), where);
      this.#follow(change, column, this.#sql(value), follow);
    }
    return [...this.#steps].map(([of, step]) => ({ object: of, ...step }));
  }
}

/** The step, which leaves beside its new values those of before. */
function withBefore({ object, columns }: TableChange, step: RowStep, level: number, extras: Extras): RowStep {
  const own = extras.get(object.name) ?? new Map<string, Sql>();
  extras.set(object.name, own);
  const values = new Map(step.values);
  for (const { column } of columns.filter((each) => step.values.has(each.column.name))) {
    const name = beforeColumn(level, column.name);
    own.set(name, sql`null::${keyword(column.typeText)}`);
    values.set(name, stepColumn(column.name));
  }
  return { ...step, values };
}

/**
 * Migrations one after the other, each over what those before it leave.
 * @param before steps that come first
 * @param extras what those need beside the tables' columns
 */
export function compileMigrations(
  changes: Changes,
  migrations: readonly MigrationModel[],
  before: readonly RowStep[],
  extras: Extras,
): Migrating {
  const { schema } = changes.target;
  addFormerColumns(extras, changes, migrations);
  const steps = [...before];
  const parts: MigratedPart[] = [];
  for (const migration of migrations) {
    const compiling = new Compiling(changes, migration, new FutureTables(schema, changes.tables, steps, extras));
    for (const own of compiling.steps()) {
      const change = compiling.change(own.object);
      if (change === undefined || change.kind === 'create') continue;
      const level = steps.filter(({ object }) => object === own.object).length;
      const step = withBefore(change, own, level, extras);
      parts.push({ migration, change, step, level });
      steps.push(step);
    }
  }
  return { parts, steps, extras };
}
