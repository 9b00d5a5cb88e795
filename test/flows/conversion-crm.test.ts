// The conversion that comes with the example pack: a lead becomes an account, a contact and an opportunity.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { exampleFolder, readPack } from '../support/packs.ts';

let lab: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  lab = await testEngine();
  acme = await lab.tenant('acme', [readPack(exampleFolder('crm-base'))]);
});
afterAll(() => lab.close());

const lead = (values: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  acme.create('lead', {
    name: 'Ada King',
    company: 'Looms Ltd',
    email: 'ada@looms.example',
    status: 'qualified',
    industry: 'retail',
    mayContact: true,
    ...values,
  });
const convert = async (id: string) => {
  const { targets, attached } = await acme.run('conversions.run', { object: 'lead', id, conversion: 'leadToCustomer' });
  return { attached, ids: Object.fromEntries(targets.map((each) => [each.target, each.id])), made: targets.map(({ outcome }) => outcome) };
};

it('makes what is not there yet, and takes along who did what', async () => {
  const id = await lead();
  const visit = await acme.create('activity', { name: 'call', recordType: 'visit', about: { object: 'lead', id } });
  const campaign = await acme.create('campaign', { name: 'Fair' });
  await acme.create('campaignMember', { campaign, person: { object: 'lead', id } });
  const { ids, made, attached } = await convert(id);
  expect(made).toEqual(['created', 'created', 'created']);
  expect(await acme.read('account', ids['account'] ?? '', 'name', 'industry')).toEqual({ name: 'Looms Ltd', industry: 'retail' });
  expect(await acme.read('opportunity', ids['opportunity'] ?? '', 'name', 'account', 'primaryContact', 'stage')).toEqual({
    name: 'Looms Ltd, Ada King',
    account: ids['account'],
    primaryContact: ids['contact'],
    stage: 'prospecting',
  });
  expect(attached.map(({ object, count }) => [object, count])).toEqual(
    expect.arrayContaining([
      ['activity', 1],
      ['campaignMember', 1],
    ]),
  );
  expect(await acme.read('activity', visit, 'about')).toEqual({ about: { object: 'contact', id: ids['contact'] } });
  expect(await acme.read('lead', id, 'status', 'convertedOpportunity')).toEqual({
    status: 'converted',
    convertedOpportunity: ids['opportunity'],
  });
});

it('takes the account and the contact that there are', async () => {
  const { made } = await convert(await lead({ name: 'Ada K.' }));
  expect(made.slice(0, 2)).toEqual(['kept', expect.stringMatching(/kept|updated/)]);
  await expect(lead({ status: 'new' }).then(convert)).rejects.toMatchObject({ code: 'CONVERSION_REFUSED' });
});
