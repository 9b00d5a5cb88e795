// Requests that should be refused, each with the codes that it may be refused with, and how long that may take.
import type { Answer } from '../api/rest-scene.ts';
import { codeOf, refusalOf, type GuessingScene } from './guessing-scene.ts';
import type { Client } from './server-scene.ts';

type Headers = Readonly<Record<string, string>>;

/** The codes, with blanks between them, of which one must come; `200` and the like where it may be taken. */
export type Try = readonly [codes: string, send: () => Promise<Answer>];

/** Slow machines are slow, but what grows with the square of its input takes minutes. */
const longestMs = 20_000;

export const accounts = '/api/v1/records/account';
export const json = { 'Content-Type': 'application/json' };
export const csv = { 'Content-Type': 'text/csv' };
export const ndjson = { 'Content-Type': 'application/x-ndjson' };

/** A report of an import of one row, which was refused. */
export const refusedRow = '"refused":1';

export const inUrl = (value: unknown): string => encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
export const many = <T>(count: number, each: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => each(i));
export const importTo = (columns: Readonly<Record<string, unknown>>): string => `${accounts}/import?mapping=${inUrl({ columns })}`;
export const names = { name: { field: 'name' } };

export interface Tries {
  readonly post: (codes: string, path: string, body: string | Uint8Array, headers?: Headers) => Try;
  readonly get: (codes: string, path: string, headers?: Headers) => Try;
  /** A GraphQL document. */
  readonly ask: (codes: string, query: string) => Try;
  readonly aggregate: (codes: string, more: object) => Try;
}

export function triesOf(client: () => Client): Tries {
  const post: Tries['post'] = (codes, path, body, headers = json) => [codes, () => client().call('POST', path, body, headers)];
  return {
    post,
    get: (codes, path, headers = {}) => [codes, () => client().call('GET', path, undefined, headers)],
    ask: (codes, query) => post(codes, '/graphql', JSON.stringify({ query })),
    aggregate: (codes, more) => post(codes, `${accounts}/aggregate`, JSON.stringify({ measures: [{ function: 'count' }], ...more })),
  };
}

/** What was answered otherwise, or too late. */
export async function wrongIn(tries: Readonly<Record<string, Try>>): Promise<readonly unknown[]> {
  const wrong: unknown[] = [];
  for (const [what, [codes, send]] of Object.entries(tries)) {
    const start = performance.now();
    const answer = await send();
    const ms = performance.now() - start;
    const { status, text } = answer;
    const code = codeOf(answer) ?? /"refused":(?!0)\d/.exec(text)?.[0] ?? String(status);
    if (status >= 500 || !codes.split(' ').includes(code) || ms > longestMs)
      wrong.push([what, status, code, Math.round(ms), text.slice(0, 200)]);
  }
  return wrong;
}

/** What was not refused with one of its codes. Throws where any of it has changed something in `acme`. */
export async function unrefusedIn(scene: GuessingScene, tries: Readonly<Record<string, Try>>): Promise<readonly unknown[]> {
  const before = await scene.fingerprint('acme');
  const wrong: unknown[] = [];
  for (const [what, [codes, send]] of Object.entries(tries)) {
    const answer = await send();
    if (!codes.split(' ').includes(String(codeOf(answer)))) wrong.push([what, ...refusalOf(answer), answer.text.slice(0, 200)]);
    if ((await scene.fingerprint('acme')) !== before) throw new Error(`${what} has changed something: ${answer.text}`);
  }
  return wrong;
}
