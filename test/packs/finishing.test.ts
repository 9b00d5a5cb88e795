// What follows the commit of an upgrade, where the node dies at any of its statements: the sweep of another node that goes on finishes it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger, type Logger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, modelOf, readPlatform, withPacks } from '@tessera/packs';
import type { Cell } from '@tessera/storage';
import { testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { driftOf, storedLayers } from './life-cycle-scene.ts';
import { fill, one, rowsOf, two, type Filled } from './migrations-scene.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await testEngine();
});
afterAll(() => engine.close());

/** Beside what version 2.0.0 brings: constraints, indexes and a matching rule. */
function withMore(): Layer {
  const contact = two.files['objects/contact.json'] as Json;
  const fields = {
    ...(contact['fields'] as Json),
    friend: { type: 'lookup', to: 'contact', inverse: 'friends', label: { en: 'Friend' } },
    area: { type: 'text', required: true, indexed: true, label: { en: 'Area' } },
  };
  const samePlace: Json = { name: 'samePlace', object: 'contact', criteria: { place: { fields: { address: { by: 'text' } } } } };
  return { ...two, files: { ...two.files, 'objects/contact.json': { ...contact, fields }, 'matchingRules/samePlace.json': samePlace } };
}

/** What a node does after it is dead. */
const dead = (): Promise<never> => Promise.reject(new Error('Connection terminated unexpectedly'));

type Doing = (...given: readonly unknown[]) => Promise<unknown>;

/** The node of a cell, which dies when it next asks for something, so many times after `count` was set to nothing. */
class Dying {
  count = Number.NEGATIVE_INFINITY;
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  get isDead(): boolean {
    return this.count >= this.#at;
  }

  #counted<T extends object>(of: T, names: readonly string[]): T {
    return new Proxy(of, {
      get: (object, property) => {
        const value = Reflect.get(object, property, object) as unknown;
        if (typeof value !== 'function') return value;
        const bound = value.bind(object) as Doing;
        if (!names.includes(String(property))) return bound;
        return (...given: readonly unknown[]) => {
          this.count += 1;
          return this.isDead ? dead() : bound(...given);
        };
      },
    });
  }

  over(cell: Cell): Cell {
    const counted = this.#counted(cell, ['administer', 'control']);
    return new Proxy(counted, {
      get: (object, property) => {
        if (property === 'maintenance') return (name: string) => this.#counted(cell.maintenance(name), ['query']);
        if (property === 'tenant') return (name: string) => this.#counted(cell.tenant(name), ['query', 'transaction']);
        return Reflect.get(object, property, object) as unknown;
      },
    });
  }
}

const inForce = '2026-03-02T00:00:00.000Z';

/** Puts the upgrade in force by a node that dies after the commit; whether it did. */
async function upgrade(tenant: TestTenant, at: number): Promise<boolean> {
  await engine.sql(`update pg_class set reltuples = 30000 where oid = '${tenant.schema}.contact'::regclass`);
  const from = await storedLayers(engine.cell, tenant.name);
  const { layers } = withPacks(from, await readPlatform(), [withMore()]);
  const node = new Dying(at);
  const cell = node.over(engine.cell);
  // The number of the version is the last that the transaction writes.
  const administer: Cell['administer'] = async (name, work) => {
    const result = await cell.administer(name, work);
    const [last] = await engine.sql('select max(number)::int as version from tessera.version where tenant = $1', [tenant.name]);
    if (last?.['version'] === 2) node.count = 0;
    return result;
  };
  const noting = new Proxy(cell, {
    get: (object, property) =>
      property === 'administer' && node.count < 0 ? administer : (Reflect.get(object, property, object) as unknown),
  });
  const input = { tenant: tenant.name, before: modelOf(from), layers, now: inForce, author: null, reason: null };
  const failure: unknown = await applyLayers(noting, input).catch((error: unknown) => error);
  if (failure instanceof Error) expect(failure.message).toBe('Connection terminated unexpectedly');
  return failure instanceof Error;
}

/** Another node, which has been running all the while. */
function otherNode(cell: Cell = engine.cell, log: Logger = silentLogger): Administration['upkeep'] {
  return new Administration({ cell, log, secret: 'a secret of these tests, long enough', clock: engine.clock }).upkeep;
}

/** What is not finished of a tenant: tables, constraints, records that are not found. */
async function unfinished(tenant: TestTenant): Promise<unknown> {
  const { schema, name } = tenant;
  const constraints = await engine.sql(
    `select conname as name from pg_constraint where connamespace = $1::regnamespace and not convalidated order by 1`,
    [schema],
  );
  const [lost] = await engine.sql(`select count(*)::int as lost from ${schema}.contact where _search is null or _match is null`);
  const [noted] = await engine.sql('select count(*)::int as notes from tessera.plan where tenant = $1', [name]);
  return { drift: await driftOf(engine.cell, name, schema), constraints: constraints.map((row) => row['name']), ...lost, ...noted };
}

const nothing = { drift: [], constraints: [], lost: 0, notes: 0 };

/** Ids that a search and a matching rule find for Ada's place. */
async function found(tenant: TestTenant, { ada }: Filled): Promise<readonly boolean[]> {
  const searched = await tenant.run('search', { q: 'York', objects: ['contact'] });
  const matched = await tenant.run('matching.match', {
    rule: 'samePlace',
    records: [{ values: { address: 'High Street, York' } }],
  });
  return [searched.includes(ada), JSON.stringify(matched).includes(ada)];
}

describe('an upgrade that is cut off right after its commit', () => {
  it('at any of its statements is finished by the sweep of a node that goes on', async () => {
    const seen: unknown[] = [];
    let at = 1;
    for (; at < 60; at += 1) {
      const tenant = await engine.tenant(`cut${String(at)}`, [one]);
      const filled = await fill(tenant);
      if (!(await upgrade(tenant, at))) break;
      const open = await unfinished(tenant);
      expect(open).not.toEqual(nothing);
      seen.push(open);
      const rows = await rowsOf(engine, tenant.schema);
      // Of two sweeps at once one does it; the other passes it by, or finds nothing left to do.
      const [first, second] = await Promise.all([otherNode().finishChanges(), otherNode().finishChanges()]);
      expect([at, Math.min(first, second) <= 1, first + second >= 1]).toEqual([at, true, true]);
      expect([at, await unfinished(tenant), await found(tenant, filled)]).toEqual([at, nothing, [true, true]]);
      expect(withoutKeys(await rowsOf(engine, tenant.schema))).toEqual(withoutKeys(rows));
      expect(await otherNode().finishChanges()).toBe(0);
    }
    expect(at).toBeGreaterThan(6);
    expect(at).toBeLessThan(60);
    // Each kind of work was cut off before it at least once.
    expect(seen).toContainEqual(expect.objectContaining({ constraints: expect.arrayContaining([expect.any(String)]) as unknown }));
    expect(seen).toContainEqual(
      expect.objectContaining({ drift: expect.arrayContaining([expect.anything()]) as unknown, constraints: [] }),
    );
    expect(seen).toContainEqual(expect.objectContaining({ drift: [], constraints: [], lost: 4 }));
    expect(seen).toContainEqual({ ...nothing, notes: 2 });
  }, 300_000);

  it('is told of and left to the next sweep where a sweep is cut off itself, and passed by while somebody is at it', async () => {
    const tenant = await engine.tenant('twice', [one]);
    const filled = await fill(tenant);
    expect(await upgrade(tenant, 1)).toBe(true);
    const told: string[] = [];
    const log: Logger = { ...silentLogger, error: (_: unknown, text?: string) => void told.push(String(text)) };
    let at = 1;
    for (; at < 60; at += 1) {
      const node = new Dying(at);
      const sweeper = otherNode(node.over(engine.cell), log);
      // The first that it asks for is the list of tenants.
      node.count = -1;
      if ((await sweeper.finishChanges()) === 1) break;
      expect(told.splice(0)).toEqual([expect.stringContaining('the next sweep tries again')]);
      expect(await unfinished(tenant)).not.toEqual(nothing);
    }
    expect([at > 3, await unfinished(tenant), await found(tenant, filled)]).toEqual([true, nothing, [true, true]]);
    await engine.sql(`insert into tessera.plan (id, tenant, base_hash, content) values (gen_random_uuid(), $1, '', '{}')`, [tenant.name]);
    const held = await engine.cell.alone(`tables of ${tenant.name}`, () => otherNode().finishChanges(), 1_000);
    expect(held?.result).toBe(0);
    expect(await otherNode().finishChanges()).toBe(1);
  }, 120_000);
});

/** Rows without what records are found by. */
function withoutKeys(rows: unknown): unknown {
  return JSON.parse(JSON.stringify(rows), (_, value: unknown) =>
    Array.isArray(value) ? value.filter((entry) => !(Array.isArray(entry) && entry[0] === '_match')) : value,
  );
}
