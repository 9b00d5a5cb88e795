// `tessera` from outside: what it prints, how it exits, what it leaves in the database.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { tenantSchema } from '@tessera/storage';
import { exampleFolder } from '../support/packs.ts';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { desk, example, failureOf, readable, type Desk, type Ran } from './command-line-scene.ts';

let database: TestDatabase;
let tessera: Desk;

const run: Desk['run'] = (words, options) => tessera.run(words, options);
const line = (text: string): Promise<Ran> => run(text.split(' '));

beforeAll(async () => {
  database = await testDatabase();
  tessera = await desk(database.url);
  const made = await run([
    'tenant',
    'create',
    'shelf',
    '--pack',
    exampleFolder('library'),
    '--admin',
    'admin@shelf.example',
    '--demo-data',
    '--label',
    'Shelf',
  ]);
  expect(made).toEqual({ code: 0, err: '', out: 'Tenant shelf is there. Its administrator is admin@shelf.example.\n' });
});

afterAll(async () => {
  await tessera.close();
  await database.drop();
});

describe('tessera', () => {
  it('says what it can do, and exits by 2 where it was not understood', async () => {
    const [help, ofCommand, nonsense, missing] = await Promise.all([
      line('--help'),
      line('tenant create --help'),
      line('nonsense'),
      line('tenant create x'),
    ]);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const word of ['tenant', 'pack', 'import', 'export', 'migrate', 'doctor', 'DATABASE_URL', '--json'])
      expect(help.out).toContain(word);
    expect(ofCommand.out).toContain('TESSERA_ADMIN_PASSWORD');
    expect(nonsense).toMatchObject({ code: 2, out: '', err: expect.stringContaining('nonsense') as unknown });
    expect(missing).toMatchObject({ code: 2, out: '', err: expect.stringContaining('admin') as unknown });
  });

  it('says in words why it cannot work, and exits by 1', async () => {
    const away = { DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/none' };
    const [unreachable, invalid, asJson] = await Promise.all([
      run(['tenant', 'list'], { env: away }),
      run(['tenant', 'list'], { env: { POOL_SIZE: 'many', TESSERA_SECRET: 'short' } }),
      run(['tenant', 'list', '--json'], { env: away }),
    ]);
    for (const ran of [unreachable, invalid]) {
      expect(ran).toMatchObject({ code: 1, out: '' });
      readable(ran);
    }
    expect(unreachable.err).toMatch(/cannot be opened.*Check DATABASE_URL/s);
    expect(unreachable.err).not.toContain('secret-word');
    expect(invalid.err).toContain('POOL_SIZE=many: ');
    expect(invalid.err).toContain('TESSERA_SECRET=…: ');
    expect(failureOf(asJson).code).toBe('DATABASE_UNREACHABLE');
  });
});

describe('tessera tenant', () => {
  it('makes, lists and drops tenants', async () => {
    const made = await run(['tenant', 'create', 'brief', '--admin', 'a@brief.example', '--json'], {
      input: 'Typed-Password-7\n',
      env: { TESSERA_ADMIN_PASSWORD: '' },
    });
    expect([made.code, made.err, JSON.parse(made.out)]).toEqual([0, '', { name: 'brief', administrator: 'a@brief.example' }]);
    const [text, json] = await Promise.all([line('tenant list'), line('tenant list --json')]);
    expect(text.out).toMatch(/^NAME +LABEL +CREATED +MODEL +SYSTEM\nbrief .*\nshelf +Shelf .*\n$/);
    expect((JSON.parse(json.out) as readonly { readonly name: string }[]).map(({ name }) => name)).toEqual(['brief', 'shelf']);
    const [unasked, unknown] = [await line('tenant drop brief'), await line('tenant drop nobody --yes --json')];
    expect(unasked).toMatchObject({ code: 1, err: expect.stringContaining('--yes') as unknown });
    expect([unknown.code, failureOf(unknown).code]).toEqual([1, 'TENANT_NOT_FOUND']);
    expect(await line('tenant drop brief --yes')).toEqual({ code: 0, out: 'Tenant brief is gone.\n', err: '' });
    expect(
      await connected(
        database.url,
        async (client) => (await client.query('select from pg_namespace where nspname = $1', [tenantSchema('brief')])).rowCount,
      ),
    ).toBe(0);
  });

  it('refuses a name that is taken or none, a weak password, and a pack that is not there, and leaves nothing behind', async () => {
    const create = ['tenant', 'create'];
    const admin = ['--admin', 'a@x.example', '--json'];
    const [taken, named, weak, packless] = await Promise.all([
      run([...create, 'shelf', ...admin]),
      run([...create, 'No Name', ...admin]),
      run([...create, 'weak', ...admin], { env: { TESSERA_ADMIN_PASSWORD: 'x' } }),
      run([...create, 'packless', '--pack', join(tessera.folder, 'nowhere'), ...admin]),
    ]);
    expect([taken, named, weak, packless].map((ran) => [ran.code, ran.out, failureOf(ran).code])).toEqual([
      [1, '', 'TENANT_EXISTS'],
      [1, '', 'TENANT_NAME_INVALID'],
      [1, '', 'PASSWORD_TOO_WEAK'],
      [1, '', 'PACK_UNREADABLE'],
    ]);
    const schemas = `select nspname from pg_namespace where starts_with(nspname, '${tenantSchema('')}')`;
    expect(await connected(database.url, async (client) => (await client.query<{ readonly nspname: string }>(schemas)).rows)).toEqual([
      { nspname: tenantSchema('shelf') },
    ]);
  });
});

describe('tessera pack', () => {
  it('validates a good pack, and shows every mistake of a broken one at its place', async () => {
    const book = await example('library', 'objects/book.json');
    const fields = book['fields'] as Readonly<Record<string, unknown>>;
    const broken = await tessera.pack('library', 'broken', {
      'objects/book.json': { ...book, colour: 'red', fields: { ...fields, author: { type: 'txt', label: { en: 'Author' } } } },
      'layouts/member.json': { ...(await example('library', 'layouts/member.json')), object: 'nobody' },
      'rules/bad.json': { name: 'bad', label: { en: 'Bad' }, object: 'loan', rule: { '==': [{ var: 'nothing' }, 1] } },
      'parameters/half.json': '{ "name": ',
    });
    const [good, goodJson, bad] = await Promise.all([
      run(['pack', 'validate', exampleFolder('library')]),
      run(['pack', 'validate', exampleFolder('crm-base'), '--json']),
      run(['pack', 'validate', broken, '--json']),
    ]);
    // What is worth a look is no failure.
    const looked = /^library 1\.0\.0 is valid\.\nWorth a look \(\d+\):\n {2}library\/objects\/member\.json:\d+:5 #\/fields\/loanCount: /;
    expect(good).toEqual({ code: 0, out: expect.stringMatching(looked) as unknown, err: '' });
    expect(JSON.parse(goodJson.out)).toMatchObject({ name: 'crm-base', problems: [], warnings: expect.any(Array) as unknown });
    // A file that is no JSON stops the reading; without it, all the others are told at once.
    expect([bad.code, bad.out, failureOf(bad).code]).toEqual([1, '', 'PACK_UNREADABLE']);
    expect(bad.err).toContain('half.json');
    const whole = await tessera.pack('library', 'wrong', {
      'objects/book.json': { ...book, colour: 'red', fields: { ...fields, author: { type: 'txt', label: { en: 'Author' } } } },
      'layouts/member.json': { ...(await example('library', 'layouts/member.json')), columns: 3 },
    });
    const [text, json] = await Promise.all([run(['pack', 'validate', whole]), run(['pack', 'validate', whole, '--json'])]);
    readable(text);
    expect(text.err).toMatch(/objects\/book\.json:1:\d+ #\/colour: .*\n/);
    const places = failureOf(json).problems.map(({ file, pointer }) => `${file?.replace('library/', '') ?? ''}#${pointer ?? ''}`);
    expect(places).toEqual(
      expect.arrayContaining(['objects/book.json#/colour', 'objects/book.json#/fields/author/type', 'layouts/member.json#/columns']),
    );
    expect(text.err.trimEnd().split('\n')).toHaveLength(places.length + 1);
  });

  it('plans in words and in JSON, applies the plan that was seen, and has nothing to do the second time', async () => {
    const book = await example('library', 'objects/book.json');
    const fields = book['fields'] as Readonly<Record<string, unknown>>;
    const shelfmark = { type: 'text', label: { en: 'Shelfmark' } };
    const next = await tessera.pack('library', 'next', {
      'pack.json': { ...(await example('library', 'pack.json')), version: '1.1.0' },
      'objects/book.json': { ...book, fields: { ...fields, shelfmark } },
    });
    const [text, json] = await Promise.all([
      run(['pack', 'plan', next, '--tenant', 'shelf']),
      run(['pack', 'plan', next, '--tenant', 'shelf', '--json']),
    ]);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toMatch(/\+ object book: fields\.shelfmark = .*book\.shelfmark .*\[safe\].*Nothing stands in its way\./s);
    const plan = JSON.parse(json.out) as { readonly hash: string; readonly steps: readonly { readonly field?: string }[] };
    expect(plan.steps.map(({ field }) => field)).toContain('shelfmark');
    const outdated = await run(['pack', 'apply', next, '--tenant', 'shelf', '--plan', 'another', '--json']);
    expect([outdated.code, failureOf(outdated).code]).toEqual([1, 'PLAN_OUTDATED']);
    expect(await run(['pack', 'apply', next, '--tenant', 'shelf'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('Say --yes') as unknown,
    });
    expect(await run(['pack', 'apply', next, '--tenant', 'shelf', '--plan', plan.hash])).toEqual({
      code: 0,
      out: 'Applied as version 2.\n',
      err: '',
    });
    const [again, planned] = await Promise.all([
      run(['pack', 'apply', next, '--tenant', 'shelf', '--yes']),
      run(['pack', 'plan', next, '--tenant', 'shelf', '--json']),
    ]);
    expect(again).toEqual({ code: 0, out: 'Nothing to do: the tenant has it already.\n', err: '' });
    expect(JSON.parse(planned.out)).toMatchObject({ changes: [], steps: [], findings: [] });
  });
});

describe('tessera pack upgrade, versions and rollback', () => {
  it('tell what is installed and how it differs, take only what is newer, and go back and forward', async () => {
    const next = join(tessera.folder, 'next');
    const [older, listed, differs, chinese] = await Promise.all([
      run(['pack', 'upgrade', next, '--tenant', 'shelf', '--yes', '--json']),
      run(['pack', 'list', '--tenant', 'shelf']),
      run(['pack', 'diff', exampleFolder('library'), 'tenant:shelf', '--json']),
      run(['pack', 'plan', exampleFolder('library'), '--tenant', 'shelf', '--format', 'markdown', '--language', 'zh-CN']),
    ]);
    expect([older.code, failureOf(older).code]).toEqual([1, 'PACK_NOT_NEWER']);
    expect(listed.out).toMatch(/library +1\.1\.0 .*sha256-/);
    expect(JSON.parse(differs.out)).toMatchObject([{ name: 'book', path: ['fields', 'shelfmark'], change: 'added' }]);
    expect(chinese.out).toMatch(/^# 计划 .*library 1\.1\.0 → 1\.0\.0: 回退.*会丢失数据/s);
    expect(await run(['rollback', '1', '--tenant', 'shelf', '--yes'])).toMatchObject({ code: 0, out: 'Back as version 3.\n' });
    expect(await run(['pack', 'upgrade', next, '--tenant', 'shelf', '--yes'])).toMatchObject({ code: 0, out: 'Applied as version 4.\n' });
    expect((await run(['versions', '--tenant', 'shelf'])).out).toMatch(/^VERSION .*\n4 .*pack library 1\.1\.0.*\n3 .*back to version 1/);
  });
});

describe('tessera import and export', () => {
  const csv = 'Title,By,No.\n"Dune, part one",Frank Herbert,9780441172719\nBad,Nobody,12\nSolaris,Stanisław Lem,9780156027601\n';
  const mapping = { columns: { Title: { field: 'name' }, By: { field: 'author' }, 'No.': { field: 'isbn' } } };
  const titles = async (): Promise<readonly string[]> => {
    const { out } = await run(['export', 'book', '--tenant', 'shelf', '--fields', 'name', '--format', 'ndjson']);
    return out
      .trimEnd()
      .split('\n')
      .map((each) => (JSON.parse(each) as { readonly name: string }).name);
  };

  it('checks first, writes then, and tells which rows were refused and why', async () => {
    const [data, map] = [await tessera.file('books.csv', csv), await tessera.file('mapping.json', JSON.stringify(mapping))];
    const command = ['import', 'book', data, '--tenant', 'shelf', '--mapping', map, '--by', 'byIsbn'];
    const before = await titles();
    const dry = await run([...command, '--dry-run', '--json']);
    expect(dry.code).toBe(1);
    expect(JSON.parse(dry.out)).toMatchObject({ status: 'dryRun', read: 3, refused: 1, rejects: [{ row: 3, field: 'isbn' }] });
    expect(await titles()).toEqual(before);
    const done = await run(command);
    expect(done).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^3 rows: 2 created, 0 updated, 1 refused\.\nROW +FIELD +REASON\n3 +isbn +\S/) as unknown,
    });
    readable(done);
    expect([...(await titles())].sort()).toEqual([...before, 'Dune, part one', 'Solaris'].sort());
    const clean = await tessera.file('clean.csv', csv.replace('Bad,Nobody,12\n', ''));
    const again = await run(['import', 'book', clean, '--tenant', 'shelf', '--mapping', map, '--by', 'byIsbn', '--json']);
    expect([again.code, again.err, JSON.parse(again.out)]).toMatchObject([0, '', { created: 0, updated: 2, refused: 0 }]);
  });

  it('takes back what it gave, as CSV with the names of fields', async () => {
    const [all, some] = await Promise.all([
      run(['export', 'book', '--tenant', 'shelf', '--fields', 'name,author']),
      run(['export', 'book', '--tenant', 'shelf', '--fields', 'name', '--filter', '{"==":[{"var":"name"},"Emma"]}']),
    ]);
    expect(all).toMatchObject({ code: 0, err: '' });
    expect(all.out).toMatch(/^\uFEFF?name,author\r?\n/);
    expect(some.out.replace('\uFEFF', '').trim().split(/\r?\n/)).toEqual(['name', 'Emma']);
    const file = await tessera.file('back.csv', all.out.replaceAll('Emma', 'Emma again'));
    const back = await run(['import', 'book', file, '--tenant', 'shelf', '--dry-run', '--json']);
    expect([back.code, JSON.parse(back.out)]).toMatchObject([0, { refused: 0 }]);
  });

  it('says in words what of the command line does not fit', async () => {
    const data = await tessera.file('one.csv', 'name\nx\n');
    const at = ['--tenant', 'shelf'];
    const wrong = await Promise.all([
      run(['import', 'book', join(tessera.folder, 'nowhere.csv'), ...at]),
      run(['import', 'book', data, ...at, '--mapping', join(tessera.folder, 'nowhere.json')]),
      run(['import', 'book', data, ...at, '--mapping', await tessera.file('half.json', '{"columns":')]),
      run(['export', 'book', ...at, '--fields', 'nothing']),
      run(['export', 'book', ...at, '--filter', '{']),
      run(['export', 'book', '--tenant', 'nobody']),
    ]);
    for (const ran of wrong) {
      expect(ran).toMatchObject({ code: 1, out: '' });
      readable(ran);
    }
    expect(wrong.map(({ err }) => /nowhere\.csv|nowhere\.json|half\.json|nothing|--filter|nobody/.exec(err)?.[0])).toEqual([
      'nowhere.csv',
      'nowhere.json',
      'half.json',
      'nothing',
      '--filter',
      'nobody',
    ]);
  });
});

describe('tessera explain', () => {
  it('shows the plan of a read, as somebody sees it', async () => {
    const [asText, asJson] = await Promise.all([
      run(['explain', '{ books(first: 2) { nodes { name } } }', '--tenant', 'shelf', '--as', 'admin@shelf.example']),
      run(['explain', '/api/v1/records/book?first=2&fields=name', '--tenant', 'shelf', '--analyze', '--json']),
    ]);
    expect(asText).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^records\.read [0-9a-f]{12}\ncost: 3\n[^]*\n-> Result /) as unknown,
    });
    expect(JSON.parse(asJson.out)).toMatchObject({ operation: 'records.read', plan: { 'Execution Time': expect.any(Number) as unknown } });
  });
});
