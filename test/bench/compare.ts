// Before anything is timed: every peer is asked the same and must answer the same.
import { isDeepStrictEqual } from 'node:util';
import { ask } from './load/loader.ts';
import { requestBytes } from './load/http-wire.ts';
import { rawStatements } from './peers/raw-statements.ts';
import type { Peer } from './peers/peers.ts';
import type { Choosing, Prepared, Stored } from './workloads/workload.ts';

/** A peer that can be asked. */
export interface Asked {
  readonly peer: Peer;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Members by name, numbers as numbers, instants in UTC: peers differ in how they write them. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const);
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (typeof value !== 'string') return value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(value) ? new Date(value).toISOString() : value;
}

async function answerOf({ peer, url, headers }: Asked, prepared: Prepared, n: number): Promise<unknown> {
  const requests = prepared.requests(peer.kind) ?? [];
  const request = requests[n % requests.length];
  if (request === undefined) throw new TypeError(`${peer.name} is asked nothing.`);
  const { status, body } = await ask(url, requestBytes(request, headers));
  const text = body.toString();
  if (status < 200 || status > 299) throw new Error(`${prepared.name}: ${peer.name} answers ${String(status)}: ${text.slice(0, 1000)}`);
  return prepared.answer(peer.kind, JSON.parse(text));
}

/** What a write left behind, without the ids that differ. */
async function storedOf({ sql, schema }: Choosing, { table, columns, ids }: Stored, answer: unknown): Promise<unknown> {
  const found = ids(answer);
  const rows = await sql(`select ${columns} from ${schema}.${table} where id = any($1) order by ${columns}`, [found]);
  if (rows.length !== found.length)
    throw new Error(`${String(found.length)} records were answered, and ${String(rows.length)} are stored.`);
  return rows;
}

function differing(name: string, asked: string, wanted: unknown, found: unknown): Error {
  const [a, b] = [JSON.stringify(wanted), JSON.stringify(found)];
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  const around = (text: string): string => text.slice(Math.max(0, i - 80), i + 160);
  return new Error(`${name}: the answer of ${asked} differs.\nwanted … ${around(a)}\nfound  … ${around(b)}`);
}

/** What a person is to get, from RAW's statement with that person's sight in it. */
async function expected(from: Choosing, prepared: Prepared, n: number): Promise<unknown> {
  const { statement } = prepared;
  if (statement === undefined) return undefined;
  const [row] = await from.sql(rawStatements(from.schema, from.seen)[statement].text, prepared.values(n));
  return prepared.answer('raw', JSON.parse(String(row?.['answer'])));
}

/** The answer, or what is stored of it, in words in which all are alike. */
async function judged(from: Choosing, prepared: Prepared, each: Asked, n: number): Promise<unknown> {
  const answer = await answerOf(each, prepared, n);
  if (prepared.stored === undefined) return canonical(answer);
  const told = Object.entries(answer as Readonly<Record<string, unknown>>).filter(([name]) => name !== 'id' && name !== 'ids');
  return canonical({ told: Object.fromEntries(told), stored: await storedOf(from, prepared.stored, answer) });
}

async function compareGroup(from: Choosing, prepared: Prepared, group: readonly Asked[], restricted: boolean): Promise<void> {
  const able = group.filter(({ peer }) => prepared.requests(peer.kind) !== undefined);
  for (let n = 0; n < prepared.compared; n += 1) {
    let wanted = restricted ? canonical(await expected(from, prepared, n)) : undefined;
    for (const each of able) {
      const found = await judged(from, prepared, each, n);
      wanted ??= found;
      if (!isDeepStrictEqual(wanted, found)) throw differing(prepared.name, each.peer.name, wanted, found);
    }
  }
}

/** @throws where two peers do not answer the same, or a restricted person gets more or less than the person sees */
export async function compareAnswers(from: Choosing, prepared: Prepared, asked: readonly Asked[]): Promise<void> {
  const isManager = ({ peer }: Asked): boolean => peer.reader === 'manager';
  await compareGroup(
    from,
    prepared,
    asked.filter((each) => !isManager(each)),
    false,
  );
  await compareGroup(from, prepared, asked.filter(isManager), true);
}
