// Customers who owe by instalments and pay: payments are written off against what is open, by automations; and refunds take it back.
import { pack, testEngine, type Json, type TestEngine, type TestEngineOptions, type TestTenant } from '../support/engine.ts';

const v = (name: string) => ({ var: name });
const label = { en: 'x' };

const into = (values: Json): Json => ({
  object: 'writeOff',
  by: 'once',
  amount: 'amount',
  values: { payment: v('$record'), receivable: v('id'), ...values },
});

const open = { and: [{ '==': [v('customer'), v('$record.customer')] }, { '!=': [v('open'), 0] }] };

/** Runs over a payment whenever it is written; `more` is said of its step. */
export const writingOff = (name: string, kind: string, more: Json, automation: Json = {}): Json => ({
  name,
  object: 'payment',
  runAs: 'system',
  trigger: { type: 'record', on: ['create', 'update'] },
  when: { '==': [v('kind'), kind] },
  steps: {
    spread: { order: 10, type: 'allocate', amount: v('amount'), ...more },
    note: {
      order: 20,
      type: 'create',
      object: 'note',
      values: {
        name: kind,
        payment: v('$record'),
        allocated: v('$steps.spread.allocated'),
        rest: v('$steps.spread.rest'),
        count: v('$steps.spread.count'),
      },
    },
  },
  ...automation,
});

const over = { object: 'receivable', where: open, sort: { due: {} } };

/** Of what was paid last first. */
const takingBack = {
  over: { object: 'receivable', where: { '==': [v('customer'), v('$record.customer')] }, sort: { due: { direction: 'descending' } } },
  capacity: v('paid'),
  into: into({ name: 'refund' }),
};

const withinWrite = { trigger: { type: 'record', on: ['create', 'update'], moment: 'afterSave' } };

export const ledger = (files: Json = {}) =>
  pack(
    'ledger',
    {
      customer: { fields: { name: { type: 'text' } } },
      receivable: {
        fields: {
          name: { type: 'text' },
          customer: { type: 'lookup', to: 'customer', inverse: 'receivables' },
          amount: { type: 'currency' },
          due: { type: 'date' },
          priority: { type: 'number', scale: 0 },
          weight: { type: 'number', scale: 3 },
          paid: { type: 'rollup', history: true, aggregate: { of: 'writeOffs', function: 'sum', value: v('amount') } },
          open: { type: 'formula', returns: 'currency', formula: { '-': [v('amount'), v('paid')] } },
        },
      },
      payment: {
        fields: {
          name: { type: 'text' },
          customer: { type: 'lookup', to: 'customer', inverse: 'payments' },
          line: { type: 'text', unique: true },
          kind: {
            type: 'picklist',
            options: Object.fromEntries(
              ['oldest', 'parts', 'tiers', 'refund', 'atOnce', 'giveBack', 'person'].map((name) => [name, { label }]),
            ),
          },
          amount: { type: 'currency' },
          used: { type: 'rollup', aggregate: { of: 'writeOffs', function: 'sum', value: v('amount') } },
        },
      },
      writeOff: {
        fields: {
          name: { type: 'text' },
          payment: { type: 'lookup', to: 'payment', inverse: 'writeOffs', required: true },
          receivable: { type: 'lookup', to: 'receivable', inverse: 'writeOffs', required: true },
          amount: { type: 'currency', history: true },
        },
        keys: { once: { fields: ['payment', 'receivable'], unique: true } },
      },
      note: {
        fields: {
          name: { type: 'text' },
          payment: { type: 'lookup', to: 'payment' },
          allocated: { type: 'currency' },
          rest: { type: 'currency' },
          count: { type: 'number', scale: 0 },
        },
      },
    },
    {
      'automations/oldest.json': writingOff('oldest', 'oldest', { over, capacity: v('open'), into: into({ name: 'oldest first' }) }),
      'automations/parts.json': writingOff('parts', 'parts', {
        over,
        capacity: v('open'),
        spread: 'inProportion',
        into: into({ name: 'in parts' }),
      }),
      'automations/tiers.json': writingOff('tiers', 'tiers', {
        over,
        capacity: v('open'),
        tier: v('priority'),
        spread: 'inProportion',
        weight: v('weight'),
        into: into({ name: 'tiers' }),
      }),
      'automations/refund.json': writingOff('refund', 'refund', takingBack),
      'automations/giveBack.json': writingOff('giveBack', 'giveBack', takingBack, withinWrite),
      'automations/atOnce.json': writingOff(
        'atOnce',
        'atOnce',
        { over, capacity: v('open'), into: into({ name: 'at once' }) },
        withinWrite,
      ),
      ...files,
    },
  );

export interface Receivable {
  readonly amount: string;
  readonly due?: string;
  readonly priority?: string;
  readonly weight?: string;
}

export interface Ledger {
  readonly engine: TestEngine;
  readonly acme: TestTenant;
  /** A customer with receivables; their ids in order. */
  owing(receivables: readonly Receivable[]): Promise<{ readonly customer: string; readonly receivables: readonly string[] }>;
  pay(customer: string, amount: string, kind?: string): Promise<string>;
  /** Does all that is due. */
  drain(): Promise<void>;
  /** What is written off of each receivable by a payment, or by all. */
  amounts(receivables: readonly string[], payment?: string): Promise<readonly number[]>;
  /** What the latest run for the payment came to. */
  told(payment: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function ledgerScene(options: TestEngineOptions = {}): Promise<Ledger> {
  const engine = await testEngine(options);
  const acme = await engine.tenant('acme', [ledger()]);
  const live = 'deleted_at is null';
  return {
    engine,
    acme,
    owing: async (receivables) => {
      const customer = await acme.create('customer', { name: 'C' });
      const records = receivables.map((each, i) => ({
        name: `R${String(i)}`,
        customer,
        due: `2026-01-${String(i + 1).padStart(2, '0')}`,
        ...each,
      }));
      const { results } = await acme.run('records.create', { object: 'receivable', records });
      return { customer, receivables: results.map((result) => (result.ok ? result.id : '')) };
    },
    pay: (customer, amount, kind = 'oldest') => acme.create('payment', { name: 'P', customer, amount, kind }),
    drain: async () => {
      await engine.engine.drain('acme');
      const failed = await engine.sql(`select automation, error from ${acme.schema}._run where state = 'failed'`);
      if (failed.length > 0) throw new Error(JSON.stringify(failed));
    },
    amounts: async (receivables, payment) => {
      const own = payment === undefined ? '' : `and w.payment_id = '${payment}'`;
      const rows = await engine.sql(
        `select coalesce((select sum(w.amount) from ${acme.schema}.write_off w where w.receivable_id = r.id and w.${live} ${own}), 0)::float as sum
         from unnest($1::uuid[]) with ordinality as r(id, n) order by n`,
        [receivables],
      );
      return rows.map(({ sum }) => Number(sum));
    },
    told: async (payment) => {
      const [row] = await engine.sql(
        `select allocated::float, rest::float, count::int from ${acme.schema}.note where payment_id = $1 order by id desc limit 1`,
        [payment],
      );
      return row;
    },
    close: () => engine.close(),
  };
}
