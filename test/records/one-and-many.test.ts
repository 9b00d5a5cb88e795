// One record is written value by value, many column by column, and some of many by a statement of its own: they are stored alike.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordInput } from '@tessera/engine';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const options = { a: { order: 10 }, b: { order: 20 }, c: { order: 30 } };

const everything = pack('everything', {
  near: { fields: {} },
  far: { fields: {} },
  thing: {
    fields: {
      name: { type: 'text', searchable: true },
      text: { type: 'text', history: true },
      area: { type: 'textarea', searchable: true },
      rich: { type: 'richText' },
      number: { type: 'number', scale: 4, precision: 20, history: true },
      whole: { type: 'number', scale: 0 },
      money: { type: 'currency', history: true },
      percent: { type: 'percent', scale: 3 },
      flag: { type: 'boolean', history: true },
      day: { type: 'date', history: true },
      moment: { type: 'datetime' },
      hour: { type: 'time' },
      mail: { type: 'email', searchable: true },
      site: { type: 'url' },
      phone: { type: 'phone' },
      choice: { type: 'picklist', options },
      choices: { type: 'multiPicklist', options, history: true },
      place: { type: 'address', history: true },
      spot: { type: 'location' },
      data: { type: 'json', history: true },
      one: { type: 'lookup', to: 'near' },
      other: { type: 'lookup', to: 'near' },
      either: { type: 'lookup', to: ['near', 'far'], history: true },
    },
  },
});

let engine: TestEngine;
let acme: TestTenant;
let samples: readonly RecordInput[] = [];

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [everything]);
  const [near, far] = [await acme.create('near', { name: 'N' }), await acme.create('far', { name: 'F' })];
  const full = {
    text: `a"b\\c'd{e},f "NULL" $1 \n\t 阿里 💥`,
    area: 'NULL',
    rich: '<p>bold, "quoted" & <b>\\</b></p>',
    number: '1234567890123456.1239',
    whole: 7,
    money: '0.01',
    percent: 0.125,
    flag: true,
    day: '2024-02-29',
    moment: '2026-03-01T10:11:12.999Z',
    hour: '23:59:59',
    mail: "o'hara@example.com",
    site: 'https://example.com/?a=b,c&d={e}',
    phone: '+49 30 123456',
    choice: 'a',
    choices: ['c', 'a'],
    place: { street: '1, "Main" St\\', city: '北京' },
    spot: { latitude: 52.5, longitude: -13.4 },
    data: { list: [1, 'two', null, { three: [] }], quote: '"\\', nothing: null },
    one: near,
    other: near,
    either: { object: 'far', id: far },
  };
  const others = {
    text: '{}',
    number: -5,
    flag: false,
    day: '0099-01-01',
    choices: ['b'],
    data: ['[]'],
    place: { city: 'X' },
    either: { object: 'near', id: near },
  };
  samples = [full, others, {}, { text: 'NULL', choices: [], data: 'a text', one: near }, { ...full, text: 'null', data: 0, flag: false }];
});
afterAll(() => engine.close());

/** All that is stored of things of this mark, without what no two records have in common. */
async function stored(mark: string): Promise<readonly Json[]> {
  const rows = await engine.sql(
    `select to_jsonb(t) - 'id' - 'name' - 'created_at' - 'updated_at' as row, _search::text as words,
       (select json_agg(json_build_array(h.field, h.old, h.new, h.change, h.version) order by h.id)
        from ${acme.schema}._history h where h.object = 'thing' and h.record_id = t.id) as history
     from ${acme.schema}.thing t where starts_with(name, $1) order by name`,
    [mark],
  );
  const text = JSON.stringify(rows);
  return JSON.parse(text.replaceAll(mark.toLowerCase(), 'mark')) as readonly Json[];
}

const marked = (mark: string): readonly RecordInput[] => samples.map((sample, i) => ({ ...sample, name: `${mark}${String(i)}` }));
const idsOf = async (mark: string): Promise<readonly string[]> =>
  (await engine.sql(`select id::text as id from ${acme.schema}.thing where starts_with(name, $1) order by name`, [mark])).map((row) =>
    String(row['id']),
  );

const ways: Readonly<Record<string, (mark: string) => Promise<void>>> = {
  'one by one': async (mark) => {
    for (const record of marked(mark)) await acme.run('records.create', { object: 'thing', records: [record] });
    const ids = await idsOf(mark);
    for (const [i, id] of ids.entries())
      await acme.run('records.update', { object: 'thing', records: [{ id, values: samples.at(i - 1) ?? {} }] });
  },
  'all at once': async (mark) => {
    await acme.run('records.create', { object: 'thing', records: marked(mark) });
    const records = (await idsOf(mark)).map((id, i) => ({ id, values: samples.at(i - 1) ?? {} }));
    await acme.run('records.update', { object: 'thing', records });
  },
  'as many as will go': async (mark) => {
    await acme.run('records.create', { object: 'thing', records: marked(mark), allOrNone: false });
    const records = (await idsOf(mark)).map((id, i) => ({ id, values: samples.at(i - 1) ?? {} }));
    await acme.run('records.update', { object: 'thing', records, allOrNone: false });
  },
  'one by one, as will go': async (mark) => {
    for (const record of marked(mark)) await acme.run('records.create', { object: 'thing', records: [record], allOrNone: false });
    const ids = await idsOf(mark);
    for (const [i, id] of ids.entries())
      await acme.run('records.update', { object: 'thing', records: [{ id, values: samples.at(i - 1) ?? {} }], allOrNone: false });
  },
};

describe('records that are written', () => {
  it('one by one, all at once, and as many as will go are stored alike, history and words too', async () => {
    const found: Record<string, readonly Json[]> = {};
    for (const [n, [way, write]] of Object.entries(ways).entries()) {
      const mark = `Mark${'abcd'.charAt(n)}`;
      await write(mark);
      found[way] = await stored(mark);
    }
    const { 'one by one': base, ...others } = found;
    expect(base).toHaveLength(samples.length);
    for (const rows of Object.values(others)) expect(rows).toEqual(base);
  });

  it('leave a history of what was saved only', async () => {
    const wrong = [
      { name: 'Told', one: crypto.randomUUID() },
      { name: 'Told' },
      { name: 'Told', either: { object: 'far', id: crypto.randomUUID() } },
    ];
    const { results } = await acme.run('records.create', { object: 'thing', records: wrong, allOrNone: false });
    expect(results.map((result) => result.ok)).toEqual([false, true, false]);
    const [row] = await engine.sql(
      `select count(*)::int as n from ${acme.schema}._history h join ${acme.schema}.thing t on t.id = h.record_id where t.name = 'Told'`,
    );
    expect(row).toEqual({ n: 1 });
  });
});
