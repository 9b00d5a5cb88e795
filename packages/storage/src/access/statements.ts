// What a person may do with given records: the conditions of a policy, asked of the database.
import { bind, ident, join, keyword, slot, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, toSql, type Expression } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { allOf, idSql, liveSql } from '../query/columns.ts';
import { startCompilation, tableSql, type Compilation, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { WriteTarget } from '../write/kept.ts';
import { mustSql } from '../write/must.ts';
import { idCondition } from '../write/row-source.ts';

/** Which records of an object: every one, none, or those for which a condition holds (frame 0 is the record). */
export type RecordCondition = 'all' | 'none' | Expression;

/** True or false, never null. */
function answerSql(c: Compilation, condition: RecordCondition, row: string): Sql {
  if (condition === 'all') return sql`true`;
  return condition === 'none' ? sql`false` : toSql(condition, rowEnvironment(c, row));
}

/** What a person may do with records of an object, and by what these conditions are kept: an object that lives as long as they do. */
export interface RecordRights {
  readonly read: RecordCondition;
  readonly edit: RecordCondition;
  readonly about: object;
}

type Slots = Readonly<Record<string, unknown>>;

/**
 * Rows `id`, `readable`, `editable` for those of the ids that there are, in the bin or not. `editable` is what `edit` says, whether the
 * record is readable or not.
 */
export function accessStatement(
  target: WriteTarget,
  object: ObjectModel,
  ids: readonly string[],
  { read, edit, about }: RecordRights,
  slots: Slots,
): Statement {
  const wanted = idCondition(ids);
  const statement = target.kept.get(target, about, `access ${object.name} ${wanted.key}`, () => {
    const c = startCompilation(target);
    const row = c.nextAlias();
    return sql`
      select ${idSql(row)}, ${answerSql(c, read, row)} as readable, ${answerSql(c, edit, row)} as editable
      from ${tableSql(c, object.name, row)} where ${wanted.sql(idSql(row))}`;
  });
  return bind(statement, { ...slots, ...wanted.slots });
}

/** Fails (see `isUnmet`) unless all of the records are there, in the bin or not, and readable; and editable, where `edit` is asked for. */
export function mustAccessStatement(
  target: WriteTarget,
  object: ObjectModel,
  ids: readonly string[],
  { rights, edit }: { readonly rights: RecordRights; readonly edit: boolean },
  slots: Slots,
): Statement {
  const wanted = idCondition(ids);
  const statement = target.kept.get(target, rights.about, `must ${object.name} ${wanted.key} ${String(edit)}`, () => {
    const c = startCompilation(target);
    const row = c.nextAlias();
    const met = [wanted.sql(idSql(row)), answerSql(c, rights.read, row), ...(edit ? [answerSql(c, rights.edit, row)] : [])];
    const found = sql`(select count(*) from ${tableSql(c, object.name, row)} where ${allOf(met)})`;
    return sql`select ${mustSql(sql`${found} = ${slot('count')}::integer`, 'a record would be out of sight')}`;
  });
  return bind(statement, { ...slots, ...wanted.slots, count: ids.length });
}

/** Records of one object that somebody wants to point to. */
export interface WantedRecords {
  readonly object: ObjectModel;
  /** Each once. */
  readonly ids: readonly string[];
  /** Which of them are readable. */
  readonly where: RecordCondition;
}

/** The records wanted of each object that are live and readable: parts `select n, id`, and the slots of their ids. */
function readableParts(
  target: WriteTarget,
  wanted: readonly WantedRecords[],
): { readonly key: string; readonly sql: () => Sql; readonly slots: Slots } {
  const asked = wanted.map(({ ids }, n) => idCondition(ids, `ids${String(n)}`));
  const key = wanted.map(({ object }, n) => `${object.name} ${asked[n]?.key ?? ''}`).join(' ');
  const build = (): Sql => {
    const c = startCompilation(target);
    const parts = wanted.flatMap(({ object, ids, where }, n) => {
      const condition = asked[n];
      if (where === 'none' || ids.length === 0 || condition === undefined) return [];
      const row = c.nextAlias();
      const met = [condition.sql(idSql(row)), liveSql(row)];
      if (where !== 'all') met.push(conditionSql(where, rowEnvironment(c, row)));
      return [sql`select ${keyword(String(n))} as n, ${idSql(row)} from ${tableSql(c, object.name, row)} where ${allOf(met)}`];
    });
    return parts.length === 0 ? sql`select 0 as n, null::uuid as id where false` : join(parts, ' union all ');
  };
  return { key, sql: build, slots: Object.assign({}, ...asked.map(({ slots }) => slots)) as Slots };
}

/**
 * Rows `n` (the place in `wanted`) and `id` of those that are live and readable, of all objects in one statement.
 * @param about by what the conditions are kept
 */
export function readableStatement(target: WriteTarget, wanted: readonly WantedRecords[], about: object, slots: Slots): Statement {
  const parts = readableParts(target, wanted);
  return bind(target.kept.get(target, about, `readable ${parts.key}`, parts.sql), { ...slots, ...parts.slots });
}

/** Fails (see `isUnmet`) unless all of them are live and readable. */
export function mustReadStatement(target: WriteTarget, wanted: readonly WantedRecords[], about: object, slots: Slots): Statement {
  const parts = readableParts(target, wanted);
  const statement = target.kept.get(target, about, `must read ${parts.key}`, () => {
    const found = sql`(select count(*) from (${parts.sql()}) f)`;
    return sql`select ${mustSql(sql`${found} = ${slot('count')}::integer`, 'a record is not there to point to')}`;
  });
  return bind(statement, { ...slots, ...parts.slots, count: wanted.reduce((sum, { ids }) => sum + ids.length, 0) });
}

/**
 * For the explanation of an access: one row with a boolean for each condition, in order, as `c0`, `c1` …; undefined stands for every
 * record. No row where there is no such record, in the bin or not. The conditions' slots are still to be bound.
 */
export function layersStatement(
  target: ReadTarget,
  object: ObjectModel,
  id: string,
  conditions: readonly (Expression | undefined)[],
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  const columns = conditions.map((condition, n) => sql`${answerSql(c, condition ?? 'all', row)} as ${ident(`c${String(n)}`)}`);
  return toStatement(sql`select ${join(columns)} from ${tableSql(c, object.name, row)} where ${idSql(row)} = ${id}::uuid`);
}

/**
 * How many live records a change of permissions gives and takes: one row `gained`, `lost` (bigints as text). Undefined stands for every
 * record. The conditions' slots are still to be bound.
 */
export function differenceStatement(
  target: ReadTarget,
  object: string,
  { before, after }: { readonly before: Expression | undefined; readonly after: Expression | undefined },
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  const [was, will] = [answerSql(c, before ?? 'all', row), answerSql(c, after ?? 'all', row)];
  return toStatement(sql`
    select count(*) filter (where ${will} and not ${was})::text as gained, count(*) filter (where ${was} and not ${will})::text as lost
    from ${tableSql(c, object, row)} where ${liveSql(row)}`);
}

/** How many live, active people have one of the roles. */
export async function countPeople(queryable: Queryable, target: ReadTarget, roles: readonly string[]): Promise<number> {
  const row = 'u';
  const { rows } = await queryable.query(
    toStatement(sql`
      select count(*)::text as n from ${tableSql(startCompilation(target), 'user', row)}
      where ${liveSql(row)} and ${ident(row, 'active')} and ${ident(row, 'roles')} && ${roles}::text[]`),
  );
  return Number(rows[0]?.['n']);
}

/** Live people who may sign in, in the order of their emails: `id`, `email`. */
export function activePeopleStatement(target: ReadTarget): Statement {
  const row = 'u';
  return toStatement(sql`
    select ${idSql(row)}, ${ident(row, 'email')} from ${tableSql(startCompilation(target), 'user', row)}
    where ${liveSql(row)} and ${ident(row, 'active')} order by ${ident(row, 'email')}`);
}
