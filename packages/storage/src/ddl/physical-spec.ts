// A table that comes back from being set aside, in the form in which the planner knows tables of a Model.
import type { ColumnType } from '@tessera/metadata';
import { asideNumber, isNewName } from './names.ts';
import type { PhysicalTable } from './physical.ts';
import type { ColumnSpec, TableSpec } from './tables.ts';

/**
 * The table as it lies there. Its own indexes and constraints went when it was set aside, all but the primary key.
 * @param after what it is to become: types are only compared by their text, and a type that differs is set aside
 */
export function fromPhysical(table: PhysicalTable, after: TableSpec): TableSpec {
  const wanted = new Map(after.columns.map((column) => [column.name, column]));
  const columns = table.columns
    .filter((column) => asideNumber(column.name) === undefined && !isNewName(column.name))
    .map((column): ColumnSpec => {
      const known = wanted.get(column.name);
      return {
        name: column.name,
        type: known !== undefined && known.typeText === column.typeText ? known.type : someType,
        typeText: column.typeText,
        notNull: column.notNull,
        default: column.default,
        field: known?.field ?? column.name,
        fill: undefined,
      };
    });
  const primary = table.indexes.find((index) => index.primary);
  const indexes = after.indexes.filter((index) => index.primary).map((index) => ({ ...index, name: primary?.name ?? index.name }));
  return { object: after.object, name: table.name, columns, indexes, foreignKeys: [], checks: [] };
}

// Columns of another type are set aside, so their type is never looked at.
const someType: ColumnType = { kind: 'text' };
