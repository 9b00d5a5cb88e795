// Options that are renamed: the values that records hold move along.
import { ident, join, sql } from '@tessera/kernel';
import { isMatchField, matchColumn } from '../matching/column.ts';
import { searchColumn } from '../search/column.ts';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { placeOf } from './conversion.ts';
import { isMoved, movedValue, type MovedWords } from './option-words.ts';
import type { DdlStep } from './step.ts';

/**
 * Whether the search value must be worked out anew although the picklist has the same options as before: they were only exchanged. (Other
 * words than before make every record of the object be indexed anew.)
 */
function isExchanged(change: TableChange, field: string, words: MovedWords): boolean {
  return change.object.fields[field]?.searchable === true && [...words.values()].every((word) => words.has(word));
}

/** One statement for each field, over all its records, those in the bin too. Versions stay: it is the same value under another name. */
export function optionSteps(changes: Changes, change: TableChange): readonly DdlStep[] {
  return change.columns.flatMap((column) => optionStep(changes, change, column));
}

function optionStep(changes: Changes, change: TableChange, columnChange: ColumnChange): readonly DdlStep[] {
  if (!('words' in columnChange) || columnChange.words.size === 0 || change.before === undefined) return [];
  const { column, old, words } = columnChange;
  const { schema } = changes.target;
  const { object, field, at } = placeOf(change, column);
  const name = ident(column.name);
  const set = [sql`${name} = ${movedValue(name, column.type, words)}`];
  if (isExchanged(change, field, words)) set.push(sql`${ident(searchColumn)} = null`);
  // Keys are made of the words themselves.
  if (isMatchField(changes.to, change.object.name, field)) set.push(sql`${ident(matchColumn)} = null`);
  const renames = [...words].map(([from, to]) => `${from} becomes ${to}`).join(', ');
  return [
    {
      kind: 'renameOptions',
      object,
      field,
      risk: 'rewrites',
      summary: `${at}: ${renames}; {count} records hold such a value (those in the recycle bin count too).`,
      statements: [sql`update ${ident(schema, change.after.name)} set ${join(set)} where ${isMoved(name, column.type, words)}`],
      rows: {
        of: sql`select count(*)::integer as count from ${ident(schema, change.before.name)} where ${isMoved(ident(old.name), old.type, words)}`,
        count: 'count',
      },
    },
  ];
}
