// `tessera dev` from inside: what each save of a pack, and of one that it needs, does to the tenant that is served.
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPack } from '@tessera/packs';
import { readConfig } from '@tessera/server';
import { runDev } from '../../packages/server/src/dev/dev.ts';
import { failureOf } from '../support/failures.ts';
import { HttpClient } from '../support/http-client.ts';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';

type Json = Record<string, unknown>;

const password = 'Within-An-Hour-1';
const objectFile = 'objects/top__item.json';

let database: TestDatabase;
let folder: string;
let running: Promise<void> = Promise.resolve();
let said = '';
let agreed: boolean | undefined;
let asked = 0;
let client: HttpClient;
let ended = new AbortController();
const longestWaitMs = 90_000;

const inPack = (path: string): string => join(folder, 'top', path);

/** Changes a JSON file, and gives what is said until the save is dealt with. */
async function changed(file: string, change: (content: Json) => unknown, pattern = isOver): Promise<string> {
  return after(async () => {
    const content = JSON.parse(await readFile(file, 'utf8')) as Json;
    await writeFile(file, JSON.stringify(change(content)));
  }, pattern);
}

/** Fails where it takes too long, and where the work that is waited for has ended. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const since = performance.now();
  const over = running.then(
    () => 'It has ended.',
    (error: unknown) => `It has failed: ${String(error)}.`,
  );
  while (!(await isSo())) {
    const gone = await Promise.race([sleep(10), over]);
    if (gone !== undefined || performance.now() - since > longestWaitMs) throw new Error(`Waited in vain. ${gone ?? ''} It said: ${said}`);
  }
}

const isOver = /(In force as version|has it already|are loaded|keeps what it has)/;

async function after(work: () => Promise<unknown>, pattern = isOver): Promise<string> {
  const from = said.length;
  await work();
  await until(() => pattern.test(said.slice(from)));
  return said.slice(from);
}

const withField =
  (name: string, field: Json | undefined) =>
  (content: Json): Json => {
    const fields = { ...(content['fields'] as Json), [name]: field };
    return { ...content, fields };
  };

const fieldsOf = async (object: string): Promise<readonly string[]> => {
  const { json } = await client.get(`/api/v1/objects/${object}`);
  return (json['fields'] as readonly { readonly name: string }[]).map(({ name }) => name);
};

const items = async (field: string): Promise<readonly unknown[]> => {
  const { json } = await client.get(`/api/v1/records/top__item?fields=${field}&sort=name`);
  return (json['records'] as readonly Json[]).map((record) => record[field]);
};

const configOf = (): ReturnType<typeof readConfig> =>
  readConfig({
    DATABASE_URL: database.url,
    DATA_DIR: join(folder, 'data'),
    TESSERA_SECRET: 'a secret of these tests, long enough',
    DEMO_PASSWORD: password,
    PORT: '0',
    LOG_LEVEL: 'silent',
  });

/** Begins, and waits until it watches. */
async function start(): Promise<void> {
  said = '';
  ended = new AbortController();
  const say = (text: string): Promise<void> => {
    said += text;
    return Promise.resolve();
  };
  const agrees = (): Promise<boolean> => {
    asked += 1;
    return Promise.resolve(agreed ?? false);
  };
  running = runDev(configOf(), { folder: join(folder, 'top'), tenant: 'trial', test: false, decisions: {} }, { say, agrees }, ended.signal);
  await until(() => said.includes('Ctrl-C ends it'));
  const url = /Tessera runs at (\S+)/.exec(said)?.[1] ?? '';
  client = await HttpClient.signIn(url, { tenant: 'trial', email: 'admin@trial.example', password });
}

beforeAll(async () => {
  [database, folder] = await Promise.all([testDatabase(), mkdtemp(join(tmpdir(), 'tessera-dev-'))]);
  await createPack({ folder: join(folder, 'below') });
  await createPack({ folder: join(folder, 'top'), namespace: 'top', on: ['below'] });
  await start();
});

afterAll(async () => {
  ended.abort();
  await running;
  await rm(folder, { recursive: true, force: true });
  // Nobody is connected any more, or this fails.
  await database.drop();
});

describe('tessera dev', () => {
  it('makes the tenant with the pack, what it needs, and the demo data', async () => {
    const input = { folder: join(folder, 'tpo'), test: false, decisions: {} };
    const onlooker = { say: () => Promise.resolve(), agrees: () => Promise.resolve(false) };
    expect(await failureOf(runDev(configOf(), input, onlooker, ended.signal))).toMatchObject({ code: 'PACK_UNREADABLE' });
    expect(said).toContain('Tenant trial, made anew');
    expect(await items('name')).toEqual(['Ladder', 'Lamp']);
    expect(await fieldsOf('item')).toContain('retiredOn');
  });

  it('serves what is saved, in the pack and below it', async () => {
    const weight = { type: 'number', label: { en: 'Weight' } };
    const told = await changed(inPack(objectFile), withField('weight', weight));
    expect(told).toMatch(/\d\d:\d\d:\d\d top\/objects\/top__item\.json\n {2}\+ object top__item: fields\.weight/);
    expect(told).toMatch(/top\/objects\/top__item\.json:1:\d+ #\/fields\/weight: The field top__item\.weight is named nowhere else/);
    expect(await fieldsOf('top__item')).toContain('weight');
    await changed(join(folder, 'below/objects/item.json'), withField('colour', { type: 'text', label: { en: 'Colour' } }));
    expect(await fieldsOf('item')).toContain('colour');
  });

  it('tells every mistake with its place, and serves on what it had', async () => {
    const good = await readFile(inPack(objectFile), 'utf8');
    const noJson = await after(() => writeFile(inPack(objectFile), good.replace('"fields":{', '"fields":{,')));
    expect(noJson).toMatch(/ {2}top\/objects\/top__item\.json:1:\d+: .*is not valid JSON/);
    const wrong = JSON.stringify(withField('size', { type: 'number', min: 'x' })(JSON.parse(good) as Json), null, 2);
    const wrongLine = wrong.split('\n').findIndex((line) => line.includes('"min": "x"')) + 1;
    const mistaken = await after(() => writeFile(inPack(objectFile), wrong));
    expect(mistaken).toContain(`  top/objects/top__item.json:${wrongLine}:7 #/fields/size/min: `);
    expect(await fieldsOf('top__item')).toContain('weight');
    expect(await after(() => writeFile(inPack(objectFile), good))).toContain('The tenant has it already');
  });

  it('puts nothing in force that records would break by', async () => {
    const told = await changed(inPack(objectFile), withField('serial', { type: 'text', required: true, label: { en: 'Serial' } }));
    expect(told).toMatch(/! .*serial.*\(2 record\(s\)/);
    expect(told).toContain('keeps what it has');
    expect(await fieldsOf('top__item')).not.toContain('serial');
    await changed(inPack(objectFile), withField('serial', undefined));
  });

  it('sets aside what goes only where it is agreed to', async () => {
    const [ladder] = (await client.get('/api/v1/records/top__item?fields=id&sort=name&first=1')).json['records'] as readonly Json[];
    await client.patch(`/api/v1/records/top__item/${String(ladder?.['id'])}`, { weight: 7 });
    agreed = false;
    const mass = withField('mass', { type: 'number', label: { en: 'Mass' } });
    const kept = await changed(inPack(objectFile), (content) => mass(withField('weight', undefined)(content)));
    expect(kept).toContain('[LOSES DATA');
    expect(kept).toContain('say there "renamedFrom": ["weight"]');
    expect([asked, await items('weight')]).toEqual([1, [7, null]]);
    agreed = true;
    await changed(inPack(objectFile), (content) => ({ ...content, description: 'Without a weight.' }));
    expect([asked, (await fieldsOf('top__item')).includes('weight')]).toEqual([2, false]);
    await changed(inPack(objectFile), withField('weight', { type: 'number', label: { en: 'Weight' } }));
    expect(await items('weight')).toEqual([7, null]);
  });

  it('follows files that are renamed and taken away, and loads demo data when they change', async () => {
    const view = inPack('listViews/top__itemsInUse.json');
    const renamed = inPack('listViews/top__inUse.json');
    const told = await after(async () => {
      await writeFile(view, (await readFile(view, 'utf8')).replace('"top__itemsInUse"', '"top__inUse"'));
      await rename(view, renamed);
    }, /\+ listView top__inUse[^]*In force as version/);
    expect(told).toContain('  + listView top__inUse');
    expect(await after(() => rm(renamed))).toContain('  - listView top__inUse');
    const data = inPack('data/items.json');
    const refused = await changed(data, (content) => ({ ...content, records: { rope: { name: 'Rope', weight: 'light' } } }));
    expect(refused).toMatch(
      /top\/data\/items\.json:1:\d+ #\/records\/rope\/weight: weight takes a number[^]*The demo data are not all there\./,
    );
    await changed(data, (content) => ({ ...content, records: { rope: { name: 'Rope' } } }));
    expect(await items('name')).toEqual(['Ladder', 'Lamp', 'Rope']);
  });

  it('misses no save that comes while it works', async () => {
    const from = said.length;
    const save = async (name: string): Promise<void> => {
      const content = JSON.parse(await readFile(inPack(objectFile), 'utf8')) as Json;
      await writeFile(inPack(objectFile), JSON.stringify(withField(name, { type: 'text', label: { en: name } })(content)));
    };
    // While it waits for quiet, when it has begun to plan, when it applies, and when it is done.
    await after(() => save('f0'), /top__item\.json\n/);
    await after(() => save('f1'), /fields\.f1/);
    await save('f2');
    await after(() => save('f3'), /In force as version/);
    await save('f4');
    await until(async () => (await fieldsOf('top__item')).includes('f4'));
    expect(await fieldsOf('top__item')).toEqual(expect.arrayContaining(['f0', 'f1', 'f2', 'f3', 'f4']));
    expect(said.slice(from)).not.toContain('keeps what it has');
  });

  it('makes good at the next start what was broken off', async () => {
    const schema = 't_trial';
    const sql = (text: string): Promise<unknown> => connected(database.url, (own) => own.query(text));
    await sql(`create function ${schema}.die() returns trigger language plpgsql security definer as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`);
    await sql(`create trigger die before insert on ${schema}.top__item for each row execute function ${schema}.die()`);
    const records = { rope: { name: 'Rope' }, wedge: { name: 'Wedge' } };
    await changed(inPack('data/items.json'), (content) => ({ ...content, records }), /The demo data are not all there\./);
    ended.abort();
    await running;
    await sql(`drop function ${schema}.die cascade`);
    await start();
    expect(said).toContain('The demo data are loaded');
    expect(await items('name')).toContain('Wedge');
  });
});
