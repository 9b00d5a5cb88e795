// Shares of single records, kept by the tenant's own role.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantSchema, type Cell, type TenantDatabase } from '@tessera/storage';
import { listShares, putShares, removeShares, removeSharesOf, type NewShare } from '../../packages/storage/src/access/index.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, open } from './cell-support.ts';

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

let last = 0;
const id = (): string => {
  last += 1;
  return `00000000-0000-7000-8000-${String(last).padStart(12, '0')}`;
};
const [account, other] = [
  { object: 'account', recordId: id() },
  { object: 'account', recordId: id() },
];
const anna = `user:${id()}`;
const share = (rest: Partial<NewShare> = {}): NewShare => ({
  id: id(),
  ...account,
  subject: anna,
  access: 'read',
  origin: 'manual',
  ...rest,
});

describe('shares', () => {
  it('are put in sets and come back in the order in which they were given', async () => {
    const boss = id();
    const later = share({ subject: 'role:sales', access: 'edit', createdAt: '2026-06-02T00:00:00.000Z', createdBy: boss });
    const first = share({ expiresAt: '2026-07-01T00:00:00.000Z', createdAt: '2026-06-01T00:00:00.000Z' });
    const stored = await putShares(door, [later, first]);
    expect(stored).toHaveLength(2);
    const nothing = { teamRole: null, expiresAt: null, createdBy: null };
    expect(await listShares(door, account)).toEqual([
      { ...nothing, ...first },
      { ...nothing, ...later },
    ]);
    expect(await listShares(door, other)).toEqual([]);
    expect(await putShares(door, [])).toEqual([]);
  });

  it('change where the subject has one of the same origin, and keep their id', async () => {
    const [before] = await listShares(door, account);
    const [after] = await putShares(door, [share({ access: 'edit', teamRole: 'lead', expiresAt: null })]);
    expect(after).toEqual({ ...before, access: 'edit', teamRole: 'lead', expiresAt: null });
    const [team] = await putShares(door, [share({ origin: 'team', teamRole: 'helper' })]);
    expect(team?.id).not.toBe(before?.id);
    expect(await listShares(door, account)).toHaveLength(3);
  });

  it('count the later of two for one subject', async () => {
    const subject = 'role:twice';
    const stored = await putShares(door, [share({ subject, access: 'read' }), share({ subject, access: 'edit' })]);
    expect(stored.map(({ access }) => access)).toEqual(['edit']);
    await removeShares(
      door,
      account,
      stored.map((each) => each.id),
    );
  });

  it('say when they were given if nobody else does, and take no word but theirs', async () => {
    const [stored] = await putShares(door, [share({ ...other })]);
    expect(stored?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await codeOf(putShares(door, [share({ access: 'own' as 'edit' })]))).toBe('23514');
    expect(await codeOf(putShares(door, [share({ origin: 'rule' as 'team' })]))).toBe('23514');
  });

  it('are taken from the record that is named, and from no other', async () => {
    const [others] = await listShares(door, other);
    const [first] = await listShares(door, account);
    if (others === undefined || first === undefined) throw new Error('There are shares.');
    expect(await removeShares(door, account, [others.id])).toEqual([]);
    expect(await removeShares(door, account, [first.id, others.id])).toEqual([first]);
    expect(await listShares(door, other)).toEqual([others]);
    expect(await listShares(door, account)).toHaveLength(2);
  });

  it('go with their records, in the transaction in which these go', async () => {
    await putShares(door, [share({ object: 'contact' })]);
    await door.transaction(async (transaction) => {
      const within = { schema: tenantSchema(transaction.tenant), query: transaction.query.bind(transaction) };
      await removeSharesOf(within, 'account', [account.recordId]);
      expect(await listShares(within, account)).toEqual([]);
    });
    expect(await listShares(door, other)).toHaveLength(1);
    // Another object's record is another record.
    expect(await listShares(door, { ...account, object: 'contact' })).toHaveLength(1);
  });
});
