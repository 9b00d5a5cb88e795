// What the tests of merging share: companies with all kinds of things that point to them.
import type { OperationOutput, RecordInput } from '@tessera/engine';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const text = { type: 'text' };
const toCompany = { type: 'lookup', to: 'company' };

const objects: Readonly<Record<string, Json>> = {
  company: {
    sharing: 'private',
    fields: {
      code: { ...text, unique: true },
      phone: { type: 'phone', history: true },
      city: { ...text, history: true },
      amount: { type: 'currency', scale: 2 },
      tags: { type: 'multiPicklist', options: { a: { order: 10 }, b: { order: 20 } } },
      parent: { type: 'lookup', to: 'company', onDelete: 'setNull' },
      logo: { type: 'file' },
      dealSum: { type: 'rollup', aggregate: { of: 'deals', function: 'sum', value: { var: 'amount' } } },
      siteCount: { type: 'rollup', aggregate: { of: 'sites', function: 'count' } },
      lastSite: { type: 'rollup', aggregate: { of: 'sites', function: 'max', value: { var: 'floor' } } },
    },
    validationRules: {
      noNowhere: { refuseWhen: { '==': [{ var: 'city' }, 'nowhere'] }, at: 'city', message: { en: 'Not there.' } },
    },
  },
  deal: { fields: { company: { ...toCompany, required: true, inverse: 'deals', history: true }, amount: { type: 'currency', scale: 2 } } },
  site: {
    sharing: 'controlledByParent',
    fields: { company: { type: 'masterDetail', to: 'company', inverse: 'sites' }, floor: { type: 'number', scale: 0 } },
  },
  member: {
    sharing: 'controlledByParent',
    fields: { company: { type: 'masterDetail', to: 'company', inverse: 'members' }, campaign: text },
    keys: { once: { fields: ['company', 'campaign'] } },
  },
  note: { fields: { about: { type: 'lookup', to: ['company', 'deal'], inverse: 'notes' }, loose: { ...toCompany, onDelete: 'setNull' } } },
};

export type Merged = OperationOutput<'records.merge'>;

export interface MergeScene {
  readonly engine: TestEngine;
  readonly tenant: TestTenant;
  company(name: string, values?: RecordInput): Promise<string>;
  merge(winner: string, others: readonly string[], fields?: Readonly<Record<string, string>>): Promise<Merged>;
  undo(winner: string, merge: string): Promise<OperationOutput<'records.undoMerge'>>;
  /** Names of the records that point to a company by a field. */
  pointing(object: string, field: string, to: string): Promise<readonly string[]>;
}

export const mergePack = (more: Json = {}) => pack('base', objects, more);

export async function mergeScene(more: Json = {}): Promise<MergeScene> {
  const engine = await testEngine();
  const tenant = await engine.tenant('acme', [mergePack(more)]);
  return {
    engine,
    tenant,
    company: (name, values = {}) => tenant.create('company', { name, ...values }),
    merge: (winner, others, fields = {}) =>
      tenant.run('records.merge', { object: 'company', record: { id: winner }, others: others.map((id) => ({ id })), fields }),
    undo: (winner, merge) => tenant.run('records.undoMerge', { object: 'company', id: winner, merge }),
    pointing: async (object, field, to) => {
      const rows = await engine.sql(
        `select name from ${tenant.schema}.${object} where ${field} = $1 and deleted_at is null order by name`,
        [to],
      );
      return rows.map((row) => String(row['name']));
    },
  };
}
