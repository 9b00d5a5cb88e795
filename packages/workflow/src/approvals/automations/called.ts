// Automations that a process calls: at its steps, and when a record enters it or it ends.
import { failAll, type Problem } from '@tessera/kernel';
import type { CallStepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { WaitingApproval } from '@tessera/storage';
import { within } from '../../automations/limits.ts';
import { startRuns, type RunStart } from '../../automations/start-runs.ts';
import { calledWith } from '../../automations/steps/call.ts';
import type { Happened } from '../driving/happened.ts';
import { valuesOf } from './submitter-rules.ts';

export type Call = Pick<CallStepModel, 'automation' | 'record' | 'values'>;

/** What is to be started; or why it cannot be. Undefined: there is no such automation any more. */
export async function startOf(
  session: WriteSession,
  { subject }: Happened,
  { automation: name, record: rule, values }: Call,
  approval?: WaitingApproval,
): Promise<{ readonly start: RunStart } | { readonly problem: Problem } | undefined> {
  const automation = Object.hasOwn(session.model.automations, name) ? session.model.automations[name] : undefined;
  if (automation === undefined) return undefined;
  const id = rule === undefined ? undefined : (await valuesOf(session, subject, { record: rule }))['record'];
  const taken = calledWith(automation, await valuesOf(session, subject, values));
  if ('problem' in taken) return taken;
  const { object } = automation;
  // A lookup that is empty names no record to run on.
  if (object !== undefined && typeof id !== 'string') return undefined;
  const record = object !== undefined && typeof id === 'string' ? { object, id } : undefined;
  return { start: { automation, record, inputs: taken.inputs, actor: subject.submitter, approval } };
}

/** Starts runs one level deeper in the chain. @throws AUTOMATION_LIMIT */
export const startWithin = (
  session: WriteSession,
  { process }: Happened,
  starts: readonly RunStart[],
): Promise<readonly (string | undefined)[]> => startRuns(within(session, process.name), starts);

/** Calls an automation that nobody waits for. @throws what is wrong with its inputs */
export async function callAutomation(session: WriteSession, happened: Happened, call: Call): Promise<void> {
  const found = await startOf(session, happened, call);
  if (found === undefined) return;
  if ('problem' in found) throw failAll('INPUTS_INVALID', [found.problem]);
  await startWithin(session, happened, [found.start]);
}
