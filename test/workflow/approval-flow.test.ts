// How an approval goes through its steps: conditions, branches, parallel steps, ways back, what is taken back and withdrawn.
import { describe, expect, it } from '@jest/globals';
import { Scene, type Steps } from './approval-scene.ts';

const asks = (...people: readonly string[]): { readonly entries: { readonly e: readonly string[] } } => ({ entries: { e: people } });
const kinds = (scene: Scene): readonly string[] =>
  scene.effects.map((effect) => ('path' in effect ? `${effect.kind} ${effect.path}` : effect.kind));

describe('an approval', () => {
  it('asks step by step and ends once', () => {
    const scene = new Scene({ one: asks('ann'), two: asks('bob') });
    expect(scene.asked).toEqual(['one: ann']);
    scene.approve('ann');
    expect([scene.asked, scene.pending]).toEqual([['two: bob'], true]);
    scene.approve('bob');
    expect([scene.status, scene.asked, scene.pending, kinds(scene)]).toEqual(['approved', [], false, ['ended', 'released']]);
    expect(scene.act({ type: 'recall', by: 'sam' })).toBe('ended');
  });

  it('tells messages, automations and what it passes over, and waits for automations that say so', () => {
    const steps: Steps = {
      never: { ...asks('ann'), holds: false },
      cc: { notify: true },
      go: { automation: 'go' },
      wait: { automation: 'wait' },
      last: asks('bob'),
    };
    const scene = new Scene(steps);
    expect(kinds(scene)).toEqual(['passed never', 'notify cc', 'automation go', 'automation wait']);
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 1, ok: true })).toBe('stale');
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 2, ok: false })).toBe('done');
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 2, ok: false })).toBe('stale');
    expect(scene.act({ type: 'retry', by: 'ann', path: 'wait' })).toBe('notAdministrator');
    expect(scene.act({ type: 'retry', by: 'root', path: 'wait' })).toBe('done');
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 2, ok: true })).toBe('stale');
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 3, ok: false })).toBe('done');
    // Retried by itself it ends well after all.
    expect(scene.act({ type: 'automationEnded', path: 'wait', visit: 3, ok: true })).toBe('done');
    expect(scene.asked).toEqual(['last: bob']);
  });

  it('may be over at once', () => {
    expect(new Scene({ one: { ...asks('ann'), holds: false } }).status).toBe('approved');
  });
});

describe('a branch', () => {
  const steps: Steps = {
    by: { cases: { big: { board: asks('ann') }, small: { boss: asks('bob') } }, otherwise: { any: asks('cat') } },
    end: asks('dan'),
  };
  it.each([
    [{}, ['by/big/board: ann']],
    [{ 'by/big': false }, ['by/small/boss: bob']],
    [{ 'by/big': false, 'by/small': false }, ['by/otherwise/any: cat']],
  ])('takes the first case that holds: %j', (holds, asked) => {
    const scene = new Scene(steps, { holds });
    expect(scene.asked).toEqual(asked);
    scene.approve(...['ann', 'bob', 'cat'].filter((one) => asked[0]?.endsWith(one)));
    expect(scene.asked).toEqual(['end: dan']);
  });
});

describe('a parallel step', () => {
  const branches = { law: { read: asks('ann'), sign: asks('bob') }, money: { count: asks('cat') } };
  it('joins when all branches are through', () => {
    const scene = new Scene({ both: { branches }, end: asks('dan') });
    expect(scene.asked).toEqual(['both/law/read: ann', 'both/money/count: cat']);
    scene.approve('cat', 'ann');
    expect(scene.asked).toEqual(['both/law/sign: bob']);
    scene.approve('bob');
    expect(scene.asked).toEqual(['end: dan']);
  });

  it('joins when any is, and calls the others off', () => {
    const scene = new Scene({ both: { branches, join: 'any' }, end: asks('dan') });
    scene.approve('cat');
    expect([scene.asked, kinds(scene)]).toEqual([['end: dan'], ['released', 'released', 'asked']]);
    expect(scene.approve('ann')).toBe('notAsked');
  });

  it('is rejected by any branch that all are needed of, and by the last that any is', () => {
    const all = new Scene({ both: { branches } });
    all.reject('ann');
    expect(all.status).toBe('rejected');
    const any = new Scene({ both: { branches, join: 'any' } });
    any.reject('cat');
    expect([any.status, any.asked]).toEqual(['running', ['both/law/read: ann']]);
    any.approve('ann');
    any.reject('bob');
    expect(any.status).toBe('rejected');
  });

  it('leaves out branches whose condition does not hold', () => {
    expect(new Scene({ both: { branches } }, { holds: { 'both/law': false } }).asked).toEqual(['both/money/count: cat']);
    expect(new Scene({ both: { branches } }, { holds: { 'both/law': false, 'both/money': false } }).status).toBe('approved');
  });
});

describe('a rejection that leads back', () => {
  it('to a step before runs those between again, or comes straight back', () => {
    for (const [then, next] of [
      ['rerun', 'two: bob'],
      ['return', 'three: cat'],
    ] as const) {
      const scene = new Scene({ one: asks('ann'), two: asks('bob'), three: { ...asks('cat'), back: 'one', then }, four: asks('dan') });
      scene.approve('ann', 'bob');
      scene.reject('cat');
      expect([scene.status, scene.asked]).toEqual(['running', ['one: ann']]);
      scene.approve('ann');
      expect(scene.asked).toEqual([next]);
      scene.approve(next.slice(-3));
      expect(scene.asked).toEqual([then === 'rerun' ? 'three: cat' : 'four: dan']);
    }
  });

  it('comes back through several steps that each lead back', () => {
    const scene = new Scene({
      one: asks('ann'),
      two: { ...asks('bob'), back: 'one', then: 'return' },
      between: asks('dan'),
      three: { ...asks('cat'), back: 'two', then: 'return' },
    });
    scene.approve('ann', 'bob', 'dan');
    scene.reject('cat');
    scene.reject('bob');
    expect(scene.asked).toEqual(['one: ann']);
    scene.approve('ann');
    expect(scene.asked).toEqual(['two: bob']);
    scene.approve('bob');
    expect(scene.asked).toEqual(['three: cat']);
    scene.approve('cat');
    expect(scene.status).toBe('approved');
  });

  it('out of a parallel step leaves its branches; straight back, they stand as they were', () => {
    for (const then of ['rerun', 'return'] as const) {
      const branches = {
        a: { x: { ...asks('bob'), back: 'one', then } },
        b: { y: { entries: { e: { need: 'all' as const, people: ['cat', 'dan'] } } } },
      };
      const scene = new Scene({ one: asks('ann'), both: { branches } });
      scene.approve('ann', 'cat');
      scene.reject('bob');
      expect(scene.asked).toEqual(['one: ann']);
      scene.approve('ann');
      expect(scene.asked).toEqual(['both/a/x: bob', ...(then === 'rerun' ? ['both/b/y: cat'] : []), 'both/b/y: dan']);
    }
  });

  it('to the submitter waits for the record to be handed in again', () => {
    for (const [then, next] of [
      ['rerun', 'one: ann'],
      ['return', 'two: bob'],
    ] as const) {
      const scene = new Scene({ one: asks('ann'), two: { ...asks('bob'), back: 'submitter', then } });
      scene.approve('ann');
      scene.reject('bob');
      expect([scene.status, scene.asked, scene.pending]).toEqual(['returned', [], true]);
      expect(scene.approve('ann')).toBe('withSubmitter');
      expect(scene.act({ type: 'resubmit', by: 'ann' })).toBe('notSubmitter');
      expect(scene.act({ type: 'resubmit', by: 'sam' })).toBe('done');
      expect([scene.status, scene.asked]).toEqual(['running', [next]]);
      expect(scene.act({ type: 'resubmit', by: 'sam' })).toBe('stale');
    }
  });
});

describe('somebody who returns it', () => {
  it('names the submitter, or a step before', () => {
    const steps: Steps = { one: asks('ann'), both: { branches: { a: { x: asks('bob'), z: asks('cat') }, b: { y: asks('dan') } } } };
    const scene = new Scene(steps);
    scene.approve('ann', 'bob');
    const back = (path: string): string => scene.act({ type: 'return', by: 'cat', to: { kind: 'step', path }, then: 'rerun' });
    for (const path of ['both/b/y', 'both', 'both/a/z', 'nothing']) expect(back(path)).toBe('unfit');
    expect(back('both/a/x')).toBe('done');
    expect(scene.asked).toEqual(['both/a/x: bob', 'both/b/y: dan']);
    scene.approve('bob');
    expect(back('one')).toBe('done');
    expect(scene.asked).toEqual(['one: ann']);
    expect(scene.act({ type: 'return', by: 'ann', to: { kind: 'submitter' }, then: 'return' })).toBe('done');
    scene.act({ type: 'resubmit', by: 'sam' });
    expect(scene.asked).toEqual(['one: ann']);
  });
});

describe('an approval taken back', () => {
  it('opens its step again while the next is untouched', () => {
    const scene = new Scene({
      one: { entries: { e: { need: 'all', people: ['ann', 'bob'] } } },
      cc: { notify: true },
      two: asks('cat'),
      three: asks('dan'),
    });
    scene.approve('ann', 'bob');
    expect(scene.act({ type: 'takeBack', by: 'bob', turn: '2' })).toBe('done');
    expect(scene.asked).toEqual(['one: bob']);
    scene.approve('bob');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('done');
    expect(scene.asked).toEqual(['one: ann']);
    scene.approve('ann', 'cat');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('tooLate');
    expect(scene.asked).toEqual(['three: dan']);
  });

  it('is too late once somebody has acted on the next, or an automation has begun', () => {
    const scene = new Scene({
      one: asks('ann'),
      two: { entries: { e: { need: 'all', people: ['bob', 'cat'] } }, timeouts: [{ do: 'remind' }] },
    });
    scene.approve('ann');
    expect(scene.act({ type: 'timeout', turn: '2', fired: 0 })).toBe('done');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('done');
    scene.approve('ann', 'bob');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('tooLate');
    const automated = new Scene({ one: asks('ann'), go: { automation: 'go' }, two: asks('bob') });
    automated.approve('ann');
    expect(automated.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('tooLate');
  });

  it('opens a branch, or a parallel step, again that rested on it, and is no matter of what other branches do', () => {
    const branches = { a: { x: asks('ann'), z: asks('bob') }, b: { y: asks('cat') } };
    const scene = new Scene({ both: { branches, join: 'any' }, end: asks('dan') });
    scene.approve('cat');
    expect(scene.act({ type: 'takeBack', by: 'cat', turn: '2' })).toBe('done');
    expect(scene.asked).toEqual(['both/a/x: ann', 'both/b/y: cat']);
    const all = new Scene({ both: { branches }, end: asks('dan') });
    all.approve('ann', 'cat');
    expect(all.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('done');
    expect(all.asked).toEqual(['both/a/x: ann']);
    expect(all.act({ type: 'takeBack', by: 'cat', turn: '2' })).toBe('done');
    all.approve('cat', 'ann', 'bob');
    expect(all.asked).toEqual(['end: dan']);
    expect(all.act({ type: 'takeBack', by: 'cat', turn: '2' })).toBe('done');
    expect(all.asked).toEqual(['both/b/y: cat']);
    all.approve('cat', 'dan');
    expect(all.act({ type: 'takeBack', by: 'cat', turn: '2' })).toBe('ended');
  });

  it('is allowed by the process only', () => {
    const scene = new Scene({ one: asks('ann'), two: asks('bob') }, { takeBack: false });
    scene.approve('ann');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('notAllowed');
  });
});

describe('the submitter', () => {
  it('withdraws while the process allows it', () => {
    const recall = (when: 'any' | 'untouched' | 'never', by = 'sam'): string => {
      const scene = new Scene({ one: asks('ann'), two: asks('bob') }, { recall: when });
      scene.approve('ann');
      return [scene.act({ type: 'recall', by }), scene.status].join(' ');
    };
    expect([recall('any'), recall('untouched'), recall('never'), recall('any', 'ann')]).toEqual([
      'done recalled',
      'tooLate running',
      'notAllowed running',
      'notSubmitter running',
    ]);
    expect(new Scene({ one: asks('ann') }, { recall: 'untouched' }).act({ type: 'recall', by: 'sam' })).toBe('done');
  });

  it('reminds those who are asked', () => {
    const scene = new Scene({ one: asks('ann', 'bob') });
    expect(scene.act({ type: 'remind', by: 'ann' })).toBe('notSubmitter');
    expect(scene.act({ type: 'remind', by: 'sam' })).toBe('done');
    expect(scene.effects).toMatchObject([{ kind: 'remind', tasks: [{ person: 'ann' }, { person: 'bob' }] }]);
  });
});

describe('an administrator', () => {
  it('reassigns, lets steps pass and calls it off', () => {
    const scene = new Scene({ one: asks('ann'), two: asks('bob') });
    const turn = scene.turnOf('ann');
    expect(scene.act({ type: 'reassign', by: 'ann', turn, to: 'cat' })).toBe('notAdministrator');
    expect(scene.act({ type: 'reassign', by: 'root', turn, to: 'cat' })).toBe('done');
    expect(scene.asked).toEqual(['one: cat']);
    expect(scene.act({ type: 'skip', by: 'root', path: 'two' })).toBe('stale');
    expect(scene.act({ type: 'skip', by: 'root', path: 'one' })).toBe('done');
    expect(scene.asked).toEqual(['two: bob']);
    expect(scene.act({ type: 'cancel', by: 'bob' })).toBe('notAdministrator');
    expect(scene.act({ type: 'cancel', by: 'root' })).toBe('done');
    expect(scene.status).toBe('cancelled');
  });
});
