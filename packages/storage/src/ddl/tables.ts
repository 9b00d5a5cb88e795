// What PostgreSQL is to hold for a Model: tables, columns, indexes and constraints as values, derived in this one place.
import { fail, sql, type Sql } from '@tessera/kernel';
import { snakeCase, type Column, type ColumnType, type FieldModel, type KeyModel, type Model, type ObjectModel } from '@tessera/metadata';
import { columnLiteral, isVariableLength, typeText } from './column-types.ts';
import { expressionFields } from './expression-fields.ts';
import { keyCondition } from './key-condition.ts';
import { attachedName, shortHash } from './names.ts';
import { hasMatchKeys, matchColumn } from '../matching/column.ts';
import { searchColumn, searchFields } from '../search/column.ts';

export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  /** As PostgreSQL's format_type gives it. */
  readonly typeText: string;
  readonly notNull: boolean;
  /** As pg_get_expr gives it. */
  readonly default: string | undefined;
  /** undefined: a column of the engine's own that no field shows. */
  readonly field: string | undefined;
  /** What rows that are there already get when the column is added. */
  readonly fill: Sql | undefined;
}

export interface IndexSpec {
  readonly name: string;
  readonly unique: boolean;
  /** Each part is a column, or several of which at most one is set (a polymorphic lookup). */
  readonly parts: readonly (readonly string[])[];
  readonly where: Sql | undefined;
  /** Tells predicates apart without comparing SQL. */
  readonly whereHash: string;
  /** Fields that the predicate reads. */
  readonly whereFields: readonly string[];
  readonly primary: boolean;
  /** Set: an inverted index, for a column of words. Writes gather for it, or it has each at once: what is gathered is read through by every search. */
  readonly inverted?: 'gathered' | 'at once';
  /** What it is for, in a sentence's middle: `key externalNumber`. */
  readonly subject: string;
  /** The field, if it serves just one. */
  readonly field: string | undefined;
}

export interface ForeignKeySpec {
  readonly name: string;
  readonly column: string;
  readonly field: string | undefined;
  /** The target object's table. */
  readonly target: string;
}

export interface CheckSpec {
  readonly name: string;
  /** `num_nonnulls(columns) <= 1`, or `= 1`. */
  readonly kind: 'max1' | 'one';
  readonly columns: readonly string[];
  readonly field: string;
}

/** A table as it should be. */
export interface TableSpec {
  readonly object: string;
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  readonly indexes: readonly IndexSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly checks: readonly CheckSpec[];
}

/** Columns of varying length that fit a row even when all are filled. */
const mostVariableColumns = 330;

// People's ids on every record: two of them decide access and are searched by, the others are only shown.
const unindexedSystemFields: ReadonlySet<string> = new Set(['createdBy', 'updatedBy', 'lockedBy']);

/** Fields of an object that have columns: active ones and those switched off. */
export function fieldsWithColumns(object: ObjectModel): readonly FieldModel[] {
  return [...Object.values(object.fields), ...Object.values(object.dormantFields)].filter((field) => field.columns.length > 0);
}

/**
 * All tables of a Model in the order of its objects.
 * @throws MODEL_TOO_MANY_COLUMNS where an object has more columns of varying length than a row holds
 */
export function tableSpecs(model: Model): readonly TableSpec[] {
  return Object.values(model.objects).map((object) => tableSpec(model, object));
}

export function tableSpec(model: Model, object: ObjectModel): TableSpec {
  const fields = fieldsWithColumns(object);
  const system = fields.filter((field) => field.system);
  const own = fields.filter((field) => !field.system);
  const columns = [
    ...system.flatMap((field) => columnSpecs(object, field)),
    deletionId,
    ...(searchFields(object).length > 0 ? [wordColumn(searchColumn)] : []),
    ...(hasMatchKeys(model, object.name) ? [wordColumn(matchColumn)] : []),
    ...own.flatMap((field) => columnSpecs(object, field)),
  ];
  const count = columns.filter((column) => isVariableLength(column.typeText)).length;
  if (count > mostVariableColumns) throw fail('MODEL_TOO_MANY_COLUMNS', { object: object.name, count, limit: mostVariableColumns });
  // The visible list of what brings indexes.
  const indexes = [
    primaryKey(object),
    ...fields.flatMap((field) => fieldIndexes(object, field)),
    ...Object.values(object.keys).map((key) => keyIndex(object, key)),
    ...(searchFields(object).length > 0 ? [wordIndex(object, searchColumn, 'the search', 'gathered')] : []),
    ...(hasMatchKeys(model, object.name) ? [wordIndex(object, matchColumn, 'matching rules', 'at once')] : []),
  ];
  return {
    object: object.name,
    name: object.table,
    columns,
    indexes,
    foreignKeys: fields.flatMap((field) => foreignKeys(model, object, field)),
    checks: fields.flatMap((field) => polymorphicChecks(object, field)),
  };
}

/** Marks the rows that went in one deletion, so that a restore brings back just those. */
const deletionId: ColumnSpec = {
  name: 'deletion_id',
  type: { kind: 'uuid' },
  typeText: 'uuid',
  notNull: false,
  default: undefined,
  field: undefined,
  fill: undefined,
};

/** Words or keys that the record is found by. */
const wordColumn = (name: string): ColumnSpec => ({
  name,
  // No field has a type like it: this one only has to be equal to itself.
  type: { kind: 'textList' },
  typeText: 'tsvector',
  notNull: false,
  default: undefined,
  field: undefined,
  fill: undefined,
});

function columnSpecs(object: ObjectModel, field: FieldModel): readonly ColumnSpec[] {
  return field.columns.map((column) => {
    const notNull = isNotNull(object, field, column);
    return {
      name: column.name,
      type: column.type,
      typeText: typeText(column.type),
      notNull,
      default: columnDefault(field, column),
      field: field.name,
      fill: notNull ? fillOf(field, column) : undefined,
    };
  });
}

function isNotNull(object: ObjectModel, field: FieldModel, column: Column): boolean {
  if (field.system && ['id', 'version', 'lifeStatus'].includes(field.name)) return true;
  if (column.type.kind === 'boolean') return true;
  // Nobody can fill a field that is switched off; of several columns the engine knows which must be there.
  if (object.fields[field.name] === undefined || field.columns.length > 1) return false;
  return field.required === true || field.type === 'masterDetail';
}

function columnDefault(field: FieldModel, column: Column): string | undefined {
  if (field.system && field.name === 'version') return '1';
  if (field.system && field.name === 'lifeStatus') return `'normal'::text`;
  return column.type.kind === 'boolean' ? 'false' : undefined;
}

function fillOf(field: FieldModel, column: Column): Sql | undefined {
  if (field.columns.length > 1 || field.default?.node !== 'literal') return undefined;
  return columnLiteral(column.type, field.default.value);
}

/** Deleted rows keep their values but block nobody. */
const live = sql`deleted_at is null`;

function primaryKey(object: ObjectModel): IndexSpec {
  // Ids are UUIDv7, so this index is also the default order of lists (by time of creation); no other order has an index unasked.
  const name = attachedName(object.table, 'id', 'pk');
  return {
    name,
    unique: true,
    parts: [['id']],
    where: undefined,
    whereHash: '',
    whereFields: [],
    primary: true,
    subject: 'the id',
    field: 'id',
  };
}

function fieldIndexes(object: ObjectModel, field: FieldModel): readonly IndexSpec[] {
  const names = field.columns.map((column) => column.name);
  const first = names[0];
  if (first === undefined || (field.system && field.name === 'id')) return [];
  const base = { whereHash: 'live', where: live, whereFields: [], primary: false, subject: `field ${field.name}`, field: field.name };
  const found: IndexSpec[] = [];
  const unique = field.unique || field.type === 'autoNumber';
  if (unique) {
    const parts = field.lookup === undefined ? names.map((name) => [name]) : [names];
    found.push({ ...base, name: attachedName(object.table, first, 'unique'), unique: true, parts });
  }
  const single = ({ name, type }: Column): IndexSpec => ({
    ...base,
    name: attachedName(object.table, name, 'index'),
    unique: false,
    // Lists end their order with the id: with it a page reads its own rows and no more. Texts are sorted by rules that the index does not have.
    parts: type.kind === 'text' ? [[name]] : [[name], ['id']],
  });
  for (const column of field.columns) {
    const reference = column.references !== undefined && !(field.system && unindexedSystemFields.has(field.name));
    if (!(reference || field.indexed) || (unique && names.length === 1) || column.type.kind === 'json') continue;
    found.push(single(column));
  }
  return found;
}

function keyIndex(object: ObjectModel, key: KeyModel): IndexSpec {
  const parts = key.fields.flatMap((name) => {
    const field = object.fields[name] ?? object.dormantFields[name];
    const names = (field?.columns ?? []).map((column) => column.name);
    return field?.lookup === undefined ? names.map((column) => [column]) : [names];
  });
  const hash = key.where === undefined ? undefined : shortHash(JSON.stringify(key.where));
  return {
    name: attachedName(object.table, snakeCase(key.name), 'key', hash),
    unique: key.unique,
    parts,
    where: key.where === undefined ? live : sql`${live} and (${keyCondition(object, key.where)})`,
    whereHash: hash ?? 'live',
    whereFields: key.where === undefined ? [] : expressionFields(key.where),
    primary: false,
    subject: `key ${key.name}`,
    field: undefined,
  };
}

function wordIndex(object: ObjectModel, column: string, subject: string, inverted: NonNullable<IndexSpec['inverted']>): IndexSpec {
  return {
    name: attachedName(object.table, column, 'index'),
    unique: false,
    parts: [[column]],
    where: live,
    whereHash: 'live',
    whereFields: [],
    primary: false,
    inverted,
    subject,
    field: undefined,
  };
}

function foreignKeys(model: Model, object: ObjectModel, field: FieldModel): readonly ForeignKeySpec[] {
  return field.columns.flatMap((column) => {
    const target = column.references === undefined ? undefined : model.objects[column.references]?.table;
    if (target === undefined) return [];
    return [{ name: attachedName(object.table, column.name, 'fk'), column: column.name, field: field.name, target }];
  });
}

function polymorphicChecks(object: ObjectModel, field: FieldModel): readonly CheckSpec[] {
  const columns = field.columns.filter((column) => column.references !== undefined).map((column) => column.name);
  if (columns.length < 2) return [];
  const kind = field.required === true && object.fields[field.name] !== undefined ? 'one' : 'max1';
  return [{ name: attachedName(object.table, snakeCase(field.name), kind), kind, columns, field: field.name }];
}
