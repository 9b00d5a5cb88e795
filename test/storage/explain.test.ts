// Plans as PostgreSQL tells them: without being run, or run where nothing can be written and nothing takes for ever.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, toStatement } from '@tessera/kernel';
import { explainStatement, type Cell } from '@tessera/storage';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;
beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { statementTimeoutMs: 1_000 });
  await createTenantWithThing(cell, 'acme');
});
afterAll(async () => {
  await cell.close();
  await database.drop();
});

const all = toStatement(sql`select * from ${thing('acme')} where whose = ${'acme'}::text`);
const wipe = toStatement(sql`delete from ${thing('acme')} where whose = ${'acme'}::text`);
const asleep = toStatement(sql`select pg_sleep(${60}::double precision)`);

describe('explainStatement', () => {
  it('plans a statement for its values, and runs it only where that is asked for', async () => {
    const planned = await explainStatement(cell.tenant('acme'), all, { analyze: false });
    expect(planned).toMatchObject({ Plan: { 'Node Type': 'Seq Scan', Filter: `(whose = 'acme'::text)` } });
    expect(planned).not.toHaveProperty('Execution Time');
    const analyzed = await explainStatement(cell.tenant('acme'), all, { analyze: true });
    expect(analyzed).toMatchObject({ Plan: { 'Actual Rows': 2, 'Shared Hit Blocks': 1 }, 'Execution Time': expect.any(Number) as unknown });
    expect(await explainStatement(cell.tenant('acme'), asleep, { analyze: false })).toHaveProperty('Plan');
  });

  it('writes nothing', async () => {
    // 25006: read_only_sql_transaction
    expect(await codeOf(explainStatement(cell.tenant('acme'), wipe, { analyze: true }))).toBe('25006');
    expect((await run(cell.tenant('acme'), sql`select * from ${thing('acme')}`)).rowCount).toBe(2);
  });

  it('never takes longer than the tenant’s statements may, and leaves the connection as it was', async () => {
    expect(await codeOf(explainStatement(cell.tenant('acme'), asleep, { analyze: true }))).toBe('QUERY_TIMEOUT');
    const { rows } = await run(
      cell.tenant('acme'),
      sql`select current_setting('statement_timeout') as timeout, current_setting('transaction_read_only') as read_only`,
    );
    expect(rows).toEqual([{ timeout: '1s', read_only: 'off' }]);
  });

  it('ends when its caller has gone', async () => {
    const gone = AbortSignal.abort();
    expect(await codeOf(explainStatement(cell.tenant('acme'), asleep, { analyze: true, signal: gone }))).toBe('REQUEST_CANCELLED');
  });
});
