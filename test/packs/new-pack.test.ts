// A pack that has just been made: whole, in the folder that was asked for, and known to an editor without a network.
import { createRequire } from 'node:module';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPack, lintPack, modelOf, readPack, readPlatform, withNeighbours } from '@tessera/packs';
import { codesOf, failureOf } from '../support/failures.ts';
import { exampleFolder } from '../support/packs.ts';

interface Ajv {
  addSchema(schema: object): void;
  validate(schema: string, value: unknown): boolean;
  readonly errors?: unknown;
}
const ofMetadata = createRequire(new URL('../../packages/metadata/package.json', import.meta.url));
const { Ajv2020 } = ofMetadata('ajv/dist/2020.js') as { readonly Ajv2020: new (options: object) => Ajv };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-new-pack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

interface EditorSettings {
  readonly 'json.schemas': readonly { readonly url: string; readonly schema: object }[];
}

describe('createPack', () => {
  it('makes a pack without mistakes, and without anything to point out', async () => {
    const own = join(folder, 'small');
    const files = await createPack({ folder: own, publisher: 'Somebody' });
    expect(files).toContain('objects/item.json');
    const pack = await readPack(own);
    expect(pack).toMatchObject({ name: 'small', namespace: '' });
    expect(Object.keys(pack.files)).not.toContain('.vscode/settings.json');
    expect(lintPack(pack, modelOf([await readPlatform(), pack]))).toEqual([]);
  });

  it('prefixes all its names, and stands on a pack beside it', async () => {
    await cp(exampleFolder('library'), join(folder, 'library'), { recursive: true });
    const own = join(folder, 'annex');
    await createPack({ folder: own, name: 'book-annex', namespace: 'annex', on: ['library'] });
    const pack = await readPack(own);
    expect(pack.files['pack.json']).toMatchObject({ name: 'book-annex', dependencies: { library: '^1.0.0' } });
    const model = modelOf([await readPlatform(), ...(await withNeighbours(pack, own))]);
    expect(Object.keys(model.objects)).toEqual(expect.arrayContaining(['book', 'annex__item']));
    expect(JSON.stringify(pack.files)).not.toContain('starter');
  });

  it('refuses a folder that has something in it, a name that is none, and a pack that is not there; nothing is written', async () => {
    const taken = join(folder, 'taken');
    await mkdir(taken);
    await writeFile(join(taken, 'notes.txt'), '');
    expect(codesOf(await failureOf(createPack({ folder: taken })))).toEqual(['PACK_FOLDER_TAKEN']);
    const [nameless, alone] = [join(folder, 'No Name'), join(folder, 'alone')];
    expect(codesOf(await failureOf(createPack({ folder: nameless })))).toEqual(['METADATA_VALUE_UNKNOWN']);
    expect(codesOf(await failureOf(createPack({ folder: alone, on: ['nowhere'] })))).toEqual(['PACK_UNREADABLE']);
    expect([nameless, alone].filter((path) => existsSync(path))).toEqual([]);
  });

  it('tells editors the schemas of all files, which need no other and take what the platform takes', () => {
    const settings = json(join(folder, 'small/.vscode/settings.json')) as EditorSettings;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const { schema } of settings['json.schemas']) ajv.addSchema(schema);
    const refused = (file: string, content: unknown): unknown => {
      const { $schema } = content as { readonly $schema: string };
      return ajv.validate($schema, content) ? undefined : { file, errors: ajv.errors };
    };
    const files = [...globSync(join(exampleFolder('crm-base'), '**/*.json')), ...globSync(join(folder, 'small/*/*.json'))];
    expect(files.length).toBeGreaterThan(100);
    expect(files.map((file) => refused(file, json(file))).filter((found) => found !== undefined)).toEqual([]);
    const item = json(join(folder, 'small/objects/item.json')) as { readonly fields: object };
    for (const field of [{ type: 'date', options: {} }, { type: 'lookup' }, { type: 'datum' }])
      expect(refused('', { ...item, fields: { ...item.fields, wrong: field } })).toBeDefined();
  });
});
