// Refusals that no other test names: each code of the registry is one that somebody has really been given.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { compileTemplate } from '@tessera/security';
import { checkSystemVersion, tenantSystemVersion } from '@tessera/storage';
import { readConfig } from '../../packages/server/src/config.ts';
import { password } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import type { Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const invoice = {
  name: 'invoice',
  plural: 'invoices',
  label: { en: 'Invoice' },
  fields: { total: { type: 'currency', currencyField: 'money' }, money: { type: 'text' } },
};
const seal = {
  name: 'seal',
  plural: 'seals',
  label: { en: 'Seal' },
  sharing: 'private',
  fields: { account: { type: 'lookup', to: 'account', required: true } },
};

let scene: AccessScene;
let admin: Person;
let folder: string;

beforeAll(async () => {
  scene = await accessScene({ 'objects/invoice.json': invoice, 'objects/seal.json': seal });
  ({ admin } = scene);
  folder = await mkdtemp(join(tmpdir(), 'tessera-codes-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await scene.close();
});

/** The code of a refusal with the codes of what it is made of. */
async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  const { code, problems } = await failureOf(work);
  return [code, ...problems.map((each) => each.code)];
}

async function graphql(query: string): Promise<unknown> {
  const { json } = await admin.http.post('/graphql', { query });
  return (json['errors'] as readonly { readonly extensions: Json }[] | undefined)?.[0]?.extensions['code'];
}

describe('a read is refused', () => {
  it('by GRAPHQL_TOO_LARGE where its document has too many parts', async () => {
    const roots = Array.from({ length: 31 }, (_, n) => `a${String(n)}: users { totalCount }`).join(' ');
    expect(await graphql(`{ ${roots} }`)).toBe('GRAPHQL_TOO_LARGE');
    expect(await graphql(`{ ${roots.replace(/a30.*/, '')} }`)).toBeUndefined();
  });

  it('by QUERY_TOO_DEEP where records nest too deep', async () => {
    const nested = (depth: number): string => `{ users { nodes { ${'manager { '.repeat(depth)} id ${'}'.repeat(depth)} } } }`;
    expect(await graphql(nested(13))).toBe('QUERY_TOO_DEEP');
    expect(await graphql(nested(5))).toBeUndefined();
  });

  it('by RELATION_UNKNOWN for children that there are not', async () => {
    const children = { kind: 'children', as: 'c', relation: 'nothings', list: { page: { first: 1 } }, parts: [] } as const;
    const roots = [{ kind: 'record', as: 'r', object: 'account', by: { id: scene.admin.id }, selections: [children] }] as const;
    expect(await codesOf(admin.run('records.read', { roots }))).toEqual(['RELATION_UNKNOWN']);
  });

  it('by REQUEST_RULES_INVALID with every mistake of its rules', async () => {
    const filter = JSON.stringify({ and: [{ '==': [{ var: 'nothing' }, 1] }, { nonsense: [1] }] });
    const { status, json } = await admin.http.get(`/api/v1/records/account?filter=${encodeURIComponent(filter)}`);
    expect({ status, json }).toMatchObject({
      status: 422,
      json: { code: 'REQUEST_RULES_INVALID', problems: [{ code: 'RULE_NAME_UNKNOWN' }, { code: 'RULE_OPERATOR_UNKNOWN' }] },
    });
  });

  it('by CURRENCIES_MIXED where it adds amounts of several currencies', async () => {
    const figures = (groupBy: readonly Json[]): Promise<{ readonly status: number; readonly json: Json }> =>
      admin.http.post('/api/v1/records/invoice/aggregate', { measures: [{ function: 'sum', path: 'total' }], groupBy });
    expect(await figures([])).toMatchObject({ status: 422, json: { code: 'CURRENCIES_MIXED' } });
    expect(await figures([{ path: 'money' }])).toMatchObject({ status: 200 });
  });
});

describe('a write is refused', () => {
  it('by RECORD_HELD, which does not say by what, where the person may not see it', async () => {
    const rep = await scene.person('held');
    const account = await rep.create('account', { name: 'Held' });
    await admin.create('seal', { name: 'Holds', account });
    const remove = (person: Person) => person.http.call('DELETE', `/api/v1/records/account/${account}`);
    const told = await remove(rep);
    expect(told).toMatchObject({ status: 409, json: { code: 'RECORD_HELD' } });
    expect(told.text).not.toContain('seal');
    expect(await remove(admin)).toMatchObject({ status: 409, json: { code: 'RECORD_IN_USE' } });
  });

  it('by IMPORT_MAPPING_INVALID with every mistake of its mapping', async () => {
    const mapping = JSON.stringify({ columns: { a: { field: 'nothing' }, b: { field: 'never' } } });
    const answer = await admin.http.import('account', 'a,b\n1,2\n', { mapping });
    expect(answer).toMatchObject({
      status: 422,
      json: { code: 'IMPORT_MAPPING_INVALID', problems: [{ code: 'FIELD_UNKNOWN' }, { code: 'FIELD_UNKNOWN' }] },
    });
  });
});

describe('a change of metadata is refused', () => {
  it('by PLAN_BLOCKED where records would break, which are named', async () => {
    const [one, two] = [await admin.create('tag', { name: 'One' }), await admin.create('tag', { name: 'Two' })];
    const field = { type: 'text', required: true, label: { en: 'Color' } };
    const files = { 'extensions/tag.json': { extends: 'tag', fields: { color__c: field, shape__c: field } } };
    const { json } = await admin.http.post('/api/v1/metadata/plan', { files });
    const [finding] = json['findings'] as readonly { readonly count: number; readonly sample: readonly string[] }[];
    expect(finding).toMatchObject({ count: 2 });
    expect(finding?.sample.toSorted()).toEqual([one, two].sort());
    expect(await admin.http.apply(files)).toMatchObject({
      status: 422,
      json: { code: 'PLAN_BLOCKED', problems: [{ code: 'PLAN_CHECK' }, { code: 'PLAN_CHECK' }] },
    });
  });

  it('by VERSION_UNKNOWN where there is no such version to go back to', async () => {
    expect(await admin.http.post('/api/v1/metadata/rollback', { version: 999 })).toMatchObject({
      status: 404,
      json: { code: 'VERSION_UNKNOWN' },
    });
  });
});

describe('a tenant is refused', () => {
  const mapping = { columns: { name: { field: 'name' }, count: { field: 'count' } } };

  /** Makes a tenant from one pack with these files. */
  async function make(name: string, files: Readonly<Record<string, unknown>>): Promise<void> {
    const thing = {
      name: 'thing',
      plural: 'things',
      label: { en: 'Thing' },
      fields: { other: { type: 'lookup', to: 'thing' }, count: { type: 'number' } },
    };
    const manifest = { name, namespace: '', version: '1.0.0', label: { en: name }, publisher: 'Tests', languages: ['en'] };
    const all: Readonly<Record<string, unknown>> = { 'pack.json': manifest, 'objects/thing.json': thing, ...files };
    for (const [path, content] of Object.entries(all)) {
      await mkdir(join(folder, name, path, '..'), { recursive: true });
      await writeFile(join(folder, name, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const administration = new Administration({ cell: scene.cell, log: silentLogger, secret: 'a secret', clock: scene.clock });
    const administrator = { email: `admin@${name}.example`, name: 'Admin', password };
    await administration.createTenant({ name, packs: [join(folder, name)], administrator, demo: true });
  }

  it('by SEED_REFERENCE_MISSING where data name a record that did not come before', async () => {
    const data = { name: 'things', object: 'thing', owner: 'demo', records: { a: { name: 'A', other: { ref: 'z' } } } };
    expect(await codesOf(make('refs', { 'data/things.json': data }))).toContain('SEED_REFERENCE_MISSING');
  });

  it('by SEED_REFUSED where rows of a data file are not taken', async () => {
    const data = { name: 'things', object: 'thing', owner: 'demo', file: 'things.csv', mapping };
    const made = make('rows', { 'data/things.json': data, 'data/things.csv': 'name,count\nA,many\nB,few\nC,1\n' });
    expect(await codesOf(made)).toEqual(['SEED_REFUSED', 'SEED_REFUSED', 'SEED_REFUSED']);
  });

  it('by PACK_UNREADABLE where a pack is missing that its own needs, by PACK_DEPENDENCY where the one beside it is too old', async () => {
    const manifest = { namespace: '', version: '1.0.0', label: { en: 'Needy' }, publisher: 'Tests', languages: ['en'] };
    const needy = (name: string, dependencies: Readonly<Record<string, string>>): Promise<void> =>
      make(name, { 'pack.json': { ...manifest, name, dependencies } });
    await make('older', {});
    expect(await codesOf(needy('lonely', { nowhere: '^1.0.0' }))).toEqual(['PACK_UNREADABLE']);
    expect(await codesOf(needy('needy', { older: '^2.0.0' }))).toContain('PACK_DEPENDENCY');
  });

  it.each([-2, 2])('by TENANT_SYSTEM_VERSION where its tables are %i versions away', (away) => {
    const check = Promise.resolve().then(() => {
      checkSystemVersion('aged', tenantSystemVersion + away);
    });
    return expect(codesOf(check)).resolves.toEqual(['TENANT_SYSTEM_VERSION']);
  });
});

describe('a text of settings or of a template is refused', () => {
  it('by SETTING_INVALID for each setting that is wrong', async () => {
    const read = Promise.resolve().then(() => readConfig({ PORT: 'many', DATABASE_URL: 'nonsense' }));
    expect(await codesOf(read)).toEqual(['CONFIGURATION_INVALID', 'SETTING_INVALID', 'SETTING_INVALID']);
  });

  it('by TEMPLATE_INVALID with every mistake of it', async () => {
    const compile = Promise.resolve().then(() => compileTemplate('html', '<script>{{ a }}</script><p onclick="{{ b }}">'));
    expect(await codesOf(compile)).toEqual(['TEMPLATE_INVALID', 'TEMPLATE_PLACE', 'TEMPLATE_PLACE']);
  });
});
