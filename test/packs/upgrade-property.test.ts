// Random packs, random changes of a tenant, random upgrades: nothing of the tenant's is lost or passed over, and every way back is exact.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildModel, contentHash, type Layer } from '@tessera/metadata';
import fc from 'fast-check';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { driftOf } from './life-cycle-scene.ts';
import { effective, layerOf, upgraded } from './upgrade-kit.ts';
import { edits, effectiveEdits, filesOf, isWhole, nameIn, packOf, packWorld, placeOf, type Edit, type PackWorld } from './upgrade-world.ts';

/** TEST_RUNS looks further. */
const runs = Number(process.env['TEST_RUNS'] ?? 40);

interface Case {
  readonly before: Layer;
  readonly after: Layer;
  readonly files: Json;
  readonly own: readonly Edit[];
  readonly to: PackWorld;
  readonly from: PackWorld;
}

const cases: fc.Arbitrary<Case> = fc
  .record({ from: packWorld, to: packWorld, list: edits })
  .map(({ from, to, list }) => {
    const own = effectiveEdits(list, from);
    return { before: packOf('1.0.0', from), after: packOf('2.0.0', to, from), files: filesOf(own), own, from, to };
  })
  .filter(({ before, files }) => isWhole(before, files));

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((found, key) => (found === undefined ? undefined : (found as Json)[key]), value);
}

/** The place of an edit under the names of the new pack. */
function placeAfter(edit: Edit, { from, to }: Case): readonly string[] {
  const world = to[edit.object]?.[edit.field];
  const name = world === undefined || edit.what === 'add' ? edit.field : nameIn(edit.field, world, from, edit.object);
  return placeOf(edit).keys.map((key, i) => (i === 1 && key === edit.field ? name : key));
}

const sourceOf = (layer: Layer, object: string): unknown => layer.files[`objects/${object}.json`];

describe('the merge of an upgrade', () => {
  it('is the same each time, keeps every change of the tenant, asks about exactly what both have changed, and gives a whole Model', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { before, after, files, own } = each;
        const merged = upgraded(before, after, files);
        expect(contentHash(upgraded(before, after, files))).toBe(contentHash(merged));
        expect(buildModel(merged.layers).problems).toEqual([]);
        const expected: string[] = [];
        for (const edit of own) {
          const [keys, { value, keys: written }] = [placeAfter(edit, each), placeOf(edit)];
          const found = valueAt(effective(merged, edit.object), keys);
          if (edit.what === 'rule') expect(found).toMatchObject({ message: { en: `No ${edit.value}` } });
          else expect([edit, found ?? null]).toEqual([edit, value]);
          // What is gone from the new pack and stays for the tenant is as it was.
          const isKept = valueAt(sourceOf(after, edit.object), keys.slice(0, 2)) === undefined;
          const [was, will] = [
            valueAt(sourceOf(before, edit.object), written),
            isKept ? undefined : valueAt(sourceOf(after, edit.object), keys),
          ];
          const isSame = (a: unknown, b: unknown): boolean => contentHash(a ?? null) === contentHash(b ?? null);
          if (!isKept && !isSame(withoutFormer(was), withoutFormer(will)) && !isSame(value, will))
            expected.push(`objects/${edit.object}#/${keys.join('/')}`);
        }
        expect(merged.conflicts.map(({ id }) => id).sort()).toEqual(expected.sort());
        const packs = upgraded(before, after, files, { prefer: 'pack' });
        for (const { id, pack: theirs } of packs.conflicts) {
          const [, object = '', pointer = ''] = /^objects\/(\w+)#\/(.*)$/.exec(id) ?? [];
          expect([id, valueAt(effective(packs, object), pointer.split('/'))]).toEqual([id, theirs]);
        }
        expect(layerOf(upgraded(before, after, files, { prefer: 'tenant' }), 'tenant')).toEqual(layerOf(merged, 'tenant'));
      }),
      { numRuns: runs },
    );
  });
});

/** Where a field came from is not what it is. */
const withoutFormer = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'renamedFrom'));
};

describe('an upgrade and the way back, over tables', () => {
  let engine: TestEngine;
  let acme: TestTenant;
  beforeAll(async () => {
    engine = await testEngine();
    acme = await engine.tenant('acme', [pack('base', { anchor: { fields: {} } })]);
  });
  afterAll(() => engine.close());

  const hashNow = async (): Promise<unknown> => (await engine.sql(`select model from ${acme.schema}._state`))[0]?.['model'];
  const versionNow = async (): Promise<number> => (await acme.run('metadata.versions', {}))[0]?.number ?? 0;

  it('leaves the tables as the Model says at every step, brings the very Model back, and loses no record', async () => {
    const way = fc.asyncProperty(
      cases,
      fc.constantFrom('tenant' as const, 'pack' as const),
      async ({ before, after, files, from }, prefer) => {
        const same = async (): Promise<void> => {
          expect(await driftOf(engine.cell, acme.name, acme.schema)).toEqual([]);
        };
        await acme.run('packs.apply', { files: before.files, prefer });
        await acme.apply(files);
        await same();
        const [there, first] = [await hashNow(), await versionNow()];
        const isThere = from['a']?.['t1'] !== undefined && !JSON.stringify(files).includes('"t1":null');
        const id = await acme.create('a', { name: 'Any', ...(isThere ? { t1: 'kept' } : {}) }).catch(() => undefined);
        await acme.run('packs.apply', { files: after.files, prefer });
        await same();
        const [then, second] = [await hashNow(), await versionNow()];
        await acme.run('metadata.rollback', { version: first });
        expect(await hashNow()).toBe(there);
        await same();
        if (isThere && id !== undefined) expect(await acme.read('a', id, 't1')).toEqual({ t1: 'kept' });
        await acme.run('metadata.rollback', { version: second });
        expect(await hashNow()).toBe(then);
        await same();
        // The next pack comes to a tenant that has had others.
        await acme.run('metadata.rollback', { version: 1 });
        await same();
      },
    );
    await fc.assert(way, { numRuns: Math.ceil(runs / 14) });
  });
});

it('has cases in which something is at stake', () => {
  const drawn = fc.sample(cases, { numRuns: 60, seed: 7 });
  const merged = drawn.map(({ before, after, files }) => upgraded(before, after, files));
  expect(merged.filter(({ conflicts }) => conflicts.length > 0).length).toBeGreaterThan(6);
  expect(merged.filter((each) => (layerOf(each, 'pack').kept ?? []).length > 0).length).toBeGreaterThan(6);
});
