// Search values and keys of records that are there already: found by their mark, worked out by the caller, written page by page.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { columnList, columnsOf, recordFields } from '../write/record-rows.ts';
import type { matchColumn } from '../matching/column.ts';
import { quoted, type searchColumn } from './column.ts';

/** Values that records bring along, in one column, made by the method that has this mark. */
export interface MarkedColumn {
  readonly object: ObjectModel;
  readonly column: typeof searchColumn | typeof matchColumn;
  readonly mark: string;
}

/** The next records, deleted ones too, whose value lacks the mark, locked in the order of their ids. */
export function unmarkedStatement(
  target: ReadTarget,
  { object, column: name, mark }: MarkedColumn,
  after: string,
  limit: number,
): Statement {
  const column = ident('t', name);
  return toStatement(sql`
    select ${columnList(columnsOf(recordFields(object)), 't')} from ${ident(target.schema, object.table)} t
    where t.id > ${after}::uuid and (${column} is null or not ${column} @@ ${quoted(mark)}::tsquery)
    order by t.id limit ${limit} for no key update`);
}

/** Sets this value of records, and nothing else: neither version nor history, since nothing that anybody sees has changed. */
export function setSearchStatement(
  target: ReadTarget,
  { object, column }: MarkedColumn,
  values: readonly { readonly id: string; readonly vector: string }[],
): Statement {
  return toStatement(sql`
    update ${ident(target.schema, object.table)} t set ${ident(column)} = i.vector
    from json_to_recordset(${JSON.stringify(values)}::json) as i(id uuid, vector tsvector) where t.id = i.id`);
}
