// Rows of a CSV (RFC 4180): the headers are held against the mapping, and a row that is not as it should be is refused alone.
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { failAll, problem, type Problem } from '@tessera/kernel';
import { unescapeFormula } from '../export/csv.ts';
import { decodeContent, longestRecord, notText, unreadable } from './content.ts';
import type { MappingPlan } from './mapping.ts';
import type { Source, SourceRow } from './types.ts';

/** More than any object has fields. */
const mostColumns = 2_000;

interface RawRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

/** Lenient, so that one stray quote spoils one line; what was amiss is found in the raw line. */
function parser(plan: MappingPlan): ReturnType<typeof parse> {
  return parse({
    delimiter: plan.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    raw: true,
    max_record_size: longestRecord,
  });
}

async function* rawRecords(content: AsyncIterable<Uint8Array>, plan: MappingPlan): AsyncGenerator<RawRecord, void, undefined> {
  const records = parser(plan);
  // What goes wrong on the way comes out of `records`.
  pipeline(Readable.from(decodeContent(content, plan.encoding)), records, () => undefined);
  try {
    for await (const record of records as AsyncIterable<RawRecord>) yield record;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? ` (line ${error['lines']})` : '';
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      throw unreadable(`a row is longer than ${longestRecord} characters; is a quote not closed?${line}`);
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') throw unreadable(`a quote is opened and never closed${line}.`);
    throw unreadable(error.message);
  }
}

/** Whether quotes stand only around whole cells, and are doubled within them. */
function wellQuoted(raw: string, delimiter: string): boolean {
  const line = raw.replace(/[\r\n]+$/, '');
  let at = 0;
  while (at <= line.length) {
    if (line[at] !== '"') {
      const next = line.indexOf(delimiter, at);
      const end = next < 0 ? line.length : next;
      if (line.slice(at, end).includes('"')) return false;
      at = end + 1;
      continue;
    }
    let close = line.indexOf('"', at + 1);
    while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
    if (close < 0 || (close + 1 < line.length && line[close + 1] !== delimiter)) return false;
    at = close + 2;
  }
  return true;
}

function flawOf({ record, raw }: RawRecord, columns: number, plan: MappingPlan): Problem | undefined {
  const flaw = (reason: string): Problem => problem('IMPORT_ROW_UNREADABLE', { reason });
  if (raw.includes('"') && !wellQuoted(raw, plan.delimiter)) {
    return flaw('a quote stands within a cell. Put the whole cell in quotes, and double those within it.');
  }
  if (record.length !== columns) return flaw(`it has ${record.length} cells, the headers are ${columns}.`);
  if (raw.includes(notText)) return flaw(`it has bytes that are no ${plan.encoding}. Say the file's encoding in the mapping.`);
  return undefined;
}

function checkHeaders(headers: readonly string[], plan: MappingPlan): void {
  const problems: Problem[] = [];
  const named = new Set(plan.columns.map((column) => column.column));
  const once = new Set<string>();
  for (const header of headers) {
    if (once.has(header)) problems.push(problem('IMPORT_MAPPING_UNFIT', { reason: `The file has the column ${header} twice.` }));
    else if (!named.has(header)) problems.push(problem('IMPORT_COLUMN_UNMAPPED', { column: header }, { pointer: '/columns' }));
    once.add(header);
  }
  for (const { column, pointer } of plan.columns) {
    if (!once.has(column)) problems.push(problem('IMPORT_COLUMN_MISSING', { column, columns: headers.join(', ') }, { pointer }));
  }
  if (problems.length > 0) throw failAll('IMPORT_MAPPING_INVALID', problems);
}

async function* dataRows(
  records: AsyncIterable<RawRecord>,
  columns: number,
  plan: MappingPlan,
): AsyncGenerator<SourceRow, void, undefined> {
  let row = 1;
  for await (const record of records) {
    row += 1;
    const cells = record.record.map(unescapeFormula);
    if (cells.every((cell) => cell === '')) continue;
    const flaw = flawOf(record, columns, plan);
    yield flaw === undefined ? { row, cells } : { row, cells, flaw };
  }
}

/** Reads the headers. Throws IMPORT_MAPPING_INVALID with every column that the mapping or the file lacks, IMPORT_UNREADABLE. */
export async function openCsv(content: AsyncIterable<Uint8Array>, plan: MappingPlan): Promise<Source> {
  const records = rawRecords(content, plan);
  const first = await records.next();
  if (first.done === true) throw unreadable('it is empty.');
  if (first.value.record.length > mostColumns) throw unreadable(`it has more than ${mostColumns} columns.`);
  const columns = first.value.record.map((header) => unescapeFormula(header).trim());
  const close = async (): Promise<void> => {
    await records.return();
  };
  try {
    checkHeaders(columns, plan);
  } catch (error) {
    await close();
    throw error;
  }
  return { columns, rows: dataRows(records, columns.length, plan), close };
}
