// Roll-ups: what they become, when they are stored, and every mistake at its place.
import { describe, expect, it } from '@jest/globals';
import type { FieldModel } from '@tessera/metadata';
import { fieldOf, type Json } from './layer-kit.ts';
import { formula, rollup, v, build, wrong, says, ofDeal } from './computed-kit.ts';

describe('a roll-up', () => {
  const typed = (name: string, value?: unknown, more: Json = {}, aggregate: Json = {}): FieldModel =>
    ofDeal({ x: rollup('lines', name, value, more, aggregate) });

  it('counts in whole numbers', () => {
    expect(typed('count')).toMatchObject({ ruleType: { kind: 'number' }, decimal: { precision: 15, scale: 0 } });
  });

  it('keeps precision, scale and currency of what it sums, and averages two places finer', () => {
    expect(typed('sum', v('price'))).toMatchObject({
      ruleType: { currency: 'EUR' },
      decimal: { precision: 15, scale: 4, currency: 'EUR' },
    });
    expect(typed('avg', v('price'))).toMatchObject({ decimal: { scale: 6 } });
    expect(typed('sum', v('price'), { precision: 20, scale: 2 })).toMatchObject({
      wire: 'decimal',
      columns: [{ name: 'x', type: { kind: 'numeric', precision: 20, scale: 2 } }],
    });
  });

  it('has room for the sum of small numbers, and before the point of their average', () => {
    const small = { small: { type: 'number', precision: 2 } };
    const of = (name: string, more: Json = {}) =>
      fieldOf(build({}, { x: rollup('lines', name, v('small'), more) }, small), 'deal', 'x').decimal;
    expect([of('sum'), of('avg'), of('avg', { scale: 1 }), of('max')]).toMatchObject([
      { precision: 15, scale: 0 },
      { precision: 4, scale: 2 },
      { precision: 3, scale: 1 },
      { precision: 2, scale: 0 },
    ]);
  });

  it('takes the least and the greatest of anything that has an order', () => {
    expect(typed('max', v('createdAt'))).toMatchObject({
      ruleType: { kind: 'datetime' },
      wire: 'datetime',
      columns: [{ type: { kind: 'datetime' } }],
    });
    expect(typed('min', v('stage'))).toMatchObject({ ruleType: { kind: 'text' }, columns: [{ type: { kind: 'text' } }] });
  });

  it('may say what it returns, where that fits', () => {
    expect(typed('sum', v('price'), { returns: 'number' }).ruleType).toEqual({ kind: 'number' });
    expect(typed('sum', v('quantity'), { returns: 'currency' }).ruleType).toEqual({ kind: 'number', currency: 'USD' });
    expect(wrong({}, { x: rollup('lines', 'count', undefined, { returns: 'date' }) })).toEqual([
      'METADATA_REFERENCE_UNFIT crm/objects/deal.json#/fields/x/returns',
    ]);
  });

  it('that is live may sort, cut, and read the time', () => {
    const first = typed(
      'first',
      v('price'),
      { upkeep: 'live' },
      { sort: { 'deal.name': { order: 20, direction: 'descending' }, quantity: { order: 10 } }, first: 1 },
    );
    expect(first).toMatchObject({ columns: [], rollup: { upkeep: 'live', aggregate: { first: 1 } } });
    expect(first.rollup?.aggregate.sort?.map((key) => key.descending)).toEqual([false, true]);
    expect(typed('count', undefined, { upkeep: 'live' }, { where: { '<': [v('createdAt'), v('$now')] } }).columns).toEqual([]);
  });

  it('is told which sort key is wrong', () => {
    expect(
      wrong({}, { x: rollup('lines', 'first', v('price'), { upkeep: 'live' }, { sort: { price: {}, nothing: {} }, first: 1 }) }),
    ).toEqual(['RULE_NAME_UNKNOWN crm/objects/deal.json#/fields/x/aggregate/sort/nothing']);
  });

  it('is told which relation, value or condition is wrong', () => {
    expect(wrong({}, { x: rollup('parts', 'count') })).toEqual(['RULE_NAME_UNKNOWN crm/objects/deal.json#/fields/x/aggregate/of']);
    expect(wrong({}, { x: rollup('lines', 'sum', v('stage')) })).toEqual(['RULE_TYPE crm/objects/deal.json#/fields/x/aggregate/value']);
    expect(wrong({}, { x: rollup('lines', 'count', undefined, {}, { where: v('quantity') }) })).toEqual([
      'RULE_TYPE crm/objects/deal.json#/fields/x/aggregate/where',
    ]);
    expect(wrong({}, { x: rollup('lines', 'count', undefined, {}, { where: { '==': [v('stage'), 'c'] } }) })).toEqual([
      'RULE_TYPE crm/objects/deal.json#/fields/x/aggregate/where/==/1',
    ]);
  });

  it('never sums amounts in the currencies of their records, unless one is chosen', () => {
    expect(wrong({ sum: rollup('deals', 'sum', v('any')) })).toEqual(['RULE_TYPE crm/objects/account.json#/fields/sum/aggregate/value']);
    const chosen = build({ sum: rollup('deals', 'sum', v('any'), {}, { where: { '==': [v('money'), 'CHF'] } }) });
    expect(fieldOf(chosen, 'account', 'sum')).toMatchObject({
      ruleType: { kind: 'number', currency: 'CHF' },
      decimal: { precision: 18, scale: 3, currency: 'CHF' },
    });
  });
});

describe('a stored roll-up', () => {
  it.each([
    [
      'the time',
      rollup('lines', 'count', undefined, {}, { where: { '<': [v('createdAt'), v('$now')] } }),
      'where',
      /depends on the time or the user/,
    ],
    [
      'the user',
      rollup('lines', 'count', undefined, {}, { where: { '==': [v('owner'), v('$user')] } }),
      'where',
      /depends on the time or the user/,
    ],
    ['the tenant’s time zone', rollup('lines', 'max', { date: v('createdAt') }), 'value', /time zone, which may be changed: name a zone\./],
    ['another record', rollup('lines', 'max', v('deal.closed')), 'value', /reads other records/],
    [
      'the parent',
      rollup('lines', 'count', undefined, {}, { where: { '==': [v('$record.name'), v('name')] } }),
      'where',
      /reads other records/,
    ],
    ['what the child reads of others', rollup('lines', 'sum', v('dealAmount')), 'value', /reads line\.dealAmount, which is not worked out/],
    ['what changes by itself', rollup('lines', 'count', undefined, {}, { where: v('old') }), 'where', /reads line\.old/],
    ['a first record', rollup('lines', 'first', v('price'), {}, { sort: { price: {} }, first: 1 }), 'function', /not first/],
    ['a cut', rollup('lines', 'sum', v('price'), {}, { sort: { price: {} }, first: 3 }), 'sort', /takes all records/],
  ])('does not follow %s, and says what to do', (_, x, part, sentence) => {
    const line = {
      dealAmount: { type: 'quote', through: 'deal', field: 'amount' },
      old: formula('boolean', { '<': [v('createdAt'), v('$now')] }),
    };
    expect(wrong({}, { x }, line)).toEqual([`METADATA_REFERENCE_UNFIT crm/objects/deal.json#/fields/x/aggregate/${part}`]);
    expect(says({}, { x }, line)).toMatch(sentence);
    expect(says({}, { x }, line)).toContain('Set "upkeep": "live" to compute it when read.');
    expect(wrong({}, { x: { ...x, upkeep: 'live' } }, line)).toEqual([]);
  });

  it('may read formulas of the child’s own columns, and roll-ups that are stored', () => {
    const value = formula('currency', { '*': [v('quantity'), v('price')] });
    expect(wrong({ sum: rollup('deals', 'sum', v('total')) }, { total: rollup('lines', 'sum', v('value')) }, { value })).toEqual([]);
  });
});
