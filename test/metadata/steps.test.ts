// Steps that read and write records: what each takes, what it refuses and where.
import { describe, expect, it } from '@jest/globals';
import { built, stepOf, told, wrong } from './automation-kit.ts';
import type { Json } from './layer-kit.ts';

const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const one = (step: Json, rest: Json = {}): string[] => wrong({ s: step }, rest).map((found) => found.replace('/steps/s', ''));

const renewal: Json = { contract: { var: '$record' }, period: '2026-01-31' };
const create: Json = { type: 'create', object: 'renewal', values: renewal };

describe('values of fields', () => {
  const set = (values: Json): string[] => one({ type: 'set', values });

  it('are held in the form that records have', () => {
    const { values } = stepOf(
      built({ s: { type: 'set', values: { amount: 12.5, status: 'active', endDate: '2026-01-31', note: null } } }).steps,
      'set',
    );
    expect(values).toMatchObject({
      amount: { node: 'literal', value: '12.5', type: { kind: 'number' } },
      status: { value: 'active' },
      endDate: { value: '2026-01-31', type: { kind: 'date' } },
      note: { value: null },
    });
  });

  it('are of the type of the field', () => {
    expect(set({ count: { var: 'amount' }, csm: { var: 'owner' }, tags: { literal: ['vip'] }, about: { var: 'account' } })).toEqual([]);
    expect(set({ endDate: 'soon' })).toEqual(['VALUE_TYPE /values/endDate']);
    expect(set({ note: 'far too long for it' })).toEqual(['VALUE_TOO_LONG /values/note']);
    expect(set({ endDate: { var: 'signedAt' } })).toEqual(['RULE_TYPE /values/endDate']);
    expect(set({ csm: { var: 'account' } })).toEqual(['RULE_TYPE /values/csm']);
    expect(set({ amount: { var: 'dollars' } })).toEqual(['RULE_TYPE /values/amount']);
  });

  it('are options that are there and in use', () => {
    expect(set({ status: 'sold' })).toEqual(['VALUE_OPTION_UNKNOWN /values/status']);
    expect(set({ status: 'lost' })).toEqual([unfit('/values/status')]);
    expect(set({ tags: { literal: ['vip', 'old'] } })).toEqual(['VALUE_OPTION_UNKNOWN /values/tags']);
    expect(set({ status: { if: [{ var: 'checked' }, 'active', 'sold'] } })).toEqual(['RULE_TYPE /values/status/if/2']);
  });

  it('are for fields that somebody sets', () => {
    expect(set({ checked: true, owner: { var: 'csm' }, name: 'x' })).toEqual([]);
    for (const field of ['twice', 'renewalSum', 'id', 'createdAt', 'version', 'lockedBy'])
      expect(set({ [field]: 1 })).toEqual([unfit(`/values/${field}`)]);
    expect(one({ type: 'create', object: 'renewal', values: { ...renewal, name: 'R-1' } })).toEqual([unfit('/values/name')]);
    expect(set({ nothing: 1 })).toEqual([missing('/values/nothing')]);
  });

  it('are not empty where a value is needed', () => {
    expect(set({ name: null })).toEqual(['VALUE_REQUIRED /values/name']);
  });

  it('read no secret', () => {
    expect(set({ note: { var: 'key' } })).toEqual([unfit('/values/note')]);
    expect(one({ type: 'let', values: { x: { cat: [{ var: '$record.key' }, '!'] } } })).toEqual([unfit('/values/x')]);
  });
});

describe('create', () => {
  it('gives whatever a record needs', () => {
    expect(one(create)).toEqual([]);
    expect(one({ ...create, values: {} })).toEqual([unfit('/values')]);
    expect(told({ s: { ...create, values: {} } })).toEqual([
      'contract, period must have values on every record of renewal, and has no default. Give it here.',
    ]);
    expect(one({ type: 'create', object: 'task', values: { due: '2026-01-31' } })).toEqual([unfit('/values')]);
  });

  it('is of an object that is there', () => {
    expect(one({ ...create, object: 'nothing' })).toEqual([missing('/object')]);
  });
});

describe('update and delete', () => {
  it('take a rule that gives one record', () => {
    const { object, record } = stepOf(
      built({ s: { type: 'update', record: { var: 'account' }, values: { industry: 'saas' } } }).steps,
      'update',
    );
    expect([object, record.node]).toEqual(['account', 'path']);
    expect(one({ type: 'delete', record: { var: '$record' } })).toEqual([]);
    expect(one({ type: 'delete', record: { var: 'about:account' } })).toEqual([]);
    expect(one({ type: 'delete', record: { var: 'about' } })).toEqual([unfit('/record')]);
    expect(one({ type: 'delete', record: { var: 'note' } })).toEqual([unfit('/record')]);
    expect(one({ type: 'update', record: { var: 'account' }, values: { status: 'active' } })).toEqual([missing('/values/status')]);
  });
});

describe('upsert', () => {
  const upsert: Json = { type: 'upsert', object: 'renewal', by: 'contractPeriod', values: renewal };
  const series: Json = { start: { var: 'start' }, end: { var: 'endDate' }, every: 'P1M' };

  it('goes by a unique key, all of whose fields have values', () => {
    expect(one(upsert)).toEqual([]);
    expect(one({ ...upsert, by: 'byNote' })).toEqual([missing('/by')]);
    expect(one({ ...upsert, by: 'nothing' })).toEqual([missing('/by')]);
    expect(one({ type: 'upsert', object: 'renewal', by: 'contractPeriod', values: { contract: { var: '$record' } } })).toEqual([
      unfit('/values'),
      unfit('/values'),
    ]);
  });

  it('makes a set of a query, a bare name being a record of it', () => {
    const from = { object: 'contract', where: { '==': [{ var: 'status' }, 'active'] }, series };
    const values = {
      contract: { var: 'id' },
      period: { var: '$series.date' },
      amount: { '*': [{ var: 'amount' }, { var: '$series.index' }] },
    };
    const step = stepOf(
      built(
        { s: { ...upsert, from, values, stale: 'void', scope: { '>=': [{ var: 'period' }, { today: [] }] } } },
        { object: undefined, runAs: 'system', trigger: { type: 'schedule', cron: '0 1 * * *' } },
      ).steps,
      'upsert',
    );
    expect(step).toMatchObject({
      from: { query: { object: 'contract', frame: 1, where: { operator: '==' } }, series: { every: 'P1M', start: { root: 1 } } },
      values: { contract: { root: 1 }, period: { root: '$steps', steps: [{ field: '$series' }, { field: 'date' }] } },
      stale: 'void',
      scope: { frame: 1, condition: { operator: '>=' } },
    });
  });

  it('makes a set of a series of dates alone', () => {
    const values = { contract: { var: '$record' }, period: { var: '$series.next' } };
    expect(one({ ...upsert, from: { series }, values })).toEqual([]);
    expect(one({ ...upsert, from: { series: { ...series, every: 'PT1H' } }, values })).toEqual([unfit('/from/series/every')]);
    expect(one({ ...upsert, from: { series: { ...series, start: { var: 'signedAt' } } }, values })).toEqual([
      'RULE_TYPE /from/series/start',
    ]);
    expect(one({ ...upsert, values })).toEqual(['RULE_NAME_UNKNOWN /values/period/var']);
  });

  it('tells what is wrong within its query', () => {
    expect(one({ ...upsert, from: { object: 'nothing' } })).toEqual([missing('/from/object')]);
    expect(one({ ...upsert, from: { object: 'task', where: { var: 'due' } } })).toEqual(['RULE_TYPE /from/where']);
    expect(one({ ...upsert, from: { object: 'task' }, stale: 'delete', scope: { '==': [{ var: 'done' }, true] } })).toEqual([
      'RULE_NAME_UNKNOWN /scope/==/0/var',
    ]);
  });

  it('gives its counts where it makes a set, else the record', () => {
    const after = (step: Json, path: string): string[] =>
      wrong({ s: { ...step, order: 1 }, t: { order: 2, type: 'let', values: { x: { var: path } } } });
    expect(after(upsert, '$steps.s.period')).toEqual([]);
    expect(after({ ...upsert, from: { series } }, '$steps.s.created')).toEqual([]);
    expect(after({ ...upsert, from: { series } }, '$steps.s.period')).toEqual(['RULE_NAME_UNKNOWN /steps/t/values/x/var']);
  });
});

describe('find', () => {
  it('looks for a record by a condition over it, in an order', () => {
    const where = {
      and: [{ '==': [{ var: 'contract' }, { var: '$record' }] }, { '<': [{ var: '$item.period' }, { var: '$record.endDate' }] }],
    };
    const { query } = stepOf(
      built({ s: { type: 'find', object: 'renewal', where, sort: { period: { direction: 'descending' } } } }).steps,
      'find',
    );
    expect(query).toMatchObject({ object: 'renewal', frame: 1, sort: [{ descending: true, by: { root: 1 } }], first: undefined });
    expect(one({ type: 'find', object: 'renewal', where: { var: 'status' }, sort: { nothing: {} } })).toEqual([
      'RULE_NAME_UNKNOWN /where/var',
      'RULE_NAME_UNKNOWN /sort/nothing',
    ]);
    expect(one({ type: 'find', object: 'contract', sort: { tags: {} } })).toEqual([unfit('/sort/tags')]);
  });
});

describe('forEach', () => {
  it('has each record as $item, those around it as $outer', () => {
    const inner = {
      type: 'forEach',
      object: 'task',
      where: { '==': [{ var: 'about:renewal' }, { var: '$outer' }] },
      steps: { gone: { type: 'delete', record: { var: '$item' } } },
    };
    const steps = {
      each: {
        type: 'forEach',
        object: 'renewal',
        first: 10,
        steps: { note: { type: 'update', record: { var: '$item' }, values: { note: { var: '$record.note' } } }, inner },
      },
    };
    const [each] = built(steps).steps;
    expect(each).toMatchObject({
      path: 'each',
      query: { frame: 1, first: 10 },
      steps: [
        { path: 'each/inner', query: { frame: 2 }, steps: [{ path: 'each/inner/gone', object: 'task', record: { root: 2 } }] },
        { path: 'each/note', object: 'renewal', record: { root: 1 }, values: { note: { root: 0 } } },
      ],
    });
  });

  it('has no $item outside of it', () => {
    expect(one({ type: 'delete', record: { var: '$item' } })).toEqual(['RULE_NAME_UNKNOWN /record/var']);
  });
});

describe('allocate', () => {
  const into: Json = {
    object: 'renewal',
    by: 'contractPeriod',
    amount: 'amount',
    values: { contract: { var: 'id' }, period: '2026-01-31' },
  };
  const allocate: Json = {
    type: 'allocate',
    amount: { var: 'amount' },
    over: { object: 'contract', sort: { endDate: {} } },
    capacity: { var: 'amount' },
    into,
  };

  it('spreads an amount over targets, in their frame', () => {
    const step = stepOf(built({ s: { ...allocate, tier: { var: 'count' } } }).steps, 'allocate');
    expect(step).toMatchObject({
      spread: 'inOrder',
      over: { frame: 1 },
      capacity: { root: 1 },
      tier: { root: 1 },
      into: { amount: 'amount', values: { contract: { root: 1 } } },
    });
    expect(one({ ...allocate, amount: { var: 'note' } })).toEqual(['RULE_TYPE /amount']);
    expect(one({ ...allocate, capacity: { var: 'dollars' } })).toEqual(['RULE_TYPE /capacity']);
    expect(one({ ...allocate, over: { object: 'nothing' } })).toEqual([missing('/over/object')]);
    expect(one({ ...allocate, into: { ...into, amount: 'note' } })).toEqual([unfit('/into/amount')]);
    expect(one({ ...allocate, into: { ...into, by: 'nothing' } })).toEqual([missing('/into/by')]);
    expect(one({ ...allocate, into: { ...into, values: { contract: { var: 'id' } } } })).toEqual([
      unfit('/into/values'),
      unfit('/into/values'),
    ]);
  });

  it('keeps shares in other records than the targets', () => {
    const over = { object: 'renewal', where: { '>': [{ var: 'amount' }, 0] } };
    const values = { contract: { var: '$record' }, period: { var: 'period' } };
    expect(one({ ...allocate, over, into: { ...into, values } })).toEqual([unfit('/into/object')]);
  });

  it('goes by a key that tells both the allocation and the target', () => {
    const keyed = (contract: unknown, period: unknown): string[] => one({ ...allocate, into: { ...into, values: { contract, period } } });
    expect(keyed({ var: '$record' }, { var: 'endDate' })).toEqual([]);
    expect(keyed({ var: 'id' }, { var: 'endDate' })).toEqual([unfit('/into/by')]);
    expect(keyed({ var: '$record' }, '2026-01-31')).toEqual([unfit('/into/by')]);
  });

  it('knows in proportion to what', () => {
    const { capacity, ...rest } = allocate;
    expect(capacity).toBeDefined();
    expect(one({ ...rest, spread: 'inProportion' })).toEqual([unfit('/spread')]);
    expect(one({ ...rest, spread: 'inProportion', weight: { var: 'count' } })).toEqual([]);
    expect(one({ ...rest, weight: { var: 'count' } })).toEqual(['METADATA_MISPLACED_PROPERTY /weight']);
  });

  it('gives what was allocated and what is left', () => {
    const steps = { s: { ...allocate, order: 1 }, t: { order: 2, type: 'set', values: { amount: { var: '$steps.s.rest' } } } };
    expect(wrong(steps)).toEqual([]);
  });
});
