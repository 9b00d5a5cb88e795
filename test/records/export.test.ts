// Exports: every row once, in order, in pages; safe to open; and the way back in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ident, sql, toStatement } from '@tessera/kernel';
import { checkCondition, checkRule } from '@tessera/rules';
import { ruleScope } from '@tessera/metadata';
import {
  createRecords,
  csvLine,
  escapeFormula,
  exportRecords,
  selectionsOf,
  unescapeFormula,
  type ExportDeps,
  type ExportInput,
} from '@tessera/records';
import { administratorPolicy } from '@tessera/security';
import type { OrderKey } from '@tessera/storage';
import { codesOf, Lab } from './import-lab.ts';
import { pieces, textOf } from './import-scene.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

function deps(): ExportDeps {
  const { context, database, model } = lab.scene;
  return { context, database, model, run: (fetch) => fetch('0'), policy: administratorPolicy(null) };
}

function input(paths: readonly string[], more: Partial<ExportInput> = {}): ExportInput {
  return { object: 'thing', paths, selections: selectionsOf(lab.scene.model, 'thing', paths), format: 'csv', ...more };
}

const exported = (paths: readonly string[], more: Partial<ExportInput> = {}): Promise<string> =>
  textOf(exportRecords(deps(), input(paths, more)));

async function made(records: readonly Readonly<Record<string, unknown>>[], object = 'thing'): Promise<readonly string[]> {
  const outcomes = await lab.scene.run((session) =>
    createRecords(
      session,
      object,
      records.map((values) => ({ pointer: '', input: values })),
      { allOrNone: true },
    ),
  );
  return outcomes.map((outcome) => (outcome.ok ? outcome.id : ''));
}

function rule(source: unknown): OrderKey['by'] {
  const { expression } = checkRule(source, ruleScope(lab.scene.model, 'thing'));
  if (expression === undefined) throw new Error('The rule is wrong.');
  return expression;
}

describe('a cell of a CSV', () => {
  it('is no formula, and comes back as it was', () => {
    for (const text of ['=1+1', '+x', '@x', '-x', '\tx', '\rx', "'=1", "''+x", '＝1']) expect(escapeFormula(text)).toBe(`'${text}`);
    for (const text of ['', 'x', "'x", '-5', '-5.25', "it's", "''"]) expect(escapeFormula(text)).toBe(text);
    const hostile = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', '1', '.', 'x', '＝') });
    fc.assert(fc.property(hostile, (text) => unescapeFormula(escapeFormula(text)) === text));
    fc.assert(fc.property(hostile, (text) => !/^(?!-\d+(\.\d+)?$)[=+\-@\t\r\n＝＋－＠]/.test(escapeFormula(text))));
  });

  it('is quoted where it must be', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\r\ng', ' h', ''])).toBe('a,"b,c","d""e","f\r\ng"," h",\r\n');
    expect(csvLine([''])).toBe('""\r\n');
  });
});

describe('export', () => {
  it('writes headers and paths, filtered and sorted, over pages of any size', async () => {
    const [box] = await made([{ name: 'B, "1"' }], 'box');
    await made([3, 1, 2, 1].map((amount, i) => ({ name: `=T${i}`, amount, ...(i === 0 ? { box } : {}) })));
    const { expression: where } = checkCondition({ '>': [{ var: 'amount' }, 0] }, ruleScope(lab.scene.model, 'thing'));
    const more = { orderBy: [{ by: rule({ var: 'amount' }), descending: true }], ...(where === undefined ? {} : { where }) };
    const text = 'name,amount,box.name,double\r\n\'=T0,3,"B, ""1""",6\r\n\'=T2,2,,4\r\n\'=T3,1,,2\r\n\'=T1,1,,2\r\n';
    for (const pageSize of [1, 2, 3, 4, 1000])
      expect(await exported(['name', 'amount', 'box.name', 'double'], { ...more, pageSize })).toBe(text);
    const lines = await exported(['name', 'box.name'], { ...more, format: 'ndjson', pageSize: 2 });
    expect(lines.split('\n').slice(0, 2)).toEqual(['{"name":"=T0","box":{"name":"B, \\"1\\""}}', '{"name":"=T2","box":null}']);
    expect(await exported(['name'], { bom: true, pageSize: 1, where: rule({ '==': [1, 2] }) })).toBe('\uFEFFname\r\n');
    expect(await exported(['name'], { format: 'ndjson', where: rule({ '==': [1, 2] }) })).toBe('');
  });

  it('ends in an error, not in a short file, where the metadata change on the way', async () => {
    await made(Array.from({ length: 30 }, (_, i) => ({ name: `T${i}`, note: 'x'.repeat(10_000) })));
    const { schema } = lab.scene.database;
    const { hash } = lab.scene.model;
    const setModel = (model: string): Promise<unknown> =>
      lab.scene.cell.administer('acme', (transaction) =>
        transaction.query(toStatement(sql`update ${ident(schema, '_state')} set model = ${model}`)),
      );
    const parts = exportRecords(deps(), input(['name', 'note'], { pageSize: 10 }));
    expect((await parts.next()).done).toBe(false);
    await setModel('another');
    try {
      await expect(textOf(parts)).rejects.toMatchObject({ code: 'MODEL_CHANGED' });
      expect(await codesOf(exported(['name']))).toEqual(['MODEL_CHANGED']);
    } finally {
      await setModel(hash);
    }
    expect((await exported(['name'])).split('\r\n')).toHaveLength(32);
  });

  it('refuses paths that are not there', () => {
    for (const path of ['nothing', 'box.nothing', 'name.x', 'about.name', 'toString'])
      expect(() => selectionsOf(lab.scene.model, 'thing', [path])).toThrow(/no field/);
  });
});

const fields = [
  'name',
  'code',
  'note',
  'amount',
  'price',
  'share',
  'active',
  'day',
  'at',
  'hour',
  'kind',
  'tags',
  'place',
  'extra',
  'about',
];

const rich: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: '=HYPERLINK("x")',
    code: "'=1",
    note: '\tfirst\r\n"second", third \n',
    amount: '-1234567890123456.7891',
    price: -0.01,
    share: 0.125,
    active: false,
    day: '2026-02-28',
    at: '2026-03-29T01:30:00.123Z',
    hour: '23:59:59',
    kind: 'odd',
    tags: ['red', 'blue'],
    place: { street: 'Hauptstraße 1, "hinten"', city: 'Köln' },
    extra: '=text',
  },
  { name: '-5', code: '客户', note: "'", amount: 0, extra: { a: [1, null, '\u2028'] }, tags: ['blue'] },
  { name: 'null', code: '0042', note: '  blanks  ', extra: [1, 'a;b'], place: { country: 'DE' } },
  { name: 'true', extra: false },
];

describe('the way out and back', () => {
  it.each([['csv', 1] as const, ['csv', 65_536] as const, ['ndjson', 1] as const, ['ndjson', 65_536] as const])(
    'keeps every value as %s, in pieces of %d bytes',
    async (format, size) => {
      const [box] = await made([{ name: 'B' }], 'box');
      await made(rich.map((record, i) => ({ ...record, ...(i === 0 ? { about: { object: 'box', id: box } } : {}) })));
      const before = await exported(fields, { format });
      // By id: the records are there, and nothing changes.
      const columns = Object.fromEntries([...fields, 'id'].map((field) => [field, { field, trim: false }]));
      const content = async (): Promise<AsyncIterable<Uint8Array>> => pieces(await exported([...fields, 'id'], { format }), size);
      const mapping = { format, columns };
      const updated = await lab.scene.import({ object: 'thing', mapping, content: await content(), by: 'id' });
      expect(updated).toMatchObject({ updated: rich.length, created: 0, rejects: [] });
      expect(await exported(fields, { format })).toBe(before);
      expect(await lab.scene.one(sql`select max(version)::text as version from ${lab.scene.table('thing')}`)).toEqual({ version: '1' });
      // And into an empty table.
      const file = await content();
      await lab.scene.empty('thing');
      const created = await lab.scene.import({ object: 'thing', mapping, content: file, by: 'id', internal: true });
      expect(created).toMatchObject({ created: rich.length, updated: 0, rejects: [] });
      expect(await exported(fields, { format })).toBe(before);
    },
  );
});
