// Takes records out of the bin, with what went in the same delete.
import { problem, type Problem } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import {
  liveIdsStatement,
  lockStatement,
  recordOf,
  restoreStatement,
  uniqueKeyOfError,
  uniqueKeys,
  withSavepoint,
  type RecordValues,
} from '@tessera/storage';
import { byObject, familyHistory, lockFamily, type Family, type Member } from './family.ts';
import { lockedDetails } from './locks/master-locks.ts';
import { tell, type Changes } from './moments.ts';
import { objectionsTo } from './objections.ts';
import { duplicatesOf, objectionOf } from './matching/duplicates.ts';
import { keyOf } from './record-key.ts';
import { runUncountedRelease, updateSet } from './pipeline.ts';
import { deniedOf } from './denied.ts';
import { referenceTo } from './references.ts';
import type { RecordOutcome } from './results.ts';
import { applyRollups, recomputeRollups } from './rollups/rollups.ts';
import { objectOf, touch, versionOf, type WriteSession } from './session.ts';
import { noteAccess } from './steps/note-people.ts';
import { textOf } from './text-of.ts';

/** A lookup of a member to a record that is not there any more. */
interface Dangling {
  readonly member: Member;
  readonly field: FieldModel;
  readonly target: string;
}

interface Reference extends Dangling {
  readonly id: string;
}

function referencesOut(family: Family): readonly Reference[] {
  const references: Reference[] = [];
  for (const member of family.values()) {
    for (const field of Object.values(member.object.fields)) {
      for (const { references: target } of field.columns) {
        const id = target === undefined ? undefined : referenceTo(field, target, member.record);
        if (target !== undefined && id !== undefined && !family.has(keyOf(target, id))) references.push({ member, field, target, id });
      }
    }
  }
  return references;
}

/** The targets that are there are held, so that none goes before the restore is through. */
async function danglingOf(session: WriteSession, family: Family): Promise<readonly Dangling[]> {
  const references = referencesOut(family);
  const live = new Set<string>();
  for (const target of new Set(references.map((reference) => reference.target))) {
    const ids = [...new Set(references.filter((reference) => reference.target === target).map(({ id }) => id))];
    const { rows } = await session.transaction.query(liveIdsStatement(session.target, objectOf(session, target), ids));
    for (const row of rows) live.add(keyOf(target, String(row['id'])));
  }
  return references.filter(({ target, id }) => !live.has(keyOf(target, id)));
}

const mayBeEmptied = ({ field }: Dangling): boolean => field.lookup?.onDelete === 'setNull' && field.required !== true;

async function emptyLookups(session: WriteSession, dangling: readonly Dangling[]): Promise<void> {
  for (const [object] of byObject(dangling.map(({ member }) => member))) {
    const own = dangling.filter(({ member }) => member.object === object);
    const records = [...new Set(own.map(({ member }) => member.id))].map((id) => ({
      pointer: '',
      id,
      input: Object.fromEntries(own.filter(({ member }) => member.id === id).map(({ field }) => [field.name, null])),
    }));
    await runUncountedRelease(updateSet(session, object, records, { allOrNone: true, internal: true }));
  }
}

async function present(session: WriteSession, object: ObjectModel, members: readonly Member[]): Promise<readonly RecordValues[]> {
  const ids = members.map((member) => member.id);
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  return rows.map((row) => recordOf(object, row));
}

interface Back {
  /** As they are when all is done, by object. */
  readonly records: ReadonlyMap<ObjectModel, readonly RecordValues[]>;
  /** Parents that have followed. */
  readonly raised: readonly Changes[];
}

async function bringBack(session: WriteSession, family: Family, dangling: readonly Dangling[]): Promise<Back> {
  const { at, slots } = session;
  const groups = byObject(family.values());
  for (const [object, members] of groups) {
    const ids = members.map((member) => member.id);
    const log = { object: object.name, change: 'restored' as const, actor: slots.user, at, history: familyHistory(members, 'restored') };
    await session.transaction.query(restoreStatement(session.target, object, ids, { at, actor: slots.user }, log));
    touch(session, object.name, members);
  }
  await emptyLookups(session, dangling);
  // What a record rolls up may have changed while it was in the bin, so its own roll-ups are worked out anew before others count it.
  await recomputeRollups(session, new Map([...groups].map(([object, members]) => [object, members.map((member) => member.id)])));
  const records = new Map<ObjectModel, readonly RecordValues[]>();
  for (const [object, members] of groups) records.set(object, await present(session, object, members));
  const changes = new Map([...records].map(([object, list]) => [object, list.map((now) => ({ old: undefined, now }))]));
  const raised = await applyRollups(session, changes, new Set(family.keys()));
  return { records, raised };
}

/** Names of fields that the person may know of; a key over others is only a key. */
function shownKey({ access }: WriteSession, object: ObjectModel, name: string): string {
  const shown = access.view.objects[object.name];
  const fields = uniqueKeys(object).find((key) => key.name === name)?.fields ?? [];
  const told = fields.filter((field) => shown !== undefined && Object.hasOwn(shown.fields, field.name)).map((field) => field.name);
  return told.length === 0 ? 'key' : told.join(', ');
}

function takenKey(session: WriteSession, family: Family, error: unknown): Problem | undefined {
  for (const [object] of byObject(family.values())) {
    const key = uniqueKeyOfError(object, error);
    if (key !== undefined) return problem('RECORD_NOT_UNIQUE', { fields: shownKey(session, object, key) });
  }
  return undefined;
}

function withoutParent({ access }: WriteSession, { target }: Dangling): Problem {
  return Object.hasOwn(access.view.objects, target) ? problem('RECORD_PARENT_DELETED', { object: target }) : problem('RECORD_REFUSED');
}

type Restored = { readonly problem: Problem } | Back;

/** What happens by itself says no to one of them. */
async function objectionTo(session: WriteSession, family: Family): Promise<Problem | undefined> {
  for (const [object, members] of byObject(family.values())) {
    const [against] = (await objectionsTo(session, object, 'restore', members)).values();
    if (against !== undefined) return against;
    const details = members.map(({ id, record }) => ({ id, versions: [record] }));
    const [locked] = (await lockedDetails(session, object, details)).values();
    if (locked !== undefined) return locked.problem;
  }
  return undefined;
}

/** What duplicate rules have against one of them. */
async function twiceThere(session: WriteSession, family: Family): Promise<Problem | undefined> {
  for (const [object, members] of byObject(family.values())) {
    const records = members.map(({ id, record }) => ({ id, values: record, old: undefined }));
    const asking = { session, object, records, moment: 'restore' as const, restricted: !session.access.policy.administrator };
    const [found] = [...(await duplicatesOf(asking)).values()].flat().flatMap((each) => objectionOf({ session }, each) ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whoever waits for it hears of all that came back, and of parents that have followed. */
async function tellBack(session: WriteSession, family: Family, { records, raised }: Back): Promise<void> {
  const back = [...records].map(([object, list]): Changes => ({
    object,
    event: 'restore',
    records: list.map((values) => {
      const id = textOf(values['id']);
      return { id, old: family.get(keyOf(object.name, id))?.record, values };
    }),
  }));
  await tell(session, [...back, ...raised]);
}

async function restoreOne(session: WriteSession, family: Family): Promise<Restored> {
  const dangling = await danglingOf(session, family);
  const missing = dangling.find((each) => !mayBeEmptied(each));
  if (missing !== undefined) return { problem: withoutParent(session, missing) };
  const against = await objectionTo(session, family);
  if (against !== undefined) return { problem: against };
  const twice = await twiceThere(session, family);
  if (twice !== undefined) return { problem: twice };
  try {
    return await withSavepoint(session.transaction, () => bringBack(session, family, dangling));
  } catch (error) {
    const taken = takenKey(session, family, error);
    if (taken === undefined) throw error;
    return { problem: taken };
  }
}

/** One after the other: each with what went in the same delete as itself. Throws nothing for a single record. */
export async function restoreRecords(session: WriteSession, objectName: string, ids: readonly string[]): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const versions = new Map<string, number>();
  const outcomes: RecordOutcome[] = [];
  const denied = await deniedOf(session, object, ids, 'restore');
  for (const [i, id] of ids.entries()) {
    const refuse = (found: Problem): void => void outcomes.push({ ok: false, problems: [{ ...found, pointer: `/ids/${String(i)}` }] });
    const against = denied.get(id);
    if (against !== undefined) {
      refuse(against);
      continue;
    }
    if (!versions.has(id)) {
      const family = await lockFamily(session, object, [id], 'deleted');
      if (family.size === 0) {
        refuse(problem('RECORD_NOT_FOUND', { object: objectName, id }));
        continue;
      }
      const restored = await restoreOne(session, family);
      if ('problem' in restored) {
        refuse(restored.problem);
        continue;
      }
      // One that came back with its master is not brought back again.
      for (const [one, records] of restored.records) {
        const back = records.map((now) => ({ id: textOf(now['id']), old: undefined, now }));
        await noteAccess(session, one.name, back);
      }
      await tellBack(session, family, restored);
      for (const record of restored.records.get(object) ?? []) versions.set(textOf(record['id']), Number(record['version']));
    }
    outcomes.push({ ok: true, id, version: versionOf(session, objectName, id, versions.get(id) ?? 0), created: false });
  }
  return outcomes;
}
