// Special cases: nobody is there, the submitter approves, the same person twice, stand-ins, people who leave, time-outs; and what-if.
import { describe, expect, it } from '@jest/globals';
import { migrate, plan } from '../../packages/workflow/src/approvals/machine/index.ts';
import { definitions, Scene, type AskSpec, type Steps } from './approval-scene.ts';

const asks = (...people: readonly string[]): AskSpec => ({ entries: { e: people } });

describe('where nobody stands behind an entry', () => {
  it('passes, is refused, or asks others', () => {
    const nobody = (what: NonNullable<AskSpec['nobody']>['do'], instead: readonly string[] = []): Scene =>
      new Scene({ one: { entries: { e: [], f: ['ann'] }, nobody: { do: what } } }, { instead, administrators: ['root', 'rita'] });
    expect(nobody('pass').asked).toEqual(['one: ann']);
    expect(nobody('refuse').first).toEqual({ ok: false, reason: 'nobody' });
    expect(nobody('administrator').asked).toEqual(['one: root', 'one: rita', 'one: ann']);
    expect(nobody('ask', ['zoe']).asked).toEqual(['one: zoe', 'one: ann']);
    expect(nobody('ask').asked).toEqual(['one: root', 'one: rita', 'one: ann']);
    const scene = nobody('administrator');
    scene.approve('rita', 'ann');
    expect(scene.status).toBe('approved');
  });

  it('leaves the entry out where a number of them is enough and others are there', () => {
    const of = (entries: AskSpec['entries']): readonly string[] => new Scene({ one: { entries, need: { of: 2 } } }).asked;
    expect(of({ a: [], b: ['ann'] })).toEqual(['one: ann']);
    expect(of({ a: [], b: [] })).toEqual(['one: root', 'one: root']);
  });

  it('ends a running approval as rejected where it is refused', () => {
    const scene = new Scene({ one: asks('ann'), two: { ...asks(), nobody: { do: 'refuse' }, back: 'one' } });
    scene.approve('ann');
    expect(scene.status).toBe('rejected');
  });

  it('passes a step where all may pass, and says so', () => {
    const scene = new Scene({ one: { ...asks(), nobody: { do: 'pass' } }, two: asks('ann') });
    expect(scene.effects[0]).toEqual({ kind: 'passed', path: 'one', why: 'nobody' });
    expect(scene.asked).toEqual(['two: ann']);
  });
});

describe('where the submitter would have to approve', () => {
  it.each([
    ['skip', ['one: ann']],
    ['manager', ['one: max', 'one: ann']],
    ['keep', ['one: sam', 'one: ann']],
  ] as const)('%s', (sameAsSubmitter, asked) => {
    expect(new Scene({ one: { ...asks('sam', 'ann'), sameAsSubmitter } }, { managers: { sam: 'max' } }).asked).toEqual(asked);
  });

  it('passes where there is nobody else, unless a manager was to be asked', () => {
    expect(new Scene({ one: asks('sam') }).status).toBe('approved');
    expect(new Scene({ one: { ...asks('sam'), sameAsSubmitter: 'manager' } }).asked).toEqual(['one: root']);
  });
});

describe('somebody who has approved the step before', () => {
  it('counts as having approved again, unless the step has fields to edit', () => {
    const two = (rest: Partial<AskSpec>): readonly string[] => {
      const scene = new Scene({ one: asks('ann'), two: { ...asks('ann', 'bob'), ...rest }, three: asks('cat') });
      scene.approve('ann');
      return scene.asked;
    };
    expect(two({})).toEqual(['three: cat']);
    expect(two({ repeated: 'keep' })).toEqual(['two: ann', 'two: bob']);
    expect(two({ editable: ['amount'] })).toEqual(['two: ann', 'two: bob']);
    expect(two({ entries: { e: { need: 'all', people: ['ann', 'bob'] } } })).toEqual(['two: bob']);
  });

  it('only when the turn has come, also after something is taken back', () => {
    const entries = { e: ['cat', 'dan'], f: { need: 'all' as const, people: ['ann', 'bob'] } };
    const scene = new Scene({ one: asks('ann'), two: { entries, need: 'sequence' } });
    scene.approve('ann', 'cat');
    expect(scene.asked).toEqual(['two: bob']);
    expect(scene.act({ type: 'takeBack', by: 'cat', turn: '2' })).toBe('done');
    expect(scene.asked).toEqual(['two: cat', 'two: dan']);
    expect(JSON.stringify(scene.state)).not.toContain('"repeated"');
    scene.approve('dan', 'bob');
    expect(scene.status).toBe('approved');
  });

  it('in any branch of a parallel step, but not further back', () => {
    const scene = new Scene({
      both: { branches: { a: { x: asks('ann') }, b: { y: asks('bob') } } },
      two: asks('ann'),
      three: asks('bob'),
      four: asks('ann'),
    });
    scene.approve('ann', 'bob');
    expect(scene.asked).toEqual(['three: bob']);
    scene.approve('bob');
    expect(scene.asked).toEqual(['four: ann']);
  });
});

describe('a stand-in', () => {
  it.each([
    [{ ann: 'bob' }, 'one: bob for ann'],
    [{ ann: 'bob', bob: 'cat' }, 'one: cat for ann'],
    [{ ann: 'bob', bob: 'ann' }, 'one: ann'],
    [{ ann: 'bob', bob: 'cat', cat: 'bob' }, 'one: ann'],
    [{ ann: 'sam' }, 'one: ann'],
  ])('is found at the end of the chain: %j', (standIns, asked) => {
    expect(new Scene({ one: asks('ann') }, { standIns }).asked).toEqual([asked]);
  });

  it('decides for the person, who may as well', () => {
    const scene = new Scene({ one: asks('ann'), two: { ...asks('ann'), repeated: 'keep' } }, { standIns: { ann: 'bob' } });
    expect([scene.approve('bob'), scene.asked]).toEqual(['done', ['two: bob for ann']]);
    expect([scene.approve('ann'), scene.status]).toEqual(['done', 'approved']);
  });

  it('is another when that changes', () => {
    const standIns: Record<string, string> = {};
    const scene = new Scene({ one: asks('ann') }, { standIns });
    expect(scene.act({ type: 'standIns', person: 'bob' })).toBe('stale');
    standIns['ann'] = 'bob';
    expect(scene.act({ type: 'standIns', person: 'ann' })).toBe('done');
    expect(scene.asked).toEqual(['one: bob for ann']);
  });
});

describe('somebody who leaves', () => {
  const leave = (rest: Partial<AskSpec>, entries: AskSpec['entries'] = { e: { need: 'all', people: ['ann', 'bob'] } }): Scene => {
    const scene = new Scene({ one: { entries, ...rest } }, { managers: { ann: 'max' } });
    expect(scene.act({ type: 'left', person: 'ann' })).toBe('done');
    return scene;
  };

  it('is followed by an administrator, the manager, or nobody', () => {
    expect(leave({}).asked).toEqual(['one: root', 'one: bob']);
    expect(leave({ left: 'manager' }).asked).toEqual(['one: max', 'one: bob']);
    expect(leave({ left: 'drop' }).asked).toEqual(['one: bob']);
  });

  it('who was the only one is treated as nobody', () => {
    expect(leave({ left: 'drop' }, { e: ['ann'] }).asked).toEqual(['one: root']);
    expect(leave({ left: 'drop', nobody: { do: 'pass' } }, { e: ['ann'] }).status).toBe('approved');
    expect(leave({ left: 'drop', nobody: { do: 'refuse' } }, { e: ['ann'] }).status).toBe('rejected');
    expect(leave({ left: 'drop' }, { e: ['ann'], f: ['bob'] }).asked).toEqual(['one: bob', 'one: root']);
  });

  it('leaves no turn to nobody, where administrators decide there already or have handed it in', () => {
    const board = { one: { entries: { e: { need: 'all', people: ['ann', 'bob', 'cat'] } } } } as const;
    const after = (administrators: readonly string[]): readonly (readonly string[])[] => {
      const scene = new Scene(board, { administrators });
      const gone = (person: string): readonly string[] => (scene.act({ type: 'left', person }) === 'done' ? scene.asked : []);
      return [gone('ann'), gone('bob'), [scene.approve('cat', administrators[0] ?? ''), scene.status]];
    };
    const done = ['done done', 'approved'];
    expect(after(['root'])).toEqual([['one: root', 'one: bob', 'one: cat'], ['one: root', 'one: cat'], done]);
    expect(after(['sam'])).toEqual([['one: sam', 'one: bob', 'one: cat'], ['one: sam', 'one: cat'], done]);
  });

  it('as a stand-in gives the turn back', () => {
    const standIns: Record<string, string> = { ann: 'bob' };
    const scene = new Scene({ one: asks('ann') }, { standIns });
    delete standIns['ann'];
    scene.act({ type: 'left', person: 'bob' });
    expect(scene.asked).toEqual(['one: ann']);
  });

  it('has votes that stay', () => {
    const scene = new Scene({ one: { entries: { e: { need: 'all', people: ['ann', 'bob'] } } } });
    scene.approve('ann');
    expect(scene.act({ type: 'left', person: 'ann' })).toBe('stale');
    scene.approve('bob');
    expect(scene.status).toBe('approved');
  });
});

describe('a time-out', () => {
  const out = (...what: readonly ('remind' | 'escalate' | 'transfer' | 'approve' | 'reject')[]): Scene =>
    new Scene(
      { one: { ...asks('ann'), timeouts: what.map((each) => ({ do: each })) }, two: asks('dan') },
      { managers: { ann: 'max' }, transferTo: ['ann', 'zoe'] },
    );
  const fire = (scene: Scene, turn: string, fired: number): string => scene.act({ type: 'timeout', turn, fired });

  it.each([
    ['escalate', ['one: max']],
    ['transfer', ['one: zoe']],
    ['approve', ['two: dan']],
    ['reject', []],
  ] as const)('to %s does so', (what, asked) => {
    const scene = out(what);
    expect(fire(scene, '1', 0)).toBe('done');
    expect(scene.asked).toEqual(asked);
    expect(fire(scene, '1', 0)).toMatch(/stale|ended/);
  });

  it('fires once, and the next follows', () => {
    const scene = out('remind', 'escalate', 'reject');
    expect([fire(scene, '1', 1), fire(scene, '1', 0), fire(scene, '1', 0)]).toEqual(['stale', 'done', 'stale']);
    expect([fire(scene, '1', 1), scene.asked]).toEqual(['done', ['one: max']]);
    expect([fire(scene, '2', 1), fire(scene, '2', 2), scene.status]).toEqual(['stale', 'done', 'rejected']);
  });

  it('reminds where nobody is there to hand it on to', () => {
    const scene = new Scene({ one: { ...asks('ann'), timeouts: [{ do: 'escalate' }] } }, { managers: { ann: 'ann' } });
    expect(fire(scene, '1', 0)).toBe('done');
    expect([scene.asked, scene.effects]).toMatchObject([['one: ann'], [{ kind: 'remind', tasks: [{ person: 'ann', fired: 1 }] }]]);
  });

  it('is no decision that the next step could take for its own', () => {
    const scene = new Scene({ one: { ...asks('ann'), timeouts: [{ do: 'approve' }] }, two: asks('ann') });
    fire(scene, '1', 0);
    expect(scene.asked).toEqual(['two: ann']);
  });
});

describe('whom somebody chose', () => {
  it('is asked in a later step', () => {
    const scene = new Scene({ one: { entries: { submitter: [] } }, two: { entries: { one: [] } } }, {}, ['ann', 'bob']);
    expect(scene.asked).toEqual(['one: ann', 'one: bob']);
    expect(scene.act({ type: 'approve', by: 'bob', chosen: ['cat'] })).toBe('done');
    expect(scene.asked).toEqual(['two: cat']);
  });

  it('is nobody where it is whoever chose, also by a stand-in; that is known in a new version too', () => {
    const two: Steps = { two: { entries: { one: [] } } };
    const scene = new Scene({ one: asks('ann'), ...two }, { standIns: { ann: 'max' } });
    scene.act({ type: 'approve', by: 'max', chosen: ['ann', 'bob'] });
    expect(scene.asked).toEqual(['two: bob']);
    expect(
      migrate(scene.state, { ...scene.definition, steps: definitions({ first: asks('ann'), ...two }) }, { one: 'first' }),
    ).toMatchObject({
      state: { chosen: { first: ['ann', 'bob'] }, choseThemselves: { first: ['ann'] } },
    });
  });
});

describe('a plan', () => {
  const steps: Steps = {
    one: { entries: { e: { need: 'sequence', people: ['ann', 'sam'] } } },
    by: { cases: { big: { two: asks('ann') } } },
    go: { automation: 'wait' },
    three: { ...asks('bob'), holds: false },
    both: { branches: { a: { x: asks('cat') }, b: { y: asks('dan') } } },
    cc: { notify: true },
  };

  it('tells who would be asked, in which order, and why others would not', () => {
    const { definition, facts } = new Scene(steps, { standIns: { ann: 'max' } });
    const { lines, outcome } = plan(definition, { submitter: 'sam' }, facts);
    const told = lines.map((line) =>
      line.kind === 'asked'
        ? `${line.task.path} ${line.task.assignee}`
        : `${line.kind} ${line.path}${line.kind === 'passed' ? ` ${line.why}` : ''}`,
    );
    expect([told, outcome]).toEqual([
      ['one max', 'passed by/big/two repeated', 'automation go', 'passed three condition', 'both/a/x cat', 'both/b/y dan', 'notify cc'],
      'approved',
    ]);
    const refused = new Scene({ one: { ...asks(), nobody: { do: 'refuse' } } });
    expect(plan(refused.definition, { submitter: 'sam' }, refused.facts)).toEqual({ lines: [], outcome: 'nobody' });
  });
});

describe('a migration', () => {
  const running = (): Scene => {
    const scene = new Scene({ one: asks('ann'), both: { branches: { a: { x: asks('bob') }, b: { y: asks('cat'), z: asks('dan') } } } });
    scene.approve('ann', 'cat');
    return scene;
  };
  const to = (steps: Steps): Scene['definition'] => ({ ...running().definition, steps: definitions(steps) });

  it('moves each step that is open to its place in the new version', () => {
    const next: Steps = {
      first: asks('ann'),
      par: { branches: { aa: { xx: asks('bob') }, b: { z: { ...asks('dan'), back: 'first' } } } },
      last: asks('eve'),
    };
    const moved = migrate(running().state, to(next), { both: 'par', 'both/a/x': 'par/aa/xx', 'both/b/z': 'par/b/z' });
    expect(moved).toMatchObject({
      ok: true,
      state: { tree: { step: { path: 'par', ways: [{ name: 'aa' }, { name: 'b' }] }, undo: null } },
    });
  });

  it('names every step that has none', () => {
    const misfits = (steps: Steps, map: Readonly<Record<string, string>>): unknown => {
      const found = migrate(running().state, to(steps), map);
      return found.ok ? [] : found.misfits.map(({ path, reason }) => `${path} ${reason}`);
    };
    expect(misfits({ one: asks('ann') }, {})).toEqual(['both missing']);
    expect(misfits({ both: asks('ann') }, {})).toEqual(['both kind']);
    const other: Steps = { x: asks('bob'), both: { branches: { a: { x: { entries: { f: ['bob'] } } }, b: { y: asks('cat') } } } };
    expect(misfits(other, { 'both/b/z': 'x' })).toEqual(['both/a/x entry', 'both/b/z block']);
    expect(misfits(other, {})).toEqual(['both/a/x entry', 'both/b/z missing']);
  });
});
