// Random processes under random actions: the machine against a reference model that works all out anew from the log of what was done.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begin, type Definition } from '../../packages/workflow/src/approvals/machine/index.ts';
import { compare, Do, follow, kinds, reading, type Log, type Real } from './approval-model/commands.ts';
import { people, processes, worlds } from './approval-model/worlds.ts';
import { definitions, factsOf, type Steps, type World } from './approval-scene.ts';

const command = fc
  .record({
    kind: fc.constantFrom(...kinds),
    task: fc.nat(7),
    person: fc.constantFrom(...people),
    other: fc.constantFrom(...people, 'eve', 'max'),
    step: fc.nat(20),
    flag: fc.boolean(),
  })
  .map((pick) => new Do(pick));

/** Both as they are before anything is done; undefined where it does not begin, which both must say. */
function started(steps: Steps, world: World): { readonly model: Log; readonly real: Real } | undefined {
  const definition: Definition = { steps: definitions(steps), recall: world.recall ?? 'any', takeBack: true, standIns: true };
  const facts = factsOf(steps, world);
  const first = begin(definition, { submitter: 'sam' }, facts);
  const model: Log = { steps, world, deeds: [], decided: false };
  const read = reading(model);
  expect(first.ok).toBe(read?.status !== 'rejected');
  if (!first.ok || read === undefined) return undefined;
  const real: Real = { definition, facts, state: first.state, asked: new Map(), ends: 0, isFresh: false, approved: [] };
  follow(real, first);
  compare(real, read);
  return { model, real };
}

const scenarios = processes.chain((steps) => fc.tuple(fc.constant(steps), worlds(steps), fc.commands([command], { maxCommands: 40 })));

describe('the machine of approvals', () => {
  // APPROVAL_RUNS: so many processes, for a long search.
  it('does what the reference model does, whatever is done to whichever process', () => {
    fc.assert(
      fc.property(scenarios, ([steps, world, commands]) => {
        const both = started(steps, world);
        if (both !== undefined) fc.modelRun(() => both, commands);
      }),
      { numRuns: Number(process.env['APPROVAL_RUNS'] ?? 2000) },
    );
  });
});
