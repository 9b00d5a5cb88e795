// Blocks of an approval process: each step in its order, with what may be looked back to from it.
import type { ApprovalProcessStepJson } from '../../generated/types.ts';
import type { ApprovalCaseModel, ApprovalProcessStepModel, ParallelBranchModel } from '../../model.ts';
import { unordered } from '../../order.ts';
import { flowSteps } from '../automations/flow-steps.ts';
import { outwardSteps } from '../automations/outward-steps.ts';
import type { StepScope } from '../automations/scope.ts';
import { sorted } from '../sorted.ts';
import { approvalStep, ends } from './approvers.ts';
import type { ApprovalAround, ApprovalSite, BlockAt, ResolveApprovalBlock } from './site.ts';

/** What the steps of `otherwise` are called in paths, beside the names of the cases. */
const otherwise = 'otherwise';

function reserve(names: readonly string[], map: Readonly<Record<string, unknown>>, pointer: string, { report }: StepScope): void {
  for (const name of names) if (Object.hasOwn(map, name)) report.add(`${pointer}/${name}`, 'METADATA_NAME_RESERVED', { name });
}

function branch({ source, base, pointer, earlier, scope, block }: ApprovalSite<'branch'>): ApprovalProcessStepModel {
  reserve([otherwise], source.cases, `${pointer}/cases`, scope);
  const cases = sorted(source.cases).flatMap(([name, { order = unordered, label, when, steps }]): readonly ApprovalCaseModel[] => {
    const at = `${pointer}/cases/${name}`;
    const path = `${base.path}/${name}`;
    const condition = scope.condition(when, `${at}/when`);
    const within = block(steps, { pointer: `${at}/steps`, path, earlier }, scope);
    return condition === undefined ? [] : [{ name, path, order, label, when: condition, steps: within }];
  });
  const others = block(source.otherwise, { pointer: `${pointer}/${otherwise}`, path: `${base.path}/${otherwise}`, earlier }, scope);
  return { ...base, type: 'branch', cases, otherwise: others };
}

function parallel({ source, base, pointer, earlier, scope, block }: ApprovalSite<'parallel'>): ApprovalProcessStepModel {
  const branches = sorted(source.branches).map(([name, { order = unordered, label, when, steps }]): ParallelBranchModel => {
    const at = `${pointer}/branches/${name}`;
    const path = `${base.path}/${name}`;
    const condition = scope.condition(when, `${at}/when`);
    return { name, path, order, label, when: condition, steps: block(steps, { pointer: `${at}/steps`, path, earlier }, scope) };
  });
  return { ...base, type: 'parallel', join: source.join ?? 'all', branches };
}

const noBlock = (): readonly never[] => [];

function notify({ source, base, pointer, scope, around }: ApprovalSite<'notify'>): ApprovalProcessStepModel | undefined {
  const site = { source, base, pointer, scope, place: 'afterCommit', around: around.automations, block: noBlock } as const;
  const { step } = outwardSteps.notify(site);
  return step?.type === 'notify' ? step : undefined;
}

/** What calls an automation: a step of the process, or what is done at its ends. */
export interface CallSource {
  readonly automation: string;
  readonly values?: ApprovalSite<'automation'>['source']['values'];
  readonly wait?: boolean;
}

export function calledAutomation(
  { automation, values = {}, wait = true }: CallSource,
  { base, pointer, scope, around }: Pick<ApprovalSite<'automation'>, 'base' | 'pointer' | 'scope' | 'around'>,
): (ApprovalProcessStepModel & { readonly type: 'automation' }) | undefined {
  const source = { type: 'call', automation, values, wait } as const;
  const { step } = flowSteps.call({ source, base, pointer, scope, place: 'afterCommit', around: around.automations, block: noBlock });
  return step?.type === 'call' ? { ...step, type: 'automation' } : undefined;
}

function resolveStep(site: ApprovalSite<ApprovalProcessStepJson['type']>): ApprovalProcessStepModel | undefined {
  const { source } = site;
  switch (source.type) {
    case 'approval':
      return approvalStep({ ...site, source });
    case 'branch':
      return branch({ ...site, source });
    case 'parallel':
      return parallel({ ...site, source });
    case 'notify':
      return notify({ ...site, source });
    case 'automation':
      return calledAutomation(source, site);
  }
}

/** The steps of a block in their order. */
export function resolveApprovalBlock(around: ApprovalAround): ResolveApprovalBlock {
  const block: ResolveApprovalBlock = (steps, { pointer: above, path: outer, earlier: before }: BlockAt, scope) => {
    reserve(ends, steps ?? {}, above, scope);
    let earlier = before;
    let here = scope;
    const models: ApprovalProcessStepModel[] = [];
    for (const [name, source] of sorted(steps)) {
      const pointer = `${above}/${name}`;
      const path = outer === '' ? name : `${outer}/${name}`;
      const when = here.condition(source.when, `${pointer}/when`);
      const base = { name, path, order: source.order ?? unordered, label: source.label, when };
      const step = resolveStep({ source, base, pointer, earlier, scope: here, around, block });
      if (step !== undefined) models.push(step);
      earlier = { ...earlier, [name]: path };
      if (source.type === 'approval') here = here.choosing(name, path);
    }
    return models;
  };
  return block;
}
