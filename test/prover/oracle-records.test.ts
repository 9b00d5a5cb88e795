// The oracle against the page: each sentence of "Records", and what computed fields show, on a world made by hand.
import { describe, expect, it } from '@jest/globals';
import { granting, number, record, seenBy, type Hand } from './hand.ts';
import type { Onlooker } from './oracle-records.ts';
import { valueOf } from './rules.ts';
import type { Flag, GrantSet, Row, Share } from './world.ts';

const row = (who: Onlooker, id: string): Row => who.world.rows.get(id) as Row;
const ofBob = record('account', 'a1', { owner: 'bob', size: number(5) });
const share = (more: Partial<Share>): Share => ({
  object: 'account',
  record: 'a1',
  subject: 'user:ann',
  access: 'read',
  origin: 'manual',
  expired: false,
  ...more,
});

/** What Ann may do with Bob's account. */
function annOn(hand: Hand, id = 'a1'): readonly [sees: boolean, edits: boolean] {
  const ann = seenBy('ann', { rows: [ofBob], ...hand });
  return [ann.sees(row(ann, id)), ann.edits(row(ann, id))];
}

describe('records', () => {
  const set = (...flags: readonly Flag[]): GrantSet => granting('s', 'account', ['read', ...flags], { '*': 'edit' }, { everyone: true });

  it('are seen and edited by their owner; without one they are nobody’s', () => {
    expect(annOn({ rows: [record('account', 'a1', { owner: 'ann' })] })).toEqual([true, true]);
    expect(annOn({})).toEqual([false, false]);
    expect(annOn({ rows: [record('account', 'a1')], managers: { bob: 'ann' } })).toEqual([false, false]);
  });

  it('are all seen with viewAll, all edited with modifyAll', () => {
    expect(annOn({ sets: [set('viewAll')] })).toEqual([true, false]);
    expect(annOn({ sets: [set('modifyAll')] })).toEqual([true, true]);
  });

  it('are not seen where the object is not read', () => {
    expect(annOn({ sets: [], rows: [record('account', 'a1', { owner: 'ann' })] })).toEqual([false, false]);
  });

  it('are seen and edited by whoever is above the owner', () => {
    expect(annOn({ managers: { bob: 'cid', cid: 'ann' } })).toEqual([true, true]);
    expect(annOn({ managers: { ann: 'bob' } })).toEqual([false, false]);
  });

  it('are seen by heads of the owner’s department, and of those above it where the tenant says so', () => {
    const own = { d: { head: 'ann', people: ['bob'] } };
    const below = { top: { head: 'ann' }, d: { parent: 'top', people: ['bob'] } };
    expect([
      annOn({ departments: own, heads: 'own' }),
      annOn({ departments: own, heads: 'withBelow' }),
      annOn({ departments: own, heads: 'none' }),
    ]).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
    expect([annOn({ departments: below, heads: 'own' }), annOn({ departments: below, heads: 'withBelow' })]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('are seen by shares that have not expired, and edited where these say so', () => {
    expect(annOn({ shares: [share({})] })).toEqual([true, false]);
    expect(annOn({ shares: [share({ access: 'edit' })] })).toEqual([true, true]);
    expect(annOn({ shares: [share({ access: 'edit', expired: true })] })).toEqual([false, false]);
    expect(annOn({ shares: [share({ record: 'a2' })] })).toEqual([false, false]);
  });

  it.each([
    ['user:ann', true],
    ['role:r', true],
    ['group:g', true],
    ['department:low', true],
    ['department:top', false],
    ['below:top', true],
    ['user:cid', false],
  ])('are shared with %s: %s', (subject, sees) => {
    const sets = [set(), granting('r', 'note', ['read'], {}, { kind: 'role' })];
    const departments = { top: {}, low: { parent: 'top', people: ['ann'] } };
    expect(annOn({ sets, has: { ann: ['r'] }, groups: { g: ['ann'] }, departments, shares: [share({ subject })] })).toEqual([sees, false]);
  });

  it('are seen by a sharing rule of those owned by a subject, never of those that nobody owns', () => {
    const rule = {
      name: 'r',
      object: 'account',
      records: { ownedBy: { kind: 'user', email: 'bob@x.example' } as const },
      to: [{ kind: 'group', code: 'g' } as const],
      access: 'edit' as const,
    };
    expect(annOn({ rules: [rule], groups: { g: ['ann'] } })).toEqual([true, true]);
    expect(annOn({ rules: [rule], groups: { g: ['cid'] } })).toEqual([false, false]);
    expect(annOn({ rules: [rule], groups: { g: ['ann'] }, rows: [record('account', 'a1')] })).toEqual([false, false]);
  });

  it('are seen by a sharing rule whose condition holds; it sees everything, whoever asks', () => {
    const parent = record('account', 'a0', { owner: 'cid', size: number(9) });
    const child = record('account', 'a1', { owner: 'bob', parent: 'a0' });
    const rule = {
      name: 'r',
      object: 'account',
      records: { when: { '>': [{ var: 'parent.size' }, 8] } },
      to: [{ kind: 'user', email: 'ann@x.example' } as const],
      access: 'read' as const,
    };
    expect(annOn({ rules: [rule], rows: [parent, child] })).toEqual([true, false]);
    expect(annOn({ rules: [rule], rows: [parent, child] }, 'a0')).toEqual([false, false]);
  });

  it('of publicRead objects are seen by all, edited by owner, those above and those to whom edit is given', () => {
    const note = (owner: string): Row => record('note', 'n1', { owner });
    expect(annOn({ rows: [note('bob')] }, 'n1')).toEqual([true, false]);
    expect(annOn({ rows: [note('ann')] }, 'n1')).toEqual([true, true]);
    expect(annOn({ rows: [note('bob')], managers: { bob: 'ann' } }, 'n1')).toEqual([true, true]);
    expect(annOn({ rows: [note('bob')], shares: [share({ object: 'note', record: 'n1', access: 'edit' })] }, 'n1')).toEqual([true, true]);
    expect(annOn({ rows: [note('bob')], shares: [share({ object: 'note', record: 'n1' })] }, 'n1')).toEqual([true, false]);
  });

  it('of publicReadWrite objects are seen and edited by all', () => {
    expect(annOn({ rows: [record('wiki', 'w1', { owner: 'bob' })] }, 'w1')).toEqual([true, true]);
  });

  it('that are controlled by their parent go with it, in the bin or not, whatever their own owner', () => {
    const deal = record('deal', 'd1', { account: 'a1', owner: 'ann' });
    expect(annOn({ rows: [ofBob, deal] }, 'd1')).toEqual([false, false]);
    expect(annOn({ rows: [ofBob, deal], shares: [share({})] }, 'd1')).toEqual([true, false]);
    expect(annOn({ rows: [ofBob, deal], shares: [share({ access: 'edit' })] }, 'd1')).toEqual([true, true]);
    expect(annOn({ rows: [{ ...ofBob, deleted: true }, deal], shares: [share({})] }, 'd1')).toEqual([true, false]);
  });

  it('that are controlled by their parent need the parent’s object to be read, not its update flag', () => {
    const deal = record('deal', 'd1', { account: 'a1' });
    const rows = [record('account', 'a1', { owner: 'ann' }), deal];
    const deals = granting('d', 'deal', ['read', 'update'], { '*': 'edit' }, { everyone: true });
    expect(annOn({ rows, sets: [deals] }, 'd1')).toEqual([false, false]);
    expect(annOn({ rows, sets: [deals, set()] }, 'd1')).toEqual([true, true]);
  });
});

describe('what is read', () => {
  const rows = [
    record('account', 'mine', { owner: 'ann', parent: 'hidden', size: number(1) }),
    record('account', 'hidden', { owner: 'bob', parent: 'mine', size: number(7), city: 'paris' }),
    record('account', 'child', { owner: 'ann', parent: 'mine', size: number(2) }),
    record('account', 'gone', { owner: 'ann', parent: 'mine', size: number(100) }, true),
  ];
  const value = (name: 'ann' | 'bob', field: string): string => {
    const who = seenBy(name, { rows });
    return String(valueOf(who.world, row(who, 'mine'), field, who));
  };

  it('through a lookup is null where its target is not seen', () => {
    expect([value('ann', 'above'), value('ann', 'parentCity')]).toEqual(['null', 'null']);
    expect([value('bob', 'above'), value('bob', 'parentCity')]).toEqual(['7', 'paris']);
  });

  it('by an aggregate runs over what is seen, by a roll-up over all that is not in the bin', () => {
    expect([value('ann', 'childSize'), value('ann', 'total')]).toEqual(['2', '9']);
  });
});
