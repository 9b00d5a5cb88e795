// What the tests of matching and of duplicates share: accounts, and leads that may be about one of them.
import type { OperationOutput, RecordInput } from '@tessera/engine';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const text = { type: 'text' };

const objects: Readonly<Record<string, Json>> = {
  account: {
    fields: {
      code: text,
      phone: { type: 'phone' },
      city: text,
      mail: { type: 'email' },
      status: { type: 'picklist', options: { open: { order: 10 }, gone: { order: 20 } } },
      parent: { type: 'lookup', to: 'account', onDelete: 'setNull' },
      note: text,
    },
  },
  lead: { fields: { company: text, mobile: { type: 'phone' }, city: text, mail: { type: 'email' }, code: text } },
  plain: { fields: { code: text } },
};

export const sameCompany: Json = {
  name: 'sameCompany',
  object: 'account',
  sources: { lead: { fields: { name: 'company', phone: 'mobile' } } },
  where: { '!=': [{ var: 'status' }, 'gone'] },
  criteria: {
    code: { order: 10, fields: { code: {} } },
    phone: { order: 20, fields: { phone: { by: 'phone' } } },
    nameInCity: { order: 30, label: { en: 'Name and city' }, fields: { name: { by: 'company' }, city: { by: 'text' } } },
    likeName: { order: 40, fields: { name: { by: 'company', similarity: 0.7 } } },
  },
};

export const files: Json = { 'matchingRules/sameCompany.json': sameCompany };

export const matchingPack = (more: Json = {}) => pack('base', objects, { ...files, ...more });

export interface MatchingScene {
  readonly engine: TestEngine;
  readonly tenant: TestTenant;
  match(values: RecordInput, object?: string): Promise<OperationOutput<'matching.match'>[number]>;
  /** The kind, and names of the candidates with the criterion by which each was found. */
  found(values: RecordInput, object?: string): Promise<readonly string[]>;
  empty(): Promise<void>;
}

export async function matchingScene(more: Json = {}): Promise<MatchingScene> {
  const engine = await testEngine();
  const tenant = await engine.tenant('acme', [matchingPack(more)]);
  const match: MatchingScene['match'] = async (values, object = 'account') => {
    const [answer] = await tenant.run('matching.match', { rule: 'sameCompany', object, records: [{ values }] });
    if (answer === undefined) throw new TypeError('One record has one answer.');
    return answer;
  };
  return {
    engine,
    tenant,
    match,
    found: async (values, object) => {
      const { kind, candidates } = await match(values, object);
      return [kind, ...candidates.map(({ name, criterion }) => `${String(name)} ${String(criterion)}`)];
    },
    empty: async () => {
      for (const object of ['account', 'lead', 'plain']) await engine.sql(`delete from ${tenant.schema}.${object}`);
    },
  };
}
