// Blocks of steps: each step in its order, in the scope of what has surely run before it.
import type { StepJson, StepsJson } from '../../generated/types.ts';
import type { StepModel, StepType } from '../../model.ts';
import { unordered } from '../../order.ts';
import { switchedOffHint } from '../references.ts';
import { sorted } from '../sorted.ts';
import { flowSteps } from './flow-steps.ts';
import { outwardSteps } from './outward-steps.ts';
import { checkPlace, type StepPlace } from './places.ts';
import { recordSteps } from './record-steps.ts';
import type { StepScope } from './scope.ts';
import type { Around, ResolveBlock, Resolved, Resolvers, StepSite } from './site.ts';

const resolvers: Resolvers<StepType> = { ...recordSteps, ...flowSteps, ...outwardSteps };

/** The resolver of a step's own type. */
const resolverOf = (type: StepType): ((site: StepSite<StepType>) => Resolved) =>
  // The table has for each type the resolver of just that type, which no union can say.
  resolvers[type] as (site: StepSite<StepType>) => Resolved;

interface At {
  readonly pointer: string;
  /** Of the step or case around, empty for the outermost block. */
  readonly path: string;
  readonly place: StepPlace;
}

/** The steps of a block in their order. */
export function resolveBlock(around: Around): ResolveBlock {
  const block: ResolveBlock = (steps, at, outer) => {
    let scope = outer;
    const models: StepModel[] = [];
    for (const [name, source] of sorted(steps)) {
      const { step, outcome } = resolveStep(name, source, at, scope);
      if (step !== undefined) models.push(step);
      scope = scope.after(name, outcome && { ...outcome, key: pathOf(name, at) });
    }
    return models;
  };
  const resolveStep = (name: string, source: StepJson, { pointer: above, path, place }: At, scope: StepScope): Resolved => {
    const pointer = `${above}/${name}`;
    checkPlace(source.type, place, scope.report, `${pointer}/type`);
    const when = scope.condition(source.when, `${pointer}/when`);
    const base = { name, path: pathOf(name, { path }), order: source.order ?? unordered, label: source.label, when };
    return resolverOf(source.type)({ source, base, pointer, place, scope, around, block });
  };
  return block;
}

const pathOf = (name: string, { path }: Pick<At, 'path'>): string => (path === '' ? name : `${path}/${name}`);

const elsewhere = 'It stands later, or in a block that need not have run: only steps before this one, in its block or around it, count.';

/** Why a step is not to be looked back to, by the names of all there are: for messages. */
export function stepHints(steps: StepsJson | undefined, off = false): Record<string, string> {
  const hints: Record<string, string> = {};
  for (const [name, step] of Object.entries(steps ?? {})) {
    const gone = off || step.active === false;
    const cases = step.type === 'branch' ? Object.values(step.cases) : [];
    const blocks = [
      ...('steps' in step ? [step.steps] : []),
      ...cases.map((one) => one.steps),
      ...(step.type === 'branch' ? [step.otherwise] : []),
    ];
    hints[name] = gone ? switchedOffHint : elsewhere;
    for (const within of blocks) Object.assign(hints, stepHints(within, gone));
  }
  return hints;
}
