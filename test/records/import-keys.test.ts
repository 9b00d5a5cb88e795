// Import by a key: records that are there are changed, others made.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, type Statement } from '@tessera/kernel';
import { createRecords, importRecords } from '@tessera/records';
import { Lab, type Columns } from './import-lab.ts';
import { pieces } from './import-scene.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

const named: Columns = { name: { field: 'name' } };

describe('import by a key', () => {
  const columns: Columns = { code: { field: 'code' }, name: { field: 'name' }, note: { field: 'note' }, kind: { field: 'kind' } };

  it('changes what is there, makes what is not, and empties what is empty', async () => {
    await lab.things('code,name,note,kind\n1,One,old,odd\n', columns);
    const status = await lab.things('code,name,note,kind\n1,Uno,,odd\n2,Two,,\n', columns, { by: 'code' });
    expect(status).toMatchObject({ created: 1, updated: 1 });
    expect(await lab.stored('code,name,note,kind')).toEqual([
      { code: '1', name: 'Uno', note: null, kind: 'odd' },
      { code: '2', name: 'Two', note: null, kind: 'plain' },
    ]);
  });

  it('takes a key that comes several times in order, wherever chunks end', async () => {
    for (const chunkSize of [1, 2, 500]) {
      await lab.scene.empty('thing', '_import');
      const status = await lab.things('code,name,note,kind\n1,a,,\n2,b,,\n1,c,,\n1,d,,\n', columns, { by: 'code', chunkSize });
      expect(status).toMatchObject({ created: 2, updated: 2, refused: 0 });
      expect(await lab.stored('code,name')).toEqual([
        { code: '1', name: 'd' },
        { code: '2', name: 'b' },
      ]);
    }
    expect(await lab.things('code,name,note,kind\n1,x,,\n3,y,,\n3,z,,\n', columns)).toMatchObject({
      created: 1,
      refused: 2,
      rejects: [
        { row: 2, code: 'RECORD_NOT_UNIQUE' },
        { row: 4, code: 'RECORD_NOT_UNIQUE' },
      ],
    });
  });

  it('refuses a row that several records fit', async () => {
    const internal = { by: 'name', internal: true };
    await lab.things('name\nsame\nsame\n', named);
    expect(await lab.things('name,note\nsame,x\nother,y\n', { ...named, note: { field: 'note' } }, internal)).toMatchObject({
      created: 1,
      refused: 1,
      rejects: [{ row: 2, code: 'IMPORT_MATCH_AMBIGUOUS', field: 'name' }],
    });
  });

  it('finds by id, and makes no record of an id that is not there', async () => {
    await lab.things('name\na\n', named);
    const { id } = await lab.scene.one(sql`select id::text as id from ${lab.scene.table('thing')}`);
    const text = `id,name\n${String(id)},changed\n${lab.scene.context.newId()},stranger\n,new\n`;
    expect(await lab.things(text, { id: { field: 'id' }, ...named }, { by: 'id' })).toMatchObject({
      created: 1,
      updated: 1,
      refused: 1,
      rejects: [{ row: 3, code: 'RECORD_NOT_FOUND', field: 'id' }],
    });
    expect(await lab.stored()).toEqual([{ name: 'changed' }, { name: 'new' }]);
  });

  it('finds by a key of several fields, lookups among them', async () => {
    const keyed = { box: { field: 'box', lookup: { onMissing: 'create' } }, day: { field: 'day' }, ...named };
    const text = 'box,day,name\nA,2026-01-01,a\nA,2026-01-02,b\nA,2026-01-01,c\n';
    expect(await lab.things(text, keyed, { by: 'byBoxAndDay' })).toMatchObject({ created: 2, updated: 1, refused: 0 });
    expect(await lab.stored()).toEqual([{ name: 'c' }, { name: 'b' }]);
  });

  it('sets what the engine keeps only for seed data', async () => {
    const at = { ...named, at: { field: 'createdAt' } };
    const text = 'name,at\na,2020-01-02T03:04:05Z\n';
    await expect(lab.things(text, at)).rejects.toMatchObject({ code: 'FIELD_READ_ONLY' });
    expect(await lab.things(text, at, { internal: true })).toMatchObject({ created: 1 });
    expect(await lab.scene.one(sql`select created_at::text as at from ${lab.scene.table('thing')}`)).toEqual({
      at: '2020-01-02 03:04:05+00',
    });
  });

  it('changes a record of the same key that another writer makes meanwhile', async () => {
    let late = true;
    const deps = lab.scene.deps({
      run: (work) =>
        lab.scene.run((session) => {
          const { transaction } = session;
          const query: typeof transaction.query = async (statement) => {
            const answer = await transaction.query(statement);
            // The look for the key has found nothing.
            if (late && statement.text.includes('array_agg')) {
              late = false;
              const other = [{ pointer: '', input: { code: '2', name: 'theirs', note: 'kept' } }];
              await lab.scene.run((theirs) => createRecords(theirs, 'thing', other, { allOrNone: true }));
            }
            return answer;
          };
          const changed = {
            tenant: transaction.tenant,
            query,
            ahead: (...sent: Parameters<typeof transaction.ahead>) => {
              transaction.ahead(...sent);
            },
            finish: (statement: Statement) => transaction.finish(statement),
            commit: () => transaction.commit(),
          };
          return work({ ...session, transaction: changed });
        }),
    });
    const mapping = { columns: { code: { field: 'code' }, name: { field: 'name' } } };
    const content = pieces('code,name\n1,a\n2,ours\n');
    expect(await importRecords(deps, { object: 'thing', mapping, content, by: 'code' })).toMatchObject({
      created: 1,
      updated: 1,
      refused: 0,
    });
    expect(await lab.stored('code,name,note')).toContainEqual({ code: '2', name: 'ours', note: 'kept' });
  });
});
