// Which automations changes of records start: by object, event, moment, changed fields and condition, in their stated order.
import { byOrder, type AutomationModel, type Model, type Moment, type ObjectModel, type RecordTriggerModel } from '@tessera/metadata';
import {
  asCaller,
  fetchFacts,
  noFacts,
  recordEnvironment,
  sameValue,
  type ChangeEvent,
  type Changes,
  type RecordChanged,
  type WriteSession,
} from '@tessera/records';

export type RecordAutomation = AutomationModel & { readonly object: string; readonly trigger: RecordTriggerModel };

const isOfRecords = (automation: AutomationModel): automation is RecordAutomation =>
  automation.trigger.type === 'record' && automation.object !== undefined;

/** The automations that records of an object start, by moment; each list in its order. */
export class RecordAutomations {
  readonly #lists = new Map<string, RecordAutomation[]>();

  constructor(model: Model) {
    for (const automation of Object.values(model.automations).filter(isOfRecords).sort(byOrder)) {
      for (const event of automation.trigger.on) {
        const key = keyOf(automation.object, event, automation.trigger.moment);
        this.#lists.set(key, [...(this.#lists.get(key) ?? []), automation]);
      }
    }
  }

  /** Whether there are any of the moment at all. */
  has(moment: Moment): boolean {
    return [...this.#lists.values()].some(([first]) => first?.trigger.moment === moment);
  }

  of({ name }: ObjectModel, event: ChangeEvent, moment: Moment): readonly RecordAutomation[] {
    return this.#lists.get(keyOf(name, event, moment)) ?? [];
  }
}

const keyOf = (object: string, event: ChangeEvent, moment: Moment): string => `${object} ${event} ${moment}`;

/** The fields that a change has made others. */
export function changedFields(object: ObjectModel, { old, values }: Pick<RecordChanged, 'old' | 'values'>): readonly string[] {
  return Object.values(object.fields)
    .filter(({ name, columns }) => columns.length > 0 && !sameValue(values[name], old?.[name]))
    .map(({ name }) => name);
}

/** Whether one of the fields that the trigger waits for has changed; what comes, goes or comes back changes as a whole. */
export function hasChanged({ trigger }: RecordAutomation, event: ChangeEvent, record: RecordChanged): boolean {
  const { changed } = trigger;
  if (event !== 'update' || changed === undefined) return true;
  return changed.some((name) => !sameValue(record.values[name], record.old?.[name]));
}

/** For each automation the records that start it. Their conditions are worked out together: one statement at most. */
export async function started(
  given: WriteSession,
  automations: readonly RecordAutomation[],
  { object, event, records }: Changes,
): Promise<readonly (readonly RecordChanged[])[]> {
  // Rules that ask for the person's roles mean those of whoever asked for the write.
  const session = asCaller(given);
  const candidates = automations.map((automation) => records.filter((record) => hasChanged(automation, event, record)));
  const conditional = automations.filter(({ when }, n) => when !== undefined && candidates[n]?.length !== 0);
  if (conditional.length === 0) return candidates;
  const asked = [...new Set(candidates.flatMap((each, n) => (automations[n]?.when === undefined ? [] : each)))];
  const facts = await fetchFacts(
    session,
    object,
    conditional.flatMap(({ when }) => when ?? []),
    asked.map(({ old, values }) => ({ record: values, old })),
    `start ${conditional.map(({ name }) => name).join(' ')}`,
  );
  const environments = new Map(
    asked.map((record, i) => [
      record,
      recordEnvironment(session, { object, record: record.values, old: record.old, facts: facts[i] ?? noFacts }),
    ]),
  );
  return automations.map(({ when }, n) =>
    (candidates[n] ?? []).filter((record) => {
      const environment = environments.get(record);
      return when === undefined || (environment !== undefined && session.rules.evaluate(when, environment) === true);
    }),
  );
}
