// Buttons: somebody starts an automation on a record that the person sees, while it is shown, with what it asks for.
import { fail } from '@tessera/kernel';
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { readRecord, type RecordValues } from '@tessera/storage';
import { startRuns } from '../automations/start-runs.ts';
import { conditionHolds, frameOf, isShown } from './conditions.ts';
import { takeInputs, type Given } from './inputs.ts';

export interface Pressed {
  /** The record whose button it is; undefined for an automation that runs on none. */
  readonly id: string | undefined;
  readonly given: Given;
}

const notApplicable = (automation: string, reason: string): Error => fail('AUTOMATION_NOT_APPLICABLE', { automation, reason });

async function recordOf(session: WriteSession, { object }: AutomationModel, id: string | undefined): Promise<RecordValues | undefined> {
  if (object === undefined || id === undefined) return undefined;
  const model = session.model.objects[object];
  const record = model === undefined ? undefined : await readRecord(session.transaction, session.target, model, id);
  if (record === undefined) throw fail('RECORD_NOT_FOUND', { object, id });
  return record;
}

/**
 * Starts the automation of a button. The caller has seen to it that the person sees the record. Gives the run's id.
 * @throws AUTOMATION_NOT_APPLICABLE, INPUTS_INVALID, RECORD_NOT_FOUND
 */
export async function pressButton(session: WriteSession, automation: AutomationModel, { id, given }: Pressed): Promise<string> {
  const { name, trigger, object } = automation;
  if (trigger.type !== 'button') throw notApplicable(name, `what starts it is a ${trigger.type}, no button.`);
  const record = await recordOf(session, automation, id);
  if (!(await isShown(session, trigger.visibleWhen, frameOf(session, { automation, record, inputs: {} }))))
    throw notApplicable(name, 'its button is not shown here.');
  const inputs = await takeInputs(session, automation, given);
  if (!(await conditionHolds(session, { automation, record, inputs }))) throw notApplicable(name, 'its condition does not hold.');
  const [run = ''] = await startRuns(session, [
    { automation, record: object === undefined || id === undefined ? undefined : { object, id }, inputs },
  ]);
  return run;
}
