// Does steps, each by the doer of its type.
import type { StepModel } from '@tessera/metadata';
import { doStepBy, type Around, type StepDone } from './frame-work.ts';
import { stepDoers } from './step-doers.ts';
import type { Frame, StepDoer, Waited } from './step-work.ts';

/** Does a step for its frames. */
export function doStep(
  around: Around,
  step: StepModel,
  frames: readonly Frame[],
  waited?: readonly (Waited | undefined)[],
): Promise<StepDone> {
  // The registry has for each type the doer of just that type, which no union can say.
  const doer = stepDoers[step.type] as StepDoer<StepModel> | undefined;
  if (doer === undefined) throw new TypeError(`Nobody does steps of the type ${step.type}.`);
  return doStepBy(doer, around, step, frames, waited);
}
