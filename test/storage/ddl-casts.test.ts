// The table of casts against PostgreSQL: what is not refused becomes what is expected, and nothing fails half-way.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyword, sql, textLiteral, toStatement } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';
import { castBetween, typeText } from '../../packages/storage/src/ddl/index.ts';
import { numeric, text } from '../support/ddl-model.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { Scene } from './ddl-scene.ts';

let database: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  database = await testDatabase();
  scene = await Scene.open(database.url);
  await scene.run(`set timezone = 'UTC'`);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

const refused = Symbol('refused');
const [integer, boolean, date, datetime, time, uuid, textList, json] = (
  ['integer', 'boolean', 'date', 'datetime', 'time', 'uuid', 'textList', 'json'] as const
).map((kind): ColumnType => ({ kind })) as [ColumnType, ColumnType, ColumnType, ColumnType, ColumnType, ColumnType, ColumnType, ColumnType];

type Case = readonly [value: string, expected: string | null | typeof refused];

/** From, to, and values as texts that PostgreSQL reads in the old type and writes in the new one. */
const table: readonly (readonly [ColumnType, ColumnType, readonly Case[]])[] = [
  [
    text,
    numeric(6, 2),
    [
      ['1', '1.00'],
      [' -12.5 ', '-12.50'],
      ['', null],
      ['  ', null],
      ['1.234', refused],
      ['12345', refused],
      ['1e3', refused],
      ['x', refused],
      ['9999.99', '9999.99'],
      ['9'.repeat(200), refused],
      ['1.', '1.00'],
    ],
  ],
  [
    text,
    date,
    [
      ['2026-02-28', '2026-02-28'],
      ['2024-02-29', '2024-02-29'],
      ['2026-02-29', refused],
      ['0000-01-01', refused],
      ['2026-13-01', refused],
      ['28.02.2026', refused],
      ['', null],
      [' 2026-12-31 ', '2026-12-31'],
    ],
  ],
  [
    text,
    datetime,
    [
      ['2026-03-02T09:00:00Z', '2026-03-02 09:00:00+00'],
      ['2026-03-02T09:00+08:00', '2026-03-02 01:00:00+00'],
      ['2026-02-30T09:00:00Z', refused],
      ['2026-03-02T09:00:00', refused],
      ['2026-03-02', refused],
      ['', null],
    ],
  ],
  [
    text,
    time,
    [
      ['09:30', '09:30:00'],
      ['23:59:59', '23:59:59'],
      ['24:00', refused],
      ['nine', refused],
      ['', null],
    ],
  ],
  [
    text,
    boolean,
    [
      ['Yes', 'true'],
      ['0', 'false'],
      ['maybe', refused],
      ['', 'false'],
    ],
  ],
  [
    text,
    textList,
    [
      ['a, b', '{"a, b"}'],
      ['', null],
    ],
  ],
  [
    text,
    uuid,
    [
      ['00000000-0000-7000-8000-00000000000A', '00000000-0000-7000-8000-00000000000a'],
      ['a', refused],
      ['', null],
    ],
  ],
  [
    numeric(10, 4),
    numeric(6, 2),
    [
      ['1.2500', '1.25'],
      ['1.2345', refused],
      ['9999.99', '9999.99'],
      ['10000', refused],
    ],
  ],
  [numeric(6, 2), numeric(10, 4), [['1.25', '1.2500']]],
  [
    numeric(10, 2),
    integer,
    [
      ['5.00', '5'],
      ['5.10', refused],
      ['99999999.00', '99999999'],
    ],
  ],
  [numeric(20, 2), integer, [['3000000000', refused]]],
  [
    integer,
    numeric(4, 2),
    [
      ['12', '12.00'],
      ['100', refused],
    ],
  ],
  [
    numeric(10, 2),
    text,
    [
      ['1.50', '1.5'],
      ['100.00', '100'],
    ],
  ],
  [
    numeric(10, 2),
    boolean,
    [
      ['1', 'true'],
      ['0.00', 'false'],
      ['2', refused],
    ],
  ],
  [
    integer,
    boolean,
    [
      ['1', 'true'],
      ['3', refused],
    ],
  ],
  [integer, text, [['7', '7']]],
  [boolean, text, [['true', 'true']]],
  [
    boolean,
    integer,
    [
      ['true', '1'],
      ['false', '0'],
    ],
  ],
  [boolean, numeric(3, 1), [['true', '1.0']]],
  [date, text, [['2026-03-02', '2026-03-02']]],
  [
    date,
    datetime,
    [
      ['2026-03-02', '2026-03-01 23:00:00+00'],
      ['2026-07-01', '2026-06-30 22:00:00+00'],
    ],
  ],
  [
    datetime,
    date,
    [
      ['2026-03-01T23:00:00Z', '2026-03-02'],
      ['2026-03-02T00:00:00Z', refused],
    ],
  ],
  [datetime, text, [['2026-03-02T09:00:00.5Z', '2026-03-02T09:00:00.500Z']]],
  [time, text, [['09:30', '09:30:00']]],
  [uuid, text, [['00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000a']]],
  [
    textList,
    text,
    [
      ['{a}', 'a'],
      ['{}', null],
      ['{a,b}', refused],
    ],
  ],
];

const title = (from: ColumnType, to: ColumnType): string => `${typeText(from)} to ${typeText(to)}`;

describe('a change of type', () => {
  it.each(table.map(([from, to, cases]) => [title(from, to), from, to, cases] as const))('from %s', async (_title, from, to, cases) => {
    const cast = castBetween(from, to, 'Europe/Berlin');
    if (cast?.how !== 'convert') throw new Error('Not a conversion.');
    const column = sql`c`;
    const no = cast.refused?.(column) ?? sql`false`;
    const found = [];
    for (const [value] of cases) {
      const source = sql`(select ${textLiteral(value)}::text::${keyword(typeText(from))} as c) as one`;
      const { rows } = await scene.query(
        toStatement(sql`select ${no} as no, case when ${no} then null else (${cast.value(column)})::text end as value from ${source}`),
      );
      found.push([value, rows[0]?.['no'] === true ? refused : rows[0]?.['value']]);
    }
    expect(found).toEqual(cases);
  });

  it('needs no work where the type is the same, little where a number only grows longer', () => {
    expect(castBetween(text, text, 'UTC')).toEqual({ how: 'same' });
    expect(castBetween(numeric(10, 2), numeric(12, 2), 'UTC')).toEqual({ how: 'alter' });
  });

  it('is impossible between types that have nothing in common', () => {
    for (const [from, to] of [
      [json, text],
      [text, json],
      [date, numeric()],
      [boolean, date],
      [uuid, integer],
      [textList, numeric()],
    ] as const) {
      expect(castBetween(from, to, 'UTC')).toBeUndefined();
    }
  });
});
