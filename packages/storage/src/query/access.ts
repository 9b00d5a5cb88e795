// What security places into rules, as SQL: whether the acting person has to do with a record.
import { ident, slot, sql, textLiteral, type Sql } from '@tessera/kernel';
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

/** Without coalesce, so that an index on the owner serves. */
function ownerSql(c: Compilation, object: string, alias: string, slotName: string): Sql {
  const [column] = fieldOf(c, object, 'owner').columns;
  if (column === undefined) throw new TypeError(`${object}.owner has no column.`);
  return sql`(${columnSql(alias, column.name)} = any(${slot(slotName)}::uuid[]))`;
}

function shareSql(c: Compilation, object: string, alias: string, { access, origin }: Share): Sql {
  const share = c.nextAlias();
  const of = (column: string): Sql => columnSql(share, column);
  const edit = access === 'edit' ? sql` and ${of('access')} = 'edit'` : sql``;
  const given = origin === undefined ? sql`` : sql` and ${of('origin')} = ${textLiteral(origin)}`;
  const alive = sql`(${of('expires_at')} is null or ${of('expires_at')} > ${slot(ruleSlots.now)}::timestamptz)`;
  return sql`exists (select from ${ident(c.schema, '_share')} ${ident(share)} where ${of('object')} = ${textLiteral(object)} and ${of('record_id')} = ${idSql(alias)} and ${of('subject')} = any(${slot(subjectsSlot)}::text[]) and ${alive}${edit}${given})`;
}

/** The bin does not matter: a detail is seen as its master is, deleted or not. */
function parentSql(c: Compilation, object: string, alias: string, { by, parent, where }: Parent, make: MakeEnvironment): Sql {
  const column = referenceColumn(fieldOf(c, object, by), parent);
  if (column === undefined) throw new TypeError(`${object}.${by} is no stored lookup.`);
  const master = c.nextAlias();
  const condition = conditionSql(where, make(c, { rows: [master] }));
  return sql`exists (select from ${tableSql(c, parent, master)} where ${idSql(master)} = ${columnSql(alias, column.name)} and ${condition})`;
}
