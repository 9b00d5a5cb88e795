// The log of slow statements as a server writes it: what people ask is in it by operation and key, what they ask about is not.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger, type Logger } from '@tessera/kernel';
import { accessScene, type AccessScene } from './access-scene.ts';

interface Line {
  readonly operation: string;
  readonly planKey: string;
  readonly tenant: string;
  readonly requestId: string;
  readonly ms: number;
  readonly statements: readonly string[];
}

const lines: Line[] = [];
const log: Logger = {
  ...silentLogger,
  warn: (fields, message) => {
    if (message === 'slow statement') lines.push(fields as unknown as Line);
  },
};

let scene: AccessScene;
beforeAll(async () => {
  // Nothing is as fast as that.
  scene = await accessScene({}, { cell: { log, slowStatementMs: Number.MIN_VALUE } });
});
afterAll(() => scene.close());

/** What is logged while something is done. */
async function logged(work: () => Promise<unknown>): Promise<readonly Line[]> {
  lines.length = 0;
  await work();
  return [...lines];
}

async function loggedRead(path: string): Promise<Line | undefined> {
  return (await logged(() => scene.admin.http.get(path))).find(({ operation }) => operation === 'records.read');
}

const secret = 'Sesame-4711';
const filter = (value: string): string => encodeURIComponent(JSON.stringify({ '==': [{ var: 'name' }, value] }));
const list = (value: string): string => `/api/v1/records/account?filter=${filter(value)}&fields=name`;

describe('what takes long is logged', () => {
  it('of reads, under one key whatever their values are, and by its own for each other request', async () => {
    const first = await loggedRead(list(secret));
    expect(first).toMatchObject({ tenant: 'acme', planKey: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown });
    expect(first?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(first?.statements).toEqual([expect.stringContaining('"t_acme"."account"')]);
    const again = await loggedRead(list(`${secret}!`));
    expect([again?.planKey, again?.requestId === first?.requestId]).toEqual([first?.planKey, false]);
    const other = await loggedRead(`${list(secret)}&first=3`);
    expect(other?.planKey).not.toBe(first?.planKey);
    const { planKey } = (await scene.admin.http.post('/api/v1/explain', { rest: list('x') })).json;
    expect(planKey).toBe(first?.planKey);
  });

  it.each([
    [
      'a read without a plan',
      'records.read',
      () =>
        scene.admin.run('records.read', {
          roots: [
            {
              kind: 'aggregate',
              as: 'r',
              object: 'account',
              aggregate: {
                filter: { '==': [{ var: 'name' }, secret] },
                measures: [{ name: 'n', function: 'count' }],
                output: [{ kind: 'measure', as: 'n', name: 'n' }],
              },
            },
          ],
        }),
    ],
    ['a document', 'records.read', () => scene.admin.http.graphql(`{ accounts(where: { name: { eq: "${secret}" } }) { totalCount } }`)],
    ['a search', 'search', () => scene.admin.http.get(`/api/v1/search?q=${secret}`)],
    ['an export', 'records.export', () => scene.admin.http.get(`/api/v1/records/account/export?filter=${filter(secret)}`)],
    [
      'a record that is made',
      'records.create',
      () => scene.admin.http.post('/api/v1/records/account', { name: secret, phone: '+49 170 4711' }),
    ],
    [
      'records that are changed',
      'records.update',
      async () => scene.admin.update('account', await scene.admin.create('account', { name: 'x' }), { name: secret }),
    ],
    [
      'an import',
      'records.import',
      () => scene.admin.http.import('account', `name\n${secret}\n`, { mapping: JSON.stringify({ columns: { name: { field: 'name' } } }) }),
    ],
    ['an explanation', 'records.explain', () => scene.admin.http.post('/api/v1/explain', { rest: list(secret), analyze: true })],
  ] as const)('of %s, by its operation and without a value', async (_, operation, work) => {
    const told = await logged(work);
    const own = told.filter((line) => line.operation === operation);
    expect(own.length).toBeGreaterThan(0);
    expect(
      own.every(({ tenant, requestId, ms, statements }) => tenant === 'acme' && requestId !== '' && ms >= 0 && statements.length > 0),
    ).toBe(true);
    expect(JSON.stringify(told)).not.toMatch(/Sesame|sesame|4711/);
    expect(scene.cell.stats().slowStatements.get(operation)).toBeGreaterThanOrEqual(own.length);
  });

  it('of statements that went out together as one', async () => {
    const create = (): Promise<unknown> => scene.admin.http.post('/api/v1/records/tag', { name: secret });
    for (let n = 0; n < 3; n += 1) await create();
    const flights = (await logged(create)).filter(({ operation }) => operation === 'records.create');
    const longest = Math.max(...flights.map(({ statements }) => statements.length));
    expect(longest).toBeGreaterThan(2);
    expect(flights.flatMap(({ statements }) => statements)).toEqual(expect.arrayContaining(['begin', 'commit']));
  });
});
