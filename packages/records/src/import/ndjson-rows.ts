// Rows of NDJSON: one JSON object a line. A column is a property, or a path to one within nested objects.
import { problem } from '@tessera/kernel';
import { decodeContent, longestRecord, notText, unreadable } from './content.ts';
import type { MappingPlan } from './mapping.ts';
import type { Source, SourceRow } from './types.ts';

async function* lines(content: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of decodeContent(content, encoding)) {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > longestRecord) throw unreadable(`a line is longer than ${longestRecord} characters.`);
  }
  if (rest !== '') yield rest;
}

/** Lookups within lookups that an export may have written. */
const deepest = 10;

/** Levels of a line: more than any record has, and fewer than it takes to exhaust the stack of whoever walks it. */
const deepestJson = 64;

function isDeep(line: string): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i];
    if (inText && char === '\\') i += 1;
    else if (char === '"') inText = !inText;
    else if (!inText && (char === '{' || char === '[')) depth += 1;
    else if (!inText && (char === '}' || char === ']')) depth -= 1;
    if (depth > deepestJson) return true;
  }
  return false;
}

type Properties = Readonly<Record<string, unknown>>;

function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts a property's value into its cell; what the mapping does not name goes to `unnamed`. */
function place(value: Properties, prefix: string, indexes: ReadonlyMap<string, number>, cells: unknown[], unnamed: string[]): void {
  for (const [name, inner] of Object.entries(value)) {
    const column = `${prefix}${name}`;
    const index = indexes.get(column);
    if (index !== undefined) cells[index] = inner;
    else if (isProperties(inner) && prefix.split('.').length < deepest) place(inner, `${column}.`, indexes, cells, unnamed);
    // A nested record that is not there: its columns are empty.
    else if (inner === null && [...indexes.keys()].some((key) => key.startsWith(`${column}.`))) {
      for (const [key, at] of indexes) if (key.startsWith(`${column}.`)) cells[at] = null;
    } else unnamed.push(column);
  }
}

function readLine(line: string, row: number, indexes: ReadonlyMap<string, number>, encoding: string): SourceRow {
  const refused = (reason: string, cells: readonly unknown[] = [line]): SourceRow => ({
    row,
    cells,
    flaw: problem('IMPORT_ROW_UNREADABLE', { reason }),
  });
  if (isDeep(line)) return refused(`it is nested deeper than ${deepestJson} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return refused(`it is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (!isProperties(value)) return refused('it is no JSON object.');
  if (line.includes(notText)) return refused(`it has bytes that are no ${encoding}.`);
  const cells: unknown[] = Array.from({ length: indexes.size });
  const unnamed: string[] = [];
  place(value, '', indexes, cells, unnamed);
  if (unnamed.length > 0) return refused(`the mapping does not name ${unnamed.join(', ')}.`, cells);
  return { row, cells };
}

async function* dataRows(content: AsyncIterable<Uint8Array>, plan: MappingPlan): AsyncGenerator<SourceRow, void, undefined> {
  const indexes = new Map(plan.columns.map(({ column }, i) => [column, i]));
  let row = 0;
  for await (const line of lines(content, plan.encoding)) {
    row += 1;
    if (line.trim() === '') continue;
    yield readLine(line, row, indexes, plan.encoding);
  }
}

/** A property that a line does not have leaves its field as it is. */
export function openNdjson(content: AsyncIterable<Uint8Array>, plan: MappingPlan): Source {
  const rows = dataRows(content, plan);
  const close = async (): Promise<void> => {
    await rows.return();
  };
  return { columns: plan.columns.map(({ column }) => column), rows, close };
}
