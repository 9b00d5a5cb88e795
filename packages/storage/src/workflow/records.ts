// Records that something happens to by itself, in pages by id: those of an object, or those for which a rule holds.
import { bind, ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { startCompilation, tableSql } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { WriteTarget } from '../write/kept.ts';
import { columnList, columnsOf, recordFields } from '../write/record-rows.ts';

export interface RecordPage {
  /** The id that the page begins behind; null: at the first. */
  readonly after: string | null;
  readonly first: number;
}

const noId = '00000000-0000-0000-0000-000000000000';

/** The stored values of live records, locked in the order of their ids: nobody changes them meanwhile. */
export function recordPageStatement({ schema }: WriteTarget, object: ObjectModel, { after, first }: RecordPage): Statement {
  const columns = columnList(columnsOf(recordFields(object)), 't');
  return toStatement(sql`
    select ${columns} from ${ident(schema, object.table)} t
    where t.id > ${after ?? noId}::uuid and t.deleted_at is null order by t.id limit ${first} for no key update`);
}

/** Ids of those that are live, whoever holds them. */
export const liveAmongStatement = ({ schema }: WriteTarget, { table }: ObjectModel, ids: readonly string[]): Statement =>
  toStatement(sql`select t.id::text as id from ${ident(schema, table)} t where t.id = any(${ids}::uuid[]) and t.deleted_at is null`);

/** Ids of live records for which a rule holds (frame 0 is the record). */
export function chosenIdsStatement(
  target: WriteTarget,
  object: ObjectModel,
  where: Expression | undefined,
  { after, first }: RecordPage,
  slots: Readonly<Record<string, unknown>>,
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  const holds = where === undefined ? sql`true` : conditionSql(where, rowEnvironment(c, row));
  const statement = toStatement(sql`
    select ${ident(row, 'id')}::text as id from ${tableSql(c, object.name, row)}
    where ${ident(row, 'id')} > ${after ?? noId}::uuid and ${ident(row, 'deleted_at')} is null and ${holds}
    order by ${ident(row, 'id')} limit ${first}`);
  return bind(statement, slots);
}
