// What a person may do with given records: the conditions of a policy, asked of the database.
import { ident, join, keyword, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, toSql, type Expression } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { allOf, idSql, liveSql } from '../query/columns.ts';
import { startCompilation, tableSql, type Compilation, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';

/** Which records of an object: every one, none, or those for which a condition holds (frame 0 is the record). */
export type RecordCondition = 'all' | 'none' | Expression;

/** True or false, never null. */
function answerSql(c: Compilation, condition: RecordCondition, row: string): Sql {
  if (condition === 'all') return sql`true`;
  return condition === 'none' ? sql`false` : toSql(condition, rowEnvironment(c, row));
}

/**
 * Rows `id`, `readable`, `editable` for those of the ids that there are, in the bin or not. `editable` is what `edit` says, whether the
 * record is readable or not. The conditions' slots are still to be bound.
 */
export function accessStatement(
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
  { read, edit }: { readonly read: RecordCondition; readonly edit: RecordCondition },
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  return toStatement(sql`
    select ${idSql(row)}, ${answerSql(c, read, row)} as readable, ${answerSql(c, edit, row)} as editable
    from ${tableSql(c, object.name, row)} where ${idSql(row)} = any(${ids}::uuid[])`);
}

/** Records of one object that somebody wants to point to. */
export interface WantedRecords {
  readonly object: ObjectModel;
  readonly ids: readonly string[];
  /** Which of them are readable. */
  readonly where: RecordCondition;
}

/**
 * Rows `n` (the place in `wanted`) and `id` of those that are live and readable, of all objects in one statement. The conditions' slots
 * are still to be bound.
 */
export function readableStatement(target: ReadTarget, wanted: readonly WantedRecords[]): Statement {
  const c = startCompilation(target);
  const parts = wanted.flatMap(({ object, ids, where }, n) => {
    if (where === 'none' || ids.length === 0) return [];
    const row = c.nextAlias();
    const met = [sql`${idSql(row)} = any(${ids}::uuid[])`, liveSql(row)];
    if (where !== 'all') met.push(conditionSql(where, rowEnvironment(c, row)));
    return [sql`select ${keyword(String(n))} as n, ${idSql(row)} from ${tableSql(c, object.name, row)} where ${allOf(met)}`];
  });
  return toStatement(parts.length === 0 ? sql`select 0 as n, null::uuid as id where false` : join(parts, ' union all '));
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
