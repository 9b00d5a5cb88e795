// What writes cost: the statements of each, counted on the way to PostgreSQL.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SelectionRequest } from '@tessera/engine';
import { pack, selected, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const v = (name: string) => ({ var: name });

const shop = pack('shop', {
  plain: { fields: { code: { type: 'text', unique: true }, note: { type: 'text', history: true } } },
  region: { fields: { total: { type: 'rollup', aggregate: { of: 'orders', function: 'sum', value: v('total') } } } },
  order: {
    fields: {
      region: { type: 'lookup', to: 'region', inverse: 'orders' },
      total: { type: 'rollup', aggregate: { of: 'lines', function: 'sum', value: v('amount') } },
      biggest: { type: 'rollup', aggregate: { of: 'lines', function: 'max', value: v('amount') } },
    },
  },
  product: { fields: { price: { type: 'currency' }, onSale: { type: 'boolean', default: true } } },
  line: {
    fields: {
      name: { type: 'autoNumber', format: 'L-{000000}' },
      order: { type: 'masterDetail', to: 'order', inverse: 'lines' },
      product: { type: 'lookup', to: 'product', inverse: 'lines', onDelete: 'restrict', filter: { '==': [v('onSale'), true] } },
      code: { type: 'text', unique: true },
      amount: { type: 'currency', default: v('product.price'), history: true },
      note: { type: 'text' },
    },
    validationRules: {
      cheap: { refuseWhen: { '>': [v('amount'), { '*': [v('product.price'), 2] }] }, at: 'amount', message: { en: 'Too dear.' } },
    },
  },
});

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [shop]);
  // The first request of a session looks its policy up.
  await acme.create('plain', { name: 'warm' });
});
afterAll(() => engine.close());

/** The first words that tell what a statement is for. */
function purpose(text: string): string {
  if (text.includes('pg_advisory_xact_lock_shared')) return 'tenant lock';
  if (text.includes('_state')) return 'guard';
  if (text.includes('_counter')) return 'number';
  if (text.includes('_audit')) return 'audit';
  if (text.includes('deletion_id =')) return 'delete';
  if (text.includes('tessera.outbox'))
    return /update "t_acme"\."\w+" q1 set/.test(text) ? 'update' : text.endsWith('select') ? 'log' : 'insert';
  if (text.includes('on conflict do nothing')) return 'insert some';
  if (/^\s*(?:with .*)?update "t_acme"/s.test(text)) return 'update some';
  if (text.includes('as met')) return 'targets';
  if (text.includes('for no key update')) return text.includes('json_to_recordset') ? 'find' : 'lock';
  if (text.includes('for update')) return 'lock for delete';
  if (text.includes('savepoint')) return 'savepoint';
  if (text.includes('json_to_recordset')) return 'facts';
  return text.includes('union all') ? 'children' : 'look';
}

const cost = async (work: () => Promise<unknown>): Promise<readonly string[]> => (await engine.statements(work)).map(purpose);

describe('the statements of', () => {
  it('a plain create and update, besides begin and commit', async () => {
    let id = '';
    const created = await cost(async () => {
      id = await acme.create('plain', { name: 'P', code: 'c', note: 'n' });
    });
    expect(created).toEqual(['tenant lock', 'guard', 'targets', 'insert']);
    expect(await cost(() => acme.update('plain', id, { note: 'm' }))).toEqual(['tenant lock', 'guard', 'lock', 'update']);
    expect(await cost(() => acme.update('plain', id, { note: 'm' }))).toEqual(['tenant lock', 'guard', 'lock']);
    expect(await cost(() => acme.update('plain', id, { code: 'd' }))).toEqual(['tenant lock', 'guard', 'lock', 'update']);
    expect(await cost(() => acme.remove('plain', id))).toEqual(['tenant lock', 'guard', 'lock for delete', 'delete', 'audit']);
  });

  it('a write that is answered: its own texts come with it, what depends on other records is read', async () => {
    const region = await acme.create('region', { name: 'R' });
    const parts = ['tenant lock', 'guard', 'targets', 'insert'];
    const answered = async (object: string, values: Json, returning: readonly SelectionRequest[]) => {
      const made: (string | undefined)[] = [];
      const texts = await cost(async () => {
        const { results } = await acme.run('records.create', { object, records: [values], returning });
        for (const result of results) made.push(result.ok ? result.record : undefined);
      });
      return [texts, made.map((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)))];
    };
    const name = selected('name');
    expect(await answered('plain', { name: 'P', note: 'n' }, [name, selected('note')])).toEqual([parts, [{ name: 'P', note: 'n' }]]);
    const owner: SelectionRequest = { kind: 'lookup', as: 'owner', field: 'owner', cases: [{ object: 'user', selections: [name] }] };
    expect(await answered('plain', { name: 'P' }, [name, owner])).toEqual([[...parts, 'look'], [{ name: 'P', owner: { name: 'Admin' } }]]);
    // What is written above an object may be what is written: its own roll-ups come later.
    const [texts, orders] = await answered('order', { name: 'O', region }, [name]);
    expect([(texts ?? []).at(-1), orders]).toEqual(['look', [{ name: 'O' }]]);
  });

  it('a create and an update that some of many may fail', async () => {
    const some = (values: object) =>
      cost(() => acme.run('records.create', { object: 'plain', allOrNone: false, records: [{ name: 'P', ...values }] }));
    expect(await some({ code: 'some' })).toEqual(['tenant lock', 'guard', 'insert some', 'log']);
    const id = await acme.create('plain', { name: 'Q', code: 'other' });
    const change = (values: Json) =>
      cost(() => acme.run('records.update', { object: 'plain', allOrNone: false, records: [{ id, values }] }));
    // Only what may collide, or lead to nothing, is tried.
    expect(await change({ note: 'n' })).toEqual(['tenant lock', 'guard', 'lock', 'update']);
    expect(await change({ code: 'next' })).toEqual(['tenant lock', 'guard', 'lock', 'savepoint', 'update some', 'savepoint', 'log']);
  });

  it('a thousand creates with numbers, lookups, filters, rules, history and two levels of roll-ups', async () => {
    const region = await acme.create('region', { name: 'R' });
    const orders = await Promise.all(Array.from({ length: 10 }, () => acme.create('order', { name: 'O', region })));
    const products = await Promise.all(Array.from({ length: 5 }, (_, i) => acme.create('product', { name: 'P', price: 10 + i })));
    const records = Array.from({ length: 1000 }, (_, i) => ({
      order: orders[i % 10],
      product: products[i % 5],
      code: `c${String(i)}`,
      note: 'n',
    }));
    const texts = await cost(() => acme.run('records.create', { object: 'line', records }));
    expect(texts).toEqual([
      ...['tenant lock', 'guard', 'facts', 'facts', 'facts', 'number', 'targets', 'insert'],
      ...['lock', 'update', 'lock', 'update'],
    ]);
    expect(await acme.read('region', region, 'total')).toEqual({ total: 12000 });
    const [history] = await engine.sql(`select count(*)::int as n from ${acme.schema}._history where object = 'line'`);
    expect(history).toEqual({ n: 1000 });
    const ids = (await engine.sql(`select id from ${acme.schema}.line order by id`)).map((row) => String(row['id']));
    const changes = ids.map((id, i) => ({ id, values: { amount: i % 2 === 0 ? 1 : 2 } }));
    expect(await cost(() => acme.run('records.update', { object: 'line', records: changes }))).toEqual([
      'tenant lock',
      'guard',
      'lock',
      'facts',
      'update',
      'lock',
      'look',
      'update',
      'lock',
      'update',
    ]);
    expect(await acme.read('region', region, 'total')).toEqual({ total: 1500 });
    expect((await cost(() => acme.remove('region', region))).length).toBeLessThanOrEqual(13);
  });

  it('an upsert of a thousand', async () => {
    const records = Array.from({ length: 1000 }, (_, i) => ({ name: 'U', code: `u${String(i)}`, note: 'n' }));
    expect((await cost(() => acme.run('records.upsert', { object: 'plain', by: 'code', records }))).length).toBeLessThanOrEqual(6);
    expect((await cost(() => acme.run('records.upsert', { object: 'plain', by: 'code', records }))).length).toBeLessThanOrEqual(6);
  });
});
