// What of a Model scenarios can reach: rules, conditions, automations with their steps and cases, approvals, stages, thresholds, sharing.
import type { ApprovalProcessStepModel, Model, StageModel, StepModel } from '@tessera/metadata';
import type { Reached } from './sandbox.ts';

/** Something that a scenario reaches, or none does. */
export interface Part {
  readonly kind:
    | 'validationRule'
    | 'duplicateRule'
    | 'automation'
    | 'step'
    | 'case'
    | 'approvalProcess'
    | 'approvalStep'
    | 'approvalCase'
    | 'stage'
    | 'stageMove'
    | 'stageCondition'
    | 'threshold'
    | 'conversion'
    | 'sharingRule';
  /** What it is called: `remind/task`. */
  readonly name: string;
  /** Where it stands: the component's folder and name, and the properties that lead to it. */
  readonly folder: keyof typeof extendedKinds;
  readonly component: string;
  readonly path: readonly string[];
  /** Any of these says that it was reached; one that ends in a slash, also with anything behind it. */
  readonly by: readonly Reached[];
}

/** What an extension calls the components of a folder. */
export const extendedKinds = {
  objects: 'object',
  automations: 'automation',
  approvalProcesses: 'approvalProcess',
  stageFlows: 'stageFlow',
  clocks: 'clock',
  conversions: 'conversion',
  duplicateRules: 'duplicateRule',
  sharingRules: 'sharingRule',
} as const;

type Place = Pick<Part, 'folder' | 'component' | 'path'>;

function validationRules(model: Model): readonly Part[] {
  return Object.values(model.objects).flatMap(({ name: object, validationRules: rules }) =>
    Object.keys(rules).map((rule): Part => {
      const name = `${object}/${rule}`;
      return {
        kind: 'validationRule',
        name,
        folder: 'objects',
        component: object,
        path: ['validationRules', rule],
        by: [`validationRule ${name}`],
      };
    }),
  );
}

/** Steps of a block with all that is within them. `at`: where the block stands. */
function stepsOf(automation: string, steps: readonly StepModel[], at: readonly string[]): readonly Part[] {
  const place = { folder: 'automations', component: automation } as const;
  return steps.flatMap((step): readonly Part[] => {
    const path = [...at, step.name];
    const name = `${automation}/${step.path}`;
    const own: Part = { kind: 'step', name, ...place, path, by: [`step ${name}`] };
    if (step.type === 'forEach' || step.type === 'atomic') return [own, ...stepsOf(automation, step.steps, [...path, 'steps'])];
    if (step.type !== 'branch') return [own];
    const cases = step.cases.flatMap((each): readonly Part[] => {
      const inner = stepsOf(automation, each.steps, [...path, 'cases', each.name, 'steps']);
      const called = `${name}/${each.name}`;
      const taken: Part = {
        kind: 'case',
        name: called,
        ...place,
        path: [...path, 'cases', each.name],
        by: [`case ${called}`, `step ${called}/`],
      };
      return [taken, ...inner];
    });
    return [own, ...cases, ...stepsOf(automation, step.otherwise, [...path, 'otherwise'])];
  });
}

function automations(model: Model): readonly Part[] {
  return Object.values(model.automations).flatMap(({ name, steps }) => [
    { kind: 'automation', name, folder: 'automations', component: name, path: [], by: [`automation ${name}`, `step ${name}/`] } as const,
    ...stepsOf(name, steps, ['steps']),
  ]);
}

function approvalSteps(process: string, steps: readonly ApprovalProcessStepModel[], at: readonly string[]): readonly Part[] {
  const place = { folder: 'approvalProcesses', component: process } as const;
  return steps.flatMap((step): readonly Part[] => {
    const path = [...at, step.name];
    const name = `${process}/${step.path}`;
    if (step.type === 'approval') return [{ kind: 'approvalStep', name, ...place, path, by: [`approvalStep ${name}`] }];
    if (step.type !== 'branch' && step.type !== 'parallel') return [];
    const [property, blocks] = step.type === 'branch' ? (['cases', step.cases] as const) : (['branches', step.branches] as const);
    const inner = blocks.flatMap((block): readonly Part[] => {
      const within = [...path, property, block.name];
      const called = `${process}/${block.path}`;
      const taken: Part = { kind: 'approvalCase', name: called, ...place, path: within, by: [`approvalStep ${called}/`] };
      return [taken, ...approvalSteps(process, block.steps, [...within, 'steps'])];
    });
    return step.type === 'branch' ? [...inner, ...approvalSteps(process, step.otherwise, [...path, 'otherwise'])] : inner;
  });
}

function approvals(model: Model): readonly Part[] {
  return Object.values(model.approvalProcesses).flatMap(({ name, steps }) => [
    { kind: 'approvalProcess', name, folder: 'approvalProcesses', component: name, path: [], by: [`approvalProcess ${name}`] } as const,
    ...approvalSteps(name, steps, ['steps']),
  ]);
}

const isJson = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The moves that the file names; those that only follow from the order of stages are too many to ask for. */
function writtenMoves(model: Model, flow: string, stage: string): readonly string[] {
  let at: unknown = model.source['stageFlow'];
  for (const name of [flow, 'stages', stage, 'moves']) at = isJson(at) ? at[name] : undefined;
  return isJson(at) ? Object.keys(at) : [];
}

function conditionsOf(flow: string, stage: StageModel, place: Place): readonly Part[] {
  return (['enter', 'leave'] as const).flatMap((side) =>
    stage[side].map(({ name }): Part => {
      const called = `${flow}/${stage.name}/${side}/${name}`;
      return { kind: 'stageCondition', name: called, ...place, path: [...place.path, side, name], by: [`stageCondition ${name}`] };
    }),
  );
}

function stageFlows(model: Model): readonly Part[] {
  return Object.values(model.stageFlows).flatMap(({ name: flow, object, field, stages }) =>
    Object.values(stages).flatMap((stage): readonly Part[] => {
      const place: Place = { folder: 'stageFlows', component: flow, path: ['stages', stage.name] };
      const entered = `${object}.${field} ${stage.name}`;
      const moves = writtenMoves(model, flow, stage.name).map((to): Part => {
        const name = `${flow}/${stage.name}→${to}`;
        return {
          kind: 'stageMove',
          name,
          ...place,
          path: [...place.path, 'moves', to],
          by: [`move ${object}.${field} ${stage.name} ${to}`],
        };
      });
      return [
        { kind: 'stage', name: `${flow}/${stage.name}`, ...place, by: [`stage ${entered}`] },
        ...moves,
        ...conditionsOf(flow, stage, place),
      ];
    }),
  );
}

function thresholds(model: Model): readonly Part[] {
  return Object.values(model.clocks).flatMap(({ name: clock, thresholds: all }) =>
    Object.keys(all).map((threshold): Part => {
      const name = `${clock}/${threshold}`;
      return { kind: 'threshold', name, folder: 'clocks', component: clock, path: ['thresholds', threshold], by: [`threshold ${name}`] };
    }),
  );
}

/** Components that are reached as a whole. */
const whole = [
  ['conversion', 'conversions'],
  ['duplicateRule', 'duplicateRules'],
  ['sharingRule', 'sharingRules'],
] as const;

export function partsOf(model: Model): readonly Part[] {
  return [
    ...validationRules(model),
    ...automations(model),
    ...approvals(model),
    ...stageFlows(model),
    ...thresholds(model),
    ...whole.flatMap(([kind, folder]) =>
      Object.keys(model[folder]).map((name): Part => ({ kind, name, folder, component: name, path: [], by: [`${kind} ${name}`] })),
    ),
  ];
}
