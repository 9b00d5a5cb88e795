// The sales data of crm-base through its own mappings, whole, broken off, and rehearsed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { createRecords, importRecords, importRejects, importStatus, type ImportInput, type ImportStatus } from '@tessera/records';
import { modelOf } from '../support/packs.ts';
import { contentOf, dataFile, ImportScene, pieces, textOf } from './import-scene.ts';

let scene: ImportScene;
beforeAll(async () => {
  scene = await ImportScene.open(modelOf('crm-base'));
});
afterAll(() => scene.close());

/** Offices and managers, which name one another. */
async function people(): Promise<void> {
  const offices = Object.entries(dataFile('offices').records ?? {}).filter(([name]) => name !== 'sales');
  const managers = Object.values(dataFile('managers').records ?? {});
  await scene.run(async (session) => {
    const options = { allOrNone: true, internal: true };
    const departments = await createRecords(
      session,
      'department',
      offices.map(([, office]) => ({ pointer: '', input: { name: office['name'] } })),
      options,
    );
    const byRef = new Map(offices.map(([ref], i) => [ref, departments[i]?.ok === true ? departments[i].id : undefined]));
    const records = managers.map((manager) => ({
      pointer: '',
      input: { ...manager, department: byRef.get((manager['department'] as { ref: string }).ref) },
    }));
    await createRecords(session, 'user', records, options);
  });
}

function sales(name: string, file: string, more: Partial<ImportInput> = {}): ImportInput {
  const { object, by, mapping } = dataFile(name);
  return { object, mapping, content: pieces(contentOf(file), 65_536), internal: true, ...(by === undefined ? {} : { by }), ...more };
}

async function basis(): Promise<readonly ImportStatus[]> {
  await scene.empty('opportunity', 'account', 'product', 'user', 'department', '_import');
  await people();
  return [
    await scene.import(sales('salesAgents', 'sales_teams.csv')),
    await scene.import(sales('accounts', 'accounts.csv')),
    await scene.import(sales('products', 'products.csv')),
  ];
}

/** What can be told of the opportunities, whatever their ids. */
async function shape(): Promise<unknown> {
  return scene.one(sql`
    select count(*)::text as count, count(distinct o.external_number)::text as numbers,
      sum(o.amount) filter (where o.stage = 'won')::text as won,
      md5(string_agg(concat_ws('|', o.external_number, o.name, o.stage, o.amount, o.probability, o.engage_date, o.close_date, a.name, p.name, u.name),
        E'\n' order by o.external_number)) as digest
    from ${scene.table('opportunity')} o left join ${scene.table('account')} a on a.id = o.account_id
      join ${scene.table('product')} p on p.id = o.product_id join ${scene.table('user')} u on u.id = o.owner_id`);
}

let whole: unknown;

describe('import of the sales data', () => {
  it('takes in people, accounts with their parents, products and 8,800 opportunities', async () => {
    const [agents, accounts, products] = await basis();
    expect(agents).toMatchObject({ status: 'done', read: 35, created: 35, refused: 0, rejects: [] });
    expect(accounts).toMatchObject({ status: 'done', read: 85, created: 85, refused: 0, rejects: [] });
    expect(products).toMatchObject({ status: 'done', read: 7, created: 7, refused: 0, rejects: [] });
    const opportunities = await scene.import(sales('opportunities', 'sales_pipeline.csv'));
    expect(opportunities).toMatchObject({ status: 'done', read: 8800, created: 8800, updated: 0, refused: 0, skipped: 0, rejects: [] });
    whole = await shape();
    expect(whole).toMatchObject({ count: '8800', numbers: '8800', won: '10005534.00' });
    expect(
      await scene.one(sql`
        select sum(o.amount)::text as won from ${scene.table('opportunity')} o join ${scene.table('user')} u on u.id = o.owner_id
        where o.stage = 'won' and u.name = 'Darcel Schlecht'`),
    ).toEqual({ won: '1153214.00' });
    // Stored roll-ups have followed, and the whole tree of accounts is linked.
    expect(
      await scene.one(sql`select sum(won_amount)::text as won, count(parent_id)::text as children from ${scene.table('account')}`),
    ).toEqual({
      won: '10005534.00',
      children: '15',
    });
    expect(
      await scene.one(sql`
        select a.industry, a.country, a.revenue::text as revenue, p.name as parent from ${scene.table('account')} a
        left join ${scene.table('account')} p on p.id = a.parent_id where a.name = 'Bluth Company'`),
    ).toMatchObject({ industry: 'technology', revenue: '1242320000.00', parent: 'Acme Corporation' });
    expect(
      await scene.one(sql`
        select u.email, m.name as manager, d.name as department from ${scene.table('user')} u join ${scene.table('user')} m on m.id = u.manager_id
        join ${scene.table('department')} d on d.id = u.department_id where u.name = 'Anna Snelling'`),
    ).toEqual({ email: 'anna.snelling@demo.example', manager: 'Dustin Brinkmann', department: 'Central' });
  });

  it('changes the records that are there when the file comes again', async () => {
    const again = await scene.import(sales('opportunities', 'sales_pipeline.csv'));
    expect(again).toMatchObject({ read: 8800, created: 0, updated: 8800, refused: 0 });
    expect(await shape()).toEqual(whole);
    expect(await scene.import(sales('accounts', 'accounts.csv'))).toMatchObject({ created: 0, updated: 85, refused: 0 });
  });

  it('leaves nothing behind after a dry run', async () => {
    await basis();
    const before = await scene.one(sql`select count(*)::text as n from ${scene.table('_import')}`);
    const history = await scene.one(sql`select count(*)::text as n from ${scene.table('_history')}`);
    const dry = await scene.import(sales('opportunities', 'sales_pipeline.csv', { dryRun: true }));
    expect(dry).toMatchObject({ status: 'dryRun', read: 8800, created: 8800, refused: 0 });
    expect(await scene.one(sql`select count(*)::text as n from ${scene.table('opportunity')}`)).toEqual({ n: '0' });
    expect(await scene.one(sql`select count(*)::text as n from ${scene.table('_import')}`)).toEqual(before);
    expect(await scene.one(sql`select count(*)::text as n from ${scene.table('_history')}`)).toEqual(history);
    expect(await scene.one(sql`select max(won_count)::text as n from ${scene.table('account')}`)).toEqual({ n: '0' });
  });

  it('finds parents of the same file in a dry run', async () => {
    await scene.empty('opportunity', 'account');
    const dry = await scene.import(sales('accounts', 'accounts.csv', { dryRun: true, chunkSize: 10 }));
    expect(dry).toMatchObject({ read: 85, created: 85, refused: 0 });
    const text = contentOf('accounts.csv').toString().replaceAll('Acme Corporation,technolgy', 'Another,technolgy');
    const refused = await scene.import(sales('accounts', 'accounts.csv', { dryRun: true, chunkSize: 10, content: pieces(text) }));
    expect(refused.refused).toBeGreaterThan(0);
    expect(refused.rejects[0]).toMatchObject({ code: 'IMPORT_LOOKUP_MISSING', field: 'parent' });
  });
});

/** An import that dies after so many transactions. */
async function broken(input: ImportInput, transactions: number): Promise<string> {
  let left = transactions;
  const deps = scene.deps({
    run: (work) => {
      left -= 1;
      if (left < 0) return Promise.reject(new Error('killed'));
      return scene.run(work);
    },
  });
  await expect(importRecords(deps, input)).rejects.toThrow('killed');
  const { id } = await scene.one(sql`select id::text as id from ${scene.table('_import')} order by created_at desc, id desc limit 1`);
  return String(id);
}

describe('import.resume', () => {
  it('goes on exactly after the last committed chunk', async () => {
    await basis();
    const id = await broken(sales('opportunities', 'sales_pipeline.csv'), 7);
    expect(await importStatus(scene.database, id)).toMatchObject({ status: 'failed', read: 3500, created: 3500 });
    const progress: number[] = [];
    const resumed = await scene.import(
      sales('opportunities', 'sales_pipeline.csv', { resume: id, onProgress: ({ read }) => void progress.push(read) }),
    );
    expect(resumed).toMatchObject({ id, status: 'done', read: 8800, created: 8800, updated: 0, refused: 0 });
    expect(progress).toEqual([4000, 4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 8500, 8800]);
    expect(await shape()).toEqual(whole);
    // Once done it stays done.
    expect(await scene.import(sales('opportunities', 'sales_pipeline.csv', { resume: id }))).toMatchObject({
      id,
      status: 'done',
      read: 8800,
    });
  });

  it('goes on in the second pass too', async () => {
    await scene.empty('opportunity', 'account');
    // Nine chunks of rows, one of links.
    const id = await broken(sales('accounts', 'accounts.csv', { chunkSize: 10 }), 10);
    expect(await scene.one(sql`select count(parent_id)::text as n from ${scene.table('account')}`)).toEqual({ n: '10' });
    expect(await textOf(importRejects(scene.database, id))).toBe(
      'row,field,code,message,account,sector,year_established,revenue,employees,office_location,subsidiary_of\r\n',
    );
    const resumed = await scene.import(sales('accounts', 'accounts.csv', { chunkSize: 10, resume: id }));
    expect(resumed).toMatchObject({ status: 'done', read: 85, created: 85, refused: 0 });
    expect(await scene.one(sql`select count(*)::text as all, count(parent_id)::text as n from ${scene.table('account')}`)).toEqual({
      all: '85',
      n: '15',
    });
    expect(await scene.one(sql`select count(*)::text as n from ${scene.table('_import_reject')} where import_id = ${id}::uuid`)).toEqual({
      n: '0',
    });
  });

  it('refuses another file, another mapping, and an import that is not there', async () => {
    await scene.empty('opportunity', 'account');
    const id = await broken(sales('accounts', 'accounts.csv', { chunkSize: 10 }), 3);
    const changed = contentOf('accounts.csv').toString().replace('Betasoloin', 'Betasoloing');
    const resume = (more: Partial<ImportInput>): Promise<ImportStatus> =>
      scene.import(sales('accounts', 'accounts.csv', { chunkSize: 10, resume: id, ...more }));
    await expect(resume({ content: pieces(changed) })).rejects.toMatchObject({ code: 'IMPORT_DIFFERS' });
    const { mapping } = dataFile('accounts');
    await expect(resume({ mapping: { ...mapping, delimiter: ',', encoding: 'utf-8' } })).rejects.toMatchObject({ code: 'IMPORT_DIFFERS' });
    await expect(resume({ resume: scene.context.newId() })).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' });
    await expect(resume({ resume: 'x' })).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' });
    expect(await scene.one(sql`select count(*)::text as n from ${scene.table('account')}`)).toEqual({ n: '30' });
  });

  it('lets only one of two go on', async () => {
    await scene.empty('opportunity', 'account');
    const id = await broken(sales('accounts', 'accounts.csv', { chunkSize: 10 }), 3);
    const both = await Promise.allSettled([1, 2].map(() => scene.import(sales('accounts', 'accounts.csv', { chunkSize: 10, resume: id }))));
    const failures = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    for (const failure of failures) expect(failure).toMatchObject({ code: 'IMPORT_TAKEN' });
    expect(both.some((each) => each.status === 'fulfilled')).toBe(true);
    expect(await scene.one(sql`select count(*)::text as all, count(parent_id)::text as n from ${scene.table('account')}`)).toEqual({
      all: '85',
      n: '15',
    });
    expect(await importStatus(scene.database, id)).toMatchObject({ status: 'done', read: 85, created: 85 });
  });
});
