// Votes on one step: needs of entries and steps, rejections, the order of a sequence, what handing on makes of them.
import { describe, expect, it } from '@jest/globals';
import type { NeedModel } from '@tessera/metadata';
import { Scene, type AskSpec, type EntrySpec } from './approval-scene.ts';

const three = ['ann', 'bob', 'cat'];
/** A step with one entry of three people. */
const one = (need: NeedModel, rest: Partial<AskSpec> = {}): Scene => new Scene({ s: { entries: { e: { need, people: three } }, ...rest } });
/** What has become of the approval after these votes, each `+ann` or `-ann`; people who are asked no more are marked. */
function after(scene: Scene, votes: string): string {
  for (const vote of votes.split(' ').filter((each) => each !== '')) {
    const by = vote.slice(1);
    const result = vote.startsWith('+') ? scene.approve(by) : scene.reject(by);
    if (result !== 'done') return `${by} ${result}`;
  }
  return scene.status;
}

describe('the need of an entry', () => {
  it.each<[NeedModel, string, string]>([
    ['any', '+bob', 'approved'],
    ['any', '-bob', 'rejected'],
    ['all', '+ann +bob', 'running'],
    ['all', '+ann +bob +cat', 'approved'],
    ['all', '+ann -bob', 'rejected'],
    ['sequence', '+bob', 'bob notAsked'],
    ['sequence', '+ann +bob', 'running'],
    ['sequence', '+ann +bob +cat', 'approved'],
    ['sequence', '+ann +ann', 'ann notAsked'],
    [{ of: 2 }, '+cat', 'running'],
    [{ of: 2 }, '+cat +ann', 'approved'],
    [{ of: 9 }, '+cat +ann', 'running'],
    [{ of: 9 }, '+cat +ann +bob', 'approved'],
    [{ share: 0.5 }, '+cat', 'running'],
    [{ share: 0.5 }, '+cat +bob', 'approved'],
    [{ share: 0.01 }, '+cat', 'approved'],
    [{ share: 1 }, '+cat +bob', 'running'],
  ])('%j is, after %s, %s', (need, votes, status) => {
    expect(after(one(need), votes)).toBe(status);
  });

  it('counts shares exactly', () => {
    const people = Array.from({ length: 100 }, (_, i) => `p${String(i)}`);
    const scene = new Scene({ s: { entries: { e: { need: { share: 0.07 }, people } } } });
    expect(after(scene, '+p0 +p1 +p2 +p3 +p4 +p5')).toBe('running');
    expect(after(scene, '+p6')).toBe('approved');
  });
});

describe('a rejection', () => {
  it.each<[AskSpec['reject'], NeedModel, string, string]>([
    ['all', 'any', '-ann -bob', 'running'],
    ['all', 'any', '-ann -bob +cat', 'approved'],
    ['all', 'any', '-ann -bob -cat', 'rejected'],
    ['all', 'all', '-ann +bob -cat', 'approved'],
    ['all', 'all', '-ann -bob', 'running'],
    ['all', 'all', '-ann -bob -cat', 'rejected'],
    ['all', { of: 2 }, '-ann', 'running'],
    ['all', { of: 2 }, '-ann -bob', 'rejected'],
    ['majority', 'all', '-ann +bob', 'running'],
    ['majority', 'all', '-ann +bob +cat', 'approved'],
    ['majority', 'all', '-ann -bob', 'rejected'],
    ['majority', 'any', '-ann', 'running'],
    ['majority', 'sequence', '-ann +bob +cat', 'approved'],
    ['majority', 'sequence', '-ann -bob', 'rejected'],
    ['one', { of: 1 }, '-ann', 'rejected'],
  ])('of %s with need %j is, after %s, %s', (reject, need, votes, status) => {
    expect(after(one(need, { reject: reject ?? 'one' }), votes)).toBe(status);
  });
});

describe('the need of a step', () => {
  const entries: Readonly<Record<string, EntrySpec>> = { sales: ['ann', 'bob'], money: { need: { of: 2 }, people: ['cat', 'dan', 'eve'] } };
  it.each<[NeedModel, string, string]>([
    ['all', '+ann +cat', 'running'],
    ['all', '+ann +cat +eve', 'approved'],
    ['all', '+ann +bob', 'bob notAsked'],
    ['any', '+cat +dan', 'approved'],
    ['any', '+bob', 'approved'],
    ['sequence', '+cat', 'cat notAsked'],
    ['sequence', '+bob +cat +dan', 'approved'],
    [{ of: 1 }, '+ann', 'approved'],
    [{ share: 0.6 }, '+ann', 'running'],
  ])('%j is, after %s, %s', (need, votes, status) => {
    expect(after(new Scene({ s: { entries, need } }), votes)).toBe(status);
  });

  it('takes one decision of somebody for all that this person is asked on the step', () => {
    const scene = new Scene({ s: { entries: { a: ['ann', 'bob'], b: ['ann'] } } });
    expect(scene.asked).toEqual(['s: ann', 's: bob', 's: ann']);
    expect(after(scene, '+ann')).toBe('approved');
  });
});

describe('somebody who hands a turn on', () => {
  it('is asked no more, and the other is', () => {
    const scene = one('all');
    expect(scene.act({ type: 'transfer', by: 'ann', to: 'dan' })).toBe('done');
    expect(scene.asked).toEqual(['s: dan', 's: bob', 's: cat']);
    expect(scene.effects.map((effect) => effect.kind)).toEqual(['released', 'asked']);
    expect(after(scene, '+ann')).toBe('ann notAsked');
    expect(after(scene, '+dan +bob +cat')).toBe('approved');
  });

  it('names somebody who is not asked already, nor the submitter', () => {
    const scene = one('all');
    for (const to of ['ann', 'bob', 'sam']) expect(scene.act({ type: 'transfer', by: 'ann', to })).toBe('unfit');
    expect(one('all', { sameAsSubmitter: 'keep' }).act({ type: 'transfer', by: 'ann', to: 'sam' })).toBe('done');
    expect(one('all', { allow: [] }).act({ type: 'transfer', by: 'ann', to: 'dan' })).toBe('notAllowed');
  });
});

describe('a signer', () => {
  it('before somebody decides first, and then that person', () => {
    const scene = one('any');
    expect(scene.act({ type: 'addSigner', by: 'ann', to: ['dan', 'eve'], place: 'before' })).toBe('done');
    expect(scene.asked).toEqual(['s: dan', 's: bob', 's: cat']);
    expect(after(scene, '+dan +eve')).toBe('running');
    expect(scene.asked).toEqual(['s: ann', 's: bob', 's: cat']);
    expect(after(scene, '+ann')).toBe('approved');
  });

  it('after somebody is needed as well', () => {
    const scene = one('any');
    expect(scene.act({ type: 'addSigner', by: 'ann', to: ['dan'], place: 'after' })).toBe('done');
    expect(after(scene, '+ann')).toBe('running');
    expect(scene.asked).toEqual(['s: dan', 's: bob', 's: cat']);
    expect(after(scene, '+dan')).toBe('approved');
  });

  it('rejects for the person', () => {
    const scene = one('all', { reject: 'majority' });
    scene.act({ type: 'addSigner', by: 'ann', to: ['dan'], place: 'after' });
    expect(after(scene, '+ann -dan')).toBe('running');
    expect(after(scene, '-bob')).toBe('rejected');
  });

  it('is somebody who is not asked already', () => {
    const scene = one('all');
    for (const to of [[], ['bob'], ['sam'], ['dan', 'dan']])
      expect(scene.act({ type: 'addSigner', by: 'ann', to, place: 'before' })).toBe('unfit');
  });
});

describe('somebody who takes an approval back', () => {
  it('may while the step is open', () => {
    const scene = one('all');
    scene.approve('ann', 'bob');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('done');
    expect(scene.asked).toEqual(['s: ann', 's: cat']);
    expect(after(scene, '+cat +ann')).toBe('approved');
  });

  it('may not when the next of a sequence has decided', () => {
    const scene = one('sequence');
    scene.approve('ann');
    expect(scene.act({ type: 'takeBack', by: 'bob', turn: '1' })).toBe('tooLate');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('done');
    expect(scene.asked).toEqual(['s: ann']);
    scene.approve('ann', 'bob');
    expect(scene.act({ type: 'takeBack', by: 'ann', turn: '1' })).toBe('tooLate');
  });
});
