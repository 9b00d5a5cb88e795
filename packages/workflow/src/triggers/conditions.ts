// Conditions of automations that somebody or something asks for: over a record or none, and over what was given.
import { TesseraError } from '@tessera/kernel';
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { workOut } from '../automations/frame-values.ts';
import { asPlatform } from '../automations/sessions.ts';
import type { Frame } from '../automations/step-work.ts';

export interface Asked {
  readonly automation: AutomationModel;
  readonly record: RecordValues | undefined;
  readonly inputs: Readonly<Record<string, Value>>;
}

export function frameOf({ context }: WriteSession, { automation: { object }, record, inputs }: Asked): Frame {
  const id = record?.['id'];
  return {
    key: '',
    runId: undefined,
    records: [object === undefined || record === undefined || typeof id !== 'string' ? undefined : { object, id, values: record }],
    old: undefined,
    inputs,
    outcomes: {},
    actor: context.actor.userId,
    chain: [],
  };
}

/** With the rights that the session has. Throws where the rule reads what its person may not. */
async function holdsIn(session: WriteSession, rule: Expression | undefined, frame: Frame): Promise<boolean> {
  if (rule === undefined) return true;
  const [values] = await workOut(session, { about: rule, rules: [rule] }, [frame]);
  return values?.[0] === true;
}

/** The same, over a record or none, and what was given. */
export const ruleHolds = (session: WriteSession, rule: Expression | undefined, asked: Asked): Promise<boolean> =>
  holdsIn(session, rule, frameOf(session, asked));

/** Whether something is shown, by the rights of the session's person: a rule over what is hidden from the person does not hold. */
export async function isShown(session: WriteSession, rule: Expression | undefined, frame: Frame): Promise<boolean> {
  try {
    return await holdsIn(session, rule, frame);
  } catch (error) {
    if (error instanceof TesseraError && error.status < 500) return false;
    throw error;
  }
}

/** Whether the automation's own condition holds, which is no matter of the rights of whoever asks. */
export const conditionHolds = (session: WriteSession, asked: Asked): Promise<boolean> =>
  ruleHolds(asPlatform(session), asked.automation.when, asked);
