// What people do with records of pools: claim, give back, hand on, give to others. Each looks at the record once it is locked.
import { fail, isUuid } from '@tessera/kernel';
import type { ObjectModel, PoolModel } from '@tessera/metadata';
import { recordKey, sightOf, updateRecords, type OwnerNote, type WriteSession } from '@tessera/records';
import { lockStatement, recordReader, type RecordValues } from '@tessera/storage';
import { decideOwners } from '../assignment/decide.ts';
import { decisionValue, type Decision } from '../assignment/decision.ts';
import { asPlatform } from '../automations/sessions.ts';
import { checkCoolDown, checkDay, checkHeld, lockPeople, roomIn } from './limits.ts';
import { poolOf, textIn } from './pools-of.ts';
import { standingOf, type PoolStanding } from './standing.ts';

export interface PoolRequest {
  readonly object: ObjectModel;
  readonly id: string;
  readonly note?: string | undefined;
}

export interface OwnerOutcome {
  readonly id: string;
  readonly pool: string;
  /** Null: it lies in the pool. */
  readonly owner: string | null;
  /** Where an assignment rule has decided. */
  readonly decision?: Decision | undefined;
}

/** A record of a pool, locked, and what the caller is to that pool. */
interface Held extends PoolStanding {
  /** The caller's transaction with the platform's rights, in the caller's name. */
  readonly platform: WriteSession;
  readonly object: ObjectModel;
  readonly record: RecordValues;
  readonly id: string;
  readonly pool: PoolModel;
  readonly owner: string | undefined;
  /** Who asks. */
  readonly caller: string;
}

/**
 * Locks the record, then those who are to get it. Of one that the caller neither sees nor could have seen in the pool nothing is told.
 * @throws RECORD_NOT_FOUND, POOL_NONE
 */
async function hold(session: WriteSession, { object, id: given }: PoolRequest, receivers: readonly string[]): Promise<Held> {
  const id = given.toLowerCase();
  const caller = session.slots.user;
  const gone = (): Error => fail('RECORD_NOT_FOUND', { object: object.name, id: given });
  if (!isUuid(id) || caller === null) throw gone();
  const { rows } = await session.transaction.query(lockStatement(session.target, object, [id], { strength: 'no key update' }));
  const [record] = rows.map(recordReader(object));
  if (record === undefined) throw gone();
  const pool = poolOf(session.model, record);
  const standing = pool === undefined ? { member: false, administrator: false } : await standingOf(session, pool, caller);
  const isSeen = session.access.policy.administrator || standing.member || (await sightOf(session, object.name, [id]))(id).readable;
  if (!isSeen) throw gone();
  if (pool === undefined) throw fail('POOL_NONE', { object: object.name, id });
  // Records before people, and of these who is to get it alone: a rule that chooses for a record locks in the same order.
  await lockPeople(session, receivers);
  return {
    ...standing,
    platform: asPlatform(session, session.slots.user),
    object,
    record,
    id,
    pool,
    owner: textIn(record, 'owner'),
    caller,
  };
}

async function give(
  { platform, object, id, pool }: Held,
  input: Readonly<Record<string, unknown>>,
  note: OwnerNote,
): Promise<OwnerOutcome> {
  platform.ownerNotes.set(recordKey(object.name, id), note);
  await updateRecords(platform, object.name, [{ pointer: '', id, input }], { allOrNone: true, internal: true });
  const owner = typeof input['owner'] === 'string' ? input['owner'] : null;
  return { id, pool: typeof input['pool'] === 'string' ? input['pool'] : pool.name, owner };
}

const denied = (action: string, { pool }: Held, who: string): Error => fail('POOL_DENIED', { action, pool: pool.name, who });

/** @throws POOL_RECORD_TAKEN, POOL_DENIED, POOL_DAY_LIMIT, POOL_HELD_LIMIT, POOL_COOL_DOWN */
export async function claimRecord(session: WriteSession, request: PoolRequest): Promise<OwnerOutcome> {
  const { user } = session.slots;
  const held = await hold(session, request, user === null ? [] : [user]);
  const { platform, object, pool, id, caller, owner, member } = held;
  if (!member) throw denied('claims records', held, 'members');
  if (owner !== undefined) throw fail('POOL_RECORD_TAKEN', { id });
  await checkDay(platform, pool, caller);
  await checkHeld(platform, object, pool, caller);
  await checkCoolDown(platform, pool, id, caller);
  return give(held, { owner: caller }, { way: 'claimed', note: request.note });
}

/** @throws POOL_REASON_MISSING */
function reasonIn({ reasons }: PoolModel, given: string | undefined): string | undefined {
  const known = reasons.map(({ name }) => name);
  if (known.length === 0 && given === undefined) return undefined;
  if (given !== undefined && known.includes(given)) return given;
  throw fail('POOL_REASON_MISSING', { given: given ?? 'nothing', known: known.join(', ') }, { pointer: '/reason' });
}

/** @throws POOL_DENIED, POOL_NOT_HELD, POOL_REASON_MISSING */
export async function returnRecord(
  session: WriteSession,
  request: PoolRequest & { readonly reason?: string | undefined },
): Promise<OwnerOutcome> {
  const held = await hold(session, request, []);
  const { pool, owner, caller, administrator } = held;
  if (owner === undefined) throw fail('POOL_NOT_HELD', { id: held.id, pool: pool.name });
  if (owner !== caller && !administrator) throw denied('gives back what others own', held, 'administrators');
  return give(held, { owner: null }, { way: 'returned', reason: reasonIn(pool, request.reason), note: request.note });
}

/** Whoever is to get it is a member, and has room. @throws POOL_PERSON_UNFIT, POOL_HELD_LIMIT */
async function checkReceiver({ platform, object, pool, owner }: Held, to: string): Promise<void> {
  const { member } = await standingOf(platform, pool, to);
  if (!member) throw fail('POOL_PERSON_UNFIT', { person: to, pool: pool.name }, { pointer: '/to' });
  if (to !== owner) await checkHeld(platform, object, pool, to);
}

function personIn(to: string): string {
  if (isUuid(to)) return to.toLowerCase();
  throw fail('REQUEST_INVALID', { reason: `${JSON.stringify(to)} is no id of a user.` }, { pointer: '/to' });
}

/** Another pool of the object. @throws COMPONENT_UNKNOWN, REQUEST_INVALID */
function poolIn({ platform, object, pool }: Held, name: string): PoolModel {
  const { pools } = platform.model;
  const found = Object.hasOwn(pools, name) ? pools[name] : undefined;
  // Back into the same pool one gives it with a reason, and does not claim it again at once.
  if (found?.name === pool.name)
    throw fail('REQUEST_INVALID', { reason: `it belongs to the pool ${name} already. Give it back (\`return\`).` }, { pointer: '/pool' });
  if (found?.object === object.name) return found;
  throw fail('COMPONENT_UNKNOWN', { kind: 'pool', name, known: '' }, { pointer: '/pool' });
}

export type TransferRequest = PoolRequest & ({ readonly to: string } | { readonly pool: string });

/** To another member, or into another pool. @throws POOL_DENIED, POOL_NOT_HELD, POOL_PERSON_UNFIT, POOL_HELD_LIMIT */
export async function transferRecord(session: WriteSession, request: TransferRequest): Promise<OwnerOutcome> {
  const to = 'to' in request ? personIn(request.to) : undefined;
  const held = await hold(session, request, to === undefined ? [] : [to]);
  const { pool, owner, caller, administrator, id } = held;
  if (owner !== caller && !administrator) throw denied('hands on what others own', held, 'administrators');
  const note: OwnerNote = { way: 'transferred', note: request.note };
  if ('pool' in request) return give(held, { pool: poolIn(held, request.pool).name, owner: null }, note);
  if (owner === undefined || to === undefined) throw fail('POOL_NOT_HELD', { id, pool: pool.name });
  await checkReceiver(held, to);
  return give(held, { owner: to }, note);
}

/** To somebody, or to whom the pool's assignment rule finds. @throws POOL_DENIED, POOL_PERSON_UNFIT, POOL_HELD_LIMIT, ASSIGNMENT_NONE */
export async function assignRecord(
  session: WriteSession,
  request: PoolRequest & { readonly to?: string | undefined },
): Promise<OwnerOutcome> {
  const to = request.to === undefined ? undefined : personIn(request.to);
  const held = await hold(session, request, to === undefined ? [] : [to]);
  const { platform, object, pool, record, id, caller, administrator } = held;
  if (!administrator) throw denied('gives records to others', held, 'administrators');
  if (to !== undefined) {
    await checkReceiver(held, to);
    return give(held, { owner: to }, { way: 'assigned', note: request.note });
  }
  const rule = pool.assign === undefined ? undefined : platform.model.assignmentRules[pool.assign];
  if (rule === undefined)
    throw fail('REQUEST_INVALID', { reason: `the pool ${pool.name} has no assignment rule: say to whom.` }, { pointer: '/to' });
  const subject = { record: { object: object.name, id, values: record }, actor: caller };
  const [decision] = await decideOwners(platform, rule, [subject], roomIn(platform, object, pool));
  if (decision?.user === undefined) throw fail('ASSIGNMENT_NONE', { rule: rule.name, id });
  const outcome = await give(held, { owner: decision.user }, { way: 'assigned', note: request.note, decision: decisionValue(decision) });
  return { ...outcome, decision };
}
