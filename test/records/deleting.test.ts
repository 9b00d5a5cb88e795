// Deletes, the bin, and what comes back: nobody ever points to a record that is gone.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { codesOf, failureOf, refusals } from '../support/failures.ts';

const v = (name: string) => ({ var: name });

const office = pack('office', {
  firm: {
    fields: {
      code: { type: 'text', unique: true },
      parent: { type: 'lookup', to: 'firm', inverse: 'branches' },
    },
  },
  person: {
    fields: {
      firm: { type: 'lookup', to: 'firm', inverse: 'people', history: true },
      bank: { type: 'lookup', to: 'firm', inverse: 'customers', onDelete: 'restrict' },
      must: { type: 'lookup', to: 'firm', inverse: 'musts', onDelete: 'restrict', required: { '==': [v('strict'), true] } },
      strict: { type: 'boolean' },
      about: { type: 'lookup', to: ['firm', 'deal'], inverse: 'mentions' },
    },
    validationRules: {
      neverSaved: { refuseWhen: { '==': [v('name'), 'broken'] }, message: { en: 'Broken.' } },
    },
  },
  deal: { fields: { firm: { type: 'masterDetail', to: 'firm', inverse: 'deals' } } },
  line: {
    fields: {
      deal: { type: 'masterDetail', to: 'deal', inverse: 'lines' },
      code: { type: 'text', unique: true },
    },
  },
  part: { fields: { line: { type: 'masterDetail', to: 'line', inverse: 'parts' } } },
  invoice: { fields: { line: { type: 'lookup', to: 'line', inverse: 'invoices', onDelete: 'restrict' } } },
  entry: { appendOnly: true, fields: { firm: { type: 'lookup', to: 'firm', inverse: 'entries' }, amount: { type: 'currency' } } },
});

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [office]);
});
afterAll(() => engine.close());

const restore = (object: string, ...ids: readonly string[]) => acme.run('records.restore', { object, ids });
const firm = (values = {}) => acme.create('firm', { name: 'F', ...values });
const live = async (object: string, id: string) => (await acme.read(object, id, 'id')) !== undefined;

async function tree() {
  const firmId = await firm();
  const deal = await acme.create('deal', { name: 'D', firm: firmId });
  const lines = [await acme.create('line', { name: 'L', deal }), await acme.create('line', { name: 'M', deal })];
  const part = await acme.create('part', { name: 'P', line: lines[0] });
  return { firm: firmId, deal, line: lines[0] ?? '', other: lines[1] ?? '', part };
}

describe('a delete', () => {
  it('is refused while others hold on to the record', async () => {
    const id = await firm();
    const person = await acme.create('person', { name: 'P', bank: id });
    const failure = await failureOf(acme.remove('firm', id));
    expect(failure).toMatchObject({
      code: 'RECORD_IN_USE',
      status: 409,
      params: { count: 1, object: 'person', field: 'bank' },
      pointer: '',
    });
    await acme.remove('person', person);
    await acme.remove('firm', id);
    expect(await live('firm', id)).toBe(false);
  });

  it('empties lookups, one of several targets too, without asking the rules of the others', async () => {
    const id = await firm();
    const person = await acme.create('person', { name: 'P', firm: id, about: { object: 'firm', id } });
    await engine.sql(`update ${acme.schema}.person set name = 'broken' where id = $1`, [person]);
    await acme.remove('firm', id);
    expect(await acme.read('person', person, 'firm', 'about', 'version')).toEqual({ firm: null, about: null, version: 3 });
    const history = await engine.sql(`select field, old, new from ${acme.schema}._history where record_id = $1 and field = 'firm'`, [
      person,
    ]);
    expect(history).toEqual([{ field: 'firm', old: id, new: null }]);
  });

  it('takes details along over three levels, and brings back just those', async () => {
    const { firm: id, deal, line, other, part } = await tree();
    await acme.remove('line', other);
    await acme.remove('firm', id);
    const ids = await engine.sql(
      `select count(distinct deletion_id)::int as deletions, count(*)::int as records from (
         select deletion_id from ${acme.schema}.firm where id = $1 union all select deletion_id from ${acme.schema}.deal where id = $2
         union all select deletion_id from ${acme.schema}.line where id = $3 union all select deletion_id from ${acme.schema}.part where id = $4) d`,
      [id, deal, line, part],
    );
    expect(ids).toEqual([{ deletions: 1, records: 4 }]);
    await restore('firm', id);
    expect(await Promise.all([live('deal', deal), live('line', line), live('part', part), live('line', other)])).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await restore('line', other);
    expect(await live('line', other)).toBe(true);
  });

  it('is refused where a detail of a detail is held, and then takes nothing', async () => {
    const { firm: id, deal, line, part } = await tree();
    const invoice = await acme.create('invoice', { name: 'I', line });
    expect(await refusals(acme.remove('firm', id))).toEqual([{ code: 'RECORD_IN_USE', pointer: '' }]);
    expect(await Promise.all([live('firm', id), live('deal', deal), live('line', line), live('part', part)])).toEqual([
      true,
      true,
      true,
      true,
    ]);
    await acme.remove('invoice', invoice);
    await acme.remove('firm', id);
  });

  it('of many goes on past those that are held, where the caller says so', async () => {
    const [a, b, c] = [await tree(), await tree(), await tree()];
    await acme.create('invoice', { name: 'I', line: b.line });
    const records = [a.firm, b.firm, 'nonsense', c.firm].map((id) => ({ id }));
    const { results } = await acme.run('records.delete', { object: 'firm', records, allOrNone: false });
    expect(results.map((result) => (result.ok ? 'gone' : result.problems.map(({ code, pointer }) => `${code} ${pointer ?? ''}`)))).toEqual([
      'gone',
      ['RECORD_IN_USE /records/1'],
      ['RECORD_NOT_FOUND /records/2'],
      'gone',
    ]);
    expect(await Promise.all([live('line', a.line), live('line', b.line), live('line', c.line)])).toEqual([false, true, false]);
  });

  it('of a tree empties the lookups of those that stay, not of those that go too', async () => {
    const root = await firm();
    const [gone, stays] = [await firm({ parent: root }), await firm({ parent: root })];
    await acme.run('records.delete', { object: 'firm', records: [{ id: root }, { id: gone }] });
    expect(await acme.read('firm', stays, 'parent')).toEqual({ parent: null });
    await restore('firm', root, gone);
    expect(await acme.read('firm', gone, 'parent')).toEqual({ parent: root });
  });

  it('never touches append-only records: they hold on', async () => {
    const id = await firm();
    const entry = await acme.create('entry', { name: 'E', firm: id, amount: 1 });
    expect(await refusals(acme.remove('entry', entry))).toEqual([{ code: 'OBJECT_APPEND_ONLY', pointer: '' }]);
    expect(await refusals(acme.update('entry', entry, { amount: 2 }))).toEqual([{ code: 'OBJECT_APPEND_ONLY', pointer: '' }]);
    expect(await refusals(acme.remove('firm', id))).toEqual([{ code: 'RECORD_IN_USE', pointer: '' }]);
  });

  it('keeps to the version that the caller saw', async () => {
    const id = await firm();
    await acme.update('firm', id, { name: 'G' });
    const work = acme.run('records.delete', { object: 'firm', records: [{ id, version: 1 }] });
    expect(await failureOf(work)).toMatchObject({ code: 'RECORD_CHANGED', params: { version: 2, expected: 1 } });
  });
});

describe('lookups', () => {
  it('point to live records only, with one answer for deleted and for unknown ones', async () => {
    const id = await firm();
    await acme.remove('firm', id);
    for (const target of [id, '01890000-0000-7000-8000-000000000000', acme.administrator]) {
      expect(await failureOf(acme.create('person', { name: 'P', firm: target }))).toMatchObject({
        code: 'LOOKUP_NOT_FOUND',
        pointer: '/firm',
        message: 'firm points to a record of firm that is not there.',
      });
    }
    const person = await acme.create('person', { name: 'P' });
    expect(await refusals(acme.update('person', person, { about: { object: 'deal', id } }))).toEqual([
      { code: 'LOOKUP_NOT_FOUND', pointer: '/about' },
    ]);
  });

  it('with several targets are set, moved to another object, and emptied', async () => {
    const { firm: id, deal } = await tree();
    const person = await acme.create('person', { name: 'P', about: { object: 'firm', id } });
    await acme.update('person', person, { about: { object: 'deal', id: deal } });
    const columns = `select about_firm_id, about_deal_id from ${acme.schema}.person where id = $1`;
    expect(await engine.sql(columns, [person])).toEqual([{ about_firm_id: null, about_deal_id: deal }]);
    expect(await refusals(acme.update('person', person, { about: id }))).toEqual([{ code: 'VALUE_TYPE', pointer: '/about' }]);
    await acme.remove('deal', deal);
    expect(await engine.sql(columns, [person])).toEqual([{ about_firm_id: null, about_deal_id: null }]);
  });

  it('to a master stay, unless the master may be changed', async () => {
    const [a, b] = [await tree(), await tree()];
    expect(await refusals(acme.update('deal', a.deal, { firm: b.firm }))).toEqual([{ code: 'FIELD_READ_ONLY', pointer: '/firm' }]);
    expect(await refusals(acme.update('deal', a.deal, { firm: null }))).toEqual([{ code: 'VALUE_REQUIRED', pointer: '/firm' }]);
    await acme.update('deal', a.deal, { firm: a.firm, name: 'same' });
  });
});

describe('a restore', () => {
  it('waits for the master', async () => {
    const { firm: id, deal, line } = await tree();
    await acme.remove('firm', id);
    expect(await refusals(restore('line', line))).toEqual([{ code: 'RECORD_PARENT_DELETED', pointer: '/ids/0' }]);
    await restore('firm', id);
    expect(await live('deal', deal)).toBe(true);
  });

  it('is refused when a unique value has been taken meanwhile, by a detail too', async () => {
    const id = await firm({ code: 'same' });
    await acme.remove('firm', id);
    const other = await firm({ code: 'same' });
    expect(await refusals(restore('firm', id))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/ids/0' }]);
    await acme.update('firm', other, { code: null });
    await restore('firm', id);
    const { deal, line } = await tree();
    await acme.update('line', line, { code: 'line' });
    await acme.remove('deal', deal);
    await acme.create('line', { name: 'N', code: 'line', deal: (await tree()).deal });
    expect(await refusals(restore('deal', deal))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/ids/0' }]);
    expect(await live('deal', deal)).toBe(false);
  });

  it('empties lookups to what has gone since, and is refused where that may not be empty', async () => {
    const [a, b] = [await firm(), await firm()];
    const person = await acme.create('person', { name: 'P', firm: a });
    const held = await acme.create('person', { name: 'Q', bank: b });
    await acme.run('records.delete', { object: 'person', records: [{ id: person }, { id: held }] });
    await acme.run('records.delete', { object: 'firm', records: [{ id: a }, { id: b }] });
    await restore('person', person);
    expect(await acme.read('person', person, 'firm')).toEqual({ firm: null });
    expect(await refusals(restore('person', held))).toEqual([{ code: 'RECORD_PARENT_DELETED', pointer: '/ids/0' }]);
  });

  it('of a master and its detail in one request happens once', async () => {
    const { firm: id, deal } = await tree();
    await acme.remove('firm', id);
    await restore('firm', id, id);
    expect(await acme.read('deal', deal, 'version')).toEqual({ version: 3 });
    expect(await refusals(restore('firm', id))).toEqual([{ code: 'RECORD_NOT_FOUND', pointer: '/ids/0' }]);
  });

  it('is in the history, with who did it and when', async () => {
    const id = await firm();
    await acme.remove('firm', id);
    await restore('firm', id);
    const lines = await engine.sql(
      `select change, actor, version from ${acme.schema}._history where record_id = $1 and field is null order by id`,
      [id],
    );
    expect(lines).toEqual(['created', 'deleted', 'restored'].map((change, i) => ({ change, actor: acme.administrator, version: i + 1 })));
  });
});

describe('a purge', () => {
  it('takes records of the bin with their details, empties lookups of the bin, and leaves live records alone', async () => {
    const { firm: id, deal, line } = await tree();
    const person = await acme.create('person', { name: 'P', firm: id });
    await acme.remove('person', person);
    expect(await acme.run('records.purge', { object: 'firm', ids: [id] })).toEqual({ purged: 0 });
    await acme.remove('firm', id);
    expect(await acme.run('records.purge', { object: 'firm', ids: [id] })).toEqual({ purged: 1 });
    const left = await engine.sql(
      `select (select count(*)::int from ${acme.schema}.deal where id = $1) + (select count(*)::int from ${acme.schema}.line where id = $2) as details,
         (select count(*)::int from ${acme.schema}.person where id = $3 and firm_id is null) as people`,
      [deal, line, person],
    );
    expect(left).toEqual([{ details: 0, people: 1 }]);
    await restore('person', person);
  });

  it('is refused while a record of the bin cannot do without', async () => {
    const id = await firm();
    const person = await acme.create('person', { name: 'P', bank: id });
    await acme.remove('person', person);
    await acme.remove('firm', id);
    expect(await refusals(acme.run('records.purge', { object: 'firm', ids: [id] }))).toEqual([
      { code: 'RECORD_IN_USE', pointer: undefined },
    ]);
    await acme.run('records.purge', { object: 'person', ids: [person] });
    await acme.run('records.purge', { object: 'firm', ids: [id] });
  });
});

describe('while many write', () => {
  it('no live record ever points to a deleted one', async () => {
    const allowed = new Set(['LOOKUP_NOT_FOUND', 'RECORD_NOT_FOUND', 'RECORD_IN_USE', 'RECORD_PARENT_DELETED']);
    const tolerant = async (work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (codesOf(error).some((code) => !allowed.has(code))) throw error;
      }
    };
    const round = async (): Promise<void> => {
      const { firm: id, deal } = await tree();
      const movers = [await acme.create('person', { name: 'A' }), await acme.create('person', { name: 'B' })];
      await Promise.all([
        ...[1, 2, 3].map(() => tolerant(() => acme.create('line', { name: 'L', deal }))),
        ...[1, 2].map(() => tolerant(() => acme.create('deal', { name: 'D', firm: id, lines: [{ name: 'L' }] }))),
        ...movers.map((person) => tolerant(() => acme.update('person', person, { firm: id, about: { object: 'deal', id: deal } }))),
        tolerant(() => acme.create('person', { name: 'C', bank: id })),
        tolerant(() => acme.remove('firm', id)),
        tolerant(() => acme.remove('deal', deal)),
        tolerant(() => restore('deal', deal)),
      ]);
    };
    for (let i = 0; i < 12; i += 1) await round();
    const pairs = [
      ['person', 'firm_id', 'firm'],
      ['person', 'bank_id', 'firm'],
      ['person', 'about_deal_id', 'deal'],
      ['deal', 'firm_id', 'firm'],
      ['line', 'deal_id', 'deal'],
    ];
    const orphans = pairs.map(
      ([child = '', column = '', parent = '']) =>
        `select '${child}.${column}' as lookup, c.id from ${acme.schema}.${child} c join ${acme.schema}.${parent} p on p.id = c.${column} where c.deleted_at is null and p.deleted_at is not null`,
    );
    expect(await engine.sql(orphans.join(' union all '))).toEqual([]);
  });
});
