// Models are kept within a bound of bytes: tenants with Models of their own push one another out, and nothing holds on to what is gone.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Model } from '@tessera/metadata';
import { pack, selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const texts = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`text${String(i)}`, { type: 'text' }]));
const words = ['one', 'two', 'three', 'four', 'five', 'six'] as const;

/** Tenants whose Models differ in one word, each of some 120 kB as they are counted. */
async function tenantsOf(here: TestEngine): Promise<readonly TestTenant[]> {
  const tenants: TestTenant[] = [];
  for (const word of words) tenants.push(await here.tenant(word, [pack('base', { note: { label: { en: word }, fields: texts } })]));
  return tenants;
}

async function modelOf({ engine }: TestEngine, { name }: TestTenant): Promise<Model> {
  return (await engine.runtime(name)).model;
}

async function noteOf(tenant: TestTenant): Promise<string> {
  const id = await tenant.create('note', { name: 'n', text0: tenant.name });
  const root = { kind: 'record' as const, as: 'found', object: 'note', by: { id }, selections: [selected('text0')] };
  return tenant.run('records.read', { roots: [root] });
}

describe('Models of many tenants', () => {
  let here: TestEngine;
  let tenants: readonly TestTenant[];

  beforeAll(async () => {
    here = await testEngine({ engine: { modelMemory: 330_000 } });
    tenants = await tenantsOf(here);
  });
  afterAll(() => here.close());

  it('are forgotten in the order of their last use, and made again where they are needed', async () => {
    const [first, second, third, ...others] = tenants;
    if (first === undefined || second === undefined || third === undefined) throw new TypeError('There are too few tenants.');
    const [one, two] = [await modelOf(here, first), await modelOf(here, second)];
    expect(await modelOf(here, first)).toBe(one);
    await modelOf(here, third);
    expect(await modelOf(here, first)).toBe(one);
    for (const other of others) await modelOf(here, other);
    const again = await modelOf(here, second);
    expect(again).not.toBe(two);
    expect(again).toEqual(two);
  });

  it('leave every tenant able to work, hit in turn', async () => {
    for (let round = 0; round < 2; round += 1) {
      const answers: string[] = [];
      for (const tenant of tenants) answers.push(await noteOf(tenant));
      expect(answers).toEqual(words.map((word) => `{"found":{"text0":"${word}"}}`));
    }
  });

  it('are held by nothing once they are forgotten: no policy, view or statement of their people', async () => {
    const refs: WeakRef<Model>[] = [];
    for (const tenant of tenants) {
      await noteOf(tenant);
      refs.push(new WeakRef(await modelOf(here, tenant)));
    }
    // What a promise or a stack has held is free a turn later.
    await nextTurn();
    collect();
    const left = refs.filter((ref) => ref.deref() !== undefined);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(4);
  });
});

describe('a Model that is larger than all may be', () => {
  it('is kept alone', async () => {
    const here = await testEngine({ engine: { modelMemory: 1_000 } });
    try {
      const tenant = await here.tenant('alone', [pack('base', { note: {} })]);
      expect(await noteOfOne(tenant)).toBe(1);
      expect(await modelOf(here, tenant)).toBe(await modelOf(here, tenant));
    } finally {
      await here.close();
    }
  });
});

async function noteOfOne(tenant: TestTenant): Promise<number> {
  await tenant.create('note', { name: 'n' });
  const { nodes } = JSON.parse(
    await tenant.run('records.read', {
      roots: [
        { kind: 'list', as: 'nodes', object: 'note', list: {}, parts: [{ kind: 'nodes', as: 'nodes', selections: [selected('id')] }] },
      ],
    }),
  ) as { readonly nodes: { readonly nodes: readonly unknown[] } };
  return nodes.nodes.length;
}
