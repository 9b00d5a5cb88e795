// The oracle against the page: each sentence of "Writing" and "Reading" on a world made by hand.
import { describe, expect, it } from '@jest/globals';
import type { Literal, WriteAsk } from './asks.ts';
import { granting, number, record, seenBy, type Hand } from './hand.ts';
import { aggregateOut, listed, recordOut, searchOut } from './oracle-reads.ts';
import { objectionsTo } from './oracle-writes.ts';
import type { Flag, GrantSet, Level, Row, Share } from './world.ts';

const may = (flags: readonly Flag[], fields: Readonly<Record<string, Level>> = { '*': 'edit' }): readonly GrantSet[] => [
  {
    ...granting('s', 'account', ['read', ...flags], fields, { everyone: true }),
    objects: {
      '*': { flags: ['read', 'create', 'update', 'delete'], fields: { '*': 'edit' } },
      account: { flags: ['read', ...flags], fields },
    },
  },
];

const mine = record('account', 'a1', { owner: 'ann' });
const bobs = record('account', 'a2', { owner: 'bob', code: 'taken' });

function against(ask: WriteAsk, hand: Hand): string {
  return objectionsTo(seenBy('ann', { rows: [mine, bobs], ...hand }), ask)
    .map((codes) => codes.join('|'))
    .join(', ');
}

const update = (id: string, values: Readonly<Record<string, Literal>>, hand: Hand = {}, object = 'account'): string =>
  against({ kind: 'update', surface: 'rest', object, id, values }, hand);
const create = (values: Readonly<Record<string, Literal>>, hand: Hand = {}, object = 'account'): string =>
  against({ kind: 'create', surface: 'rest', object, values: { name: 'x', ...values } }, hand);
const remove = (id: string, hand: Hand = {}, object = 'account'): string => against({ kind: 'delete', surface: 'rest', object, id }, hand);

const readShare: readonly Share[] = [
  { object: 'account', record: 'a2', subject: 'user:ann', access: 'read', origin: 'manual', expired: false },
];

describe('a write', () => {
  it('needs the flag of its verb', () => {
    expect([create({}, { sets: may([]) }), update('a1', { city: 'x' }, { sets: may([]) }), remove('a1', { sets: may([]) })]).toEqual(
      Array(3).fill('PERMISSION_DENIED'),
    );
    expect([
      create({}, { sets: may(['create']) }),
      update('a1', { city: 'x' }, { sets: may(['update']) }),
      remove('a1', { sets: may(['delete']) }),
    ]).toEqual(['', '', '']);
  });

  it.each([
    ['edit', ''],
    ['read', 'FIELD_READ_ONLY'],
    ['masked', 'FIELD_READ_ONLY'],
    ['none', 'FIELD_UNKNOWN'],
  ] as const)('of a field that is %s says "%s"', (level, code) => {
    expect(update('a1', { city: 'x' }, { sets: may(['update'], { city: level }) })).toBe(code);
  });

  it('sets no computed field and none that the system keeps', () => {
    expect([update('a1', { double: 1 }), update('a1', { version: 1 })]).toEqual(['FIELD_READ_ONLY', 'FIELD_READ_ONLY']);
  });

  it('is of a record that is seen, else not found; that may be edited, else read-only', () => {
    expect([update('a2', { city: 'x' }), update('nothing', { city: 'x' }), remove('a2')]).toEqual(Array(3).fill('RECORD_NOT_FOUND'));
    expect([update('a2', { city: 'x' }, { shares: readShare }), remove('a2', { shares: readShare })]).toEqual(
      Array(2).fill('RECORD_READ_ONLY'),
    );
  });

  it('of a detail needs its master to be editable', () => {
    const rows: readonly Row[] = [bobs, record('deal', 'd1', { account: 'a2', owner: 'ann' })];
    expect(create({ account: 'a2' }, { rows, shares: readShare }, 'deal')).toBe('RECORD_READ_ONLY');
    expect(update('d1', { worth: 1 }, { rows, shares: readShare }, 'deal')).toBe('RECORD_READ_ONLY');
    expect(remove('d1', { rows, shares: readShare }, 'deal')).toBe('RECORD_READ_ONLY');
    expect(create({ account: 'a1' }, {}, 'deal')).toBe('');
  });

  it('sets a lookup only to a record that is seen', () => {
    expect([update('a1', { parent: 'a2' }), update('a1', { parent: 'nothing' })]).toEqual(Array(2).fill('LOOKUP_NOT_FOUND'));
    expect([update('a1', { parent: 'a2' }, { shares: readShare }), update('a1', { parent: null })]).toEqual(['', '']);
  });

  it('gives a record away with changeOwner only, and out of sight too', () => {
    expect(update('a1', { owner: 'bob' }, { sets: may(['update']) })).toBe('PERMISSION_DENIED|FIELD_READ_ONLY');
    expect(update('a1', { owner: 'bob' }, { sets: may(['update', 'changeOwner']) })).toBe('');
    expect(update('a1', { owner: 'ann' }, { sets: may(['update']) })).toBe('');
  });

  it('leaves the record in sight', () => {
    const rule = {
      name: 'r',
      object: 'account',
      records: { when: { '==': [{ var: 'city' }, 'rome'] } },
      to: [{ kind: 'user', email: 'ann@x.example' } as const],
      access: 'edit' as const,
    };
    const rows = [record('account', 'a2', { owner: 'bob', city: 'rome' })];
    expect([update('a2', { city: 'oslo' }, { rows, rules: [rule] }), update('a2', { size: 1 }, { rows, rules: [rule] })]).toEqual([
      'RECORD_OUT_OF_SIGHT',
      '',
    ]);
  });

  it('collides with records that are not seen', () => {
    expect([create({ code: 'taken' }), update('a1', { code: 'taken' }), create({ code: 'free' })]).toEqual([
      'RECORD_NOT_UNIQUE',
      'RECORD_NOT_UNIQUE',
      '',
    ]);
    expect(against({ kind: 'upsert', object: 'account', by: 'code', values: { code: 'taken', name: 'x' } }, {})).toBe('RECORD_NOT_UNIQUE');
  });

  it('brings back from the bin what one may see there and delete', () => {
    const rows = [{ ...mine, deleted: true }];
    const restore = (flags: readonly Flag[]): string =>
      against({ kind: 'restore', surface: 'rest', object: 'account', id: 'a1' }, { rows, sets: may(flags) });
    expect([restore(['delete']), restore(['seeDeleted']), restore(['delete', 'seeDeleted'])]).toEqual([
      'PERMISSION_DENIED',
      'PERMISSION_DENIED',
      '',
    ]);
  });
});

describe('a read', () => {
  const rows = [
    record('account', 'a1', { owner: 'ann', size: number(2), city: 'amber', phone: '0123456789', parent: 'a2' }),
    record('account', 'a2', { owner: 'bob', size: number(5), city: 'amber' }),
    record('account', 'a3', { owner: 'ann', size: null, city: 'birch' }, true),
  ];
  const ann = seenBy('ann', { rows });

  it('has only records that are seen, and those in the bin on demand', () => {
    const ids = (deleted?: 'with' | 'only'): readonly string[] =>
      listed(ann, { object: 'account', filter: undefined, sort: [], deleted }).map(({ id }) => id);
    expect([ids(), ids('with'), ids('only')]).toEqual([['a1'], ['a1', 'a3'], ['a3']]);
  });

  it('counts and sums only what is seen', () => {
    const measures = [
      { function: 'count', field: undefined, filter: undefined } as const,
      { function: 'sum', field: 'size', filter: undefined } as const,
    ];
    const groups = aggregateOut(ann, {
      kind: 'aggregate',
      surface: 'rest',
      object: 'account',
      filter: undefined,
      groups: [],
      measures,
      having: undefined,
      byCount: false,
    });
    expect(JSON.stringify(groups)).toBe('[{"m0":"1","m1":"2"}]');
  });

  it('gives null behind a lookup whose target is not seen, and yet the lookup’s id', () => {
    const row = ann.world.rows.get('a1') as Row;
    expect(recordOut(ann, row, [['parent']], 'rest')).toEqual({ parent: 'a2' });
    expect(recordOut(ann, row, [['parent', 'city']], 'rest')).toEqual({ parent: null });
  });

  it('finds by words of fields that are read', () => {
    expect([...searchOut(ann, 'amber')]).toEqual([['account', ['a1']]]);
    const blind = seenBy('ann', { rows, sets: may([], { city: 'masked' }) });
    expect([...searchOut(blind, 'amber')]).toEqual([]);
  });

  it('shows what is masked by its last four characters, and null as null', () => {
    const half = seenBy('ann', { rows, sets: may([], { phone: 'masked', city: 'masked' }) });
    const row = half.world.rows.get('a1') as Row;
    expect(recordOut(half, row, [['phone'], ['city'], ['code']], 'rest')).toEqual({ phone: '••••6789', city: '••••', code: null });
  });
});
