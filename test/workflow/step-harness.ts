// A step done for frames that a test writes down, within a transaction of a tenant: what stands around it is the real thing.
import { engineParts, systemSession } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { AutomationModel, Model, StepModel } from '@tessera/metadata';
import { runInSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import type { Frame, StepDoer, StepResult, StepWork } from '../../packages/workflow/src/automations/step-work.ts';
import type { TestEngine, TestTenant } from '../support/engine.ts';
import { notedCell } from '../support/statements.ts';

export interface FrameGiven {
  readonly key?: string;
  readonly runId?: string;
  readonly record?: { readonly object: string; readonly id: string; readonly values: Readonly<Record<string, Value>> };
  readonly actor?: string | null;
  /** What the step has kept from the time before. */
  readonly kept?: unknown;
  /** What rules give, by their name among the step's. */
  readonly rules: Readonly<Record<string, Value>>;
}

export interface HarnessOptions {
  /** ISO 8601. */
  readonly now?: string;
  /** What `evaluate` is asked for, by its name in `rules`. */
  readonly nameOf?: (expression: Expression) => string;
  /** Hears the texts of the statements. */
  readonly note?: (text: string) => void;
}

const frameOf = ({ key, runId, record, actor = null }: FrameGiven, i: number): Frame => ({
  key: key ?? `run${String(i)}`,
  runId,
  records: [record],
  old: undefined,
  inputs: {},
  outcomes: {},
  actor,
  chain: [],
});

const unused = (): never => {
  throw new TypeError('This step asks for nothing of the kind.');
};

/** The automation of the tenant's Model whose first step of the type is meant. */
export function stepOf<T extends StepModel['type']>(
  model: Model,
  automation: string,
  type: T,
): { readonly automation: AutomationModel; readonly step: Extract<StepModel, { type: T }> } {
  const found = model.automations[automation];
  const step = found?.steps.find((each): each is Extract<StepModel, { type: T }> => each.type === type);
  if (found === undefined || step === undefined) throw new TypeError(`${automation} has no step ${type}.`);
  return { automation: found, step };
}

/** Does the step for the frames, and commits. */
export async function doStep<S extends StepModel>(
  engine: TestEngine,
  tenant: TestTenant,
  { automation, doer, type }: { readonly automation: string; readonly type: S['type']; readonly doer: StepDoer<S> },
  given: readonly FrameGiven[],
  { now, nameOf = () => 'value', note = () => undefined }: HarnessOptions = {},
): Promise<readonly StepResult[]> {
  const clock = now === undefined ? engine.clock : { now: () => Date.parse(now) };
  const parts = engineParts({
    cell: notedCell(engine.cell, note),
    log: silentLogger,
    secret: 'a secret of these tests, long enough',
    clock,
  });
  return runInSession(await systemSession(parts, { ...tenant.systemContext(), clock }), async (session) => {
    const { automation: model, step } = stepOf(session.model, automation, type);
    const at = new Date(clock.now()).toISOString();
    const work: StepWork<S> = {
      session,
      platform: session,
      automation: model,
      step: step as unknown as S,
      frames: given.map(frameOf),
      waited: given.map(({ kept }) => (kept === undefined ? undefined : { since: at, kept, events: [] })),
      evaluate: (expression) => Promise.resolve(given.map(({ rules }) => rules[nameOf(expression)] ?? null)),
      evaluateAll: (rules) =>
        Promise.resolve(given.map((frame) => Object.fromEntries(Object.keys(rules).map((name) => [name, frame.rules[name] ?? null])))),
      find: unused,
      over: unused,
      reread: unused,
      block: unused,
    };
    return doer(work);
  });
}
