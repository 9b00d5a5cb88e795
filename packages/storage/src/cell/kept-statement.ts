// Statements that the server keeps under names: the values of several go out in one write, and nobody asks for their columns again.
import type { FieldDef, Submittable, Connection as Wire } from 'pg';
import type { QueryResult } from '../database.ts';
import { arrayText, type ArrayItem } from './array-text.ts';
import { asError } from './pg-errors.ts';
import { textParser } from './pg-types.ts';

type Parser = (text: string) => unknown;

interface Column {
  readonly name: string;
  readonly parse: Parser;
}

type Row = Readonly<Record<string, unknown>>;

/** What a statement's rows are. */
interface Shape {
  readonly columns: readonly Column[];
  /** A row of nothing: copies of it are made faster than rows grow name by name. */
  readonly blank: Row;
}

/** Messages of the protocol (PostgreSQL manual, 55.7): Execute of the unnamed portal for all rows, and Sync. */
const execute = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
const sync = Buffer.from([0x53, 0, 0, 0, 4]);
const bindCode = 0x42;
/** The protocol counts values with 16 bits; so many never need speed. */
const mostValues = 1000;

const plain: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'undefined']);
const isPlain = (item: unknown): item is ArrayItem => item === null || plain.has(typeof item);

/** The text of a value that needs no conversion of pg's; undefined for any other. */
function wireText(value: unknown): string | null | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    case 'undefined':
      return null;
    default:
      return value === null ? null : Array.isArray(value) && value.every(isPlain) ? arrayText(value) : undefined;
  }
}

/** One run of a statement: its name and its values, and what its rows are. */
export interface Run {
  readonly name: string;
  readonly values: readonly (string | null)[];
  readonly shape: Shape;
}

/** Bind to the unnamed portal and Execute. Gives the place after them. */
function putRun(message: Buffer, start: number, { name, values }: Run, lengths: readonly number[], size: number): number {
  message[start] = bindCode;
  message.writeInt32BE(size, start + 1);
  message[start + 5] = 0;
  let at = start + 6 + message.write(name, start + 6, 'latin1');
  message[at] = 0;
  at = message.writeInt16BE(0, at + 1);
  at = message.writeInt16BE(values.length, at);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? null;
    at = message.writeInt32BE(value === null ? -1 : (lengths[i] ?? 0), at);
    if (value !== null) at += message.write(value, at);
  }
  at = message.writeInt16BE(0, at);
  return at + execute.copy(message, at);
}

/** All runs in their order, and one Sync: where one fails, the server passes over those after it. */
function messageOf(runs: readonly Run[]): Buffer {
  const sizes = runs.map(({ name, values }) => {
    const lengths = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
    // Names of the portal (none) and of the statement, formats (none: all text), values, formats of the result (none: all text).
    const size = 4 + 1 + name.length + 1 + 2 + 2 + 4 * values.length + lengths.reduce((sum, length) => sum + length, 0) + 2;
    return { lengths, size };
  });
  const message = Buffer.allocUnsafe(sizes.reduce((sum, { size }) => sum + 1 + size + execute.length, sync.length));
  let at = 0;
  runs.forEach((run, i) => {
    const { lengths = [], size = 0 } = sizes[i] ?? {};
    at = putRun(message, at, run, lengths, size);
  });
  sync.copy(message, at);
  return message;
}

/** What several statements answered. */
export interface Answers {
  /** In their order; where one has failed, those before it. */
  readonly results: readonly QueryResult[];
  readonly failure: Error | undefined;
}

/** Called once, when statements have ended. */
export type Answered = (answers: Answers) => void;

const noShape: Shape = { columns: [], blank: {} };

/** Runs on their way: what pg asks of a query (its `Submittable`), without the parts that kept statements never see. */
export class Flight implements Submittable {
  readonly #runs: readonly Run[];
  readonly #answered: Answered;
  readonly #results: QueryResult[] = [];
  #rows: Record<string, unknown>[] = [];
  #failure: Error | undefined;

  constructor(runs: readonly Run[], answered: Answered) {
    this.#runs = runs;
    this.#answered = answered;
  }

  submit({ stream }: Wire): void {
    // A stream that has ended tells it by itself.
    if (stream.writable) stream.write(messageOf(this.#runs));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { columns, blank } = this.#runs[this.#results.length]?.shape ?? noShape;
    const row: Record<string, unknown> = { ...blank };
    try {
      for (let i = 0; i < columns.length; i += 1) {
        const [column, text = null] = [columns[i], fields[i]];
        if (column !== undefined) row[column.name] = text === null ? null : column.parse(text);
      }
    } catch (error) {
      this.#failure ??= asError(error);
    }
    this.#rows.push(row);
  }

  /** `SELECT 1`, `INSERT 0 5`: the last word is the number of rows. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    const count = Number(text.slice(text.lastIndexOf(' ') + 1));
    this.#results.push({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.#answered({ results: this.#results, failure: this.#failure });
  }

  handleError(error: unknown): void {
    this.#answered({ results: this.#results, failure: asError(error) });
  }

  handleEmptyQuery(): void {
    this.#results.push({ rows: [], rowCount: 0 });
  }
}

export class KeptStatement {
  readonly #name: string;
  readonly #shape: Shape;

  /**
   * @param name under which the server keeps it on this connection
   * @param fields as the server described them; should they change, it refuses the statement
   */
  constructor(name: string, fields: readonly FieldDef[]) {
    this.#name = name;
    const columns = fields.map(({ name: column, dataTypeID }) => ({
      name: column,
      parse: textParser(dataTypeID),
    }));
    const blank = JSON.parse(JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, null])))) as Row;
    this.#shape = { columns, blank };
  }

  /** One run with these values; undefined where one of them is for pg to convert. */
  run(values: readonly unknown[]): Run | undefined {
    if (values.length > mostValues) return undefined;
    const texts: (string | null)[] = [];
    for (const value of values) {
      const text = wireText(value);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return { name: this.#name, values: texts, shape: this.#shape };
  }
}
