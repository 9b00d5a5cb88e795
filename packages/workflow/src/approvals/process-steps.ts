// The steps of a process, those of blocks within included.
import type { ApprovalProcessStepModel } from '@tessera/metadata';

/** A process, or a block within one. */
interface Steps {
  readonly steps: readonly ApprovalProcessStepModel[];
}

/** In their order, each before those within it. */
export const stepsOf = ({ steps }: Steps): readonly ApprovalProcessStepModel[] =>
  steps.flatMap((step) => {
    const ways: readonly Steps[] =
      step.type === 'branch' ? [...step.cases, { steps: step.otherwise }] : step.type === 'parallel' ? step.branches : [];
    return [step, ...ways.flatMap(stepsOf)];
  });

/** By its path; undefined where there is none. */
export const stepAt = (process: Steps, path: string): ApprovalProcessStepModel | undefined =>
  stepsOf(process).find((step) => step.path === path);
