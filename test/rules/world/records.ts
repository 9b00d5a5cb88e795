// The world's records: one plain deal for examples, and deals of every awkward value there is for comparing JavaScript with SQL.
import type { Value } from '@tessera/rules';
import type { Row, World } from './memory.ts';

const id = (kind: number, n: number): string => `0190000${kind}-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const ids = {
  deal: (n: number) => id(1, n),
  account: (n: number) => id(2, n),
  line: (n: number) => id(3, n),
  user: (n: number) => id(4, n),
};

const users: readonly Row[] = [
  { id: ids.user(1), name: 'Lin', manager: ids.user(2) },
  { id: ids.user(2), name: '陈', manager: null },
];

const accounts: readonly Row[] = [
  {
    id: ids.account(1),
    name: 'Umbrella',
    industry: 'saas',
    budget: '100000.00',
    since: '2020-02-29',
    parent: ids.account(2),
    owner: ids.user(1),
  },
  {
    id: ids.account(2),
    name: '伞 Ｈolding',
    industry: 'food',
    budget: '0.10',
    since: '1999-12-31',
    parent: ids.account(3),
    owner: ids.user(2),
  },
  { id: ids.account(3), name: '', industry: null, budget: null, since: null, parent: null, owner: null },
];

const plainDeal: Row = {
  id: ids.deal(1),
  name: 'Acme',
  note: null,
  amount: '12.50',
  rate: '0.1',
  quantity: '3',
  stage: 'won',
  tags: ['vip', 'new'],
  active: true,
  hold: null,
  closeDate: '2026-06-30',
  openedOn: '2026-01-31',
  dueAt: '2026-03-29T01:30:00.000Z',
  seenAt: null,
  at: '08:30:00',
  account: ids.account(1),
  rival: null,
  about: ids.user(1),
  owner: ids.user(1),
  extra: { a: 1 },
};

const line = (n: number, deal: number, values: Readonly<Record<string, Value>>): Row => ({
  id: ids.line(n),
  deal: ids.deal(deal),
  ...values,
});

const plainLines: readonly Row[] = [
  line(1, 1, { label: 'one', kind: 'part', total: '10.00', cancelled: false, day: '2026-03-01', postedAt: '2026-03-01T10:00:00.000Z' }),
  line(2, 1, { label: 'two', kind: 'work', total: '20.00', cancelled: null, day: null, postedAt: null }),
];

/** The world of the examples in the reference. */
export const plainWorld: World = {
  rows: { deal: [plainDeal], account: accounts, line: plainLines, user: users },
  old: new Map([[plainDeal.id, { ...plainDeal, amount: '10' }]]),
  user: ids.user(1),
  roles: ['salesDirector'],
  now: '2026-03-02T01:00:00.000Z',
  timeZone: 'Asia/Shanghai',
};

/** Values of each kind that have broken rule engines before. */
export const awkward = {
  number: [
    '0',
    '-0.5',
    '1',
    '2.5',
    '-2.5',
    '12.345',
    '0.1',
    '0.2',
    '1e',
    '99999999999999999999.99',
    '-123456789012345678.123456789',
    '0.0000000001',
    '1000000',
    '-7',
    '3',
    '33.3333333333',
  ].filter((n) => n !== '1e'),
  text: [
    '',
    ' ',
    'Acme',
    'acme',
    'ÄCME Straße',
    'İstanbul',
    'ΟΔΥΣΣΕΥΣ',
    '商机 合同',
    '😀𠮷a',
    '～',
    'e\u0301clair',
    'éclair',
    'ＡＢＣ１２３',
    ' \u3000x\ty\n',
    '100%_\\',
    "o'x",
    '12.50',
    '-7',
    '1e5',
    'ﬁn ǅ',
    'a\u00a0b',
    'true',
    '²³½',
  ],
  date: [
    '0001-01-01',
    '9999-12-31',
    '2024-02-29',
    '2026-03-29',
    '2026-10-25',
    '2026-03-08',
    '2026-11-01',
    '2026-04-05',
    '2026-10-04',
    '2026-01-31',
    '2026-12-31',
    '2026-03-02',
    '2027-01-04',
    '1970-01-01',
  ],
  datetime: [
    '2026-03-29T00:59:59.999Z',
    '2026-03-29T01:00:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
    '2026-03-08T06:59:00.000Z',
    '2026-03-08T07:30:00.000Z',
    '2026-11-01T05:30:00.000Z',
    '2026-11-01T06:30:00.000Z',
    '2026-04-04T14:45:00.000Z',
    '2026-04-04T15:10:00.000Z',
    '2026-10-03T15:29:00.000Z',
    '2026-10-03T15:45:00.000Z',
    '2026-03-01T16:00:00.000Z',
    '2026-03-02T01:00:00.000Z',
    '2024-02-29T23:59:59.999Z',
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '2026-12-31T23:30:00.123Z',
    // Edges of working time.
    '2026-02-13T10:00:00.000Z',
    '2026-02-27T04:30:00.000Z',
    '2026-03-06T18:00:00.000Z',
    '2026-03-08T04:00:00.000Z',
    '2026-10-12T13:15:30.500Z',
  ],
  time: ['00:00:00', '02:30:00', '23:59:59', '12:00:00'],
} as const;

function picker(seed: number): <Item>(items: readonly Item[]) => Item {
  let state = seed >>> 0;
  return (items) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return items[(state >>> 8) % items.length] as (typeof items)[number];
  };
}

/** Deals, lines and old values put together of awkward values and nulls; the same for the same seed. */
export function awkwardWorld(seed: number, timeZone: string, deals = 10): World {
  const pick = picker(seed);
  const orNull = (items: readonly Value[]): Value => (pick([true, true, true, false]) ? pick(items) : null);
  const dealOf = (n: number): Row => ({
    id: ids.deal(n),
    name: orNull(awkward.text),
    note: orNull(awkward.text),
    amount: orNull(awkward.number),
    rate: orNull(awkward.number),
    quantity: orNull(['0', '1', '-1', '3', '31', '-2', '1000']),
    stage: orNull(['qualify', 'propose', 'won', 'lost']),
    tags: orNull([[], ['vip'], ['vip', 'new'], ['old', 'new']]),
    active: orNull([true, false]),
    hold: orNull([true, false]),
    closeDate: orNull(awkward.date),
    openedOn: orNull(awkward.date),
    dueAt: orNull(awkward.datetime),
    seenAt: orNull(awkward.datetime),
    at: orNull(awkward.time),
    account: orNull([ids.account(1), ids.account(2), ids.account(3)]),
    rival: orNull([ids.account(1), ids.account(3)]),
    about: orNull([ids.account(1), ids.user(1), ids.user(2)]),
    owner: orNull([ids.user(1), ids.user(2)]),
    extra: null,
  });
  const numbers = Array.from({ length: deals }, (_, i) => i + 1);
  const rows = numbers.map(dealOf);
  const lines = Array.from({ length: deals * 2 }, (_, i) =>
    line(i + 1, pick(numbers), {
      label: orNull(awkward.text),
      kind: orNull(['part', 'work']),
      total: orNull(awkward.number),
      cancelled: orNull([true, false]),
      day: orNull(awkward.date),
      postedAt: orNull(awkward.datetime),
    }),
  );
  return {
    ...plainWorld,
    rows: { deal: rows, account: accounts, line: lines, user: users },
    // The first deal is new: it has no old values.
    old: new Map(numbers.slice(1).map((n) => [ids.deal(n), dealOf(n)])),
    now: pick(awkward.datetime.filter((at) => at.startsWith('2026'))),
    timeZone,
  };
}
