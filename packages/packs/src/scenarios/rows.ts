// Rows that a scenario brings in: written as a file of JSON lines, read by the import of every user.
import type { ScenarioImportJson } from '@tessera/metadata';
import type { Mismatch } from './compare.ts';
import type { Play } from './play.ts';
import { entriesOf } from './read.ts';
import type { Imported } from './sandbox.ts';

/** Each column is the field of its name. */
function plainMapping(rows: readonly Readonly<Record<string, unknown>>[]): unknown {
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  return { format: 'ndjson', columns: Object.fromEntries([...columns].map((name) => [name, { field: name }])) };
}

function rejections(expected: ScenarioImportJson['rejected'], { refused }: Imported, keys: readonly string[]): readonly Mismatch[] {
  const found = new Map(refused.map((each) => [keys[each.line - 1] ?? '', each]));
  const wanted = new Map(entriesOf(expected));
  const missing = [...wanted].flatMap(([key, { code, at }]): readonly Mismatch[] => {
    const row = found.get(key);
    const meant = row?.code === code && (at === undefined || row.field === at);
    return meant ? [] : [{ what: `row ${key}`, expected: { refused: { code, at } }, found: row ?? 'it is taken' }];
  });
  const others = [...found].filter(([key]) => !wanted.has(key));
  return [
    ...missing,
    ...others.map(([key, row]) => ({ what: `row ${key}`, expected: 'it is taken', found: `${row.code}: ${row.message}` })),
  ];
}

export async function importRows(play: Play, step: ScenarioImportJson): Promise<readonly Mismatch[]> {
  const { as, object, rows: written, mapping, by, allowDuplicates, created, updated, rejected } = step;
  const all = entriesOf(written);
  const rows = all.map(([, row]) => Object.fromEntries(entriesOf(row)));
  const imported = await (
    await play.as(as)
  ).import({
    object,
    mapping: mapping === undefined ? plainMapping(rows) : { ...mapping, format: 'ndjson' },
    content: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    by,
    allowDuplicates,
  });
  const counts = [
    ['created', created, imported.created],
    ['updated', updated, imported.updated],
  ] as const;
  return [
    ...counts.flatMap(([what, expected, found]) => (expected === undefined || expected === found ? [] : [{ what, expected, found }])),
    ...rejections(
      rejected,
      imported,
      all.map(([key]) => key),
    ),
  ];
}
