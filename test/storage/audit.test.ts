// The audit trail: written and read as the tenant's role, changed by nobody, shortened by the owner.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { migrateTenants, tenantSchema, type Cell, type TenantDatabase } from '@tessera/storage';
import { appendAudit, auditPage, purgeAudit, type AuditQuery, type NewAuditEntry } from '../../packages/storage/src/audit/index.ts';
import { grantSchema } from '../../packages/storage/src/cell/roles.ts';
import { applyTenantMigrations, tenantMigrations } from '../../packages/storage/src/system/tenant-tables.ts';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, open, run } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;
let door: TenantDatabase;
beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database);
  await cell.createTenant('acme');
  door = cell.tenant('acme');
});
afterAll(async () => {
  await cell.close();
  await database.drop();
});

const [anna, bob, account] = ['1', '2', '3'].map((n) => `00000000-0000-7000-8000-00000000000${n}`) as [string, string, string];
const entry = (day: number, action: string, rest: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: `2026-06-${String(day).padStart(2, '0')}T12:00:00.000Z`,
  action,
  actor: anna,
  actorKind: 'user',
  ...rest,
});
const actions = async (query: Partial<AuditQuery> = {}): Promise<readonly string[]> =>
  (await auditPage(door, { first: 100, ...query })).entries.map(({ action }) => action);

describe('the audit trail', () => {
  it('keeps what it was told, newest first', async () => {
    const rest = { object: 'account', recordId: account, detail: { to: ['x', 1, null] }, address: '::1', requestId: 'r-1' };
    await appendAudit(door, [
      entry(1, 'session.started'),
      entry(2, 'share.given', rest),
      entry(3, 'session.ended', { actor: null, actorKind: 'system' }),
    ]);
    await appendAudit(door, []);
    const { entries, hasMore } = await auditPage(door, { first: 10 });
    expect(hasMore).toBe(false);
    const bare = {
      object: null,
      recordId: null,
      detail: null,
      address: null,
      requestId: null,
      number: expect.stringMatching(/^\d+$/) as unknown,
    };
    expect(entries).toEqual([
      { ...bare, ...entry(3, 'session.ended', { actor: null, actorKind: 'system' }) },
      { ...bare, ...entry(2, 'share.given', rest) },
      { ...bare, ...entry(1, 'session.started') },
    ]);
  });

  it('is told by what is asked for', async () => {
    await appendAudit(door, [entry(4, 'session.started', { actor: bob }), entry(5, 'session_x', { actor: bob, object: 'account' })]);
    expect(await actions({ actor: bob })).toEqual(['session_x', 'session.started']);
    expect(await actions({ action: 'session.started' })).toEqual(['session.started', 'session.started']);
    expect(await actions({ action: 'session.' })).toEqual(['session.started', 'session.ended', 'session.started']);
    expect(await actions({ object: 'account' })).toEqual(['session_x', 'share.given']);
    expect(await actions({ object: 'account', recordId: account })).toEqual(['share.given']);
    expect(await actions({ from: entry(2, '').at, to: entry(4, '').at })).toEqual(['session.ended', 'share.given']);
  });

  it('goes on from page to page', async () => {
    const first = await auditPage(door, { first: 2 });
    expect(first.hasMore).toBe(true);
    const before = first.entries.at(-1)?.number ?? '';
    const second = await auditPage(door, { first: 3, before });
    expect(second.hasMore).toBe(false);
    expect([...first.entries, ...second.entries].map(({ at }) => Number(at.slice(8, 10)))).toEqual([5, 4, 3, 2, 1]);
  });

  it('takes what is no text for PostgreSQL: nobody stays out of it by what was sent', async () => {
    const detail = { email: 'a\0b', '\0': ['\ud800'], deep: { at: 'x'.repeat(3) } };
    await appendAudit(door, [entry(6, 'session.refused', { detail, address: '\0' })]);
    const [found] = (await auditPage(door, { first: 1 })).entries;
    expect(found).toMatchObject({ address: '\u2400', detail: { email: 'a\u2400b', '\u2400': ['\ufffd'], deep: { at: 'xxx' } } });
  });
});

const forbidden: readonly (readonly [string, (table: Sql) => Sql])[] = [
  ['changed', (table) => sql`update ${table} set object = 'x'`],
  ['deleted', (table) => sql`delete from ${table}`],
  ['emptied', (table) => sql`truncate ${table}`],
];

describe.each(['_audit', '_history'])('%s', (name) => {
  const rights = async (tenant: string): Promise<readonly string[]> => {
    const table = ident(tenantSchema(tenant), name);
    const codes = [];
    for (const [, statement] of forbidden) codes.push(await codeOf(run(cell.tenant(tenant), statement(table))));
    return codes;
  };
  const mayAdd = (tenant: string): Promise<string> => {
    const schema = tenantSchema(tenant);
    const audit = sql`insert into ${ident(schema, '_audit')} (action, actor_kind) values ('x', 'system')`;
    const history = sql`insert into ${ident(schema, '_history')} (object, record_id, change) values ('x', ${account}, 'created')`;
    return codeOf(run(cell.tenant(tenant), name === '_audit' ? audit : history));
  };

  it.each(forbidden)('is not %s by the tenant’s role', async (_word, statement) => {
    expect(await codeOf(run(door, statement(ident(door.schema, name))))).toBe('42501');
  });

  it('is added to and read', async () => {
    expect(await mayAdd('acme')).toBe('nothing was thrown');
    expect((await run(door, sql`select id from ${ident(door.schema, name)}`)).rows.length).toBeGreaterThan(0);
  });

  it('stays so where rights are granted anew', async () => {
    await cell.administer('acme', (transaction) =>
      grantSchema((fragment) => transaction.query(toStatement(fragment)), database.name, 'acme'),
    );
    expect(await rights('acme')).toEqual(['42501', '42501', '42501']);
    expect(await mayAdd('acme')).toBe('nothing was thrown');
  });

  it('becomes so for a tenant that is older', async () => {
    const old = `old${name}`;
    await cell.createTenant(old);
    const schema = tenantSchema(old);
    await cell.administer(old, async (transaction) => {
      const make = (fragment: Sql) => transaction.query(toStatement(fragment));
      const { rows } = await make(
        sql`select relname from pg_catalog.pg_class c where relnamespace = ${schema}::regnamespace and relkind = 'r'`,
      );
      for (const row of rows) await make(sql`drop table ${ident(schema, String(row['relname']))} cascade`);
      await applyTenantMigrations(make, schema, 0, tenantMigrations.slice(0, 1));
    });
    await connected(database.url, (client) => client.query(`update tessera.tenant set system_version = 1 where name = '${old}'`));
    expect((await rights(old)).slice(0, 2)).toEqual(['nothing was thrown', 'nothing was thrown']);
    expect(await migrateTenants(cell)).toBe(1);
    expect(await rights(old)).toEqual(['42501', '42501', '42501']);
    expect(await mayAdd(old)).toBe('nothing was thrown');
    await cell.dropTenant(old);
  });
});

describe('purgeAudit', () => {
  it('removes what is older, as the owner, and says how much', async () => {
    const before = await actions();
    expect(await purgeAudit(cell, 'acme', entry(3, '').at)).toBe(2);
    expect(await actions()).toEqual(before.slice(0, -2));
    expect(await purgeAudit(cell, 'acme', entry(3, '').at)).toBe(0);
  });

  it('goes on until nothing is left, however much there is', async () => {
    await run(
      door,
      sql`insert into ${ident(door.schema, '_audit')} (at, action, actor_kind) select '2025-01-01', 'x', 'system' from generate_series(1, 20001)`,
    );
    expect(await purgeAudit(cell, 'acme', '2025-02-01T00:00:00.000Z')).toBe(20_001);
  });
});
