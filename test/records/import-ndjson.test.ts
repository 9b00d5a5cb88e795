// NDJSON: typed values, nested records, and lines that are none.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import type { ImportInput, ImportStatus } from '@tessera/records';
import { Lab, type Columns } from './import-lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

describe('import of NDJSON', () => {
  const ndjson = (text: string, columns: Columns, more: Partial<ImportInput> = {}): Promise<ImportStatus> =>
    lab.things(text, columns, { ...more, mapping: { format: 'ndjson' } });

  it('takes values with their types, and nested records by path', async () => {
    const columns = {
      name: { field: 'name' },
      amount: { field: 'amount' },
      tags: { field: 'tags' },
      extra: { field: 'extra' },
      'box.name': { field: 'box', lookup: { onMissing: 'create' } },
    };
    const text = [
      { name: 'a', amount: 1.25, tags: ['blue', 'red'], extra: 'text', box: { name: 'B' } },
      { name: 'b', amount: '12345678901234.5678', tags: null, extra: { x: null }, box: null },
      { name: 'c' },
    ];
    const status = await ndjson(text.map((row) => JSON.stringify(row)).join('\r\n'), columns);
    expect(status).toMatchObject({ read: 3, created: 3, refused: 0, rejects: [] });
    expect(await lab.stored('name,amount::text,tags,extra')).toEqual([
      { name: 'a', 'amount::text': '1.2500', tags: ['red', 'blue'], extra: 'text' },
      { name: 'b', 'amount::text': '12345678901234.5678', tags: null, extra: { x: null } },
      { name: 'c', 'amount::text': null, tags: null, extra: null },
    ]);
    expect(await lab.scene.one(sql`select count(box_id)::text as n from ${lab.scene.table('thing')}`)).toEqual({ n: '1' });
  });

  it('refuses lines that are no objects, names that are not mapped, and numbers that are not exact', async () => {
    const text = '{"name":"good"}\n{"name":\n\n[1]\n{"name":"x","other":1}\n{"name":"y","amount":12345678901234567}\n{"name":"\\ud800"}\n';
    const status = await ndjson(text, { name: { field: 'name' }, amount: { field: 'amount' } });
    expect(status).toMatchObject({ status: 'done', read: 6, created: 1, refused: 5 });
    expect(status.rejects.map(({ row, code }) => [row, code])).toEqual([
      [2, 'IMPORT_ROW_UNREADABLE'],
      [4, 'IMPORT_ROW_UNREADABLE'],
      [5, 'IMPORT_ROW_UNREADABLE'],
      [6, 'VALUE_TOO_MANY_DIGITS'],
      [7, 'VALUE_TYPE'],
    ]);
    expect((await lab.rejects(status.id)).split('\r\n')).toHaveLength(7);
  });

  it('leaves alone what a line does not name', async () => {
    await ndjson('{"code":"1","name":"a","note":"keep"}', { code: { field: 'code' }, name: { field: 'name' }, note: { field: 'note' } });
    await ndjson('{"code":"1","name":"b"}', { code: { field: 'code' }, name: { field: 'name' }, note: { field: 'note' } }, { by: 'code' });
    expect(await lab.stored('name,note')).toEqual([{ name: 'b', note: 'keep' }]);
  });
});
