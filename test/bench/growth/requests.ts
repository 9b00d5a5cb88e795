// What is asked at each size: a record by its id, a page of fifty, a new record.
import type { PeerProcess } from '../peers/process.ts';
import { objectName } from '../synthetic-pack.ts';
import { graphql, spread, type HttpRequest } from '../workloads/workload.ts';
import type { Point } from './curve.ts';
import { recordId } from './rows.ts';
import { signedBytes } from './server.ts';

const known = ['id', 'name', 'state', 'amount', 'startDate', 'endDate', 'quantity', 'owner', 'createdAt'];

const records = (object: number): string => `/api/v1/records/${objectName(object)}`;

/** Nine fields of records here and there; `step`: of every so many only, from the first on. */
export function gets(object: number, rows: number, step = 1): readonly HttpRequest[] {
  const path = (n: number): string =>
    `${records(object)}/${recordId(1 + step * spread(n, Math.floor(rows / step)))}?fields=${known.join()}`;
  return Array.from({ length: 2000 }, (_, n) => ({ method: 'GET', path: path(n) }));
}

/** The latest fifty, or those behind a cursor. */
export function page(object: number, sort: string, after?: string): HttpRequest {
  const cursor = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
  return { method: 'GET', path: `${records(object)}?sort=${sort}&first=50&fields=${known.join()}${cursor}` };
}

/** Everything below a day, in the words of GraphQL. */
export function graphqlPages(object: number, count = 500): readonly HttpRequest[] {
  const name = objectName(object);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const text = `query ($where: ${type}Filter) { ${name}s(where: $where, orderBy: [{ endDate: DESC }, { id: DESC }], first: 50) { nodes { ${known.join(' ').replace('owner', 'ownerId')} } } }`;
  const day = (n: number): string => new Date(Date.UTC(2025, 0, 30) + spread(n, 660) * 86_400_000).toISOString().slice(0, 10);
  return Array.from({ length: count }, (_, n) => graphql(text, { where: { endDate: { lt: day(n) } } }));
}

export function create(object: number, values: Readonly<Record<string, unknown>>): HttpRequest {
  return { method: 'POST', path: `${records(object)}?fields=id`, body: values };
}

export function point(name: string, server: PeerProcess, token: string, requests: readonly HttpRequest[]): Point {
  return { name, servers: [server], requests: requests.map((request) => signedBytes(server, token, request)) };
}
