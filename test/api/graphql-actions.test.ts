// Actions in GraphQL: what the engine is asked, how what it gives is shown, records that are looked into, and who has which of them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperationName, ReadRequest } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { buildGraphqlSchema } from '../../packages/api/src/graphql/index.ts';
import { modelOf } from '../support/packs.ts';
import { scene, type Call, type Scene } from './graphql-scene.ts';

const whole = modelOf('crm-base');
const lead = whole.objects['lead'];
if (lead === undefined) throw new Error('There are no leads.');

/** Leads lie in a pool. */
const pooledAt = { ...lead.fields['createdAt'], name: 'pooledAt', object: 'lead', system: false } as (typeof lead)['fields'][string];
const model: Model = { ...whole, objects: { ...whole.objects, lead: { ...lead, fields: { ...lead.fields, pooledAt } } } };

const [id, owner, other] = ['a', 'b', 'c'].map((end) => `01900000-0000-7000-8000-00000000000${end}`);

let here: Scene;
let answer: (operation: OperationName, input: unknown) => unknown;
let read: (request: ReadRequest) => string;
let from = 0;

beforeAll(async () => {
  here = await scene(model, { write: (operation, input) => answer(operation, input), read: (request) => read(request) });
});
afterAll(() => here.close());
beforeEach(() => {
  from = here.calls.length;
  answer = () => ({ id, pool: 'web', owner });
  read = () => '{}';
});

const asked = (): readonly Call[] => here.calls.slice(from);

/** A text for each record that was asked for, in the order of asking. */
const records =
  (...texts: readonly string[]) =>
  ({ roots }: ReadRequest): string =>
    `{${roots.map(({ as }, i) => `${JSON.stringify(as)}:${texts[i] ?? 'null'}`).join(',')}}`;

describe('an action', () => {
  it('asks the engine as REST does, and shows the records that it speaks of, read at once by the one road', async () => {
    read = records('{"score":1.10}', '{"name":"Ada"}');
    const { text } = await here.post(
      `mutation { claimRecord(object: lead, id: "${id?.toUpperCase() ?? ''}", note: "mine") { pool ownerId record { ... on Lead { score } ... on Account { name } } owner { name } __typename } }`,
    );
    expect(text).toBe(
      `{"data":{"claimRecord":{"pool":"web","ownerId":"${owner ?? ''}","record":{"score":1.10},"owner":{"name":"Ada"},"__typename":"OwnerChange"}}}`,
    );
    const [claim, shown] = asked();
    expect(claim).toEqual({ operation: 'pools.change', input: { action: 'claim', object: 'lead', id, note: 'mine' } });
    expect(asked()).toHaveLength(2);
    expect(shown).toMatchObject({
      operation: 'records.read',
      input: {
        roots: [
          { kind: 'record', object: 'lead', by: { id }, selections: [{ kind: 'field', field: 'score' }] },
          { kind: 'record', object: 'user', by: { id: owner }, selections: [{ kind: 'field', field: 'name' }] },
        ],
      },
    });
  });

  it('reads nothing where nothing is looked into, and shows null for what is not there', async () => {
    answer = () => ({ id, pool: 'web', owner: null });
    const { text } = await here.post(`mutation { returnRecord(object: lead, id: "${id ?? ''}") { id owner { name } decision } }`);
    expect(text).toBe(`{"data":{"returnRecord":{"id":"${id ?? ''}","owner":null,"decision":null}}}`);
    expect(asked()).toHaveLength(1);
  });

  it.each([
    [
      `mergeRecords(object: account, id: "${id ?? ''}", version: 2, others: [{ id: "${other ?? ''}", version: null }], fields: [{ field: "name", from: "${other ?? ''}" }]) { merge left { id } }`,
      {
        operation: 'records.merge',
        input: { object: 'account', record: { id, version: 2 }, others: [{ id: other }], fields: { name: other } },
      },
      { merge: 'm', left: [] },
    ],
    [
      `pressButton(object: "lead", id: "${id ?? ''}", automation: "call", inputs: { why: null, n: 1 }) { run }`,
      { operation: 'automations.start', input: { object: 'lead', id, automation: 'call', inputs: { why: null, n: 1 } } },
      { run: null },
    ],
    ['startAutomation(automation: "all") { run }', { operation: 'automations.start', input: { automation: 'all' } }, { run: null }],
    ['readNotifications { marked }', { operation: 'notifications.readAll', input: {} }, { marked: 3 }],
  ])('%s', async (field, call, outcome) => {
    answer = () => outcome;
    const { body } = await here.post(`mutation { done: ${field} }`);
    expect(body).toEqual({ data: { done: outcome } });
    expect(asked()).toEqual([call]);
  });

  it('that is refused is null with the same code, and holds up no other', async () => {
    answer = (_operation, input) => {
      if (JSON.stringify(input).includes('"x"')) throw fail('POOL_RECORD_TAKEN', { id });
      return { id, pool: 'web', owner };
    };
    const { status, body } = await here.post(
      `mutation { a: claimRecord(object: lead, id: "${id ?? ''}", note: "x") { id } b: claimRecord(object: lead, id: "no id") { id } c: claimRecord(object: lead, id: "${id ?? ''}") { id } }`,
    );
    expect(status).toBe(200);
    expect(body.data).toEqual({ a: null, b: null, c: { id } });
    expect(body.errors).toMatchObject([
      { path: ['a'], extensions: { code: 'POOL_RECORD_TAKEN' } },
      { path: ['b'], extensions: { code: 'RECORD_NOT_FOUND' } },
    ]);
  });

  it('is done although what it shows cannot be read, which is told beside it', async () => {
    read = () => {
      throw fail('QUERY_TOO_COSTLY', { cost: 2, limit: 1 });
    };
    const { body } = await here.post(`mutation { claimRecord(object: lead, id: "${id ?? ''}") { pool owner { name } } }`);
    expect(body).toMatchObject({
      data: { claimRecord: { pool: 'web', owner: null } },
      errors: [{ path: ['claimRecord'], extensions: { code: 'QUERY_TOO_COSTLY' } }],
    });
  });
});

describe('the schema', () => {
  const fieldsOf = (of: Model): readonly string[] => Object.keys(buildGraphqlSchema(of, ['en']).getMutationType()?.getFields() ?? {});
  const allows = { create: true, update: true, delete: false, import: false, export: false, changeOwner: false, seeDeleted: false };

  it('has an action where somebody may do it to the records of some object, with these objects', () => {
    expect(fieldsOf(model)).toEqual(
      expect.arrayContaining(['claimRecord', 'mergeRecords', 'undoMerge', 'pressButton', 'readNotifications']),
    );
    const objects = Object.fromEntries(Object.entries(model.objects).map(([name, object]) => [name, { ...object, allows }] as const));
    const few = fieldsOf({ ...model, objects });
    expect(few).toContain('claimRecord');
    expect(few.filter((name) => /mergeRecords|undoMerge/.test(name))).toEqual([]);
    const readOnly = Object.fromEntries(
      Object.entries(objects).map(([name, object]) => [name, { ...object, allows: { ...allows, update: false } }] as const),
    );
    expect(fieldsOf({ ...model, objects: readOnly }).filter((name) => /Record$|convert/.test(name))).toEqual([]);
  });
});
