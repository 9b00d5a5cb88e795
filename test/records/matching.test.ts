// Matching rules at work: what is found, how near, and what it costs.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rekeyRecords } from '@tessera/records';
import { pack } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { matchingScene, type MatchingScene } from './matching-scene.ts';

let scene: MatchingScene;
beforeAll(async () => {
  scene = await matchingScene();
});
afterEach(() => scene.empty());
afterAll(() => scene.engine.close());

const account = (name: string, values: Readonly<Record<string, unknown>> = {}) => scene.tenant.create('account', { name, ...values });
const keysOf = async (id: string): Promise<string> =>
  String((await scene.engine.sql(`select _match::text as keys from ${scene.tenant.schema}.account where id = $1`, [id]))[0]?.['keys']);

describe('matching', () => {
  it('finds nothing, one, or many', async () => {
    expect(await scene.found({ name: 'Acme' })).toEqual(['none']);
    const id = await account('Acme', { code: 'X1' });
    expect(await scene.match({ code: 'X1' })).toMatchObject({ kind: 'one', record: { object: 'account', id } });
    await account('Other', { code: 'X1' });
    expect(await scene.match({ code: 'X1' })).toMatchObject({ kind: 'many', record: null });
    expect(await scene.found({ code: 'x1' })).toEqual(['none']);
  });

  it('decides by the nearest criterion that finds any', async () => {
    const id = await account('华为技术有限公司', { code: '1', phone: '010-88886666' });
    await account('小米', { phone: '+86 10 88886666' });
    expect(await scene.found({ code: '1', phone: '(010) 8888 6666', name: '华为技术（中国）有限公司' })).toEqual([
      'one',
      '华为技术有限公司 code',
      '小米 phone',
    ]);
    const { record, candidates } = await scene.match({ code: '1', phone: '(010) 8888 6666', name: '华为技术（中国）有限公司' });
    expect(record?.id).toBe(id);
    expect(candidates[0]).toMatchObject({ likeness: 1, criteria: ['code', 'phone', 'likeName'], label: 'code' });
    expect(await scene.found({ phone: '01088886666' })).toEqual(['many', '华为技术有限公司 phone', '小米 phone']);
  });

  it('wants every field of a criterion', async () => {
    await account('Acme Steel Co., Ltd.', { city: 'Shang Hai' });
    expect(await scene.found({ name: 'ACME STEEL', city: 'shanghai' })).toEqual(['one', 'Acme Steel Co., Ltd. nameInCity']);
    expect(await scene.found({ name: 'ACME STEEL', city: 'Beijing' })).toEqual(['one', 'Acme Steel Co., Ltd. likeName']);
    expect(await scene.found({ city: 'Shang Hai' })).toEqual(['none']);
  });

  it('finds what is alike, the most alike first', async () => {
    await account('用友网络科技股份有限公司');
    await account('用友网路科技');
    await account('金蝶软件');
    expect(await scene.found({ name: '用友网络科技公司' })).toEqual(['many', '用友网络科技股份有限公司 likeName', '用友网路科技 likeName']);
    const { candidates } = await scene.match({ name: '用友网络科技公司' });
    expect(candidates.map(({ likeness }) => likeness)).toEqual([1, 0.71]);
    expect(await scene.found({ name: '友' })).toEqual(['none']);
  });

  it('goes across objects', async () => {
    await account('Acme', { phone: '13800138000' });
    expect(await scene.found({ mobile: '+86 138 0013 8000' }, 'lead')).toEqual(['one', 'Acme phone']);
    expect(await scene.found({ company: 'Acme Ltd' }, 'lead')).toEqual(['one', 'Acme likeName']);
    expect((await failureOf(scene.match({}, 'plain'))).code).toBe('REQUEST_INVALID');
    expect((await failureOf(scene.match({ fax: '1' }, 'lead'))).code).toBe('FIELD_UNKNOWN');
  });

  it('leaves out the record itself, the bin, and what the rule does', async () => {
    const { tenant } = scene;
    const id = await account('Acme', { code: '1' });
    const [self] = await tenant.run('matching.match', { rule: 'sameCompany', records: [{ id }] });
    expect(self?.kind).toBe('none');
    const twin = await account('Acme', { code: '1' });
    const [other] = await tenant.run('matching.match', { rule: 'sameCompany', records: [{ id }] });
    expect(other?.record?.id).toBe(twin);
    await tenant.update('account', twin, { status: 'gone' });
    expect(await scene.found({ code: '1' })).toEqual(['one', 'Acme code']);
    await tenant.remove('account', id);
    expect(await scene.found({ code: '1' })).toEqual(['none']);
  });

  it('asks about a thousand records in a few statements', async () => {
    await account('Acme', { code: '7' });
    const records = Array.from({ length: 1000 }, (_, i) => ({ values: { code: String(i), name: `Company ${String(i)}`, city: 'x' } }));
    let kinds: readonly string[] = [];
    const texts = await scene.engine.statements(async () => {
      kinds = (await scene.tenant.run('matching.match', { rule: 'sameCompany', records })).map(({ kind }) => kind);
    });
    expect(kinds.filter((kind) => kind === 'one')).toHaveLength(1);
    expect(texts.length).toBeLessThan(8);
  });
});

describe('keys', () => {
  it('follow the fields, and lookups that are emptied', async () => {
    const id = await account('Acme', { code: '1' });
    const before = await keysOf(id);
    await scene.tenant.update('account', id, { note: 'x' });
    expect(await keysOf(id)).toBe(before);
    await scene.tenant.update('account', id, { code: '2' });
    expect(await keysOf(id)).not.toBe(before);
    expect([await scene.found({ code: '1' }), await scene.found({ code: '2' })]).toEqual([['none'], ['one', 'Acme code']]);
  });

  it('are no matter of objects that nobody looks for', async () => {
    const columns = await scene.engine.sql(
      `select table_name from information_schema.columns where table_schema = $1 and column_name = '_match'`,
      [scene.tenant.schema],
    );
    expect(columns.map((row) => row['table_name'])).toEqual(['account']);
    const texts = await scene.engine.statements(() => scene.tenant.create('plain', { name: 'x' }));
    expect(texts.filter((text) => text.includes('_match') || text.includes('advisory_xact_lock('))).toEqual([]);
  });

  it('are given to records that are there when a rule comes, and go with it', async () => {
    const { engine } = scene;
    const tenant = await engine.tenant('later', [pack('base', { thing: { fields: { code: { type: 'text' } } } })]);
    for (let i = 0; i < 3; i += 1) await tenant.create('thing', { name: `T${String(i)}`, code: 'same' });
    const removed = await tenant.create('thing', { name: 'Gone', code: 'same' });
    await tenant.remove('thing', removed);
    const rule = { name: 'same__c', object: 'thing', criteria: { code: { fields: { code: {} } } } };
    await tenant.apply({ 'matchingRules/same__c.json': rule });
    const ask = async () => (await tenant.run('matching.match', { rule: 'same__c', records: [{ values: { code: 'same' } }] }))[0];
    expect((await ask())?.candidates).toHaveLength(3);
    await tenant.run('records.restore', { object: 'thing', ids: [removed] });
    expect((await ask())?.candidates).toHaveLength(4);
    expect(await rekeyRecords(engine.cell.tenant('later'), await engine.engine.view(tenant.context()))).toBe(0);
    // Compared in another way, all have other keys.
    await tenant.apply({ 'matchingRules/same__c.json': { ...rule, criteria: { code: { fields: { code: { by: 'text' } } } } } });
    expect(
      (await tenant.run('matching.match', { rule: 'same__c', records: [{ values: { code: 'S-a-m-e' } }] }))[0]?.candidates,
    ).toHaveLength(4);
    await tenant.apply({ 'matchingRules/same__c.json': null });
    expect((await failureOf(ask())).code).toBe('MATCHING_RULE_UNKNOWN');
    await tenant.create('thing', { name: 'After', code: 'same' });
  });

  it('follow options that are renamed, exchanged ones too', async () => {
    const tenant = await scene.engine.tenant('words', [pack('base', { anchor: { fields: {} } })]);
    const applied = (options: Readonly<Record<string, unknown>>) =>
      tenant.apply({
        'objects/thing__c.json': {
          name: 'thing__c',
          plural: 'things__c',
          label: { en: 'Thing' },
          fields: { kind__c: { type: 'picklist', label: { en: 'Kind' }, options } },
        },
        'matchingRules/same__c.json': { name: 'same__c', object: 'thing__c', criteria: { kind: { fields: { kind__c: {} } } } },
      });
    const ask = async (kind: string) => {
      const [found] = await tenant.run('matching.match', { rule: 'same__c', records: [{ values: { kind__c: kind } }] });
      return found?.candidates.map(({ name }) => name);
    };
    await applied({ a: {}, b: {} });
    await tenant.create('thing__c', { name: 'A', kind__c: 'a' });
    await tenant.create('thing__c', { name: 'B', kind__c: 'b' });
    await applied({ b: { renamedFrom: ['a'] }, a: { renamedFrom: ['b'] } });
    expect([await ask('a'), await ask('b')]).toEqual([['B'], ['A']]);
    await applied({ c: { renamedFrom: ['a'] }, b: {} });
    expect([await ask('c'), await ask('b')]).toEqual([['B'], ['A']]);
  });
});
