// Lookups of records in the bin, which no pipeline writes: they follow without a trace, so that whoever comes back finds its target.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ReadTarget } from '../query/compilation.ts';
import type { PointingColumn } from '../write/delete.ts';

/** Gives the `id` of those that pointed to `from`. Versions stay: nobody sees it. */
export function repointDeletedStatement(
  target: ReadTarget,
  { child, column }: PointingColumn,
  { from, to, ids }: { readonly from: string; readonly to: string | null; readonly ids?: readonly string[] },
): Statement {
  const by = ident(column.name);
  const only = ids === undefined ? sql`true` : sql`c.id = any(${ids}::uuid[])`;
  return toStatement(sql`
    update ${ident(target.schema, child.table)} c set ${by} = ${to}::uuid
    where c.${by} = ${from}::uuid and c.deleted_at is not null and ${only} returning c.id::text as id`);
}
