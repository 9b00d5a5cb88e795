// What the tests of the cell have in common: running fragments, a table that says whose it is, and waiting for something.
import { setTimeout as sleep } from 'node:timers/promises';
import { ident, silentLogger, sql, TesseraError, toStatement, type Logger, type Sql } from '@tessera/kernel';
import { openCell, tenantSchema, type Cell, type CellOptions, type Queryable, type QueryResult } from '@tessera/storage';
import type { TestDatabase } from '../support/postgres.ts';

export function run(on: Queryable, fragment: Sql, name?: string): Promise<QueryResult> {
  return on.query(toStatement(fragment, name));
}

export function open(database: TestDatabase, options: Partial<CellOptions> = {}): Promise<Cell> {
  return openCell({ url: database.url, log: silentLogger, ...options });
}

/** Makes a tenant with a table `thing` whose one row names the tenant. */
export async function createTenantWithThing(cell: Cell, tenant: string): Promise<void> {
  await cell.createTenant(tenant);
  await cell.administer(tenant, async (transaction) => {
    await run(transaction, sql`create table ${thing(tenant)} (id int primary key, whose text not null)`);
    await run(transaction, sql`insert into ${thing(tenant)} values (1, ${tenant}), (2, ${tenant})`);
  });
}

export function thing(tenant: string): Sql {
  return ident(tenantSchema(tenant), 'thing');
}

/** The code of what a promise is rejected with: ours, or PostgreSQL's. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof TesseraError) return error.code;
    if (error instanceof Error && 'code' in error) return String(error.code);
    return String(error);
  }
  return 'nothing was thrown';
}

export async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 20) {
    if (waited > limitMs) throw new Error(`Waited in vain for ${what}`);
    await sleep(20);
  }
}

/** Keeps warnings, for tests that expect one. */
export function recordingLogger(): { readonly log: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message), child: () => log };
  return { log, warnings };
}
