// What a mapping does to rows: replacements, rules, lookups.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { createRecords } from '@tessera/records';
import { Lab, type Columns } from './import-lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

describe('a mapping', () => {
  it('replaces, trims, scales, fills in, skips and reckons', async () => {
    const text = 'Full name, Sum ,客户 类型,Flag\n  Ann  ,2.5, ODD ,x\nBob,,odd,\nskip me,1,,\n';
    const columns = {
      'Full name': { field: 'name' },
      Sum: { field: 'amount', scale: 1000, empty: 7 },
      '客户 类型': { field: 'kind', values: { ODD: 'odd', odd: null } },
      Flag: null,
    };
    const set = {
      note: { concat: [{ var: '$row.Full name' }, '/', { coalesce: [{ var: '$row.Flag' }, 'none'] }] },
      active: { '==': [{ var: '$row.Flag' }, 'x'] },
      price: { '*': [2, 21] },
      extra: { literal: { a: [1] } },
      $comment: 'for readers',
    };
    const status = await lab.things(text, columns, { mapping: { set, skipWhen: { '==': [{ var: '$row.Full name' }, 'skip me'] } } });
    expect(status).toMatchObject({ read: 3, created: 2, skipped: 1, refused: 0 });
    expect(await lab.stored('name,amount,kind,note,active,price,extra')).toEqual([
      { name: 'Ann', amount: 2500, kind: 'odd', note: 'Ann/x', active: true, price: 42, extra: { a: [1] } },
      // A cell that is empty leaves a new record its default.
      { name: 'Bob', amount: 7, kind: 'plain', note: 'Bob/none', active: false, price: 42, extra: { a: [1] } },
    ]);
  });

  it('finds lookups by name, refuses several and none, makes what is missing, and leaves empty what may be', async () => {
    await lab.things('name,box\na,One\nb,Two\n', { name: { field: 'name' }, box: { field: 'box', lookup: { onMissing: 'create' } } });
    await lab.scene.run((session) => createRecords(session, 'box', [{ pointer: '', input: { name: 'Two' } }], { allOrNone: true }));
    const text = 'name,box\nc,One\nd,Two\ne,Three\n';
    const strict = await lab.things(text, { name: { field: 'name' }, box: { field: 'box', lookup: {} } }, { chunkSize: 1 });
    expect(strict).toMatchObject({ created: 1, refused: 2 });
    expect(strict.rejects.map(({ code, message }) => [code, message])).toEqual([
      ['IMPORT_LOOKUP_AMBIGUOUS', 'box: 2 records of box have the name "Two"; it must be one.'],
      ['IMPORT_LOOKUP_MISSING', 'box: there is no box whose name is "Three".'],
    ]);
    const lenient = await lab.things('name,box\nf,Four\n', {
      name: { field: 'name' },
      box: { field: 'box', lookup: { onMissing: 'null' } },
    });
    expect(lenient).toMatchObject({ created: 1, refused: 0 });
    expect(await lab.scene.rows(sql`select name from ${lab.scene.table('box')} order by name`)).toEqual([
      { name: 'One' },
      { name: 'Two' },
      { name: 'Two' },
    ]);
  });

  it('lets rows name earlier rows, wherever chunks end, and later ones where that is deferred', async () => {
    const text = 'name,parent\nroot,\nchild,root\ngrandchild,child\nearly,late\nlate,\n';
    const columns = (deferred: boolean): Columns => ({ name: { field: 'name' }, parent: { field: 'parent', lookup: { deferred } } });
    for (const chunkSize of [1, 2, 500]) {
      await lab.scene.empty('thing', '_import');
      expect(await lab.things(text, columns(false), { chunkSize })).toMatchObject({ created: 4, refused: 1 });
      await lab.scene.empty('thing', '_import');
      expect(await lab.things(text, columns(true), { chunkSize })).toMatchObject({ created: 5, refused: 0 });
    }
    const status = await lab.things('name,parent\nlost,nobody\nself,self\n', columns(true));
    // Written, but told of: the link is missing.
    expect(status).toMatchObject({ created: 2, refused: 1, rejects: [{ row: 2, code: 'IMPORT_LOOKUP_MISSING', field: 'parent' }] });
    expect(await lab.rejects(status.id)).toContain(
      '2,parent,IMPORT_LOOKUP_MISSING,"parent: there is no thing whose name is ""nobody"".",lost,nobody',
    );
  });

  it('points to records of one of several targets', async () => {
    await lab.scene.run((session) => createRecords(session, 'box', [{ pointer: '', input: { name: 'B' } }], { allOrNone: true }));
    const status = await lab.things('name,about\na,B\n', { name: { field: 'name' }, about: { field: 'about', lookup: { object: 'box' } } });
    expect(status).toMatchObject({ created: 1, refused: 0 });
    expect(await lab.scene.one(sql`select about_box_id is not null as linked from ${lab.scene.table('thing')}`)).toEqual({ linked: true });
  });
});
