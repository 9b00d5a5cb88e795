// Automations within a write: before the save they set fields or refuse it, after the save they write what belongs to it.
import { failAll } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Changes, RecordChanged, Voice, WriteSession } from '@tessera/records';
import { lockStatement, recordReader } from '@tessera/storage';
import { runInline, type InlineResult, type Subject } from '../automations/inline.ts';
import type { MomentsPart } from '../moments-part.ts';
import { idOf } from './record-id.ts';
import { RecordAutomations, started, type RecordAutomation } from './record-triggers.ts';

const subjectOf = (object: ObjectModel, { id, old, values }: RecordChanged): Subject => ({
  key: id,
  record: { object: object.name, id, values },
  old,
});

/** What an automation makes of the records that start it, by id. */
async function doneFor(
  session: WriteSession,
  automation: RecordAutomation,
  object: ObjectModel,
  records: readonly RecordChanged[],
): Promise<ReadonlyMap<string, InlineResult>> {
  if (records.length === 0) return new Map();
  const results = await runInline(
    session,
    automation,
    records.map((record) => subjectOf(object, record)),
  );
  return new Map(records.flatMap(({ id }, i) => (results[i] === undefined ? [] : [[id, results[i]] as const])));
}

/** What it sets before a save, or refuses; decided on the record as those before it have left it. */
const voiceOf = (automation: RecordAutomation): Voice<WriteSession> => ({
  asPerson: automation.runAs === 'user',
  say: async (session, changes) => {
    const [own = []] = await started(session, [automation], changes);
    const results = await doneFor(session, automation, changes.object, own);
    return new Map(
      [...results].map(([id, result]) => [
        id,
        result.kind === 'failed' ? { problems: result.problems, values: {} } : { problems: [], values: result.values },
      ]),
    );
  },
});

/** As they are by now; without those that are gone. */
async function fresh(
  { transaction, target }: WriteSession,
  object: ObjectModel,
  records: readonly RecordChanged[],
): Promise<readonly RecordChanged[]> {
  const ids = records.map(({ id }) => id).sort();
  const { rows } = await transaction.query(lockStatement(target, object, ids, { strength: 'no key update' }));
  const byId = new Map(rows.map(recordReader(object)).map((values) => [idOf(values), values]));
  return records.flatMap((record) => {
    const values = byId.get(record.id);
    return values === undefined ? [] : [{ ...record, values }];
  });
}

/** Which of them start is decided by the write as it was; each then finds the records as those before it have left them. */
async function doAll(session: WriteSession, automations: readonly RecordAutomation[], changes: Changes): Promise<void> {
  const { object, event } = changes;
  const lists = await started(session, automations, changes);
  let ran = false;
  for (const [n, automation] of automations.entries()) {
    const own = lists[n] ?? [];
    if (own.length === 0) continue;
    const records = ran && event !== 'delete' ? await fresh(session, object, own) : own;
    const results = await doneFor(session, automation, object, records);
    const problems = [...results.values()].flatMap((result) => (result.kind === 'failed' ? result.problems : []));
    if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
    ran = true;
  }
}

export function inlineAutomations(model: Model): MomentsPart | undefined {
  const automations = new RecordAutomations(model);
  const [before, after] = [automations.has('beforeSave'), automations.has('afterSave')];
  if (!before && !after) return undefined;
  const concerns: MomentsPart['concerns'] = (object, event) => automations.of(object, event, 'afterSave').length > 0;
  return {
    concerns,
    writes: concerns,
    afterSave: (session, changes) => doAll(session, automations.of(changes.object, changes.event, 'afterSave'), changes),
    before: (object, event) => automations.of(object, event, 'beforeSave').map(voiceOf),
  };
}
