// Queries as reads: what a document asks of the engine, and that its text goes out as it came.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fail } from '@tessera/kernel';
import { modelOf } from '../support/packs.ts';
import { scene } from './graphql-scene.ts';
import { ReadsScene } from './reads-scene.ts';

const model = modelOf('crm-base');
const id = '01900000-0000-7000-8000-00000000000a';

let at: ReadsScene;

beforeAll(async () => {
  at = await ReadsScene.open(model);
});
afterAll(() => at.here.close());
beforeEach(() => {
  at.forget();
});

async function filterOf(where: string): Promise<unknown> {
  const [root] = await at.rootsOf(`{ opportunities(where: ${where}) { totalCount } }`);
  return root?.kind === 'list' ? root.list.filter : undefined;
}

describe('a query', () => {
  it('is one read of all its root fields, of the Model that it was translated for', async () => {
    const roots = await at.rootsOf(`{ opportunity(id: "${id}") { name } accounts(first: 2) { nodes { id } } kind: __typename }`);
    expect(roots.map((root) => [root.kind, root.as])).toEqual([
      ['record', 'opportunity'],
      ['list', 'accounts'],
      ['constant', 'kind'],
    ]);
    expect(at.reads[0]?.modelHash).toBe(model.hash);
  });

  it('passes the text on digit for digit', async () => {
    at.answer(() => '{"opportunity":{"amount":1.10,  "n":12345678901234567890}}');
    const { text } = await at.here.post(`{ opportunity(id: "${id}") { amount } }`);
    expect(text).toBe('{"data":{"opportunity":{"amount":1.10,  "n":12345678901234567890}}}');
  });

  it('asks the engine nothing where no field is read, and for nothing where an id is none', async () => {
    const { text } = await at.here.post('{ __typename again: __typename }');
    expect(text).toBe('{"data":{"__typename":"Query","again":"Query"}}');
    expect(at.reads).toEqual([]);
    const roots = await at.rootsOf('{ a: node(id: "nonsense") { id } b: account(id: "x") { id } }');
    expect(roots).toEqual(['a', 'b'].map((as) => ({ kind: 'constant', as, value: null })));
  });

  it('puts what the schema answers beside what is read', async () => {
    at.answer(() => '{"accounts":{"totalCount":3}}');
    const first = await at.here.post('{ __type(name: "Account") { name } accounts { totalCount } }');
    expect(first.text).toBe('{"data":{"__type":{"name":"Account"},"accounts":{"totalCount":3}}}');
    const last = await at.here.post('query ($n: String!) { accounts { totalCount } __type(name: $n) { kind } }', { n: 'Lead' });
    expect(last.text).toBe('{"data":{"accounts":{"totalCount":3},"__type":{"kind":"OBJECT"}}}');
  });

  it('is translated again, once, where the Model has changed meanwhile', async () => {
    const newer = { ...model, hash: 'newer' };
    const hashes: (string | undefined)[] = [];
    const there = await scene(model, {
      models: [model, newer],
      read: ({ modelHash }) => {
        hashes.push(modelHash);
        if (modelHash !== 'newer') throw fail('MODEL_CHANGED');
        return '{"accounts":{"totalCount":1}}';
      },
    });
    expect((await there.post('{ accounts { totalCount } }')).text).toBe('{"data":{"accounts":{"totalCount":1}}}');
    expect(hashes).toEqual([model.hash, 'newer']);
    await there.close();
  });

  it('tells of a failure with code, pointer, problems and request id, and without data', async () => {
    at.answer(() => {
      throw fail('PERMISSION_DENIED', { action: 'read account.revenue' }, { pointer: '/accounts/filter/and/0' });
    });
    const { status, body } = await at.here.post('{ accounts { totalCount } }');
    expect(status).toBe(403);
    expect(body).toEqual({
      errors: [
        {
          message: 'You may not read account.revenue.',
          extensions: { code: 'PERMISSION_DENIED', pointer: '/accounts/where', requestId: 'request-1' },
        },
      ],
    });
  });

  it('tells nothing of a mistake of ours', async () => {
    at.answer(() => {
      throw new Error('select * from secret');
    });
    const { status, text, body } = await at.here.post('{ accounts { totalCount } }');
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([500, 'INTERNAL']);
    expect(text).not.toContain('secret');
  });
});

describe('where', () => {
  it.each([
    ['{ amount: { gte: 100, lt: 1e3 } }', { and: [{ '<': [{ var: 'amount' }, 1000] }, { '>=': [{ var: 'amount' }, 100] }] }],
    ['{ account: { industry: { eq: software } } }', { '==': [{ var: 'account.industry' }, 'software'] }],
    ['{ accountId: { isNull: true } }', { '==': [{ var: 'account' }, null] }],
    ['{ closeDate: { isNull: false } }', { '!=': [{ var: 'closeDate' }, null] }],
    ['{ closeDate: { within: "thisQuarter" } }', { within: [{ var: 'closeDate' }, 'thisQuarter'] }],
    ['{ name: { startsWith: "A" } }', { startsWith: [{ var: 'name' }, 'A'] }],
    ['{ stage: { notIn: [won] } }', { '!': { in: [{ var: 'stage' }, ['won']] } }],
    ['{ stage: { ne: null } }', { '!=': [{ var: 'stage' }, null] }],
    [
      '{ or: [{ stage: { eq: won } }, { not: { amount: { gt: 5 } } }] }',
      { or: [{ '==': [{ var: 'stage' }, 'won'] }, { '!': { '>': [{ var: 'amount' }, 5] } }] },
    ],
    ['{ lines: { some: { quantity: { gt: 1 } } } }', { some: [{ var: 'lines' }, { '>': [{ var: 'quantity' }, 1] }] }],
    ['{ lines: { none: {} } }', { none: [{ var: 'lines' }, true] }],
    [
      '{ account: { contacts: { every: { owner: { active: { eq: true } } } } } }',
      { all: [{ var: 'account.contacts' }, { '==': [{ var: 'owner.active' }, true] }] },
    ],
    [
      '{ activities: { some: { about: { account: { name: { eq: "x" } } } } } }',
      { some: [{ var: 'activities' }, { '==': [{ var: 'about:account.name' }, 'x'] }] },
    ],
    ['{ or: [] }', false],
    ['{ and: [] }', undefined],
    ['{}', undefined],
    ['null', undefined],
  ])('%s', async (where, filter) => {
    expect(await filterOf(where)).toEqual(filter);
  });

  it('takes variables, whole or in part', async () => {
    const [root] = await at.rootsOf(
      'query ($w: OpportunityFilter!, $d: Date) { opportunities(where: { and: [$w, { closeDate: { lt: $d } }] }) { totalCount } }',
      {
        w: { amount: { eq: 0.1 } },
        d: '2026-01-01',
      },
    );
    expect(root?.kind === 'list' ? root.list.filter : undefined).toEqual({
      and: [{ '==': [{ var: 'amount' }, 0.1] }, { '<': [{ var: 'closeDate' }, '2026-01-01'] }],
    });
  });

  it.each(['{ amount: null }', '{ amount: { gt: null } }', '{ and: null }', '{ lines: { some: null } }', '{ stage: { in: null } }'])(
    'refuses %s, which would silently mean all records',
    async (where) => {
      const { body } = await at.here.post(`{ opportunities(where: ${where}) { totalCount } }`);
      expect(body.errors?.[0]?.extensions).toMatchObject({
        code: 'REQUEST_PARAMETER_INVALID',
        pointer: expect.stringMatching(/^\/opportunities\/where\//),
      });
      expect(at.reads).toEqual([]);
    },
  );
});

describe('limits', () => {
  const refusedAs = async (query: string): Promise<string | undefined> => (await at.here.post(query)).body.errors?.[0]?.message;

  it('hold the depth', async () => {
    const nested = (n: number): string => (n === 0 ? '{ id }' : `{ manager ${nested(n - 1)} }`);
    expect(await refusedAs(`{ user(id: "${id}") ${nested(30)} }`)).toMatch(/too many levels; at most 20/);
  });

  it('hold the root fields, aliases one by one', async () => {
    const roots = Array.from({ length: 31 }, (_, i) => `a${String(i)}: users { totalCount }`);
    expect(await refusedAs(`{ ${roots.join(' ')} }`)).toMatch(/too many root fields; at most 30/);
  });

  it('hold what fragments multiply', async () => {
    const fragments = Array.from({ length: 13 }, (_, i) =>
      i === 12
        ? `fragment f12 on User { id }`
        : `fragment f${String(i)} on User { a: manager { ...f${String(i + 1)} } b: manager { ...f${String(i + 1)} } }`,
    );
    expect(await refusedAs(`{ user(id: "${id}") { ...f0 } } ${fragments.join(' ')}`)).toMatch(/too many fields; at most 5000/);
  });

  it('hold the size of a document before it is validated', async () => {
    expect(await refusedAs(`{ ${'__typename '.repeat(51)} }`)).toMatch(/too many selections of one name/);
    expect(await refusedAs(`{ ${Array.from({ length: 4000 }, (_, i) => `a${String(i)}: x`).join(' ')} }`)).toMatch(
      /too many words and signs/,
    );
    expect(await refusedAs(`{ x } #${'x'.repeat(100_000)}`)).toMatch(/too many characters/);
    expect(at.reads).toEqual([]);
  });
});
