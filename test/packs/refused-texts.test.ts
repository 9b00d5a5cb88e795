// A plan tells which records have texts that a field no longer takes: by a pattern, or because it becomes an email, a phone or an address.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const text = (more: Json = {}): Json => ({ type: 'text', label: { en: 'Text' }, ...more });

/** The pack `crm` in a version. */
const crm = (version: string, fields: Json, files: Json = {}): Layer => {
  const made = pack('crm', { account: { fields } }, files);
  return { ...made, version, files: { ...made.files, 'pack.json': { ...(made.files['pack.json'] as Json), version } } };
};

const former: Json = { code: text(), mail: text(), site: text({ maxLength: 100 }), free: text({ pattern: '[a-z]*' }) };
const stricter: Json = {
  code: text({ pattern: '[A-Z]{2}\\d+', maxLength: 5 }),
  mail: { type: 'email', label: { en: 'Mail' } },
  web: { type: 'url', label: { en: 'Web' }, renamedFrom: ['site'] },
  free: text(),
};

let engine: TestEngine;
let acme: TestTenant;
const ids: string[] = [];
beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [crm('1.0.0', former)]);
  for (const [code, mail, site] of [
    ['AB12', 'ada@acme.example', 'https://acme.example'],
    ['ab12', 'ada', 'acme'],
    ['AB123456', null, null],
    ['AB12 ', 'bo@acme.example', 'ftp://x'],
    [null, '@', 'https://b.example'],
  ])
    ids.push(await acme.create('account', { name: 'A', code: code ?? null, mail: mail ?? null, site: site ?? null }));
  const gone = await acme.create('account', { name: 'Gone', code: 'no', mail: 'no', site: 'no' });
  await acme.remove('account', gone);
});
afterAll(() => engine.close());

const some = (...numbers: readonly number[]): readonly (string | undefined)[] => numbers.map((n) => ids[n]);
const byId = (...numbers: readonly number[]): Json => ({ object: 'account', filter: { in: [{ var: 'id' }, some(...numbers)] } });
const tooLong = (): Json => ({
  object: 'account',
  field: 'code',
  count: 1,
  sample: some(2),
  query: {
    object: 'account',
    filter: { and: [{ '!': [{ isBlank: [{ var: 'code' }] }] }, { '>': [{ length: [{ var: 'code' }] }, 5] }] },
  },
});

it('they are counted, sampled and listed, under the names of now', async () => {
  const { refused } = await acme.run('packs.plan', { files: crm('2.0.0', stricter).files });
  expect(refused).toEqual([
    tooLong(),
    { object: 'account', field: 'code', count: 2, sample: some(1, 3), query: byId(1, 3) },
    { object: 'account', field: 'mail', count: 2, sample: some(1, 4), query: byId(1, 4) },
    { object: 'account', field: 'web', count: 2, sample: some(1, 3), query: byId(1, 3) },
  ]);
});

it('what a migration of the upgrade mends is not among them', async () => {
  const migrations = {
    'migrations/codes.json': {
      name: 'codes',
      version: '2.0.0',
      object: 'account',
      set: { code: { upper: { var: 'code' } } },
    },
  };
  const { refused } = await acme.run('packs.plan', { files: crm('2.0.0', stricter, migrations).files });
  const codes = refused?.filter(({ field }) => field === 'code').map(({ count, sample }) => [count, sample]);
  expect(codes).toEqual([
    [1, some(2)],
    [1, some(3)],
  ]);
});

it('more than fit into one look are counted all the same', async () => {
  const many = await engine.tenant('many', [crm('1.0.0', former)]);
  const records = Array.from({ length: 1_000 }, (_, i) => ({ name: 'A', code: i % 2 === 0 ? 'AB1' : 'x' }));
  for (let round = 0; round < 11; round += 1) await many.run('records.create', { object: 'account', records });
  const { refused } = await many.run('packs.plan', { files: crm('2.0.0', stricter).files });
  expect(refused?.map(({ field, count, sample }) => [field, count, sample.length])).toEqual([['code', 5_500, 5]]);
}, 60_000);
