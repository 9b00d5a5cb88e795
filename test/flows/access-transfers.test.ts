// Rights that change while a file goes out or comes in: what is nobody's business goes on, what was taken bites at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Administration, type ImportStatus } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { failureOf } from '../support/failures.ts';
import type { Json } from '../support/http-client.ts';
import { streamOf } from '../records/files-scene.ts';
import { textOf } from '../records/import-scene.ts';
import { accessScene, full, type AccessScene, type Person } from './access-scene.ts';

/** As many rows as an import writes at a time, and as an export reads. */
const [chunk, page] = [500, 1_000];

/** Sees accounts by their names alone. */
const narrow = {
  name: 'narrow',
  label: { en: 'Narrow' },
  objects: { account: { read: true, fields: { name: 'read' } }, deal: { ...full, import: true } },
};

let scene: AccessScene;
let bob: Person;
let passers = 0;
beforeAll(async () => {
  scene = await accessScene({ 'roles/narrow.json': narrow });
  bob = await scene.person('bob');
});
afterAll(() => scene.close());

/** Gives bob what he has, and nothing else. */
const become = (permissionSets: readonly string[], roles: readonly string[] = ['rep']): Promise<unknown> =>
  scene.acme.update('user', bob.id, { permissionSets, roles });

async function accessVersion(): Promise<number> {
  const [state] = await scene.sql(`select access from ${scene.acme.schema}._state`);
  return Number(state?.['access']);
}

/** Somebody signs out, which concerns nobody else. */
async function passer(): Promise<void> {
  const { http } = await scene.person(`passer${String((passers += 1))}`);
  const before = await accessVersion();
  expect((await http.post('/api/v1/auth/logout', {})).status).toBe(204);
  expect(await accessVersion()).toBeGreaterThan(before);
}

describe('an export', () => {
  const names = Array.from({ length: page + 200 }, (_, i) => `${String(i)} ${'n'.repeat(100)}`);
  let ann: Person;
  beforeAll(async () => {
    ann = await scene.person('ann');
    await scene.acme.run('records.create', { object: 'account', records: names.map((name) => ({ name, owner: bob.id })) });
  });
  beforeEach(() => become([]));

  /** The file, with something happening after its first piece, when its second page is still to be read. */
  async function exported(lines: AsyncIterable<string>, meanwhile: () => Promise<unknown>): Promise<string> {
    const parts = lines[Symbol.asyncIterator]();
    const first = await parts.next();
    await meanwhile();
    return `${String(first.value)}${await textOf({ [Symbol.asyncIterator]: () => parts })}`;
  }
  const by = async (person: Person, meanwhile: () => Promise<unknown>): Promise<string> =>
    exported(await person.run('records.export', { object: 'account', fields: ['name'], format: 'csv' }), meanwhile);
  const rows = (text: string): readonly string[] => text.trimEnd().split('\r\n').slice(1);

  it('goes on where what happens meanwhile is none of its caller’s business', async () => {
    const text = await by(bob, async () => {
      await passer();
      await passer();
      await scene.acme.update('user', ann.id, { department: await scene.acme.create('department', { name: 'New' }) });
    });
    expect(rows(text)).toEqual(names);
  });

  it('of an operator goes on too', async () => {
    const secret = 'a secret of these tests, long enough';
    const administration = new Administration({ cell: scene.cell, log: silentLogger, secret, clock: scene.clock });
    const filter = { '==': [{ var: 'owner' }, bob.id] };
    const lines = administration.export('acme', { object: 'account', fields: ['name'], filter, format: 'csv' });
    expect(rows(await exported(lines, passer))).toEqual(names);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['has more people below', () => scene.acme.update('user', ann.id, { manager: bob.id })],
    ['sees more records', () => become(['seesAll'])],
    ['may not export any more', () => become([], ['reader'])],
    ['finds other metadata', () => scene.acme.apply({ 'settings.json': { auditDays: 91 } })],
  ])('breaks off where its caller %s', async (_, meanwhile) => {
    expect(await failureOf(by(bob, meanwhile))).toMatchObject({ code: 'MODEL_CHANGED' });
  });

  it('breaks off where its caller is gone', async () => {
    const cat = await scene.person('cat', { permissionSets: ['seesAll'] });
    const gone = by(cat, () => scene.acme.update('user', cat.id, { active: false }));
    expect(await failureOf(gone)).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('an import', () => {
  beforeEach(() => become(['imports']));

  /** Lines, and those of a second chunk once the first is in and something has happened. */
  async function* inTwo(
    first: readonly string[],
    meanwhile: () => Promise<unknown>,
    second: readonly string[],
  ): AsyncGenerator<Uint8Array> {
    const written = async (): Promise<unknown> => {
      const [imports] = await scene.sql(`select count(*)::int as n from ${scene.acme.schema}._import where position > $1`, [chunk]);
      return imports?.['n'];
    };
    const before = await written();
    // The reader of CSVs holds a line back until it knows what follows; empty lines are no rows.
    yield Buffer.from(`${first.join('\n')}${'\n'.repeat(9)}`);
    while ((await written()) === before) await sleep(5);
    await meanwhile();
    yield Buffer.from(second.map((line) => `${line}\n`).join(''));
  }
  const named = (prefix: string, count: number, more = ''): readonly string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${String(i)}${more}`);
  const deals = async (columns: Json, content: AsyncIterable<Uint8Array>): Promise<ImportStatus> =>
    bob.run('records.import', { object: 'deal', mapping: { columns: { name: { field: 'name' }, ...columns } }, content });
  const codes = ({ rejects }: ImportStatus): readonly string[] => [...new Set(rejects.map(({ code, message }) => `${code} ${message}`))];

  it('goes on where somebody else signs out', async () => {
    expect(await deals({}, inTwo(['name', ...named('a', chunk)], passer, named('b', 7)))).toMatchObject({
      status: 'done',
      read: chunk + 7,
      created: chunk + 7,
    });
  });

  it('refuses every row that comes after the right was taken, and loses none', async () => {
    const revoke = (): Promise<unknown> => become([]);
    const status = await deals({}, inTwo(['name', ...named('c', chunk)], revoke, named('d', 30)));
    expect(status).toMatchObject({ status: 'done', read: chunk + 30, created: chunk, refused: 30 });
    expect(codes(status)).toEqual(['PERMISSION_DENIED You may not import records of deal.']);
    const report = await textOf(await bob.run('imports.rejects', { id: status.id }));
    await become(['imports']);
    const skipped = { row: null, field: null, code: null, message: null };
    expect(await deals(skipped, streamOf(report))).toMatchObject({ read: 30, created: 30, refused: 0 });
    const [{ n } = { n: 0 }] = await scene.sql(`select count(*)::int as n from ${scene.acme.schema}.deal where name ~ '^[cd]'`);
    expect(n).toBe(chunk + 30);
  });

  it('leaves lookups unset that would be set after the right was taken', async () => {
    await bob.create('account', { name: 'Late' });
    const columns = { account: { field: 'account', lookup: { deferred: true } } };
    const status = await deals(
      columns,
      inTwo(['name,account', ...named('e', chunk, ',Late')], () => become([]), []),
    );
    expect(status).toMatchObject({ status: 'done', created: chunk, refused: chunk });
    expect(codes(status)).toEqual(['PERMISSION_DENIED You may not import records of deal.']);
  });

  it('finds by lookups what its caller sees at the time', async () => {
    await scene.acme.create('account', { name: 'Unseen' });
    const account = { account: { field: 'account', lookup: {} } };
    const content = (meanwhile: () => Promise<unknown>): AsyncIterable<Uint8Array> =>
      inTwo(['name,account', ...named('f', chunk, ',Unseen')], meanwhile, ['g,Unseen', 'h,Nobody']);
    await become(['imports', 'seesAll']);
    const lost = await deals(
      account,
      content(() => become(['imports'])),
    );
    expect(lost).toMatchObject({ created: chunk, refused: 2 });
    const [first, second] = lost.rejects.map((reject) => JSON.stringify({ ...reject, row: 0 }).replace(/Unseen|Nobody/g, 'X'));
    expect(first).toContain('IMPORT_LOOKUP_MISSING');
    expect(first).toBe(second);
    expect(
      await deals(
        account,
        content(() => become(['imports', 'seesAll'])),
      ),
    ).toMatchObject({ created: 1, refused: chunk + 1 });
  });

  it('does not find by a field that is hidden from its caller, from the start or by now', async () => {
    await scene.acme.create('account', { name: 'Coded', owner: bob.id, code: 'C-1', phone: '+8613800138000' });
    const found = (field: string): Json => ({ account: { field: 'account', lookup: { by: field } } });
    const masked = deals(found('phone'), streamOf('name,account\ni,+8613800138000\n'));
    expect(await failureOf(masked)).toMatchObject({ code: 'FIELD_UNKNOWN', pointer: '/columns/account/lookup/by' });
    const hide = (): Promise<unknown> => become([], ['narrow']);
    const status = await deals(found('code'), inTwo(['name,account', ...named('j', chunk, ',C-1')], hide, ['k,C-1', 'l,C-2']));
    expect(status).toMatchObject({ created: chunk, refused: 2 });
    expect(codes(status)).toEqual([expect.stringMatching(/^FIELD_UNKNOWN account has no field code/)]);
  });
});
