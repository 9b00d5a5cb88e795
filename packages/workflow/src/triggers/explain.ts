// Why an automation did start for a record, or did not: its trigger and condition held against a write of the record, and what came of it.
import type { AutomationModel, ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { approvalsOf, runsStarted, type ListedRun, type TimerSeen } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { isOfRecordAlone } from './at-time.ts';
import { explainCondition, type ConditionPart } from './explain-condition.ts';
import { stumbleOf, timerSeen } from './explain-timer.ts';
import { check, clockChecks, timeChecks, turnChecks, type Check, type Site } from './explain-times.ts';
import { pastWrite, type PastWrite } from './past.ts';
import { changedFields, hasChanged, type RecordAutomation } from './record-triggers.ts';
import type { AtTimeAutomation } from './time-of.ts';

export interface AutomationExplanation {
  readonly automation: string;
  readonly object: string;
  readonly record: string;
  readonly trigger: string;
  /** Of record triggers. */
  readonly moment: string | null;
  /** Whether it would start, as the metadata and the record are. */
  readonly starts: boolean;
  /** In a sentence. */
  readonly why: string;
  readonly checks: readonly Check[];
  /** The write that was looked at. */
  readonly write: Pick<PastWrite, 'event' | 'version' | 'at' | 'actor' | 'unknown'> & {
    readonly changed: readonly { readonly field: string; readonly old: Value; readonly new: Value }[];
  };
  readonly condition: ConditionPart | null;
  /** By which it is to start for the record. */
  readonly timer: TimerSeen | null;
  /** Runs that the write started; of other triggers all of the record's. */
  readonly runs: readonly ListedRun[];
}

function recordChecks({ object, write }: Site, automation: RecordAutomation): readonly Check[] {
  const { on, changed } = automation.trigger;
  const event = check('event', on.includes(write.event), `The write was: ${write.event}; it waits for ${on.join(', ')}.`);
  if (write.event !== 'update' || changed === undefined) return [event];
  const record = { id: '', old: write.old, values: write.values };
  const fields = changedFields(object, record).filter((name) => changed.includes(name));
  const unknown = changed.filter((name) => write.unknown.includes(name));
  const hint = unknown.length === 0 ? '' : ` Of ${unknown.join(', ')} no history is kept, so nobody can tell whether they changed.`;
  const said = fields.length === 0 ? `None of ${changed.join(', ')} changed.` : `Changed: ${fields.join(', ')}.`;
  return [event, check('changed', hasChanged(automation, write.event, record), said + hint)];
}

const asked: Readonly<Record<'button' | 'called' | 'webhook', string>> = {
  button: 'It starts when somebody presses its button.',
  called: 'It starts when another automation calls it.',
  webhook: 'It starts when somebody calls its webhook.',
};

/** Approvals of a record that are looked at, the latest first. */
const lookedAt = 20;

/** What has become of the record in the processes that the automation waits for. */
async function approvalChecks(
  { session, object }: Site,
  { on, process }: Extract<AutomationModel['trigger'], { type: 'approval' }>,
  id: string,
): Promise<readonly Check[]> {
  const approvals = await approvalsOf(doorIn(session), object.name, id, lookedAt);
  const own = approvals.filter((approval) => process === undefined || approval.process === process);
  const met = own.filter(({ status }) => on.some((event) => event === 'entered' || event === status));
  const waits = `It waits for a record that is ${on.join(', ')}${process === undefined ? '' : ` in ${process}`};`;
  const said = own.map(({ process: name, startedAt, status }) => `${name} (${startedAt}): ${status}`).join(', ');
  return [check('event', met.length > 0, `${waits} this one ${said === '' ? 'was in no such approval' : `was in ${said}`}.`)];
}

async function triggerChecks(site: Site, id: string): Promise<readonly Check[]> {
  const { automation } = site;
  const { trigger } = automation;
  if (trigger.type === 'record') return recordChecks(site, automation as RecordAutomation);
  if (trigger.type === 'approval') return approvalChecks(site, trigger, id);
  if (trigger.type === 'clock') return clockChecks(site, trigger, id);
  if (trigger.type === 'atTime') return timeChecks(site, automation as AtTimeAutomation);
  if (trigger.type === 'schedule') return turnChecks(site, trigger);
  return [check('asked', false, asked[trigger.type])];
}

function conditionCheck({ object, automation }: Site, condition: ConditionPart | undefined): readonly Check[] {
  if (condition === undefined) return [];
  const ok = condition.value === true;
  const failing = ok ? [] : failingParts(condition);
  const values = failing.flatMap(({ reads }) => reads.map(({ path, value }) => `${path} = ${JSON.stringify(value)}`));
  const said = ok
    ? 'The condition holds.'
    : `The condition does not hold${values.length === 0 ? '' : `: ${[...new Set(values)].join(', ')}`}.`;
  const { when } = automation;
  const now = when === undefined || isOfRecordAlone(object, when) ? '' : ' What lies beyond the record was read as it is by now.';
  return [check('condition', ok, said + now)];
}

/** The smallest parts to which it is due that a condition does not hold. */
function failingParts(part: ConditionPart): readonly ConditionPart[] {
  const below = part.operator === 'and' ? part.parts.filter(({ value }) => value !== true) : part.parts;
  return below.length === 0 ? [part] : below.flatMap(failingParts);
}

function metadataCheck({ write, since }: Site): readonly Check[] {
  if (since === null || write.at === null || since <= write.at) return [];
  return [
    check('metadata', true, `The metadata changed at ${since}, after the write: this tells what the automation would do as it is now.`),
  ];
}

/** Runs of a write have its time. */
function runsOf({ session, automation, write }: Site, id: string): Promise<readonly ListedRun[]> {
  const span =
    automation.trigger.type === 'record' && write.at !== null ? { from: write.at, to: write.at } : { from: '-infinity', to: 'infinity' };
  return runsStarted(doorIn(session), { automation: automation.name, recordId: id, ...span });
}

function whyOf(
  { automation }: Site,
  { checks, runs, timer }: Pick<AutomationExplanation, 'checks' | 'timer'> & { readonly runs: readonly ListedRun[] },
): string {
  const against = checks.find(({ ok }) => !ok);
  const last = runs.at(-1);
  const stumble = stumbleOf({ automation }, timer, last);
  if (stumble !== undefined) return stumble;
  if (last !== undefined) return `It was started; its run is ${last.state}.`;
  if (against !== undefined) return against.message;
  const { trigger } = automation;
  if (trigger.type === 'record' && trigger.moment !== 'afterCommit') return 'It ran within the write, which keeps no run.';
  return 'All of it holds. There is no run: the automation is newer than the write, its run has been removed since, or its time has not come.';
}

/** Undefined where there is no such record. @param since when the metadata came into force */
export async function explainAutomation(
  session: WriteSession,
  automation: AutomationModel,
  {
    object,
    id,
    version,
    since,
  }: { readonly object: ObjectModel; readonly id: string; readonly version: number | undefined; readonly since: string | null },
): Promise<AutomationExplanation | undefined> {
  const door = doorIn(session);
  const write = await pastWrite(door, object, id, version);
  if (write === undefined) return undefined;
  const site: Site = { session, automation, object, write, since };
  const condition = automation.when === undefined ? undefined : await explainCondition(session, object, automation.when, write);
  const checks = [...(await triggerChecks(site, id)), ...conditionCheck(site, condition), ...metadataCheck(site)];
  const timer = await timerSeen(site, id);
  const runs = await runsOf(site, id);
  const { event, version: told, at, actor, unknown, old, values } = write;
  const changed = changedFields(object, { old, values }).map((field) => ({ field, old: old?.[field] ?? null, new: values[field] ?? null }));
  return {
    automation: automation.name,
    object: object.name,
    record: id,
    trigger: automation.trigger.type,
    moment: automation.trigger.type === 'record' ? automation.trigger.moment : null,
    starts: checks.every(({ ok }) => ok),
    why: whyOf(site, { checks, runs, timer }),
    checks,
    write: {
      event,
      version: told,
      at,
      actor,
      unknown,
      changed: changed.filter(({ field }) => !quiet.has(field) && object.fields[field]?.wire !== 'secret'),
    },
    condition: condition ?? null,
    timer,
    runs,
  };
}

/** What changes with every write. */
const quiet: ReadonlySet<string> = new Set(['version', 'updatedAt', 'updatedBy']);
