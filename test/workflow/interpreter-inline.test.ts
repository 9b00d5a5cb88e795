// Automations that are done within a write: what they set, refuse and write, block by block.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRecords } from '@tessera/records';
import { compilePolicy, personWanted, policySlots, viewOf } from '@tessera/security';
import { loadPerson } from '@tessera/storage';
import { failureOf } from '../support/failures.ts';
import { label, shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const before = { trigger: { type: 'record', on: ['create', 'update'], moment: 'beforeSave' } };
const after = { trigger: { type: 'record', on: ['create'], moment: 'afterSave' } };
const when = (name: string) => ({ when: { '==': [v('stage'), name] } });

const layer = shop(
  {
    setting: {
      ...before,
      ...when('set'),
      steps: {
        account: { order: 1, type: 'find', object: 'account', where: { '==': [v('code'), v('$record.code')] } },
        own: { order: 2, type: 'set', values: { account: v('$steps.account'), margin: { '*': [v('$record.amount'), 2] } } },
        size: {
          order: 3,
          type: 'branch',
          cases: { big: { when: { '>': [v('$record.margin'), 10] }, steps: { note: { type: 'set', values: { stage: 'big' } } } } },
          otherwise: {
            no: { when: { '<': [v('$record.margin'), 0] }, type: 'fail', at: 'amount', message: { en: 'Not less than nothing.' } },
          },
        },
        seen: {
          order: 4,
          when: { '==': [v('$record.stage'), 'big'] },
          type: 'set',
          values: { code: { cat: [v('$record.code'), ' ', v('$record.account.name')] } },
        },
      },
    },
    writing: {
      ...after,
      ...when('write'),
      steps: {
        made: { order: 1, type: 'create', object: 'entry', values: { order: v('$record'), text: 'made' } },
        lines: {
          order: 2,
          type: 'forEach',
          object: 'line',
          where: { '==': [v('order'), v('$record')] },
          steps: { tell: { type: 'create', object: 'entry', values: { line: v('$item'), number: v('$item.qty') } } },
        },
        own: { order: 3, type: 'set', values: { amount: 7 } },
        sum: { order: 4, type: 'update', record: v('$steps.made'), values: { number: { '+': [v('$record.amount'), 1] } } },
        gone: { order: 5, when: { '==': [v('$record.code'), 'gone'] }, type: 'delete', record: v('$steps.made') },
      },
    },
    refused: { ...after, ...when('refuse'), steps: { made: { type: 'create', object: 'entry', values: { title: v('$record.code') } } } },
    hidden: {
      ...after,
      ...when('hidden'),
      runAs: 'user',
      steps: { made: { type: 'create', object: 'entry', values: { title: v('$record.code') } } },
    },
  },
  { 'roles/clerk.json': { name: 'clerk', label, objects: { order: { read: true, create: true, fields: { '*': 'edit' } } } } },
);

let scene: Shop;
beforeAll(async () => {
  scene = await shopScene(layer);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const order = (values: Record<string, unknown>) => scene.acme.create('order', values);

describe('before the save', () => {
  it('sets what later steps read, and what is stored', async () => {
    await scene.acme.create('account', { name: 'Acme', code: 'a' });
    const id = await order({ stage: 'set', code: 'a', amount: 20 });
    expect(await scene.acme.read('order', id, 'stage', 'margin', 'code', 'version')).toEqual({
      stage: 'big',
      margin: 40,
      code: 'a Acme',
      version: 1,
    });
    expect(await scene.runs()).toEqual([]);
  });

  it('refuses a record at its field, and only that one', async () => {
    const records = [1, -1, 3].map((amount) => ({ stage: 'set', amount }));
    const { results } = await scene.acme.run('records.create', { object: 'order', records, allOrNone: false });
    expect(
      results.map((result) => (result.ok ? 'ok' : result.problems.map(({ code, pointer, message }) => [code, pointer, message]))),
    ).toEqual(['ok', [['AUTOMATION_REFUSED', '/records/1/amount', 'Not less than nothing.']], 'ok']);
  });
});

describe('after the save', () => {
  it('writes in the same transaction, and later steps see what earlier ones wrote', async () => {
    const id = await order({ stage: 'write', amount: 1 });
    expect(await scene.records('entry', 'text, number::int as number')).toEqual([{ text: 'made', number: 8 }]);
    expect(await scene.acme.read('order', id, 'amount', 'version')).toEqual({ amount: 7, version: 2 });
    await order({ stage: 'write', amount: 1, code: 'gone' });
    expect(await scene.records('entry', 'text')).toHaveLength(1);
  });

  it('takes the write back where it is refused, and says which step it was', async () => {
    const failure = await failureOf(order({ stage: 'refuse', code: 'x'.repeat(41) }));
    expect(failure).toMatchObject({ code: 'AUTOMATION_FAILED', params: { automation: 'refused', step: 'made' } });
    expect(failure.message).toContain('title');
    expect(await scene.records('"order"', 'id')).toEqual([]);
  });

  it('has the rights that it says, and tells nobody what goes past theirs', async () => {
    const clerk = await scene.person('clara', 'clerk');
    const write = (stage: string, code: string) =>
      scene.within(async (session) => {
        const { model, transaction, target } = session;
        const door = { schema: target.schema, query: transaction.query.bind(transaction) };
        const person = await loadPerson(door, { model, userId: clerk, subjects: personWanted(model) });
        if (person === undefined) throw new TypeError('There is nobody.');
        const policy = compilePolicy(model, person);
        const slots = { ...policySlots(policy), now: session.slots.now, zone: session.slots.zone };
        const access = { policy, view: viewOf(model, policy) };
        const context = { ...session.context, actor: { kind: 'user' as const, userId: clerk } };
        return createRecords({ ...session, context, access, caller: access, slots }, 'order', [{ pointer: '', input: { stage, code } }], {
          allOrNone: true,
        });
      });
    expect(await failureOf(write('hidden', 'a'))).toMatchObject({
      code: 'AUTOMATION_FAILED',
      params: { automation: 'hidden', step: 'made' },
    });
    const refused = await failureOf(write('refuse', 'x'.repeat(41)));
    expect(refused).toMatchObject({ code: 'AUTOMATION_FAILED' });
    expect(refused.message).not.toContain('title');
    await write('refuse', 'short');
    expect(await scene.records('entry', 'title, created_by_id')).toEqual([{ title: 'short', created_by_id: clerk }]);
  });
});
