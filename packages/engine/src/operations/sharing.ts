// Shares of single records: the record team, and what people give by hand.
import { fail, isUuid } from '@tessera/kernel';
import { sightOf, type WriteSession } from '@tessera/records';
import {
  appendAudit,
  auditEntry,
  doorOf,
  listShares,
  liveIdsStatement,
  putShares,
  removeShares,
  type NewShare,
  type Share,
} from '@tessera/storage';
import type { RecordShare, ShareSubject } from '../types/access.ts';
import type { OperationInput } from '../operation-list.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { readRoots } from './read.ts';
import { runWrite } from './write.ts';

/** Each names somebody who is looked for. */
const mostAtOnce = 200;
/** A year of more than four digits, which an offset may make of 9999, is no text of RFC 3339. */
const latest = Date.UTC(9999, 11, 31);
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;

const kinds = { user: 'user', group: 'userGroup', department: 'department' } as const;

function subjectOf(text: string): ShareSubject {
  const at = text.indexOf(':');
  const [kind, id] = [text.slice(0, at), text.slice(at + 1)];
  if (kind === 'role') return { role: id };
  if (kind === 'group') return { group: id };
  if (kind === 'user') return { user: id };
  return { department: id, below: kind === 'below' };
}

function shown({ id, subject, access, origin, teamRole, expiresAt, createdBy, createdAt }: Share): RecordShare {
  return { id, to: subjectOf(subject), access, origin, teamRole, expiresAt, createdBy, createdAt };
}

/** The subject's text, once it is known that the caller sees whom it names. */
async function subjectText(session: Session, to: ShareSubject, pointer: string): Promise<string> {
  if ('role' in to) {
    if (session.runtime.model.roles[to.role] === undefined)
      throw fail('COMPONENT_UNKNOWN', { kind: 'role', name: to.role, known: '' }, { pointer });
    return `role:${to.role}`;
  }
  const [kind, given] =
    'user' in to ? (['user', to.user] as const) : 'group' in to ? (['group', to.group] as const) : (['department', to.department] as const);
  const object = kinds[kind];
  const id = given.toLowerCase();
  const select = [{ kind: 'field', as: 'id', field: 'id' }] as const;
  const text = isUuid(id) ? await readRoots(session, [{ kind: 'record', as: 'r', object, by: { id }, selections: select }]) : '{"r":null}';
  if (text === '{"r":null}') throw fail('LOOKUP_NOT_FOUND', { field: kind, object }, { pointer });
  return `${'below' in to && to.below ? 'below' : kind}:${id}`;
}

type SightOf = Awaited<ReturnType<typeof sightOf>>;

const nothing = { readable: false, editable: false };

/** A record in the bin is not there for whoever may not look into it. */
async function isThere(write: WriteSession, object: string, id: string): Promise<boolean> {
  const { policy } = write.access;
  if (policy.administrator || policy.objects[object]?.seeDeleted === true) return true;
  const { rows } = await write.transaction.query(liveIdsStatement(write.target, objectOf(write.model, object), [id]));
  return rows.length > 0;
}

/** What the caller may do with a record; nothing where it is not there for the caller. */
export async function sightAt(write: WriteSession, object: string, id: string): Promise<ReturnType<SightOf>> {
  if (!isUuid(id)) return nothing;
  // Asked at once, they go out together.
  const [sightIn, there] = await Promise.all([sightOf(write, object, [id]), isThere(write, object, id)]);
  const sight = sightIn(id);
  return sight.readable && there ? sight : nothing;
}

/** Shares are told to whoever sees the record, and given and taken by whoever may edit it. */
async function checkSight(write: WriteSession, object: string, id: string, need: 'read' | 'edit'): Promise<void> {
  const sight = await sightAt(write, object, id);
  if (!sight.readable) throw fail('RECORD_NOT_FOUND', { object, id });
  if (need === 'edit' && !sight.editable) throw fail('RECORD_READ_ONLY', { object, id });
}

function shareable(session: Session, name: string): void {
  const { sharing } = objectOf(session.view, name);
  if (sharing === 'private' || sharing === 'publicRead') return;
  throw fail('OBJECT_NOT_SHARED', { object: name, sharing });
}

export function listRecordShares(session: Session, input: OperationInput<'records.shares'>): Promise<readonly RecordShare[]> {
  objectOf(session.view, input.object);
  const id = input.id.toLowerCase();
  return runWrite(session, async (write) => {
    await checkSight(write, input.object, id, 'read');
    return (await listShares(doorOf(write.transaction, write.target.schema), { object: input.object, recordId: id })).map(shown);
  });
}

type Given = OperationInput<'records.share'>['shares'][number];

async function newShare(session: Session, input: OperationInput<'records.share'>, given: Given, i: number): Promise<NewShare> {
  const pointer = `/shares/${String(i)}`;
  const { context } = session;
  const team = session.runtime.model.objects[input.object]?.team;
  const role = given.teamRole === undefined ? undefined : team?.roles[given.teamRole];
  if (given.teamRole !== undefined && role === undefined)
    throw fail('COMPONENT_UNKNOWN', { kind: 'team role', name: given.teamRole, known: '' }, { pointer: `${pointer}/teamRole` });
  const { expiresAt } = given;
  const end = expiresAt === undefined || !instant.test(expiresAt) ? NaN : Date.parse(expiresAt);
  if (expiresAt !== undefined && !(end > context.clock.now() && end < latest))
    throw fail('REQUEST_INVALID', { reason: 'a share ends in the future, at an RFC 3339 time.' }, { pointer: `${pointer}/expiresAt` });
  return {
    id: context.newId(),
    object: input.object,
    recordId: input.id.toLowerCase(),
    subject: await subjectText(session, given.to, `${pointer}/to`),
    access: given.access ?? role?.access ?? 'read',
    origin: role === undefined ? 'manual' : 'team',
    createdBy: context.actor.userId,
    ...(given.teamRole === undefined ? {} : { teamRole: given.teamRole }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(end).toISOString() }),
  };
}

/** Gives shares, or changes those that are there. Throws OBJECT_NOT_SHARED, RECORD_READ_ONLY, LOOKUP_NOT_FOUND, COMPONENT_UNKNOWN. */
export async function shareRecord(session: Session, input: OperationInput<'records.share'>): Promise<readonly RecordShare[]> {
  shareable(session, input.object);
  if (input.shares.length > mostAtOnce) throw fail('RECORDS_TOO_MANY', { limit: mostAtOnce, count: input.shares.length });
  const shares: NewShare[] = [];
  for (const [i, given] of input.shares.entries()) shares.push(await newShare(session, input, given, i));
  const id = input.id.toLowerCase();
  return runWrite(session, async (write) => {
    await checkSight(write, input.object, id, 'edit');
    const given = await putShares(doorOf(write.transaction, write.target.schema), shares);
    const about = { object: input.object, recordId: id };
    await appendAudit(
      doorOf(write.transaction, write.target.schema),
      given.map(({ subject, access, origin, expiresAt }) =>
        auditEntry(session.context, 'share.given', { ...about, detail: { subject, access, origin, expiresAt } }),
      ),
    );
    return given.map(shown);
  });
}

/** Takes shares away by their ids; those that are not there are passed over. */
export function unshareRecord(session: Session, input: OperationInput<'records.unshare'>): Promise<readonly RecordShare[]> {
  objectOf(session.view, input.object);
  const id = input.id.toLowerCase();
  const ids = input.shares.filter((share) => isUuid(share));
  return runWrite(session, async (write) => {
    await checkSight(write, input.object, id, 'edit');
    const about = { object: input.object, recordId: id };
    const gone = await removeShares(doorOf(write.transaction, write.target.schema), about, ids);
    await appendAudit(
      doorOf(write.transaction, write.target.schema),
      gone.map(({ subject, access, origin }) =>
        auditEntry(session.context, 'share.taken', { ...about, detail: { subject, access, origin } }),
      ),
    );
    return gone.map(shown);
  });
}
