// The records that a policy gives, in random worlds, against an interpreter of what the page says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ident, sql } from '@tessera/kernel';
import type { Model, SharingRuleModel } from '@tessera/metadata';
import { always, anyOf } from '@tessera/rules';
import { compilePolicy, explainPlan, personWanted, recordAccess, type Policy, type Records } from '@tessera/security';
import { expressionSql, loadPerson } from '@tessera/storage';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import { pick, randomSource } from '../storage/query-scene.ts';
import { grantSet, idOf, openScene, ownedBy, reading, schema, sceneModel, slotsOf, type Scene } from './access-scene.ts';

const users = [1, 2, 3, 4, 5, 6].map(idOf);
const departments = [11, 12, 13].map(idOf);
const objects = ['account', 'product', 'tag', 'deal', 'line', 'note'] as const;
type Kind = (typeof objects)[number];

interface User {
  readonly id: string;
  readonly email: string;
  readonly manager_id: string | null;
  readonly department_id: string | null;
  readonly roles: readonly string[];
}
interface Row {
  readonly id: string;
  readonly name: string;
  readonly owner_id: string | null;
  readonly deleted_at: string | null;
  readonly [column: string]: string | null;
}
interface Share {
  readonly object: string;
  readonly record_id: string;
  readonly subject: string;
  readonly access: string;
  readonly origin: string;
  readonly expires_at: string | null;
}
interface World {
  readonly users: readonly User[];
  readonly departments: readonly {
    readonly id: string;
    readonly code: string;
    readonly parent_id: string | null;
    readonly head_id: string | null;
  }[];
  readonly rows: Readonly<Record<Kind, readonly Row[]>>;
  readonly shares: readonly Share[];
}

/** Random, circles of managers and departments included. */
function makeWorld(seed: number): World {
  const random = randomSource(seed);
  const maybe = <T>(value: T): T | null => (random() < 0.25 ? null : value);
  const rows: Partial<Record<Kind, readonly Row[]>> = {};
  objects.forEach((object, k) => {
    rows[object] = Array.from({ length: 12 }, (_, n) => ({
      id: idOf(1000 * (k + 1) + n),
      name: pick(random, ['x', 'y', 'z']),
      owner_id: maybe(pick(random, users)),
      deleted_at: random() < 0.2 ? '2026-01-01T00:00:00Z' : null,
      ...(object === 'line' ? { deal_id: pick(random, rows.deal ?? []).id } : {}),
      ...(object === 'note' ? { line_id: pick(random, rows.line ?? []).id } : {}),
    }));
  });
  const shares = new Map<string, Share>();
  for (let n = 0; n < 25; n += 1) {
    const object = pick(random, objects);
    const subject = pick(random, [
      `user:${pick(random, users)}`,
      'role:seller',
      `department:${pick(random, departments)}`,
      `below:${pick(random, departments)}`,
    ]);
    const share = {
      object,
      record_id: pick(random, rows[object] ?? []).id,
      subject,
      access: pick(random, ['read', 'edit']),
      origin: pick(random, ['team', 'manual']),
      expires_at: pick(random, [null, null, '2026-05-31T00:00:00Z', '2026-07-01T00:00:00Z']),
    };
    shares.set([object, share.record_id, subject, share.origin].join(), share);
  }
  return {
    users: users.map((id, n) => ({
      id,
      email: `p${String(n)}@acme.example`,
      manager_id: maybe(pick(random, users)),
      department_id: maybe(pick(random, departments)),
      roles: ['seller'],
    })),
    departments: departments.map((id, n) => ({
      id,
      code: `d${String(n)}`,
      parent_id: maybe(pick(random, departments)),
      head_id: maybe(pick(random, users)),
    })),
    rows: rows as World['rows'],
    shares: [...shares.values()],
  };
}

/** The page, read literally. */
class Page {
  readonly world: World;
  readonly me: User;

  constructor(world: World, id: string) {
    this.world = world;
    this.me = world.users.find((user) => user.id === id) as User;
  }

  /** Everything above a thing, to any height. */
  above<T extends { readonly id: string }>(list: readonly T[], start: string | null, up: (item: T) => string | null): readonly string[] {
    const found: string[] = [];
    for (let at = start; at !== null && !found.includes(at);) {
      found.push(at);
      const item: T | undefined = list.find(({ id }) => id === at);
      at = item === undefined ? null : up(item);
    }
    return found;
  }

  leads(owner: string | null): boolean {
    const user = this.world.users.find(({ id }) => id === owner);
    if (user === undefined) return false;
    if (user.id === this.me.id) return true;
    if (this.above(this.world.users, user.manager_id, (item) => item.manager_id).includes(this.me.id)) return true;
    const chain = this.above(this.world.departments, user.department_id, (item) => item.parent_id);
    return this.world.departments.some(({ id, head_id }) => chain.includes(id) && head_id === this.me.id);
  }

  shared(object: Kind, row: Row, edit: boolean): boolean {
    const chain = this.above(this.world.departments, this.me.department_id, (item) => item.parent_id);
    const mine = [`user:${this.me.id}`, 'role:seller', `department:${String(this.me.department_id)}`, ...chain.map((id) => `below:${id}`)];
    return this.world.shares.some(
      (share) =>
        share.object === object &&
        share.record_id === row.id &&
        mine.includes(share.subject) &&
        (!edit || share.access === 'edit') &&
        (share.expires_at === null || share.expires_at > '2026-06-01'),
    );
  }

  /** The rules of `sharedModel` below. */
  ruled(object: Kind, row: Row, edit: boolean): boolean {
    if (object === 'account' && row.name === 'x' && this.me.department_id === departments[0]) return !edit;
    if (object === 'deal' && row.name === 'y' && this.me.email === 'p1@acme.example') return true;
    const owner = this.world.users.find(({ id }) => id === row.owner_id);
    const below = this.above(this.world.departments, owner?.department_id ?? null, (item) => item.parent_id).includes(departments[1] ?? '');
    if (object === 'account' && below && this.me.email === 'p2@acme.example') return true;
    return object === 'product' && edit && this.me.email === 'p3@acme.example' && owner?.email === 'p0@acme.example';
  }

  may(object: Kind, row: Row, verb: 'read' | 'edit'): boolean {
    const parent = (of: Kind, column: string): boolean =>
      this.may(of, this.world.rows[of].find(({ id }) => id === row[column]) as Row, verb);
    if (object === 'tag' || (object === 'product' && verb === 'read')) return true;
    if (object === 'line') return parent('deal', 'deal_id');
    if (object === 'note') return parent('line', 'line_id');
    return this.leads(row.owner_id) || this.shared(object, row, verb === 'edit') || this.ruled(object, row, verb === 'edit');
  }
}

function sharedModel(): Model {
  const bare = sceneModel();
  const when = (name: string, object: string, value: string, to: SharingRuleModel['to'], access: 'read' | 'edit'): SharingRuleModel => ({
    name,
    object,
    label: {},
    records: { kind: 'when', condition: call('==', pathOf(bare, object, 'name'), literal({ kind: 'text' }, value)) },
    to,
    access,
  });
  const user = (n: number): SharingRuleModel['to'][number] => ({ kind: 'user', email: `p${String(n)}@acme.example` });
  const rules = [
    when('x', 'account', 'x', [{ kind: 'department', code: 'd0', below: false }], 'read'),
    when('y', 'deal', 'y', [user(1)], 'edit'),
    { ...ownedBy('account', { kind: 'department', code: 'd1', below: true }, [user(2)], 'edit'), name: 'below' },
    { ...ownedBy('product', user(0), [user(3)], 'edit'), name: 'product' },
    { ...ownedBy('tag', user(0), [user(3)], 'edit'), name: 'idle' },
  ];
  return sceneModel({
    roles: grantSet('seller', { '*': reading() }),
    sharingRules: Object.fromEntries(rules.map((rule) => [rule.name, rule])),
  });
}

describe('record access', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());
  const model = sharedModel();

  async function fill(world: World): Promise<void> {
    for (const table of ['user', 'department', '_share', ...objects]) await scene.client.query(`delete from ${schema}.${table}`);
    await scene.insert('user', ...world.users.map((user) => ({ ...user, active: true })));
    await scene.insert('department', ...world.departments);
    for (const object of objects) await scene.insert(object, ...world.rows[object]);
    await scene.insert('_share', ...world.shares.map((share, n) => ({ ...share, id: idOf(9000 + n) })));
  }

  async function ids(policy: Policy, object: string, records: Records): Promise<readonly string[]> {
    if (records === 'none') return [];
    const condition = records === 'all' ? sql`true` : expressionSql({ model, schema }, records, { rows: ['r'] });
    const rows = await scene.run(sql`select r.id from ${ident(schema, object)} r where ${condition} order by r.id`, slotsOf(policy));
    return rows.map((row) => String(row['id']));
  }

  it.each([1, 2, 3, 4, 5, 6])('is what the page says, as a whole and as the union of its layers (world %i)', async (seed) => {
    const world = makeWorld(seed);
    await fill(world);
    for (const userId of users) {
      const found = await loadPerson(scene.door, { model, userId, subjects: personWanted(model) });
      if (found === undefined) throw new TypeError('There is no such person.');
      const policy = compilePolicy(model, found);
      const page = new Page(world, userId);
      for (const object of objects) {
        const plan = explainPlan(policy, object);
        for (const verb of ['read', 'edit'] as const) {
          const expected = world.rows[object].filter((row) => page.may(object, row, verb)).map(({ id }) => id);
          const layers = plan[verb].map(({ condition }) => condition ?? always(true));
          const context = `${object} ${verb} ${userId}`;
          expect([context, await ids(policy, object, recordAccess(policy, object)[verb])]).toEqual([context, expected.sort()]);
          expect([context, await ids(policy, object, anyOf(layers))]).toEqual([context, expected]);
        }
      }
    }
  });
});
