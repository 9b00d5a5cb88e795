// The SQL that rules become: its text and its parameters.
import { describe, expect, it } from '@jest/globals';
import { bind, join, toStatement } from '@tessera/kernel';
import { conditionSql, sortSql, toSql, type AggregateExpression } from '@tessera/rules';
import { expressionOf } from './world/differential.ts';
import { environment } from './world/tables.ts';

const condition = (rule: unknown): [string, readonly unknown[]] => {
  const { text, values } = toStatement(conditionSql(expressionOf(rule), environment));
  return [text, values];
};

const value = (rule: unknown): string => toStatement(toSql(expressionOf(rule), environment)).text;

describe('conditionSql', () => {
  it.each([
    [{ '>': [{ var: 'amount' }, 10] }, '("r0"."amount" > $1::numeric)', ['10']],
    [{ '==': [{ var: 'stage' }, 'won'] }, '("r0"."stage" = $1::text)', ['won']],
    [{ '==': [{ var: 'stage' }, null] }, '("r0"."stage" is null)', []],
    [{ '!=': [{ var: 'stage' }, 'won'] }, '("r0"."stage" is distinct from $1::text)', ['won']],
    [{ '==': [{ var: 'closeDate' }, '2026-03-31'] }, '("r0"."closeDate" = $1::date)', ['2026-03-31']],
    [
      { '==': [{ var: 'owner' }, { var: '$user.id' }] },
      '("r0"."owner" is not distinct from $1::uuid)',
      [expect.objectContaining({ slot: 'user' })],
    ],
    [{ in: [{ var: 'stage' }, ['won', 'lost']] }, '("r0"."stage" = any($1::text[]))', [['won', 'lost']]],
    [{ in: ['vip', { var: 'tags' }] }, '("r0"."tags" @> array[$1::text]::text[])', ['vip']],
    [{ hasAny: [{ var: 'tags' }, ['vip']] }, '("r0"."tags" && $1::text[])', [['vip']]],
    [{ startsWith: [{ var: 'name' }, '50%_\\'] }, '("r0"."name" like $1::text)', ['50\\%\\_\\\\%']],
    [{ contains: [{ var: 'name' }, 'a'] }, '("r0"."name" like $1::text)', ['%a%']],
    [{ isBlank: { var: 'closeDate' } }, '("r0"."closeDate" is null)', []],
    [{ hasRole: 'boss' }, '($1::text = any($2::text[]))', ['boss', expect.objectContaining({ slot: 'roles' })]],
    [{ '<=': [1, { var: 'amount' }, 9] }, '($1::numeric <= "r0"."amount" and "r0"."amount" <= $2::numeric)', ['1', '9']],
  ])('leaves the field bare for its index: %j', (rule, text, values) => {
    expect(condition(rule)).toEqual([text, values]);
  });

  it('puts coalesce nowhere but under not', () => {
    const rule = {
      and: [
        { '>': [{ var: 'amount' }, 1] },
        { or: [{ var: 'active' }, { not: { and: [{ '<': [{ var: 'rate' }, 2] }, { '==': [{ var: 'rate' }, null] }] } }] },
      ],
    };
    expect(condition(rule)[0]).toBe(
      '(("r0"."amount" > $1::numeric) and ("r0"."active" or (not coalesce((("r0"."rate" < $2::numeric) and ("r0"."rate" is null)), false))))',
    );
  });

  it('compares a date with a range of dates', () => {
    expect(condition({ within: [{ var: 'closeDate' }, 'lastQuarter'] })[0]).toBe(
      '("r0"."closeDate" >= (date_trunc(\'quarter\', ($1::timestamptz at time zone $2::text)) + interval \'-3 months\')::date' +
        ' and "r0"."closeDate" < date_trunc(\'quarter\', ($1::timestamptz at time zone $2::text))::date)',
    );
  });

  it('leaves now, the zone and the user to be bound, so that one text serves many', () => {
    const statement = toStatement(
      conditionSql(
        expressionOf({ and: [{ within: [{ var: 'dueAt' }, 'today'] }, { '==': [{ var: 'owner' }, { var: '$user.id' }] }] }),
        environment,
      ),
    );
    expect(bind(statement, { now: 'n', zone: 'z', user: 'u' }).values).toEqual(['n', 'z', 'u']);
  });
});

describe('toSql', () => {
  it('gives a boolean that is never null', () => {
    expect(value({ '>': [{ var: 'amount' }, 10] })).toBe('coalesce(("r0"."amount" > $1::numeric), false)');
    expect(value({ var: 'active' })).toBe('coalesce("r0"."active", false)');
    expect(value({ '==': [{ var: 'amount' }, { var: 'rate' }] })).toBe('("r0"."amount" is not distinct from "r0"."rate")');
  });

  it('keeps a boolean field apart from false where it is a value', () => {
    expect(value({ '==': [{ var: 'active' }, { var: 'hold' }] })).toBe('("r0"."active" is not distinct from "r0"."hold")');
    expect(value({ coalesce: [{ var: 'active' }, true] })).toBe('coalesce(coalesce("r0"."active", $1::boolean), false)');
  });

  it('orders text by code points whatever the collation of the column', () => {
    expect(value({ '<': [{ var: 'name' }, 'b'] })).toBe('coalesce((("r0"."name" collate "C") < $1::text), false)');
  });

  it('works an argument out once where its SQL names it twice', () => {
    const text = value({ round: [{ '/': [{ var: 'amount' }, 3] }, 1, 'up'] });
    expect(text.match(/"amount"/g)).toHaveLength(1);
    expect(text).toMatch(/^\(select \(sign\(_rule\.v0\) .* offset 0\) as _rule\)$/);
  });

  it('rounds quotients itself, at ten decimals', () => {
    expect(value({ '/': [{ var: 'amount' }, { var: 'rate' }] })).toContain(
      'round(div("r0"."amount" * 100000000000, nullif("r0"."rate", 0)) * 0.00000000001, 10)',
    );
  });

  it('makes every literal a parameter', () => {
    const { text, values } = toStatement(toSql(expressionOf({ concat: ["'; drop table x; --", { var: 'name' }] }), environment));
    expect(text).not.toContain('drop');
    expect(values).toContain("'; drop table x; --");
  });
});

describe('sortSql', () => {
  it('sorts text by code points and nulls last, either way', () => {
    const found = expressionOf({
      aggregate: {
        of: 'lines',
        function: 'first',
        value: { var: 'total' },
        sort: [{ by: { var: 'label' } }, { by: { var: 'total' }, descending: true }],
      },
    });
    expect(toStatement(join(sortSql((found as AggregateExpression).sort ?? [], environment))).text).toBe(
      '("r1"."label") collate "C" asc nulls last, "r1"."total" desc nulls last',
    );
  });
});
