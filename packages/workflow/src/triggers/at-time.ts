// atTime automations and the writes that move them: one timer for each automation and record, set while its record has a time to come.
import { byOrder, type Model, type ObjectModel } from '@tessera/metadata';
import { noFacts, recordEnvironment, type Changes, type WriteSession } from '@tessera/records';
import { dependencies, walk, type Expression } from '@tessera/rules';
import { cancelTimers, setTimers, wakeStatement, type NewTimer, type RecordValues } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { chainedTo } from './chains.ts';
import { idOf } from './record-id.ts';
import { dueOf, isAtTime, type AtTimeAutomation } from './time-of.ts';

export const atTimeKind = 'atTime';

export const atTimePrefix = (automation: string): string => `${atTimeKind}/${automation}/`;

export const atTimeKey = (automation: string, recordId: string): string => `${atTimePrefix(automation)}${recordId}`;

/** Whether a rule is changed by nothing but writes of the record itself: not by time, by people, or by other records. */
export function isOfRecordAlone(object: ObjectModel, rule: Expression): boolean {
  const { usesNow, usesUser, aggregates } = dependencies(rule);
  let alone = !usesNow && !usesUser && aggregates.length === 0;
  walk(rule, (node) => {
    if (node.node !== 'path' || node.root === '$tenant') return;
    const [step, further] = node.steps;
    const field = step === undefined ? undefined : object.fields[step.field];
    const worked = field?.formula === undefined ? field?.columns.length === 0 : !isOfRecordAlone(object, field.formula.expression);
    if ((node.root !== 0 && node.root !== '$old') || further !== undefined || worked) alone = false;
  });
  return alone;
}

/** The atTime automations of a Model, by object, each with the condition that a write decides; others are looked at when it is time. */
export class AtTimes {
  readonly #lists = new Map<string, { readonly automation: AtTimeAutomation; readonly when: Expression | undefined }[]>();

  constructor(model: Model) {
    for (const automation of Object.values(model.automations).filter(isAtTime).sort(byOrder)) {
      const object = model.objects[automation.object];
      const { when } = automation;
      const decided = when !== undefined && object !== undefined && isOfRecordAlone(object, when) ? when : undefined;
      this.#lists.set(automation.object, [...(this.#lists.get(automation.object) ?? []), { automation, when: decided }]);
    }
  }

  get isEmpty(): boolean {
    return this.#lists.size === 0;
  }

  has(object: ObjectModel): boolean {
    return this.#lists.has(object.name);
  }

  of(object: ObjectModel): readonly { readonly automation: AtTimeAutomation; readonly when: Expression | undefined }[] {
    return this.#lists.get(object.name) ?? [];
  }
}

/** When the automation is due for a record; undefined: never, as the record stands. */
function wanted(
  session: WriteSession,
  object: ObjectModel,
  { automation, when }: { readonly automation: AtTimeAutomation; readonly when: Expression | undefined },
  record: RecordValues | undefined,
): number | undefined {
  // What is void has no times.
  if (record === undefined || record['lifeStatus'] === 'void') return undefined;
  const due = dueOf(session.model, automation, record);
  if (due === undefined || when === undefined) return due;
  const environment = recordEnvironment(session, { object, record, facts: noFacts });
  return session.rules.evaluate(when, environment) === true ? due : undefined;
}

export const timerFor = (session: WriteSession, { name, object }: AtTimeAutomation, recordId: string, due: number): NewTimer => ({
  id: session.context.newId(),
  key: atTimeKey(name, recordId),
  kind: atTimeKind,
  dueAt: new Date(due).toISOString(),
  runId: null,
  object,
  recordId,
  content: JSON.stringify({ automation: name, ...chainedTo(session, due) }),
});

/** Sets timers, and sees to it that somebody comes when the first of them is due. */
export async function setAndWake(session: WriteSession, timers: readonly NewTimer[]): Promise<void> {
  const [first] = timers.map(({ dueAt }) => dueAt).sort();
  if (first === undefined) return;
  await setTimers(doorIn(session), timers, session.at);
  session.transaction.ahead(wakeStatement(['work'], first));
}

/** Sets, moves and cancels timers as the times of changed records come, move and go. A time that is over when a write sets it is due at once. */
export async function followTimes(session: WriteSession, times: AtTimes, { object, event, records }: Changes): Promise<void> {
  const set: NewTimer[] = [];
  const cancelled: string[] = [];
  const now = Date.parse(session.at);
  for (const each of times.of(object)) {
    for (const { id, old, values } of records) {
      const before = event === 'restore' ? undefined : wanted(session, object, each, old);
      const after = event === 'delete' ? undefined : wanted(session, object, each, values);
      if (before === after) continue;
      if (after === undefined) cancelled.push(atTimeKey(each.automation.name, id));
      // What comes back, or counts again, has had its times that are over.
      else if ((event !== 'restore' && old?.['lifeStatus'] !== 'void') || after > now)
        set.push(timerFor(session, each.automation, id, after));
    }
  }
  if (cancelled.length > 0) await cancelTimers(doorIn(session), cancelled);
  await setAndWake(session, set);
}

/** What timers of these records should be, of one automation: those that it is due for, with their times, and the keys of the others. */
export function timersOf(
  session: WriteSession,
  object: ObjectModel,
  automation: AtTimeAutomation,
  records: readonly RecordValues[],
): { readonly set: readonly NewTimer[]; readonly gone: readonly string[] } {
  const { when } = automation;
  const decided = when !== undefined && isOfRecordAlone(object, when) ? when : undefined;
  const set: NewTimer[] = [];
  const gone: string[] = [];
  for (const record of records) {
    const id = idOf(record);
    const due = wanted(session, object, { automation, when: decided }, record);
    if (due === undefined) gone.push(atTimeKey(automation.name, id));
    else set.push(timerFor(session, automation, id, due));
  }
  return { set, gone };
}
