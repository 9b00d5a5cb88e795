// Contracts from which instalments and renewals are made: sets out of queries and series of dates.
import { pack, testEngine, type Json, type TestEngine, type TestEngineOptions, type TestTenant } from '../support/engine.ts';

const v = (name: string) => ({ var: name });
const label = { en: 'x' };

const contracts = {
  customer: {
    fields: { name: { type: 'text' }, total: { type: 'rollup', aggregate: { of: 'renewals', function: 'sum', value: v('amount') } } },
  },
  contract: {
    fields: {
      name: { type: 'text' },
      customer: { type: 'lookup', to: 'customer', inverse: 'contracts' },
      code: { type: 'text' },
      state: { type: 'picklist', options: { draft: { label }, active: { label }, ended: { label } } },
      amount: { type: 'currency' },
      start: { type: 'date' },
      endDate: { type: 'date' },
    },
  },
  instalment: {
    fields: {
      name: { type: 'text' },
      contract: { type: 'lookup', to: 'contract', inverse: 'instalments', required: true },
      due: { type: 'date', required: true },
      until: { type: 'date' },
      number: { type: 'number', scale: 0 },
      amount: { type: 'currency', history: true },
    },
    keys: { once: { fields: ['contract', 'due'], unique: true } },
  },
  renewal: {
    fields: {
      name: { type: 'text' },
      customer: { type: 'lookup', to: 'customer', inverse: 'renewals' },
      code: { type: 'text', unique: true },
      amount: { type: 'currency', history: true },
      due: { type: 'date' },
    },
    validationRules: { cap: { refuseWhen: { '>': [v('amount'), 5000] }, message: { en: 'This is too much.' } } },
  },
  request: {
    fields: {
      name: { type: 'text' },
      done: { type: 'text' },
      kind: {
        type: 'picklist',
        options: Object.fromEntries(['renew', 'bare', 'ignore', 'void', 'within', 'now'].map((name) => [name, { label }])),
      },
    },
  },
  seen: { fields: { name: { type: 'text' }, renewal: { type: 'text' } } },
} satisfies Json;

const plan = {
  type: 'upsert',
  object: 'instalment',
  by: 'once',
  from: { series: { start: v('$record.start'), end: v('$record.endDate'), every: 'P1M' } },
  values: {
    contract: v('$record'),
    due: v('$series.date'),
    until: v('$series.next'),
    number: v('$series.index'),
    amount: v('$record.amount'),
    name: 'I',
  },
  stale: 'delete',
  scope: { '==': [v('contract'), v('$record')] },
};

const given = { '!': { isBlank: v('code') } };

const renew = {
  type: 'upsert',
  object: 'renewal',
  by: 'code',
  from: { object: 'contract', where: { '==': [v('state'), 'active'] } },
  values: { code: v('code'), name: v('name'), customer: v('customer'), amount: { '*': [v('amount'), '1.1'] }, due: v('endDate') },
};

const counts = {
  order: 90,
  type: 'set',
  values: {
    done: {
      concat: ['created', 'updated', 'unchanged', 'stale'].flatMap((name, i) => [i === 0 ? '' : '/', { text: v(`$steps.make.${name}`) }]),
    },
  },
};

const requested = (kind: string, steps: Json, more: Json = {}): Json => ({
  name: kind,
  object: 'request',
  runAs: 'system',
  trigger: { type: 'record', on: ['create'], ...more },
  when: { '==': [v('kind'), kind] },
  steps,
});

const making = (step: Json): Json => ({ make: { order: 10, ...step }, tell: counts });

const files: Json = {
  'automations/plan.json': {
    name: 'plan',
    object: 'contract',
    runAs: 'system',
    trigger: { type: 'record', on: ['create', 'update'], changed: ['start', 'endDate', 'amount'] },
    when: { '!': { isBlank: v('start') } },
    steps: { make: plan },
  },
  'automations/renew.json': requested('renew', making({ ...renew, stale: 'delete', scope: given })),
  'automations/bare.json': requested('bare', making(renew)),
  'automations/now.json': requested('now', making(renew), { moment: 'afterSave' }),
  'automations/ignore.json': requested('ignore', making({ ...renew, onMatch: 'ignore' })),
  'automations/void.json': requested('void', making({ ...renew, stale: 'void', scope: given })),
  'automations/within.json': requested('within', { all: { type: 'atomic', steps: making(renew) } }),
};

/** Notes every renewal that is written: whoever writes nothing leaves nothing here. */
const watching: Json = {
  'automations/watch.json': {
    name: 'watch',
    object: 'renewal',
    runAs: 'system',
    trigger: { type: 'record', on: ['create', 'update', 'delete'] },
    steps: { note: { type: 'create', object: 'seen', values: { name: v('code') } } },
  },
};

export interface Office {
  readonly engine: TestEngine;
  readonly acme: TestTenant;
  /** Does all that is due. Gives the reasons why runs have failed. */
  drain(): Promise<readonly string[]>;
  /** Lets all runs that failed be done again. */
  retry(): Promise<void>;
  /** Asks for a set of this kind and does it: its counts, or why it failed. */
  request(kind: string): Promise<unknown>;
  rows(columns: string, from: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export async function officeScene(watched: boolean, options: TestEngineOptions = {}): Promise<Office> {
  const engine = await testEngine(options);
  const acme = await engine.tenant('acme', [pack('office', contracts, watched ? { ...files, ...watching } : files)]);
  const rows: Office['rows'] = (columns, from) => engine.sql(`select ${columns} from ${acme.schema}.${from}`);
  const drain: Office['drain'] = async () => {
    await engine.engine.drain('acme');
    const failed = await rows('error', `_run where state = 'failed' order by id desc`);
    return failed.map(({ error }) => JSON.stringify(error));
  };
  return {
    engine,
    acme,
    rows,
    drain,
    request: async (kind) => {
      const id = await acme.create('request', { name: kind, kind });
      const [failed] = await drain();
      return failed ?? (await acme.read('request', id, 'done'))?.['done'];
    },
    retry: async () => {
      for (const { id } of await rows('id::text as id', `_run where state = 'failed'`)) await acme.run('runs.retry', { id: String(id) });
    },
    close: () => engine.close(),
  };
}
