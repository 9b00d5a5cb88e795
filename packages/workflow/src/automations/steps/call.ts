// call: starts another automation, and waits for its end unless told not to.
import { problem, type Problem } from '@tessera/kernel';
import { fieldTypes, type AutomationModel, type CallStepModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { restartRuns, runStates, type RunState } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import { startRuns, type RunStart } from '../start-runs.ts';
import type { StepDoer, StepResult, StepWork } from '../step-work.ts';
import type { Values } from '../writing.ts';

type Work = StepWork<CallStepModel>;

/** What is kept of a call: the run that it has started, and whether that has failed. */
interface Called {
  readonly run: string;
  readonly failed?: true;
}

const calledOf = (kept: unknown): Called | undefined =>
  typeof kept === 'object' && kept !== null && 'run' in kept ? (kept as Called) : undefined;

/** The inputs of a call as their types hold them; or what is wrong with one. */
export function calledWith({ trigger }: AutomationModel, values: Values): { readonly inputs: Values } | { readonly problem: Problem } {
  const inputs: Record<string, Value> = {};
  if (!('inputs' in trigger)) return { inputs };
  for (const [name, field] of Object.entries(trigger.inputs)) {
    const value = values[name] ?? null;
    if (value === null && field.required === true) return { problem: problem('VALUE_REQUIRED', { field: name }, { pointer: `/${name}` }) };
    // A record is named by its id; which objects it may be of is said by the input.
    const coerced =
      value === null || field.lookup !== undefined ? { ok: true as const, value } : fieldTypes[field.type].coerce(value, field);
    if (!coerced.ok) return { problem: problem(coerced.code, { field: name, ...coerced.params }, { pointer: `/${name}` }) };
    inputs[name] = coerced.value;
  }
  return { inputs };
}

async function start(work: Work, automation: AutomationModel): Promise<readonly StepResult[]> {
  const { step, frames, session } = work;
  const records = step.record === undefined ? [] : await work.evaluate(step.record);
  const values = await work.evaluateAll(step.values);
  const results: StepResult[] = [];
  const starts: { readonly i: number; readonly start: RunStart }[] = [];
  frames.forEach((frame, i) => {
    const id = records[i] ?? null;
    const taken = calledWith(automation, values[i] ?? {});
    if ('problem' in taken) results[i] = { kind: 'failed', problem: taken.problem };
    else if (automation.object !== undefined && typeof id !== 'string')
      results[i] = {
        kind: 'failed',
        problem: problem('AUTOMATION_FAILED', {
          automation: automation.name,
          step: step.path,
          reason: 'there is no record that it could run on.',
        }),
      };
    else {
      const record = automation.object === undefined ? undefined : { object: automation.object, id: typeof id === 'string' ? id : '' };
      const callerId = step.wait ? frame.runId : undefined;
      starts.push({ i, start: { automation, record, inputs: taken.inputs, actor: frame.actor, callerId } });
    }
  });
  const ids = await startRuns(
    session,
    starts.map((each) => each.start),
  );
  starts.forEach(({ i }, n) => {
    const run = ids[n];
    results[i] = step.wait && run !== undefined ? { kind: 'waiting', kept: { run } } : { kind: 'done', outcome: undefined };
  });
  return results;
}

/** What has become of a run that was called. One that has failed is done again with its caller. */
function ended({ step }: Work, { run, failed }: Called, state: RunState | undefined): StepResult {
  if (state === 'done') return { kind: 'done' };
  if (state === 'ready' || state === 'waiting' || (state === 'failed' && failed === true)) return { kind: 'waiting', kept: { run } };
  return { kind: 'failed', problem: problem('RUN_CALL_FAILED', { automation: step.automation, run }), kept: { run, failed: true } };
}

export const call: StepDoer<CallStepModel> = async (work) => {
  const { session, platform, step, frames, waited } = work;
  const automation = session.model.automations[step.automation];
  if (automation === undefined)
    return frames.map(() => ({ kind: 'failed', problem: problem('RUN_OUTDATED', { automation: step.automation }) }));
  const door = doorIn(platform);
  const kept = waited.map((each) => calledOf(each?.kept));
  const states = await runStates(
    door,
    kept.flatMap((each) => each?.run ?? []),
  );
  // What was given up meanwhile is called anew; what has failed goes on from there.
  const isLost = (each: Called): boolean => each.failed === true && [undefined, 'cancelled'].includes(states.get(each.run));
  const called = kept.map((each) => (each === undefined || isLost(each) ? undefined : each));
  const fresh = [...frames.keys()].filter((i) => called[i] === undefined);
  const started = fresh.length === 0 ? [] : await start({ ...work.over(fresh.flatMap((i) => frames[i] ?? [])), step }, automation);
  const again = called.flatMap((each) => (each?.failed === true && states.get(each.run) === 'failed' ? [each.run] : []));
  await restartRuns(door, again, platform.at);
  return frames.map((_, i): StepResult => {
    const before = called[i];
    if (before !== undefined) return ended(work, before, states.get(before.run));
    return started[fresh.indexOf(i)] ?? { kind: 'done' };
  });
};
