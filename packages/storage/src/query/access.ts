// What security places into rules, as SQL: whether the acting person has to do with a record.
import { ident, keyword, slot, sql, textLiteral, type Sql } from '@tessera/kernel';
import { conditionSql, ruleSlots, type AccessExpression, type AccessTest, type SqlEnvironment } from '@tessera/rules';
import { columnSql, idSql, referenceColumn } from './columns.ts';
import { fieldOf, tableSql, type Compilation } from './compilation.ts';
import type { Frames } from './frames.ts';

/** The slot with the subjects that a person is: texts as `_share` has them. */
export const subjectsSlot = 'subjects';

type MakeEnvironment = (c: Compilation, frames: Frames) => SqlEnvironment;
type Share = Extract<AccessTest, { kind: 'share' }>;
type Parent = Extract<AccessTest, { kind: 'parent' }>;

/** One test as a condition; null, which only the owner's can be, stands for false. `make` gives the environment of a master. */
export function accessSql(c: Compilation, frames: Frames, { root, object, test }: AccessExpression, make: MakeEnvironment): Sql {
  const alias = frames.rows[root];
  if (alias === undefined) throw new TypeError(`There is no row for ${String(root)} in this statement.`);
  switch (test.kind) {
    case 'owner':
      return ownerSql(c, object, alias, test.slot);
    case 'share':
      return shareSql(c, object, alias, test);
    case 'parent':
      return parentSql(c, object, alias, test, make);
  }
}

/**
 * So many owners are written into the plan: PostgreSQL then knows how many records are theirs, and an index on the owner serves. It looks
 * each one up in its statistics, which with a thousand takes longer than the query; more are hashed, and taken to have many records.
 * Parameters are known when a statement is planned, so the `case` is gone before anything is planned for it.
 */
const mostPlanned = 25;

const fewSql = (slotName: string): Sql => sql`cardinality(${slot(slotName)}::uuid[]) <= ${keyword(String(mostPlanned))}`;

/** Without coalesce, so that an index on the owner serves. */
function ownerSql(c: Compilation, object: string, alias: string, slotName: string): Sql {
  const [column] = fieldOf(c, object, 'owner').columns;
  if (column === undefined) throw new TypeError(`${object}.owner has no column.`);
  const [owner, owners] = [columnSql(alias, column.name), sql`${slot(slotName)}::uuid[]`];
  return sql`(case when ${fewSql(slotName)} then ${owner} = any(${owners}) else ${owner} in (select unnest(${owners})) end)`;
}

/**
 * Whether there is a share: PostgreSQL looks for each record's, or hashes all that the person has. Somebody who sees little but shares would
 * have it read the whole table either way: there the shares' records are an array, for which the index on ids serves beside that on the owner.
 */
function shareSql(c: Compilation, object: string, alias: string, { access, origin, beside }: Share): Sql {
  const share = c.nextAlias();
  const of = (column: string): Sql => columnSql(share, column);
  const edit = access === 'edit' ? sql` and ${of('access')} = 'edit'` : sql``;
  const given = origin === undefined ? sql`` : sql` and ${of('origin')} = ${textLiteral(origin)}`;
  const alive = sql`(${of('expires_at')} is null or ${of('expires_at')} > ${slot(ruleSlots.now)}::timestamptz)`;
  const shares = sql`from ${ident(c.schema, '_share')} ${ident(share)} where ${of('object')} = ${textLiteral(object)}`;
  const mine = sql`${of('subject')} = any(${slot(subjectsSlot)}::text[]) and ${alive}${edit}${given}`;
  const exists = sql`exists (select ${shares} and ${of('record_id')} = ${idSql(alias)} and ${mine})`;
  if (beside === undefined) return exists;
  return sql`(case when ${fewSql(beside)} then ${idSql(alias)} = any(array(select ${of('record_id')} ${shares} and ${mine})) else ${exists} end)`;
}

/** The bin does not matter: a detail is seen as its master is, deleted or not. */
function parentSql(c: Compilation, object: string, alias: string, { by, parent, where }: Parent, make: MakeEnvironment): Sql {
  const column = referenceColumn(fieldOf(c, object, by), parent);
  if (column === undefined) throw new TypeError(`${object}.${by} is no stored lookup.`);
  const master = c.nextAlias();
  const condition = conditionSql(where, make(c, { rows: [master] }));
  return sql`exists (select from ${tableSql(c, parent, master)} where ${idSql(master)} = ${columnSql(alias, column.name)} and ${condition})`;
}
