// A request to stop that overtakes the statement which it is meant for, as it can on a network: the statement is stopped all the same.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { toStatement, sql } from '@tessera/kernel';
import type { Cell } from '@tessera/storage';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open } from './cell-support.ts';

let database: TestDatabase;
let way: Server;
let cell: Cell;
/** What stands on the way while it is held up. */
let held: (() => void)[] | undefined;

/** A request to stop has a connection of its own, which begins with this code (PostgreSQL manual, 55.7). */
const isCancel = (chunk: Buffer): boolean => chunk.length === 16 && chunk.readUInt32BE(4) === 80_877_102;

beforeAll(async () => {
  database = await testDatabase();
  const { host, port, user, password } = new pg.Client({ connectionString: database.url });
  way = createServer((near) => {
    const far = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${String(port)}`)) : connect(port, host);
    near.on('data', (chunk) => {
      const pass = (): void => void far.write(chunk);
      if (held === undefined || isCancel(chunk)) pass();
      else held.push(pass);
    });
    far.pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const address = way.address();
  if (typeof address !== 'object' || address === null) throw new Error('The way to the database has no port.');
  const who = [user ?? '', password ?? ''].map(encodeURIComponent).join(':');
  cell = await open({ ...database, url: `postgres://${who}@127.0.0.1:${String(address.port)}/${database.name}` }, { poolSize: 1 });
  await createTenantWithThing(cell, 'acme');
});
afterAll(async () => {
  await cell.close();
  await new Promise((resolve) => way.close(resolve));
  await database.drop();
});

it.each([
  ['alone', (signal: AbortSignal) => cell.tenant('acme').query({ text: 'select pg_sleep(20)', values: [] }, { signal })],
  [
    'with the commit',
    (signal: AbortSignal) =>
      cell.tenant('acme').transaction(
        async (transaction) => {
          await transaction.query({ text: 'select 1', values: [] });
          held = [];
          return transaction.finish(toStatement(sql`select pg_sleep(20)::text as slept`));
        },
        { signal },
      ),
  ],
] as const)('a statement that is sent %s', async (how, ask) => {
  await cell.tenant('acme').query({ text: 'select 1', values: [] });
  const gone = new AbortController();
  held = [];
  if (how === 'with the commit') held = undefined;
  const answer = codeOf(ask(gone.signal));
  while ((held?.length ?? 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  // The first request to stop finds nothing to stop.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const late = held ?? [];
  held = undefined;
  for (const pass of late) pass();
  const began = performance.now();
  expect(await answer).toBe('REQUEST_CANCELLED');
  expect(await codeOf(cell.tenant('acme').query({ text: 'select 1', values: [] }))).toBe('nothing was thrown');
  expect(performance.now() - began).toBeLessThan(15_000);
});
