// What somebody may do with an approval, told beforehand: what the machine then does not refuse.
import { describe, expect, it } from '@jest/globals';
import { openApprovalPaths, possibleActions, takenBackTurn, turnsOf } from '@tessera/workflow';
import { Scene } from './approval-scene.ts';

const may = ({ definition, state }: Scene, person: string): readonly string[] =>
  [...possibleActions(definition, state, { person, administers: person === 'root' })].sort();

const onTurn = ['addSigner', 'approve', 'reject', 'return', 'transfer'];
const ofAdministrator = ['cancel', 'reassign', 'remind', 'skip'];

const two = (world = {}): Scene =>
  new Scene({ first: { entries: { e: { need: 'all', people: ['ann', 'bob'] } } }, second: { entries: { f: ['cat'] }, allow: [] } }, world);

describe('what one may do', () => {
  it('goes with whose turn it is, and with what has been done', () => {
    const scene = two();
    expect([may(scene, 'ann'), may(scene, 'sam'), may(scene, 'root'), may(scene, 'cat')]).toEqual([
      onTurn,
      ['recall', 'remind'],
      ofAdministrator,
      [],
    ]);
    scene.approve('ann');
    expect([may(scene, 'ann'), may(scene, 'bob')]).toEqual([['takeBack'], onTurn]);
    scene.approve('bob');
    // The second step allows less; what led to it can be taken back until somebody has acted on it.
    expect([may(scene, 'cat'), may(scene, 'bob'), may(scene, 'ann')]).toEqual([['approve', 'reject'], ['takeBack'], ['takeBack']]);
    scene.approve('cat');
    expect(['ann', 'cat', 'sam', 'root'].map((person) => may(scene, person))).toEqual([[], [], [], []]);
  });

  it('goes with what the process lets its submitter and others do', () => {
    const strict = two({ recall: 'untouched', takeBack: false });
    expect(may(strict, 'sam')).toEqual(['recall', 'remind']);
    strict.approve('ann');
    expect([may(strict, 'sam'), may(strict, 'ann')]).toEqual([['remind'], []]);
  });

  it('is the submitter’s again when it comes back', () => {
    const scene = two();
    scene.act({ type: 'return', by: 'ann', to: { kind: 'submitter' }, then: 'rerun' });
    expect([may(scene, 'sam'), may(scene, 'ann'), may(scene, 'root')]).toEqual([['recall', 'resubmit'], [], ['cancel']]);
  });

  it('is to retry an automation that has failed, for administrators', () => {
    const scene = new Scene({ call: { automation: 'wait' } });
    expect(may(scene, 'root')).toEqual(['cancel', 'remind', 'skip']);
    scene.act({ type: 'automationEnded', path: 'call', visit: 1, ok: false });
    expect([may(scene, 'root'), openApprovalPaths(scene.state)]).toEqual([['cancel', 'remind', 'retry', 'skip'], ['call']]);
  });
});

describe('the turn that is meant', () => {
  it('is one’s own where there is one, and the last approval that can be taken back', () => {
    const scene = two();
    const turn = scene.turnOf('ann');
    expect(turnsOf(scene.definition, scene.state, 'ann').map((task) => task.turn)).toEqual([turn]);
    expect(takenBackTurn(scene.definition, scene.state, 'ann')).toBeUndefined();
    scene.approve('ann', 'bob');
    expect(takenBackTurn(scene.definition, scene.state, 'ann')).toBe(turn);
    expect(scene.act({ type: 'takeBack', by: 'ann', turn })).toBe('done');
    expect([scene.asked, may(scene, 'ann')]).toEqual([['first: ann'], onTurn]);
  });
});
