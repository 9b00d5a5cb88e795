// Search values of records that are there already: found by their mark, worked out by the caller, written page by page.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { columnList, columnsOf, recordFields } from '../write/record-rows.ts';
import { quoted, searchColumn } from './column.ts';

/** The next records, deleted ones too, whose search value lacks the mark, locked in the order of their ids. */
export function unmarkedStatement(target: ReadTarget, object: ObjectModel, mark: string, after: string, limit: number): Statement {
  const column = ident('t', searchColumn);
  return toStatement(sql`
    select ${columnList(columnsOf(recordFields(object)), 't')} from ${ident(target.schema, object.table)} t
    where t.id > ${after}::uuid and (${column} is null or not ${column} @@ ${quoted(mark)}::tsquery)
    order by t.id limit ${limit} for no key update`);
}

/** Sets the search value of records, and nothing else: neither version nor history, since nothing that anybody sees has changed. */
export function setSearchStatement(
  target: ReadTarget,
  object: ObjectModel,
  values: readonly { readonly id: string; readonly vector: string }[],
): Statement {
  return toStatement(sql`
    update ${ident(target.schema, object.table)} t set ${ident(searchColumn)} = i.vector
    from json_to_recordset(${JSON.stringify(values)}::json) as i(id uuid, vector tsvector) where t.id = i.id`);
}
