// What a step knows of the steps before it.
import { describe, expect, it } from '@jest/globals';
import { built, onUpdate, told, wrong, wrongIn } from './automation-kit.ts';
import type { Json } from './layer-kit.ts';

const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const one = (step: Json, rest: Json = {}): string[] => wrong({ s: step }, rest).map((found) => found.replace('/steps/s', ''));

const renewal: Json = { contract: { var: '$record' }, period: '2026-01-31' };
const create: Json = { type: 'create', object: 'renewal', values: renewal };

describe('what a step looks back to', () => {
  const set = (path: string, order: number): Json => ({ order, type: 'set', values: { note: { var: path } } });
  const at = (pointer: string): string => `RULE_NAME_UNKNOWN ${pointer}/values/note/var`;
  const find: Json = { order: 10, type: 'find', object: 'task' };

  it('has surely run before it: in its block or around it', () => {
    const when = { var: 'checked' };
    const branch = {
      order: 20,
      type: 'branch',
      cases: { c: { when, steps: { in: set('$steps.find.name', 10), own: { ...find, order: 20 } } } },
    };
    expect(wrong({ find, branch })).toEqual([]);
    expect(wrong({ find, branch, s: set('$steps.own.name', 30) })).toEqual([at('/steps/s')]);
    expect(wrong({ find, s: set('$steps.find.name', 5) })).toEqual([at('/steps/s')]);
    expect(wrong({ s: set('$steps.s.name', 5) })).toEqual([at('/steps/s')]);
    expect(told({ find, s: set('$steps.find.name', 5) })[0]).toContain('It stands later, or in a block that need not have run');
    expect(told({ find, s: set('$steps.fond.name', 20) })[0]).toContain('Did you mean "find"?');
  });

  it('is not switched off', () => {
    expect(told({ find: { ...find, active: false }, s: set('$steps.find.name', 20) })[0]).toContain('It is switched off');
  });

  it('gives something', () => {
    expect(told({ d: { order: 1, type: 'delete', record: { var: 'account' } }, s: set('$steps.d.name', 2) })[0]).toContain('gives nothing');
  });

  it('is the nearest of its name, by a path of its own', () => {
    const inner = {
      order: 20,
      type: 'forEach',
      object: 'renewal',
      steps: { find: { ...find, object: 'account' }, s: { order: 20, type: 'let', values: { x: { var: '$steps.find.industry' } } } },
    };
    const [, each] = built({ find, inner }).steps;
    expect(each).toMatchObject({
      steps: [
        {},
        {
          values: {
            x: {
              steps: [
                { object: '', field: 'inner/find' },
                { object: 'account', field: 'industry' },
              ],
            },
          },
        },
      ],
    });
  });

  it('is not blamed twice', () => {
    expect(wrong({ find: { ...find, object: 'nothing' }, s: set('$steps.find.name', 20) })).toEqual([missing('/steps/find/object')]);
  });

  it('is followed through lookups', () => {
    const steps = { r: { ...create, order: 1 }, s: set('$steps.r.contract.account.name', 2) };
    expect(wrong(steps)).toEqual([]);
    expect(wrong({ r: { ...create, order: 1 }, s: set('$steps.r.period.year', 2) })).toEqual([at('/steps/s')]);
    const sum = { count: { aggregate: { of: '$steps.find.renewals', function: 'count' } } };
    expect(wrong({ find: { ...find, object: 'contract' }, s: { order: 20, type: 'set', values: sum } })).toEqual([]);
  });
});

describe('a step that a rule names', () => {
  it('is not known to named rules, which others use too', () => {
    const rule = { name: 'r', object: 'contract', rule: { '==': [{ var: '$steps.find.name' }, 'x'] } };
    expect(wrongIn('rules/r.json', rule).map(({ code }) => code)).toEqual(['RULE_NAME_UNKNOWN']);
  });

  it('may have a condition that reads the old record', () => {
    expect(
      one({ type: 'set', when: { changed: ['status'] }, values: { note: 'x' } }, { trigger: { ...onUpdate, changed: ['status'] } }),
    ).toEqual([]);
  });
});
