// What writes cost in round trips to PostgreSQL, counted on the wire: they would grow unnoticed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WriteOptions } from '@tessera/engine';
import { accessScene, full, rep, type AccessScene, type Person } from '../flows/access-scene.ts';
import { selected } from '../support/engine.ts';
import { roundTrips, type RoundTrips } from '../support/round-trips.ts';

const order = {
  name: 'order',
  plural: 'orders',
  label: { en: 'Order' },
  sharing: 'private',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    account: { type: 'lookup', to: 'account', inverse: 'orders' },
    code: { type: 'text', unique: true },
    amount: { type: 'currency', history: true },
    note: { type: 'text' },
    total: { type: 'rollup', aggregate: { of: 'lines', function: 'sum', value: { var: 'amount' } } },
  },
  validationRules: { cheap: { refuseWhen: { '>': [{ var: 'amount' }, 1_000_000] }, at: 'amount', message: { en: 'Too dear.' } } },
};

const line = {
  name: 'line',
  plural: 'lines',
  label: { en: 'Line' },
  sharing: 'controlledByParent',
  fields: { order: { type: 'masterDetail', to: 'order', inverse: 'lines' }, amount: { type: 'currency' } },
};

/** Each waits for all reps. */
const paper = { name: 'paper', plural: 'papers', label: { en: 'Paper' }, sharing: 'publicRead', fields: {} };
const agree = {
  name: 'agree',
  object: 'paper',
  on: ['create'],
  steps: { ask: { type: 'approval', approvers: { reps: { role: 'rep', need: 'all' } } } },
};

/** Two levels of details that are locked with their case, as long as a change of that waits. */
const belonging = (name: string, of: string) => ({
  name,
  plural: `${name}s`,
  label: { en: name },
  sharing: 'controlledByParent',
  fields: { [of]: { type: 'masterDetail', to: of, inverse: `${name}s` }, note: { type: 'text' } },
});
const dossier = { name: 'dossier', plural: 'dossiers', label: { en: 'Dossier' }, sharing: 'publicReadWrite', fields: {} };
const seal = { ...agree, name: 'seal', object: 'dossier', on: ['update'], entry: { '==': [{ var: 'name' }, 'sealed'] } };

let trips: RoundTrips;
let scene: AccessScene;
let ann: Person;
let account = '';

beforeAll(async () => {
  const files = {
    'objects/order.json': order,
    'objects/line.json': line,
    'objects/paper.json': paper,
    'approvalProcesses/agree.json': agree,
    'objects/dossier.json': dossier,
    'objects/sheet.json': belonging('sheet', 'dossier'),
    'objects/mark.json': belonging('mark', 'sheet'),
    'approvalProcesses/seal.json': seal,
    'roles/rep.json': { ...rep, objects: { ...rep.objects, order: full, line: full, paper: full, dossier: full, sheet: full, mark: full } },
  };
  const by = async (url: string): Promise<string> => (trips = await roundTrips(url)).url;
  // One connection, which soon knows every statement.
  scene = await accessScene(files, { by, cell: { poolSize: 1 } });
  ann = await scene.person('ann');
  account = await ann.create('account', { name: 'A' });
});
afterAll(async () => {
  await scene.close();
  await trips.close();
});

const returning: WriteOptions = { returning: ['id', 'name', 'amount', 'version'].map(selected) };
const values = { name: 'O', amount: 5, note: 'n' };

/** The same work twice: the first time PostgreSQL gets to know its statements. */
async function cost(work: (turn: number) => Promise<unknown>): Promise<number> {
  await work(1);
  return trips.count(() => work(2));
}

const createOne = (person: Person) =>
  cost((turn) =>
    person.run('records.create', {
      object: 'order',
      records: [{ ...values, account, code: `${person.id} ${String(turn)}` }],
      ...returning,
    }),
  );

const change = (person: Person, id: string, changed: (turn: number) => object) =>
  cost((turn) => person.run('records.update', { object: 'order', records: [{ id, values: { ...changed(turn) } }], ...returning }));

describe('the round trips of', () => {
  it('a create: one, for an administrator and for whoever is restricted', async () => {
    expect(await createOne(scene.admin)).toBe(1);
    expect(await createOne(ann)).toBe(1);
  });

  it('an update: one that locks, and one that writes', async () => {
    const id = await ann.create('order', values);
    for (const person of [scene.admin, ann]) {
      expect(await change(person, id, (turn) => ({ amount: turn + person.id.length }))).toBe(2);
      expect(await change(person, id, (turn) => ({ code: `code ${String(turn)} ${person.id}`, name: `N${String(turn)}` }))).toBe(2);
    }
  });

  it('a thousand creates and a thousand updates: as many', async () => {
    const records = Array.from({ length: 1000 }, () => ({ ...values, account }));
    let ids: readonly string[] = [];
    const created = await cost(async () => {
      const { results } = await ann.run('records.create', { object: 'order', records, ...returning });
      ids = results.flatMap((result) => (result.ok ? [result.id] : []));
    });
    expect([created, ids.length]).toEqual([1, 1000]);
    // With all that whoever is restricted is asked for, and the answer.
    expect(
      (await scene.statements(() => ann.run('records.create', { object: 'order', records, ...returning }))).length,
    ).toBeLessThanOrEqual(12);
    const updated = await cost((turn) =>
      ann.run('records.update', { object: 'order', records: ids.map((id) => ({ id, values: { amount: turn } })), ...returning }),
    );
    expect(updated).toBe(2);
  });

  it('a create below a roll-up: one more, which writes the parent', async () => {
    const master = await ann.create('order', values);
    for (const person of [scene.admin, ann]) {
      expect(
        await cost(() =>
          person.run('records.create', { object: 'line', records: [{ name: 'L', order: master, amount: 3 }], ...returning }),
        ),
      ).toBe(2);
    }
    expect(await ann.read('order', master, 'total')).toEqual({ total: 12 });
  });

  it('writes of details that an approval of their master may lock: none more for creates and updates, at whatever level', async () => {
    const master = await ann.create('dossier', { name: 'D' });
    const sheet = await ann.create('sheet', { name: 'S', dossier: master });
    const costs = async (person: Person, object: string, values: object): Promise<readonly number[]> => {
      const ids: string[] = [];
      const made = await cost(async () => void ids.push(await person.create(object, { name: 'N', ...values })));
      const changed = await cost((turn) => person.update(object, ids[0] ?? '', { note: String(turn) }));
      return [made, changed, await cost((turn) => person.remove(object, ids[turn - 1] ?? ''))];
    };
    const of = async (person: Person) => [await costs(person, 'sheet', { dossier: master }), await costs(person, 'mark', { sheet })];
    expect(await of(scene.admin)).toEqual([
      [1, 2, 8],
      [1, 2, 5],
    ]);
    expect(await of(ann)).toEqual([
      [1, 2, 9],
      [1, 2, 7],
    ]);
  });

  it('a create under a key that is asked for once, and one that some of many may fail', async () => {
    const keyed = await cost((turn) =>
      ann.run('records.create', { object: 'order', records: [values], ...returning }, { idempotencyKey: `key ${String(turn)}` }),
    );
    expect(keyed).toBe(3);
    const partial = await cost(() =>
      ann.run('records.create', { object: 'order', allOrNone: false, records: [values, values], ...returning }),
    );
    expect(partial).toBe(3);
  });

  it('a decision of an approval, and the one that ends it', async () => {
    const bob = await scene.person('bob');
    const approvals = await Promise.all(
      ['P', 'Q'].map(async (name) => {
        const { results } = await scene.admin.run('records.create', { object: 'paper', records: [{ name }] });
        return results[0]?.ok === true ? (results[0].approval?.id ?? '') : '';
      }),
    );
    const decide = (person: Person) =>
      cost((turn) => person.run('approvals.act', { approval: approvals[turn - 1] ?? '', action: 'approve' }));
    expect([await decide(ann), await decide(bob)]).toEqual([8, 19]);
  });

  it('a write that is refused when it is made: those of the try, and those that find out', async () => {
    const code = 'taken';
    await ann.create('order', { ...values, code });
    const refused = () =>
      ann.run('records.create', { object: 'order', records: [{ ...values, code }] }).then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(await refused()).toMatchObject({ code: 'RECORD_NOT_UNIQUE' });
    expect(await cost(refused)).toBe(6);
  });
});
