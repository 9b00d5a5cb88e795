// What was set aside longer ago than the retention time goes for good.
import type { Sql } from '@tessera/kernel';
import { asideNumber } from './names.ts';
import type { PhysicalState } from './physical.ts';
import { action, alterTable, dropTable } from './statements.ts';

/** One table or column to be dropped. */
export interface Purge {
  readonly table: string;
  /** undefined: the whole table. */
  readonly column: string | undefined;
  readonly statement: Sql;
}

/**
 * What is to be dropped, one statement each, for `cell.administer`. Only what bears a note of its time (`DdlTarget.now`) is found.
 * @param before RFC 3339 in UTC: what was set aside at this time or later stays
 */
export function planPurge(existing: PhysicalState, schema: string, before: string): readonly Purge[] {
  const due = (name: string, note: string | undefined): boolean =>
    asideNumber(name) !== undefined && Date.parse(timeOf(note)) < Date.parse(before);
  return Object.values(existing.tables).flatMap((table): readonly Purge[] => {
    if (due(table.name, table.comment)) return [{ table: table.name, column: undefined, statement: dropTable(schema, table.name) }];
    return table.columns
      .filter((column) => due(column.name, column.comment))
      .map(({ name }) => ({ table: table.name, column: name, statement: alterTable(schema, table.name, action.dropColumn(name)) }));
  });
}

function timeOf(note: string | undefined): string {
  return /"setAside":"([^"]*)"/.exec(note ?? '')?.[1] ?? '';
}
