// How much one person may take of a pool: per day, at a time, and again after having lost it. Each refusal says when it may be tried again.
import { fail } from '@tessera/kernel';
import type { ObjectModel, PoolModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { addDuration, instantOn, parseDuration } from '@tessera/rules';
import { claimedSince, lastLost, lockScopesStatement, ownedBy } from '@tessera/storage';
import type { RoomOf } from '../assignment/decide.ts';

/** Until the transaction ends nobody else counts what these people have: two at once cannot both be the last. */
export async function lockPeople({ transaction, target }: WriteSession, people: readonly string[]): Promise<void> {
  if (people.length === 0) return;
  await transaction.query(
    lockScopesStatement(
      target.schema,
      people.map((id) => `records of ${id}`),
    ),
  );
}

/** How many more records of a pool each of the people may have. They are locked, or else somebody gets one while it is counted. */
async function countRoom(
  { transaction, target, slots }: WriteSession,
  object: ObjectModel,
  { name, limits: { held, counts } }: PoolModel,
  people: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (held === undefined) return new Map();
  const owned = await ownedBy(transaction, target, object, { people, pool: name, where: counts }, slots);
  return new Map(people.map((id) => [id, Math.max(0, held - (owned.get(id) ?? 0))]));
}

/** The same for those among whom a rule chooses: whoever claims, or is given records otherwise, waits until it has chosen. */
export const roomIn =
  (platform: WriteSession, object: ObjectModel, pool: PoolModel): RoomOf =>
  async (people) => {
    if (pool.limits.held !== undefined) await lockPeople(platform, people);
    return countRoom(platform, object, pool, people);
  };

const dayOf = (instant: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);

const later = (instant: number, duration: string, zone: string): number => {
  const length = parseDuration(duration);
  return length === undefined ? instant : addDuration(instant, length, zone);
};

const iso = (instant: number): string => new Date(instant).toISOString();

/** @throws POOL_DAY_LIMIT */
export async function checkDay(session: WriteSession, { name, history, limits: { perDay } }: PoolModel, person: string): Promise<void> {
  if (perDay === undefined) return;
  const { timeZone } = session.model.settings;
  const start = instantOn(dayOf(Date.parse(session.at), timeZone), '00:00', timeZone);
  const claimed = await claimedSince(session.transaction, session.target, { history, pool: name, person, since: iso(start) });
  if (claimed >= perDay) throw fail('POOL_DAY_LIMIT', { limit: perDay, pool: name, at: iso(later(start, 'P1D', timeZone)) });
}

/** @throws POOL_HELD_LIMIT */
export async function checkHeld(session: WriteSession, object: ObjectModel, pool: PoolModel, person: string): Promise<void> {
  const room = (await countRoom(session, object, pool, [person])).get(person);
  if (room === 0) throw fail('POOL_HELD_LIMIT', { person, limit: pool.limits.held ?? 0, pool: pool.name });
}

/** @throws POOL_COOL_DOWN */
export async function checkCoolDown(
  session: WriteSession,
  { name, history, coolDown }: PoolModel,
  record: string,
  person: string,
): Promise<void> {
  if (coolDown === undefined) return;
  const lost = await lastLost(session.transaction, session.target, { history, record, person });
  if (lost === null) return;
  const until = later(Date.parse(lost), coolDown, session.model.settings.timeZone);
  if (until > Date.parse(session.at)) throw fail('POOL_COOL_DOWN', { pool: name, at: iso(until) });
}
