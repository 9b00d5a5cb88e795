// The step match in automations: what it finds is what later steps see.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wrongIn } from '../metadata/automation-kit.ts';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const outcome = (name: string): Json => ({ var: `$steps.company.${name}` });

const files: Json = {
  'matchingRules/sameCompany.json': {
    name: 'sameCompany',
    object: 'account',
    sources: { lead: { fields: { name: 'company' } } },
    criteria: { name: { fields: { name: { by: 'company' } } } },
  },
  'automations/link.json': {
    name: 'link',
    object: 'lead',
    trigger: { type: 'record', on: ['create'], moment: 'afterSave' },
    steps: {
      company: { order: 10, type: 'match', matching: 'sameCompany', record: { var: '$record.id' } },
      put: {
        order: 20,
        type: 'update',
        record: { var: '$record.id' },
        values: { account: outcome('record'), found: outcome('kind') },
      },
    },
  },
  'automations/before.json': {
    name: 'before',
    object: 'lead',
    trigger: { type: 'record', on: ['create', 'update'], moment: 'beforeSave' },
    steps: {
      company: { order: 10, type: 'match', matching: 'sameCompany', record: { var: '$record.id' } },
      put: { order: 20, type: 'set', values: { near: outcome('record'), like: outcome('kind') } },
    },
  },
};

let engine: TestEngine;
let acme: TestTenant;
beforeAll(async () => {
  engine = await testEngine();
  const fields = {
    company: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    found: { type: 'text' },
    near: { type: 'lookup', to: 'account' },
    like: { type: 'text' },
  };
  acme = await engine.tenant('acme', [pack('base', { account: { fields: {} }, lead: { fields } }, files)]);
});
afterAll(() => engine.close());

describe('the step match', () => {
  it('links a lead to its company, or says why not, for many at once', async () => {
    const account = await acme.create('account', { name: 'Acme Steel Co., Ltd.' });
    for (const name of ['Twin Ltd', 'Twin Inc']) await acme.create('account', { name });
    const records = ['ACME STEEL', 'Twin', 'Nobody', undefined].map((company, i) => ({
      name: `L${String(i)}`,
      ...(company === undefined ? {} : { company }),
    }));
    const { results } = await acme.run('records.create', { object: 'lead', records });
    const leads = await Promise.all(results.map((result) => acme.read('lead', result.ok ? result.id : '', 'account', 'found')));
    expect(leads).toEqual([
      { account, found: 'one' },
      { account: null, found: 'many' },
      { account: null, found: 'none' },
      { account: null, found: 'none' },
    ]);
  });

  it('finds before the save what the record is about to be like, and writes nothing for it', async () => {
    const account = await acme.create('account', { name: 'Before Ltd' });
    const id = await acme.create('lead', { name: 'L', company: 'BEFORE' });
    const shown = () => acme.read('lead', id, 'near', 'like', 'version');
    // Once more after the save, by the other automation.
    expect(await shown()).toEqual({ near: account, like: 'one', version: 2 });
    await acme.update('lead', id, { company: 'Nobody' });
    expect(await shown()).toEqual({ near: null, like: 'none', version: 3 });
  });

  it('names a rule that there is, and a record that it takes', () => {
    const step = (change: Json): string[] => {
      const steps = { m: { type: 'match', matching: 'same', record: { var: '$record.id' }, ...change } };
      const content = { name: 'a', object: 'contract', trigger: { type: 'record', on: ['create'] }, steps };
      return wrongIn('automations/a.json', content).map(({ code, pointer }) => `${code} ${pointer}`);
    };
    expect(step({})).toEqual(['METADATA_REFERENCE_MISSING /steps/m/matching']);
    expect(step({ record: undefined })).toEqual([expect.stringContaining('/steps/m')]);
  });
});
