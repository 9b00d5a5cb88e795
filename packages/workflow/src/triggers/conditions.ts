// Conditions of automations that somebody or something asks for: over a record or none, and over what was given.
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

function frameOf({ context }: WriteSession, { automation: { object }, record, inputs }: Asked): Frame {
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
export async function ruleHolds(session: WriteSession, rule: Expression | undefined, asked: Asked): Promise<boolean> {
  if (rule === undefined) return true;
  const [values] = await workOut(session, { about: rule, rules: [rule] }, [frameOf(session, asked)]);
  return values?.[0] === true;
}

/** Whether the automation's own condition holds, which is no matter of the rights of whoever asks. */
export const conditionHolds = (session: WriteSession, asked: Asked): Promise<boolean> =>
  ruleHolds(asPlatform(session), asked.automation.when, asked);
