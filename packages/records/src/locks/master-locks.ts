// Details that are locked with what they belong to, while that waits for an approval.
import type { Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { masterRow, mastersStatement, mustBeFreeStatement, type MasterRow, type RecordValues } from '@tessera/storage';
import { isLocked, lockedProblem, submitters } from './locks.ts';
import { firstIds, namedBy, waysUp, type MasterWays, type Way } from './master-ways.ts';
import { keyOf } from '../record-key.ts';
import type { WriteSession } from '../session.ts';

/** A detail as it was and as it is to be, as far as there is either. */
export interface Detail {
  readonly id: string;
  readonly versions: readonly RecordValues[];
}

export interface LockedDetail {
  readonly problem: Problem;
  /** Fields that whoever writes may change all the same. */
  readonly open: readonly string[];
}

/** Undefined where nothing locks records of the object with others. */
function waysFrom(session: WriteSession, object: ObjectModel): MasterWays | undefined {
  const { moments, target } = session;
  const routes = moments?.masters(session, object) ?? [];
  return routes.length === 0 ? undefined : target.kept.keep(target, routes, 'ways up', () => waysUp(routes));
}

/** By level and id. */
type Rows = readonly ReadonlyMap<string, MasterRow>[];

/** Whether each record leads to such as are read. */
const isWhole = ({ masters: { levels } }: MasterWays, rows: Rows): boolean =>
  rows.every((own, n) => {
    const over = levels.flatMap(({ below }, m) => (below?.level === n ? [rows[m]] : []));
    return [...own.values()].every(({ up }) => up.every((id, place) => id === null || over[place]?.has(id) === true));
  });

/** All masters at all levels, locked as roll-ups lock them: an approval that begins meanwhile waits for us, or we find its lock. */
async function readMasters(session: WriteSession, ways: MasterWays, ids: ReadonlyMap<number, readonly string[]>): Promise<Rows> {
  const { levels } = ways.masters;
  const statement = mastersStatement(session.target, ways.masters, ids);
  for (let tries = 1; ; tries += 1) {
    const { rows } = await session.transaction.query(statement);
    const found = rows.map(masterRow);
    const byLevel = levels.map((_, n) => new Map(found.filter(({ level }) => level === n).map((row) => [row.id, row])));
    // Each time at least one level more is ours.
    if (isWhole(ways, byLevel) || tries >= levels.length) return byLevel;
  }
}

/** The masters of a detail at the end of a way. */
function mastersOf(way: Way, rows: Rows, { versions }: Detail): readonly string[] {
  let ids = namedBy(way, versions);
  let below = way.rungs[0]?.level ?? 0;
  for (const { level, place } of way.rungs.slice(1)) {
    const own = rows[below];
    ids = ids.flatMap((id) => own?.get(id)?.up[place] ?? []);
    below = level;
  }
  return ids;
}

async function lockedOn(
  session: WriteSession,
  way: Way,
  rows: Rows,
  details: readonly Detail[],
  going: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LockedDetail>> {
  const { master } = way.route;
  const locked = [...(rows[way.rungs.at(-1)?.level ?? 0]?.values() ?? [])]
    .map(({ id, lockedBy }) => ({ id, lockedBy }))
    .filter((record) => isLocked(session, master, record) && !going.has(keyOf(master.name, record.id)));
  const ids = new Set(locked.map(({ id }) => id));
  const ofLocked = details.flatMap((detail) => {
    const own = mastersOf(way, rows, detail).filter((id) => ids.has(id));
    return own.length === 0 ? [] : [{ id: detail.id, own }];
  });
  if (ofLocked.length === 0) return new Map();
  const below = (await session.moments?.lockedBelow(session, way.route, [...ids])) ?? new Map<string, readonly string[]>();
  const names = await submitters(session, master, locked);
  return new Map(
    ofLocked.flatMap(({ id, own }): readonly (readonly [string, LockedDetail])[] => {
      const by = own.find((one) => below.has(one));
      return by === undefined ? [] : [[id, { problem: lockedProblem(master, by, names), open: below.get(by) ?? [] }]];
    }),
  );
}

/**
 * By id, of details whose master's approval locks them: what stands against writing them. One that a new master's approval is still to begin
 * for, or that the approval itself writes, is free.
 * @param going keys of masters that go with them
 */
export async function lockedDetails(
  session: WriteSession,
  object: ObjectModel,
  details: readonly Detail[],
  going: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, LockedDetail>> {
  const found = new Map<string, LockedDetail>();
  const ways = details.length === 0 ? undefined : waysFrom(session, object);
  if (ways === undefined) return found;
  const rows = await readMasters(session, ways, firstIds(ways, details));
  for (const way of ways.ways) {
    for (const [id, locked] of await lockedOn(session, way, rows, details, going)) {
      const open = found.get(id)?.open;
      found.set(id, open === undefined ? locked : { ...locked, open: open.filter((field) => locked.open.includes(field)) });
    }
  }
  return found;
}

/** Records of an object whose lock is no matter of the session. */
function freeOf({ approving = new Set(), entering }: WriteSession, { name }: ObjectModel): readonly string[] {
  const start = keyOf(name, '');
  return [...approving, ...entering].flatMap((key) => (key.startsWith(start) ? [key.slice(start.length)] : []));
}

/** In the hope that none of them is locked: a statement that goes out with the next fails where one is. */
export function hopeDetailsFree(session: WriteSession, object: ObjectModel, details: readonly Detail[]): void {
  const ways = details.length === 0 ? undefined : waysFrom(session, object);
  if (ways === undefined) return;
  const free = new Map(ways.masters.levels.flatMap((level, n) => (level.locks ? [[n, freeOf(session, level.object)] as const] : [])));
  session.transaction.ahead(mustBeFreeStatement(session.target, ways.masters, firstIds(ways, details), free));
}
