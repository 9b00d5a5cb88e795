// CSV files that are not as they should be: what is wrong is refused row by row, with the reason, and everything else goes in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { importRejects, importStatus } from '@tessera/records';
import { codesOf, Lab, type Columns } from './import-lab.ts';
import { textOf } from './import-scene.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

const named: Columns = { name: { field: 'name' } };

describe('import of a CSV', () => {
  it('takes byte order marks, any line end, quotes, and line ends within quotes', async () => {
    const text = '\uFEFFname,note\r\n"A ""1"", x","two\nlines"\r\nB,"x"\nC,\rD,y';
    await lab.things(text, { name: { field: 'name' }, note: { field: 'note' } });
    expect(await lab.stored('name,note')).toEqual([
      { name: 'A "1", x', note: 'two\nlines' },
      { name: 'B', note: 'x' },
      { name: 'C', note: null },
      { name: 'D', note: 'y' },
    ]);
  });

  it.each([
    ['utf-16le', Buffer.from('\uFEFFname\n客户\n', 'utf16le'), undefined],
    ['gb18030', Buffer.concat([Buffer.from('name\n'), Buffer.from([0xbf, 0xcd, 0xbb, 0xa7]), Buffer.from('\n')]), 'gb18030'],
    ['utf-8 with a mark, whatever the mapping says', Buffer.from('\uFEFFname\n客户\n'), 'windows-1252'],
  ])('reads %s', async (_name, content, encoding) => {
    await lab.things(content, named, { mapping: encoding === undefined ? {} : { encoding } });
    expect(await lab.stored()).toEqual([{ name: '客户' }]);
  });

  it('refuses ragged rows, stray quotes and bytes that are no text, and takes the rest', async () => {
    const content = Buffer.concat([
      Buffer.from('name;note\ngood;1\nshort\nlong;1;2\n"a"b;1\nc"d";1\n"e "f" g";1\n;;\n\n;\n'),
      Buffer.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0x3b, 0x31, 0x0a]),
      Buffer.from('fine;"x"\n'),
    ]);
    const status = await lab.things(content, { name: { field: 'name' }, note: { field: 'note' } }, { mapping: { delimiter: ';' } });
    expect(status).toMatchObject({ status: 'done', read: 8, created: 2, refused: 6 });
    expect(status.rejects.map(({ row, code }) => [row, code])).toEqual([3, 4, 5, 6, 7, 11].map((row) => [row, 'IMPORT_ROW_UNREADABLE']));
    expect(await lab.stored()).toEqual([{ name: 'good' }, { name: 'fine' }]);
    expect(await importStatus(lab.scene.database, status.id)).toMatchObject({ ...status, createdBy: null });
  });

  it('stops at a quote that is never closed, and goes on when it is mended', async () => {
    const good = Array.from({ length: 20 }, (_, i) => `N${i}\n`).join('');
    await expect(lab.things(`name\n${good}"open\nN20\n`, named, { chunkSize: 10 })).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' });
    await expect(lab.things(`name\n"${'x'.repeat(1_100_000)}\n`, named)).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' });
    const { id } = await lab.scene.one(sql`select id::text as id from ${lab.scene.table('_import')} order by created_at, id limit 1`);
    const resume = String(id);
    expect(await importStatus(lab.scene.database, resume)).toMatchObject({ status: 'failed' });
    const mended = await lab.things(`name\n${good}"closed"\nN20\n`, named, { chunkSize: 10, resume });
    expect(mended).toMatchObject({ status: 'done', read: 22, created: 22 });
    expect(await lab.stored()).toHaveLength(22);
  });

  it('wants every column named, once, and there, before anything is written', async () => {
    expect(await codesOf(lab.things('name,other,name\n', { name: { field: 'name' }, gone: null }))).toEqual([
      'IMPORT_COLUMN_UNMAPPED',
      'IMPORT_MAPPING_UNFIT',
      'IMPORT_COLUMN_MISSING',
    ]);
    expect(await codesOf(lab.things('', named))).toEqual(['IMPORT_UNREADABLE']);
    expect(await lab.scene.rows(sql`select 1 from ${lab.scene.table('_import')}`)).toEqual([]);
    expect(await lab.things('name\n', named)).toMatchObject({ status: 'done', read: 0 });
  });

  it('tells every reason against a row in a report that can be opened safely', async () => {
    const text =
      'name,amount,day,kind,key\n,x,31.2.2026,none,=geheim\ngood,"1.5",1.2.2026,odd,s\nbad,1,1.1.2026,,\n=cmd(),"1,000",1.1.2026,,\n';
    const columns = {
      name: { field: 'name' },
      amount: { field: 'amount' },
      day: { field: 'day', date: 'D.M.YYYY' },
      kind: { field: 'kind' },
      key: { field: 'key' },
    };
    const status = await lab.things(text, columns);
    expect(status).toMatchObject({ read: 4, created: 1, refused: 3 });
    expect((await lab.rejects(status.id)).split('\r\n')).toEqual([
      'row,field,code,message,name,amount,day,kind,key',
      '2,day,VALUE_TYPE,"day takes a date written D.M.YYYY, not ""31.2.2026"".",,x,31.2.2026,none,•••',
      '2,amount,VALUE_TYPE,"amount takes a number, not ""x"".",,x,31.2.2026,none,•••',
      '2,kind,VALUE_OPTION_UNKNOWN,"kind has no option none. Options: plain, odd.",,x,31.2.2026,none,•••',
      '4,name,VALIDATION_FAILED,Nothing is called bad.,bad,1,1.1.2026,,•••',
      `5,amount,VALUE_TYPE,"amount takes a number, not ""1,000"".",'=cmd(),"1,000",1.1.2026,,•••`,
      '',
    ]);
    expect(await lab.stored('name,amount,day,kind')).toEqual([{ name: 'good', amount: 1.5, day: '2026-02-01', kind: 'odd' }]);
    expect(await codesOf(textOf(importRejects(lab.scene.database, lab.scene.context.newId())))).toEqual(['IMPORT_NOT_FOUND']);
  });

  it('takes NUL, lone surrogates and values that no index holds for what they are', async () => {
    const long = Array.from({ length: 3900 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20000))).join('');
    const status = await lab.things(`name,code\na\0b,1\nx,${long}\ngood,2\n`, { name: { field: 'name' }, code: { field: 'code' } });
    expect(status).toMatchObject({ read: 3, created: 1, refused: 2 });
    expect(status.rejects.map(({ row, code }) => [row, code])).toEqual([
      [2, 'VALUE_TYPE'],
      [3, 'IMPORT_ROW_UNREADABLE'],
    ]);
    expect(await lab.rejects(status.id)).toContain('a\u2400b');
  });

  it('finds the row that breaks a commit check among those of its transaction', async () => {
    await lab.things('name,box\nfirst,A\n', { name: { field: 'name' }, box: { field: 'box', lookup: { onMissing: 'create' } } });
    const rows = Array.from({ length: 30 }, (_, i) => `T${i},A,${i === 17 ? 1000 : 1}\n`).join('');
    const columns = { name: { field: 'name' }, box: { field: 'box', lookup: {} }, amount: { field: 'amount' } };
    const status = await lab.things(`name,box,amount\n${rows}`, columns);
    expect(status).toMatchObject({ status: 'done', read: 30, created: 29, refused: 1 });
    expect(status.rejects).toEqual([{ row: 19, code: 'VALIDATION_FAILED', message: 'The box is full.', field: 'total' }]);
    expect(await lab.scene.one(sql`select total::text as total from ${lab.scene.table('box')}`)).toMatchObject({
      total: expect.stringMatching(/^29/),
    });
  });
});
