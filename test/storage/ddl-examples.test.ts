// The Models of the packs in this repository as tables: made, without drift, taken away and brought back.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildModel, type Layer, type Model } from '@tessera/metadata';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { Scene } from './ddl-scene.ts';

let database: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  database = await testDatabase();
  scene = await Scene.open(database.url);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

function layer(kind: Layer['kind'], path: string): Layer {
  const folder = new URL(`../../${path}/`, import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  const files = Object.fromEntries(
    paths.map((file) => [file.replaceAll('\\', '/'), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as unknown]),
  );
  return { kind, name: path.split('/').at(-1) ?? path, version: '1.0.0', namespace: '', files };
}

const platform = layer('platform', 'packages/packs/platform');

function modelOf(...packs: readonly string[]): Model {
  const { model, problems } = buildModel([platform, ...packs.map((pack) => layer('pack', pack))]);
  if (model === undefined) throw new Error(JSON.stringify(problems, null, 1));
  return model;
}

describe.each(['examples/crm-base', 'examples/library'])('%s', (pack) => {
  it('becomes tables, goes, and comes back', async () => {
    await scene.reset();
    const bare = modelOf();
    const full = modelOf(pack);
    await scene.go(undefined, full);
    expect(await scene.drift(full)).toEqual([]);
    expect((await scene.plan(full, full)).steps).toEqual([]);
    const user = '00000000-0000-7000-8000-000000000001';
    const required = Object.values(full.objects['user']?.fields ?? {}).filter(
      (field) => field.required === true && field.columns.length === 1,
    );
    const values = required.map(({ columns: [column] }): [string, unknown] => [
      column?.name ?? '',
      column?.type.kind === 'datetime' ? '2026-01-01T00:00:00Z' : 'x',
    ]);
    await scene.insert('user', {
      ...Object.fromEntries(values),
      id: user,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      version: 1,
    });
    const away = await scene.go(full, bare);
    expect(away.steps.filter((step) => step.kind === 'setAside').length).toBeGreaterThan(0);
    expect(await scene.drift(bare)).toEqual([]);
    const back = await scene.go(bare, full);
    expect(back.steps.filter((step) => step.kind === 'createTable')).toEqual([]);
    expect(await scene.drift(full)).toEqual([]);
    expect(await scene.rows('user', 'id')).toEqual([{ id: user }]);
  });
});
