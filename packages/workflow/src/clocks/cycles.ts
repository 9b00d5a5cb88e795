// What is kept of a clock beside its record: the rows of its cycles, and the timers of its thresholds.
import type { ClockModel, ObjectModel } from '@tessera/metadata';
import { addToHistory, changeHistory, readHistory, type Changes, type WriteSession } from '@tessera/records';
import { cancelTimers, type NewTimer, type RecordValues } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { setAndWake } from '../triggers/at-time.ts';
import { neverRan, type ClockState } from './machine.ts';
import { stateIn } from './record-clocks.ts';
import { keysOf, timersOf, type Fired } from './thresholds.ts';

/** A record whose clock stands otherwise than before. */
interface Moved {
  readonly id: string;
  readonly before: ClockState;
  readonly now: ClockState;
}

const minutes = (milliseconds: number): string => (milliseconds / 60_000).toFixed(2);
const time = (instant: number | undefined): string | null => (instant === undefined ? null : new Date(instant).toISOString());
const isOver = ({ state }: ClockState): boolean => state === 'met' || state === 'missed';

/** What a row of the history says of how the clock stands. */
const standing = (at: ClockState): RecordValues => ({
  state: at.state ?? null,
  dueAt: time(at.due),
  endedAt: isOver(at) ? time(at.since) : null,
  target: minutes(at.target),
  elapsed: minutes(at.used),
});

export const isSame = (a: ClockState, b: ClockState): boolean =>
  a.state === b.state && a.cycle === b.cycle && a.since === b.since && a.due === b.due && a.target === b.target;

/** Those of the changes that concern the clock. */
function movedBy(clock: ClockModel, { event, records }: Changes): readonly Moved[] {
  return records.flatMap(({ id, old, values }) => {
    const before = event === 'create' || event === 'restore' ? neverRan : stateIn(clock, old);
    const now = event === 'delete' ? neverRan : stateIn(clock, values);
    return isSame(before, now) ? [] : [{ id, before, now }];
  });
}

/** The present cycles of records, locked. */
export const cyclesOf = (
  session: WriteSession,
  history: ObjectModel,
  clock: ClockModel,
  of: readonly { readonly id: string; readonly cycle: number }[],
): Promise<readonly (RecordValues | undefined)[]> =>
  readHistory(
    session,
    history,
    of.map(({ id, cycle }) => ({ record: id, clock: clock.name, cycle: String(cycle) })),
  );

export const firedIn = (row: RecordValues | undefined): Fired => {
  const fired = row?.['fired'];
  return typeof fired === 'object' && fired !== null && !Array.isArray(fired) ? (fired as Fired) : {};
};

/** Timers as the cycles have them: those that are to come are set or moved, the others go. */
async function retime(session: WriteSession, clock: ClockModel, moved: readonly Moved[], fired: readonly Fired[]): Promise<void> {
  const timers: NewTimer[] = moved.flatMap(({ id, now }, i) => timersOf(session, clock, id, now, fired[i] ?? {}));
  const set = new Set(timers.map(({ key }) => key));
  const gone = moved.flatMap(({ id, before, now }) => [
    ...(before.state === 'running' ? keysOf(clock, id, before.cycle) : []),
    ...(now.state === 'running' ? keysOf(clock, id, now.cycle) : []),
  ]);
  const cancelled = [...new Set(gone)].filter((key) => !set.has(key));
  if (cancelled.length > 0) await cancelTimers(doorIn(session), cancelled);
  await setAndWake(session, timers);
}

async function goOn(
  session: WriteSession,
  history: ObjectModel,
  clock: ClockModel,
  moved: readonly Moved[],
  writes: boolean,
): Promise<void> {
  const rows = await cyclesOf(
    session,
    history,
    clock,
    moved.map(({ id, now }) => ({ id, cycle: now.cycle })),
  );
  const changes = moved.flatMap(({ now }, i) => {
    const id = rows[i]?.['id'];
    return typeof id === 'string' ? [[id, standing(now)] as const] : [];
  });
  if (writes) await changeHistory(session, history, new Map(changes));
  await retime(session, clock, moved, rows.map(firedIn));
}

/** The timers of cycles that go on, as the clock says by now. */
export async function retimeCycles(
  session: WriteSession,
  history: ObjectModel,
  clock: ClockModel,
  cycles: readonly { readonly id: string; readonly now: ClockState }[],
): Promise<void> {
  const rows = await cyclesOf(
    session,
    history,
    clock,
    cycles.map(({ id, now }) => ({ id, cycle: now.cycle })),
  );
  const standing = cycles.map(({ id, now }) => ({ id, before: now, now }));
  await retime(session, clock, standing, rows.map(firedIn));
}

async function begin(session: WriteSession, history: ObjectModel, clock: ClockModel, moved: readonly Moved[]): Promise<void> {
  const rows = moved.map(({ id, now }) => ({
    name: `${clock.name} ${String(now.cycle)}`,
    record: id,
    clock: clock.name,
    cycle: String(now.cycle),
    startedAt: session.at,
    fired: {},
    ...standing(now),
  }));
  await addToHistory(session, history, rows);
  await retime(session, clock, moved, []);
}

/** Follows changes of records by which a clock has moved. */
export async function followClock(session: WriteSession, clock: ClockModel, changes: Changes): Promise<void> {
  const history = session.model.objects[clock.history];
  const moved = movedBy(clock, changes);
  if (history === undefined || moved.length === 0) return;
  if (changes.event === 'delete') {
    await retime(session, clock, moved, []);
    return;
  }
  const isNew = ({ before, now }: Moved): boolean => changes.event !== 'restore' && before.cycle !== now.cycle;
  const fresh = moved.filter(isNew);
  const others = moved.filter((each) => !isNew(each) && each.now.cycle > 0);
  if (fresh.length > 0) await begin(session, history, clock, fresh);
  if (others.length > 0) await goOn(session, history, clock, others, changes.event !== 'restore');
}
