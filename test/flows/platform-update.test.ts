// Tenants from before the platform of this engine: what it only adds comes by itself, what would take anything away is told.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, modelOf } from '@tessera/packs';
import { loadLayers } from '@tessera/storage';
import { pack, testEngine, type TestEngine } from '../support/engine.ts';

let scene: TestEngine;
let administration: Administration;

beforeAll(async () => {
  scene = await testEngine();
  const { cell, clock } = scene;
  administration = new Administration({ cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock });
});
afterAll(() => scene.close());

const layersOf = (tenant: string) => scene.cell.control((transaction) => loadLayers(transaction, tenant));

/** As if the tenant had been made with another platform. */
async function changePlatform(tenant: string, change: (files: Layer['files']) => Layer['files']): Promise<void> {
  const from = await layersOf(tenant);
  const layers = from.map((layer) => (layer.kind === 'platform' ? { ...layer, version: '0.9.0', files: change(layer.files) } : layer));
  const now = new Date().toISOString();
  await applyLayers(scene.cell, { tenant, before: modelOf(from), layers, now, author: null, reason: null });
}

const basics = 'permissionSets/basics.json';
interface Granting {
  readonly objects: Readonly<Record<string, unknown>>;
}

/** Without an object, and without what everybody may do with it. */
function without(object: string): (files: Layer['files']) => Layer['files'] {
  return (files) => {
    const { [`objects/${object}.json`]: gone, [basics]: set, ...rest } = files;
    const { objects, ...more } = set as Granting;
    const { [object]: granted, ...others } = objects;
    expect([gone, granted]).not.toContain(undefined);
    return { ...rest, [basics]: { ...more, objects: others } };
  };
}

const noId = '00000000-0000-0000-0000-000000000000';

it('adds what is new, and leaves alone what would lose something', async () => {
  const [old, other] = [await scene.tenant('old', [pack('own', { thing: {} })]), await scene.tenant('other', [])];
  await scene.tenant('same', []);
  await changePlatform('old', without('notification'));
  const extra = { name: 'former', plural: 'formers', label: { en: 'Former', 'zh-CN': '旧' } };
  await changePlatform('other', (files) => ({ ...files, 'objects/former.json': extra }));
  await other.create('former', { name: 'is here' });
  await expect(old.read('notification', noId, 'name')).rejects.toMatchObject({ code: 'OBJECT_UNKNOWN' });
  const lags = async () => (await administration.upkeep.check()).map(({ tenant, platform }) => [tenant, platform]);
  expect(await lags()).toEqual([
    ['old', 'no server has been started since'],
    ['other', expect.stringContaining('former')],
    ['same', undefined],
  ]);
  const reason: unknown = expect.stringContaining('former');
  expect(await administration.upkeep.updatePlatforms()).toEqual({ updated: ['old'], left: [{ tenant: 'other', reason }] });
  expect(await old.read('notification', noId, 'name')).toBeUndefined();
  expect(await other.read('former', noId, 'name')).toBeUndefined();
  expect(await administration.upkeep.updatePlatforms()).toEqual({ updated: [], left: [{ tenant: 'other', reason }] });
  expect((await layersOf('old')).map(({ kind, version }) => [kind, version])).toEqual([
    ['platform', (await layersOf('same'))[0]?.version],
    ['pack', '1.0.0'],
  ]);
  // Whoever goes back behind it keeps the platform that the engine needs.
  await old.apply({ 'extensions/thing.json': { extends: 'thing', label: { en: 'It' } } });
  await old.run('metadata.rollback', { version: 2 });
  expect(await old.read('notification', noId, 'name')).toBeUndefined();
  expect((await layersOf('old')).map(({ kind }) => kind)).toEqual(['platform', 'pack']);
});
