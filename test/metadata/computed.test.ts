// Formulas, roll-ups and quotes: their types, their circles, what changes by itself, and what can be kept in the transaction.
import { describe, expect, it } from '@jest/globals';
import { buildModel } from '@tessera/metadata';
import { fieldOf, messages, model, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';
import { formula, rollup, v, files, build, wrong, says, ofDeal } from './computed-kit.ts';
import { cpuMs } from '../support/cpu.ts';

describe('a formula', () => {
  it.each([
    ['text', { cat: [v('name'), '!'] }, { kind: 'text' }, 'text'],
    ['number', { '+': [1, 2] }, { kind: 'number' }, 'number'],
    ['percent', { '/': [v('amount'), v('amount')] }, { kind: 'number' }, 'number'],
    ['boolean', { '>': [v('amount'), 1] }, { kind: 'boolean' }, 'boolean'],
    ['date', v('closed'), { kind: 'date' }, 'date'],
    ['datetime', v('createdAt'), { kind: 'datetime' }, 'datetime'],
    ['currency', v('amount'), { kind: 'number', currency: 'EUR' }, 'number'],
  ])('that returns %s has its type', (returns, rule, ruleType, wire) => {
    expect(ofDeal({ x: formula(returns, rule) })).toMatchObject({ ruleType, wire, columns: [], readOnly: true });
  });

  it('must give what it says it returns', () => {
    expect(wrong({}, { x: formula('number', v('name')) })).toEqual(['RULE_TYPE crm/objects/deal.json#/fields/x/formula']);
    expect(wrong({}, { x: formula('currency', v('name')) })).toEqual(['RULE_TYPE crm/objects/deal.json#/fields/x/formula']);
  });

  it('is rounded to its scale', () => {
    expect(ofDeal({ x: formula('percent', { '/': [1, 3] }) }).formula?.expression).toMatchObject({
      operator: 'round',
      arguments: [{ operator: '/' }, { value: '4' }],
    });
  });

  it('of amounts keeps their currency, through any number of others', () => {
    const weighted = formula('currency', { '*': [v('any'), { literal: 2 }] });
    expect(ofDeal({ x: formula('currency', v('y')), y: weighted })).toMatchObject({
      ruleType: { kind: 'number', currency: 'varies', currencyField: 'money' },
      decimal: { currencyField: 'money' },
    });
    expect(ofDeal({ x: formula('currency', { '*': [v('amount'), 2] }) }).ruleType).toEqual({ kind: 'number', currency: 'EUR' });
  });

  it('of plain numbers that returns money is in the tenant’s currency', () => {
    const settings = tenant({ 'settings.json': { currency: 'CNY' } });
    expect(fieldOf(model(pack('crm', files({}, { x: formula('currency', { '+': [1, 2] }) })), settings), 'deal', 'x').ruleType).toEqual({
      kind: 'number',
      currency: 'CNY',
    });
  });

  it('never adds what it cannot convert', () => {
    const own = { type: 'currency' };
    expect(wrong({}, { own, x: formula('currency', { '+': [v('own'), v('amount')] }) })).toEqual([
      'RULE_TYPE crm/objects/deal.json#/fields/x/formula/+/1',
    ]);
    expect(wrong({ sum: rollup('deals', 'sum', v('twice')) }, { twice: formula('currency', { '*': [v('any'), 2] }) })).toEqual([
      'RULE_TYPE crm/objects/account.json#/fields/sum/aggregate/value',
    ]);
  });

  it('is live where it reads the time or the user, and where it reads what does', () => {
    const late = formula('boolean', { '<': [v('closed'), { today: [] }] });
    const built = build(
      {
        anyLate: formula('boolean', { some: [v('deals'), v('late')] }),
        lateCount: rollup('deals', 'count', undefined, { upkeep: 'live' }, { where: v('late') }),
      },
      {
        late,
        again: formula('boolean', { '!': v('late') }),
        mine: formula('boolean', { '==': [v('owner'), v('$user')] }),
        still: formula('number', { '+': [v('amount'), 1] }),
        ofAccount: formula('number', { '+': [v('account.lateCount'), 1] }),
      },
    );
    const live = (name: string, field: string): boolean | undefined => fieldOf(built, name, field).formula?.live;
    expect([
      live('deal', 'late'),
      live('deal', 'again'),
      live('deal', 'mine'),
      live('deal', 'ofAccount'),
      live('account', 'anyLate'),
    ]).toEqual([true, true, true, true, true]);
    expect(live('deal', 'still')).toBe(false);
  });
});

describe('a chain of computed fields', () => {
  it('may run over objects as long as it ends', () => {
    const built = build(
      { sum: rollup('deals', 'sum', v('total')), double: formula('number', { '*': [v('sum'), 2] }) },
      {
        total: rollup('lines', 'sum', v('value')),
        share: formula('number', { '/': [v('amount'), v('amount')] }),
        industry: { type: 'quote', through: 'account', field: 'industry' },
      },
      { value: formula('currency', { '*': [v('quantity'), v('price')] }), industry: { type: 'quote', through: 'deal', field: 'industry' } },
    );
    expect(fieldOf(built, 'account', 'sum').ruleType).toEqual({ kind: 'number', currency: 'EUR' });
    expect(fieldOf(built, 'line', 'industry').ruleType).toEqual({ kind: 'text' });
  });

  it('does not depend on the order in which it is written', () => {
    const built = build({}, { a: formula('currency', v('b')), b: formula('currency', v('c')), c: formula('currency', v('amount')) });
    expect(fieldOf(built, 'deal', 'a').ruleType).toEqual(fieldOf(built, 'deal', 'c').ruleType);
  });

  it.each([
    ['a formula that reads itself', {}, { x: formula('number', { '+': [v('x'), 1] }) }, 'deal.json#/fields/x', 'deal.x → deal.x'],
    [
      'two formulas',
      {},
      { x: formula('number', { '+': [v('y'), 1] }), y: formula('number', { '+': [v('x'), 1] }) },
      'deal.json#/fields/x',
      'deal.x → deal.y → deal.x',
    ],
    [
      'two formulas of money',
      {},
      { x: formula('currency', v('y')), y: formula('currency', v('x')) },
      'deal.json#/fields/x',
      'deal.x → deal.y → deal.x',
    ],
    [
      'a roll-up and a formula over two objects',
      { sum: rollup('deals', 'sum', v('share')) },
      { share: formula('number', { '+': [v('account.sum'), 1] }) },
      'account.json#/fields/sum',
      'account.sum → deal.share → account.sum',
    ],
    [
      'a roll-up whose condition reads it',
      { sum: rollup('deals', 'count', undefined, { upkeep: 'live' }, { where: { '>': [v('share'), 1] } }) },
      { share: formula('number', { '+': [v('account.sum'), 1] }) },
      'account.json#/fields/sum',
      'account.sum → deal.share → account.sum',
    ],
    [
      'a quote and a formula',
      { big: formula('number', { aggregate: { of: 'deals', function: 'sum', value: v('size') } }) },
      { size: { type: 'quote', through: 'account', field: 'big' } },
      'account.json#/fields/big',
      'account.big → deal.size → account.big',
    ],
  ])('may not come back to itself: %s', (_, account, deal, place, chain) => {
    expect(wrong(account, deal)).toEqual([`METADATA_CYCLE crm/objects/${place}`]);
    expect(says(account, deal)).toBe(`These depend on one another in a circle: ${chain}. Break it at one of them.`);
  });

  it('of quotes through the record above may not come back to itself', () => {
    const node = object('place', { up: { type: 'lookup', to: 'place' }, top: { type: 'quote', through: 'up', field: 'top' } });
    expect(problems(pack('crm', objects(node)))).toEqual(['METADATA_CYCLE crm/objects/place.json#/fields/top']);
  });

  it('of roll-ups down a tree may not come back to itself', () => {
    const node = object('place', { up: { type: 'lookup', to: 'place', inverse: 'downs' }, all: rollup('downs', 'sum', v('all')) });
    expect(problems(pack('crm', objects(node)))).toEqual(['METADATA_CYCLE crm/objects/place.json#/fields/all']);
  });

  it('is told of each of two separate circles', () => {
    const self = (name: string): Json => formula('number', { '+': [v(name), 1] });
    expect(wrong({}, { x: self('x'), y: self('y') })).toEqual([
      'METADATA_CYCLE crm/objects/deal.json#/fields/x',
      'METADATA_CYCLE crm/objects/deal.json#/fields/y',
    ]);
  });

  it('that comes back through a tenant’s field is told at the tenant’s file', () => {
    const base = pack('crm', files());
    const own = { x__c: formula('number', { '+': [v('x__c'), 1] }) };
    expect(problems(base, tenant({ 'extensions/deal.json': { extends: 'deal', fields: own } }))).toEqual([
      'METADATA_CYCLE tenant/extensions/deal.json#/fields/x__c',
    ]);
  });

  it('blames no field for the mistake of another', () => {
    expect(wrong({}, { x: formula('number', { '+': [v('y'), 1] }), y: rollup('nothing', 'count') })).toEqual([
      'RULE_NAME_UNKNOWN crm/objects/deal.json#/fields/y/aggregate/of',
    ]);
    expect(
      wrong({}, { x: { type: 'quote', through: 'account', field: 'y' } }).concat(
        wrong({ y: rollup('nothing', 'count') }, { x: { type: 'quote', through: 'account', field: 'y' } }),
      ),
    ).toEqual([
      'METADATA_REFERENCE_MISSING crm/objects/deal.json#/fields/x/field',
      'RULE_NAME_UNKNOWN crm/objects/account.json#/fields/y/aggregate/of',
    ]);
  });
});

describe('a quote', () => {
  it('has the type of what it shows', () => {
    const built = build(
      { rating: { type: 'picklist', options: { a: {} } } },
      { rating: { type: 'quote', through: 'account', field: 'rating' } },
    );
    expect(fieldOf(built, 'deal', 'rating')).toMatchObject({
      ruleType: { kind: 'text', options: ['a'] },
      wire: 'text',
      options: { a: {} },
      columns: [],
    });
  });

  it('of an amount in its record’s currency names that currency through the lookup', () => {
    const built = build({}, {}, { any: { type: 'quote', through: 'deal', field: 'any' } });
    expect(fieldOf(built, 'line', 'any')).toMatchObject({
      ruleType: { kind: 'number', currency: 'varies', currencyField: 'deal.money' },
      decimal: { currencyField: 'deal.money' },
    });
    expect(
      wrong({}, { sum: rollup('lines', 'sum', v('any'), { upkeep: 'live' }) }, { any: { type: 'quote', through: 'deal', field: 'any' } }),
    ).toEqual(['RULE_TYPE crm/objects/deal.json#/fields/sum/aggregate/value']);
  });

  it('needs a lookup that is there and points to one object', () => {
    const quote = (through: string, field: string): Json => ({ x: { type: 'quote', through, field } });
    expect(wrong({}, quote('acount', 'name'))).toEqual(['METADATA_REFERENCE_MISSING crm/objects/deal.json#/fields/x/through']);
    expect(says({}, quote('acount', 'name'))).toContain(
      'There is no lookup acount on deal. Did you mean account? Known: owner, ownerDepartment,',
    );
    expect(wrong({}, quote('closed', 'name'))).toEqual(['METADATA_REFERENCE_MISSING crm/objects/deal.json#/fields/x/through']);
    expect(wrong({}, { ...quote('about', 'name'), about: { type: 'lookup', to: ['account', 'user'] } })).toEqual([
      'METADATA_REFERENCE_UNFIT crm/objects/deal.json#/fields/x/through',
    ]);
  });

  it('needs a field that is there', () => {
    expect(wrong({}, { x: { type: 'quote', through: 'account', field: 'sector' } })).toEqual([
      'METADATA_REFERENCE_MISSING crm/objects/deal.json#/fields/x/field',
    ]);
  });

  it('through a lookup or of a field that is switched off says so', () => {
    const off = files({ sector: { type: 'text', active: false } }, { x: { type: 'quote', through: 'account', field: 'sector' } });
    expect(messages(pack('crm', off))).toEqual([
      'There is no field sector on account. It is switched off: switch off what refers to it too, or leave it on.',
    ]);
  });

  it('through a lookup whose target is missing leaves the blame there', () => {
    expect(wrong({}, { gone: { type: 'lookup', to: 'nothing' }, x: { type: 'quote', through: 'gone', field: 'name' } })).toEqual([
      'METADATA_REFERENCE_MISSING crm/objects/deal.json#/fields/gone/to',
    ]);
  });
});

describe('a secret', () => {
  it('is shown by no other field', () => {
    const token = { type: 'secret' };
    expect(wrong({ token }, { x: { type: 'quote', through: 'account', field: 'token' } })).toEqual([
      'METADATA_REFERENCE_UNFIT crm/objects/deal.json#/fields/x/field',
    ]);
    expect(wrong({ token, x: formula('text', v('token')) })).toEqual([
      'METADATA_REFERENCE_UNFIT crm/objects/account.json#/fields/x/formula',
    ]);
  });
});

describe('a large set of metadata', () => {
  it('is built without work that grows with its square', () => {
    const many = (count: number): Json =>
      objects(
        ...Array.from({ length: count }, (_, i) =>
          object(`thing${i}`, {
            up: { type: 'lookup', to: `thing${Math.max(i - 1, 0)}`, inverse: `downs${i}` },
            ...Object.fromEntries(Array.from({ length: 15 }, (__, j) => [`size${j}`, { type: 'number', min: 0 }])),
            ...Object.fromEntries(
              Array.from({ length: 13 }, (__, j) => [
                `sum${j}`,
                formula('number', { '+': [v(j === 0 ? 'size0' : `sum${j - 1}`), v(`up.size${j}`)] }),
              ]),
            ),
          }),
        ),
      );
    const time = (count: number): number => {
      const layers = [platform, pack('crm', many(count))];
      const start = cpuMs();
      expect(buildModel(layers).problems).toEqual([]);
      return cpuMs() - start;
    };
    time(10);
    const small = Math.min(time(20), time(20), time(20));
    const large = Math.min(time(80), time(80), time(80));
    expect(large / small).toBeLessThan(10);
  });
});
