// Query parameters: those that a route knows, each at most once; any other is a mistake that is told.
import { fail, TesseraError } from '@tessera/kernel';
import type { OrderRequest } from '@tessera/engine';
import { parseJson } from './parse-json.ts';

export const defaultPageSize = 50;
export const largestPageSize = 1000;

const invalid = (name: string, reason: string, cause?: unknown): TesseraError =>
  fail('REQUEST_PARAMETER_INVALID', { name, reason }, {}, cause);

/** The checked query parameters of one request. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws REQUEST_PARAMETER_UNKNOWN, REQUEST_PARAMETER_INVALID where one comes twice or is no UTF-8 */
  constructor(url: string, known: readonly string[]) {
    const values = new Map<string, string>();
    const question = url.indexOf('?');
    for (const [name, value] of new URLSearchParams(question < 0 ? '' : url.slice(question + 1))) {
      if (!known.includes(name)) {
        throw fail('REQUEST_PARAMETER_UNKNOWN', { name, known: known.length === 0 ? 'none' : known.join(', ') });
      }
      if (values.has(name)) throw invalid(name, 'it is given twice.');
      values.set(name, value);
    }
    this.#values = values;
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) throw invalid(name, `it takes a whole number from ${least} to ${most}.`);
    return value;
  }

  flag(name: string): boolean | undefined {
    return { undefined, true: true, false: false }[this.oneOf(name, ['true', 'false']) ?? 'undefined'];
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw invalid(name, `it takes ${choices.join(', ')}.`);
    return found;
  }

  /** A comma list without empty entries. */
  list(name: string): readonly string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const entries = text.split(',').map((entry) => entry.trim());
    if (entries.includes('')) throw invalid(name, 'it takes names with commas between them.');
    return entries;
  }

  /** `-amount,account.name`: a minus in front sorts descending. */
  sort(name: string): readonly OrderRequest[] | undefined {
    return this.list(name)?.map((entry) => (entry.startsWith('-') ? { path: entry.slice(1), descending: true } : { path: entry }));
  }

  /** JSON as text. */
  json(name: string): unknown {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parseJson(text);
    } catch (error) {
      if (error instanceof TesseraError && error.code === 'REQUEST_BODY_NOT_JSON') {
        throw invalid(name, `it is not valid JSON: ${String(error.params['reason'])}`, error);
      }
      throw error;
    }
  }
}
