// Mutations: each root field an operation of its own, and what of its result comes out.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperationName, RecordResult, WriteResult } from '@tessera/engine';
import { fail, failAll, problem } from '@tessera/kernel';
import { modelOf } from '../support/packs.ts';
import { scene, type Scene } from './graphql-scene.ts';

const model = modelOf('crm-base');
const id = '01900000-0000-7000-8000-00000000000a';

const done = (record?: string): RecordResult => ({ ok: true, id, version: 2, created: true, ...(record === undefined ? {} : { record }) });

let here: Scene;
let writes: { operation: OperationName; input: unknown }[];
let answer: (operation: OperationName, input: unknown) => WriteResult;

beforeAll(async () => {
  here = await scene(model, {
    write: (operation, input) => {
      writes.push({ operation, input });
      return answer(operation, input);
    },
  });
});
afterAll(() => here.close());
beforeEach(() => {
  writes = [];
  answer = () => ({ results: [done('{"id":"a"}')] });
});

const shared = { object: 'opportunity', modelHash: model.hash, returning: [{ kind: 'field', as: 'id', field: 'id' }] };

describe('mutations', () => {
  it('create a record with its children, and answer with the text that was read', async () => {
    answer = () => ({ results: [done('{"amount":1.10}')] });
    const { text } = await here.post(`mutation {
      createOpportunity(input: { name: "A", amount: 12.5, stage: won, account: "${id}", lines: [{ product: "${id}", quantity: 2 }] }) { amount } }`);
    expect(text).toBe('{"data":{"createOpportunity":{"amount":1.10}}}');
    expect(writes).toEqual([
      {
        operation: 'records.create',
        input: {
          object: 'opportunity',
          modelHash: model.hash,
          returning: [{ kind: 'field', as: 'amount', field: 'amount' }],
          records: [{ name: 'A', amount: 12.5, stage: 'won', account: id, lines: [{ product: id, quantity: 2 }] }],
        },
      },
    ]);
  });

  it.each([
    [
      'updateOpportunity(id: "x", input: { amount: null }, version: 3) { id }',
      'records.update',
      { records: [{ id: 'x', version: 3, values: { amount: null } }] },
    ],
    [
      'upsertOpportunity(by: byExternalNumber, input: { externalNumber: "7" }) { id }',
      'records.upsert',
      { by: 'byExternalNumber', records: [{ externalNumber: '7' }] },
    ],
    ['voidOpportunity(id: "x", version: 2) { id }', 'records.void', { records: [{ id: 'x', version: 2 }] }],
    ['restoreOpportunity(id: "x") { id }', 'records.restore', { ids: ['x'] }],
    [
      'createOpportunities(inputs: [{ name: "A" }]) { results { record { id } } }',
      'records.create',
      { allOrNone: true, records: [{ name: 'A' }] },
    ],
    [
      'updateOpportunities(inputs: [{ id: "x", input: { name: "B" } }], allOrNone: false) { results { record { id } } }',
      'records.update',
      { allOrNone: false, records: [{ id: 'x', values: { name: 'B' } }] },
    ],
    [
      'upsertOpportunities(by: byExternalNumber, inputs: [{ externalNumber: "7" }]) { results { record { id } } }',
      'records.upsert',
      { allOrNone: true, by: 'byExternalNumber', records: [{ externalNumber: '7' }] },
    ],
    [
      'deleteOpportunities(records: [{ id: "x", version: 2 }]) { results { record { id } } }',
      'records.delete',
      { allOrNone: true, records: [{ id: 'x', version: 2 }] },
    ],
    [
      'unvoidOpportunities(records: [{ id: "x" }], allOrNone: false) { results { record { id } } }',
      'records.unvoid',
      { allOrNone: false, records: [{ id: 'x' }] },
    ],
    ['restoreOpportunities(ids: ["x"]) { results { record { id } } }', 'records.restore', { allOrNone: true, ids: ['x'] }],
  ])('%s', async (field, operation, input) => {
    const { body } = await here.post(`mutation { ${field} }`);
    expect(body.errors).toBeUndefined();
    expect(writes).toEqual([{ operation, input: { ...shared, ...input } }]);
  });

  it('tell what was deleted', async () => {
    const { text } = await here.post('mutation { gone: deleteAccount(id: "x") { object id version __typename } }');
    expect(text).toBe(`{"data":{"gone":{"object":"account","id":"${id}","version":2,"__typename":"DeletedRecord"}}}`);
    expect(writes).toEqual([{ operation: 'records.delete', input: { object: 'account', modelHash: model.hash, records: [{ id: 'x' }] } }]);
  });

  it('take exact decimals as strings, and polymorphic lookups as references', async () => {
    await here.post('mutation ($about: RecordReference) { createActivity(input: { name: "Call", about: $about }) { id } }', {
      about: { object: 'account', id },
    });
    expect(writes[0]?.input).toMatchObject({ records: [{ name: 'Call', about: { object: 'account', id } }] });
  });

  it('run in order; one that fails is null with its path and does not stop the others', async () => {
    answer = (_operation, input) => {
      if (JSON.stringify(input).includes('bad'))
        throw fail('VALUE_TOO_LONG', { field: 'name', limit: 1, length: 3, unit: 'characters' }, { pointer: '/name' });
      return { results: [done('{"id":"a"}')] };
    };
    const { status, body } = await here.post(
      'mutation { a: createAccount(input: { name: "A" }) { id } b: createAccount(input: { name: "bad" }) { id } c: createAccount(input: { name: "C" }) { id } t: __typename }',
    );
    expect(status).toBe(200);
    expect(body.data).toEqual({ a: { id: 'a' }, b: null, c: { id: 'a' }, t: 'Mutation' });
    expect(body.errors).toMatchObject([
      { path: ['b'], extensions: { code: 'VALUE_TOO_LONG', pointer: '/input/name', requestId: 'request-1' } },
    ]);
    expect(writes).toHaveLength(3);
  });

  it('show all problems of one record in the error of its field', async () => {
    answer = () => ({
      results: [
        {
          ok: false,
          problems: [problem('VALUE_REQUIRED', { field: 'a' }, { pointer: '/a' }), problem('VALUE_REQUIRED', { field: 'b' })],
        },
      ],
    });
    const { body } = await here.post('mutation { updateAccount(id: "x", input: { name: "A" }) { id } }');
    expect(body.data).toEqual({ updateAccount: null });
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'RECORDS_INVALID',
      problems: [{ code: 'VALUE_REQUIRED', pointer: '/input/a' }, { code: 'VALUE_REQUIRED' }],
    });
  });

  it('point into the list that a bulk write was given', async () => {
    answer = () => {
      throw failAll('RECORDS_INVALID', [problem('VALUE_REQUIRED', { field: 'name' }, { pointer: '/records/1/name' })]);
    };
    const { body } = await here.post(
      'mutation { updateAccounts(inputs: [{ id: "x", input: {} }, { id: "y", input: {} }]) { results { ok } } }',
    );
    expect(body.errors?.[0]?.extensions.problems).toMatchObject([{ pointer: '/inputs/1/input/name' }]);
  });

  it('answer bulk writes record by record, one text at several places', async () => {
    answer = () => ({
      results: [
        done('{"r0":{"name":"a \\"}{, b"},"r1":{"amount":1.50,"list":[1,{"x":"]"}]}}'),
        { ok: false, problems: [problem('RECORD_NOT_UNIQUE', { fields: 'name' }, { pointer: '/records/1/name' })] },
      ],
    });
    const { text } = await here.post(`mutation { createOpportunities(inputs: [{ name: "A" }, { name: "B" }], allOrNone: false) {
      results { ok id created r: record { name } record { amount } problems { code pointer } } __typename } }`);
    const first = `{"ok":true,"id":"${id}","created":true,"r":{"name":"a \\"}{, b"},"record":{"amount":1.50,"list":[1,{"x":"]"}]},"problems":[]}`;
    const second =
      '{"ok":false,"id":null,"created":null,"r":null,"record":null,"problems":[{"code":"RECORD_NOT_UNIQUE","pointer":"/name"}]}';
    expect(text).toBe(`{"data":{"createOpportunities":{"results":[${first},${second}],"__typename":"OpportunityResults"}}}`);
  });

  it('go again, once, where the Model has changed meanwhile', async () => {
    const newer = { ...model, hash: 'newer' };
    const hashes: unknown[] = [];
    const there = await scene(model, {
      models: [model, newer],
      write: (_operation, input) => {
        const { modelHash } = input as { modelHash: string };
        hashes.push(modelHash);
        if (modelHash !== 'newer') throw fail('MODEL_CHANGED');
        return { results: [done('{"id":"a"}')] };
      },
    });
    const { body } = await there.post(
      'mutation { a: createAccount(input: { name: "A" }) { id } b: createAccount(input: { name: "B" }) { id } }',
    );
    expect(body).toEqual({ data: { a: { id: 'a' }, b: { id: 'a' } } });
    expect(hashes).toEqual([model.hash, 'newer', 'newer']);
    await there.close();
  });
});
