// Deletes records into the bin: who points to them is asked, let go, or goes with them.
import { isUuid, problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { recordAccess } from '@tessera/security';
import { childrenStatement, holdersStatement, lockStatement, recordOf, softDeleteStatement, type HoldingColumn } from '@tessera/storage';
import { byObject, descendants, familyHistory, lockFamily, type Family, type Member } from './family.ts';
import { runRelease, updateSet } from './pipeline.ts';
import { deniedOf } from './denied.ts';
import { enterDeletes, heldDeletes } from './hold-deletes.ts';
import { locksOn, mayWait } from './locks/locks.ts';
import { lockedDetails } from './locks/master-locks.ts';
import { changedOf, objectionsTo } from './objections.ts';
import { tell, type Changes } from './moments.ts';
import { keyOf } from './record-key.ts';
import { pointersTo, referenceTo, type Pointer } from './references.ts';
import type { RecordOutcome } from './results.ts';
import { applyRollups } from './rollups/rollups.ts';
import { ruleObjections } from './rules/rule-objections.ts';
import { objectOf, type WriteSession } from './session.ts';
import { noteAccess } from './steps/note-people.ts';
import { changesOf } from './steps/tell.ts';
import { textOf } from './text-of.ts';

export interface DeleteRecord {
  readonly pointer: string;
  readonly id: string;
  readonly expected?: number | undefined;
}

/** Who holds a record, and how many, is told to those who see every record of the object that holds it. */
function mayTell({ access }: WriteSession, object: string, field: string): boolean {
  const { policy, view } = access;
  return policy.administrator || (recordAccess(policy, object).read === 'all' && view.objects[object]?.fields[field] !== undefined);
}

const idsOf = (members: readonly Member[]): readonly string[] => members.map((member) => member.id);

/** What holds on to records of an object: lookups that must not be emptied, and those of records that nobody may change. */
const holdersOf = (session: WriteSession, object: ObjectModel): readonly (Pointer & HoldingColumn)[] =>
  pointersTo(session.model, object.name).flatMap((pointer): readonly (Pointer & HoldingColumn)[] => {
    if (pointer.onDelete === 'restrict') return [pointer];
    return pointer.onDelete === 'setNull' && mayWait(session.model, pointer.child) ? [{ ...pointer, whileLocked: true }] : [];
  });

/** Members that records outside of `going` hold on to, by key. */
async function held(session: WriteSession, going: readonly Member[]): Promise<ReadonlyMap<string, Problem>> {
  const found = new Map<string, Problem>();
  const groups = byObject(going);
  const without = new Map([...groups].map(([object, members]) => [object.name, idsOf(members)]));
  for (const [object, members] of groups) {
    const pointers = holdersOf(session, object);
    if (pointers.length === 0) continue;
    const { rows } = await session.transaction.query(holdersStatement(session.target, pointers, idsOf(members), { without }));
    for (const row of rows) {
      const { child, field } = pointers[Number(row['n'])] ?? {};
      const told = child !== undefined && field !== undefined && mayTell(session, child.name, field.name);
      const params = { count: row['count'], object: child?.name, field: field?.name };
      found.set(keyOf(object.name, String(row['parent'])), told ? problem('RECORD_IN_USE', params) : problem('RECORD_HELD'));
    }
  }
  const keys = new Set(going.map(({ object, id }) => keyOf(object.name, id)));
  for (const [object, members] of groups) {
    const locked = await lockedDetails(
      session,
      object,
      members.map(({ id, record }) => ({ id, versions: [record] })),
      keys,
    );
    for (const [id, each] of locked) found.set(keyOf(object.name, id), each.problem);
    const against = [
      ...(await ruleObjections(session, object, 'delete', changedOf(members))),
      ...(await objectionsTo(session, object, 'delete', members)),
    ];
    for (const [id, each] of against) found.set(keyOf(object.name, id), each);
  }
  return found;
}

interface Decision {
  readonly going: readonly Member[];
  /** What holds a record that was to be deleted, by id. */
  readonly held: ReadonlyMap<string, Problem>;
}

/** A record that is held stays with everything that belongs to it, and may then hold another: so again until nothing changes. */
async function decide(session: WriteSession, object: ObjectModel, family: Family, ids: readonly string[]): Promise<Decision> {
  const problems = new Map<string, Problem>();
  for (;;) {
    const free = ids.filter((id) => !problems.has(id));
    const keys = descendants(
      family,
      free.map((id) => keyOf(object.name, id)),
    );
    const going = [...family].filter(([key]) => keys.has(key)).map(([, member]) => member);
    const holds = going.length === 0 ? new Map<string, Problem>() : await held(session, going);
    if (holds.size === 0) return { going, held: problems };
    for (const id of free) {
      const key = [...descendants(family, [keyOf(object.name, id)])].find((each) => holds.has(each));
      const found = key === undefined ? undefined : holds.get(key);
      if (found !== undefined) problems.set(id, found);
    }
  }
}

/** Lookups that may be empty are emptied; nobody's validation rules stop a delete elsewhere. Gives what that has changed. */
async function release(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<readonly Changes[]> {
  const released: Changes[] = [];
  const pointers = pointersTo(session.model, object.name).filter((pointer) => pointer.onDelete === 'setNull');
  if (pointers.length === 0) return released;
  const { rows } = await session.transaction.query(childrenStatement(session.target, pointers, ids));
  for (const [n, { child, field }] of pointers.entries()) {
    const children = rows.filter((row) => row['n'] === n).map((row) => String(row['id']));
    if (children.length === 0) continue;
    // Whoever has moved on between our look and our lock is left alone.
    const locked = await session.transaction.query(lockStatement(session.target, child, children, { strength: 'no key update' }));
    const still = locked.rows
      .map((row) => recordOf(child, row))
      .filter((record) => ids.includes(referenceTo(field, object.name, record) ?? ''))
      .map((record) => ({ pointer: '', id: textOf(record['id']), input: { [field.name]: null } }));
    if (still.length === 0) continue;
    released.push(...changesOf(await runRelease(updateSet(session, child, still, { allOrNone: true, internal: true }))));
  }
  return released;
}

/** Roll-ups come last: a parent that goes too is in the bin by then, and keeps what it had. Gives what else it has changed. */
async function putInBin(session: WriteSession, going: readonly Member[]): Promise<readonly Changes[]> {
  const { at, slots, context } = session;
  const deletion = { deletionId: context.newId(), at, actor: slots.user };
  const groups = byObject(going);
  for (const [object, members] of groups) {
    const history = familyHistory(members, 'deleted');
    const log = { object: object.name, change: 'deleted' as const, actor: slots.user, at, history };
    await session.transaction.query(softDeleteStatement(session.target, object, idsOf(members), deletion, log));
  }
  const released: Changes[] = [];
  for (const [object, members] of groups) released.push(...(await release(session, object, idsOf(members))));
  const raised = await applyRollups(
    session,
    new Map([...groups].map(([object, members]) => [object, members.map(({ record }) => ({ old: record, now: undefined }))])),
  );
  return [...released, ...raised];
}

function refusal(object: ObjectModel, record: DeleteRecord, member: Member | undefined): Problem | undefined {
  const { id, expected } = record;
  if (object.appendOnly) return problem('OBJECT_APPEND_ONLY', { object: object.name });
  if (object.kept === true) return problem('OBJECT_KEPT', { object: object.name });
  if (member === undefined) return problem('RECORD_NOT_FOUND', { object: object.name, id: isUuid(id) ? id.toLowerCase() : id });
  const version = Number(member.record['version']);
  return expected === undefined || expected === version ? undefined : problem('RECORD_CHANGED', { version, expected });
}

/** What stands against deleting each of the records itself, whatever belongs to it or holds on to it. */
async function refusals(
  session: WriteSession,
  object: ObjectModel,
  records: readonly DeleteRecord[],
  denied: ReadonlyMap<string, Problem>,
  memberOf: (id: string) => Member | undefined,
): Promise<ReadonlyMap<DeleteRecord, Problem>> {
  const locked = await locksOn(
    session,
    object,
    [...new Set(records.map(({ id }) => memberOf(id)?.record))].filter((record) => record !== undefined),
  );
  const refused = new Map<DeleteRecord, Problem>();
  for (const record of records) {
    const member = memberOf(record.id);
    const found = denied.get(record.id.toLowerCase()) ?? refusal(object, record, member) ?? locked.get(member?.id ?? '');
    if (found !== undefined) refused.set(record, found);
  }
  return refused;
}

/** Deletes those that go, with what belongs to them. */
async function goAll(session: WriteSession, going: readonly Member[]): Promise<void> {
  if (going.length === 0) return;
  const groups = byObject(going);
  const others = await putInBin(session, going);
  for (const [one, members] of groups) {
    const gone = members.map(({ id, record }) => ({ id, old: record, now: undefined }));
    await noteAccess(session, one.name, gone);
  }
  const deleted = [...groups].map(([one, members]) => ({ object: one, event: 'delete' as const, records: changedOf(members) }));
  await tell(session, [...deleted, ...others]);
}

/** Throws nothing for a single record: what stands against it is in its outcome. */
export async function deleteRecords(
  session: WriteSession,
  objectName: string,
  records: readonly DeleteRecord[],
): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const named = [...new Set(records.map(({ id }) => id.toLowerCase()))];
  const denied = new Map(await deniedOf(session, object, named, 'delete'));
  const open = named.filter((id) => isUuid(id) && !denied.has(id));
  const family = object.appendOnly || object.kept === true ? new Map<string, Member>() : await lockFamily(session, object, open, 'live');
  // Whoever gave the record away while we waited for its lock has decided about it.
  for (const [id, against] of await deniedOf(session, object, open, 'delete')) denied.set(id, against);
  const ids = open.filter((id) => !denied.has(id));
  const member = (id: string): Member | undefined => family.get(keyOf(objectName, id.toLowerCase()));
  const refused = await refusals(session, object, records, denied, member);
  const stays = new Set([...refused.keys()].map((record) => record.id.toLowerCase()));
  const free = ids.filter((id) => !stays.has(id));
  const wanted = await decide(session, object, family, free);
  const waiting = await heldDeletes(
    session,
    object,
    family,
    free.filter((id) => !wanted.held.has(id)),
  );
  const others = free.filter((id) => !waiting.has(id));
  // What stays may hold on to others.
  const decision = waiting.size === 0 ? wanted : await decide(session, object, family, others);
  const entered = await enterDeletes(session, object, family, waiting);
  await goAll(session, decision.going);
  return records.map((record): RecordOutcome => {
    const id = record.id.toLowerCase();
    const begun = entered.get(id);
    const found = refused.get(record) ?? decision.held.get(id) ?? (begun !== undefined && 'code' in begun ? begun : undefined);
    if (found !== undefined) return { ok: false, problems: [{ ...found, pointer: record.pointer }] };
    const version = Number(member(id)?.record['version']) + 1;
    return { ok: true, id, version, created: false, ...(begun === undefined || 'code' in begun ? {} : { approval: begun }) };
  });
}
