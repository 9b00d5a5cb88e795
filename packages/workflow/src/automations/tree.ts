// The steps of an automation as a tree: where each stands, and what comes after it.
import type { AutomationModel, BranchStepModel, ForEachStepModel, StepModel } from '@tessera/metadata';

/** A block of steps around a step: the case of a branch, or the items of a forEach. */
export type Around =
  | { readonly kind: 'case'; readonly branch: BranchStepModel; readonly name: string }
  | { readonly kind: 'items'; readonly forEach: ForEachStepModel };

export interface Site {
  readonly step: StepModel;
  /** From the outermost. */
  readonly around: readonly Around[];
  /** The step that comes next in the same block, by its path; undefined: it is the last. */
  readonly next: string | undefined;
}

export interface StepTree {
  /** The path of the first step; undefined where there is none. */
  readonly first: string | undefined;
  readonly sites: ReadonlyMap<string, Site>;
  /** Whether its rules ask for the roles of whoever caused it. */
  readonly asksRoles: boolean;
}

/** Whether any rule within asks for the roles of whoever acts. */
export function asksRoles(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return ('operator' in part && part.operator === 'hasRole') || Object.values(part).some(asksRoles);
}

/** What `otherwise` is called among the cases. */
export const otherwise = 'otherwise';

/** The blocks of a branch in their order. */
export const blocksOf = ({
  cases,
  otherwise: rest,
}: BranchStepModel): readonly { readonly name: string; readonly steps: readonly StepModel[] }[] => [
  ...cases,
  { name: otherwise, steps: rest },
];

function addBlock(sites: Map<string, Site>, steps: readonly StepModel[], around: readonly Around[]): void {
  steps.forEach((step, i) => {
    sites.set(step.path, { step, around, next: steps[i + 1]?.path });
    if (step.type === 'forEach') addBlock(sites, step.steps, [...around, { kind: 'items', forEach: step }]);
    if (step.type !== 'branch') return;
    for (const { name, steps: within } of blocksOf(step)) addBlock(sites, within, [...around, { kind: 'case', branch: step, name }]);
  });
}

/** Steps within `atomic` are done with it, and stand nowhere themselves. */
export function treeOf({ steps }: AutomationModel): StepTree {
  const sites = new Map<string, Site>();
  addBlock(sites, steps, []);
  return { first: steps[0]?.path, sites, asksRoles: asksRoles(steps) };
}
