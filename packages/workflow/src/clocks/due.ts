// What is done when a threshold is due: the record is locked and its clock looked at once more; those that it still holds for start what waits.
import type { AutomationModel, ClockModel, ObjectModel, ThresholdModel } from '@tessera/metadata';
import { changeHistory, type WriteSession } from '@tessera/records';
import { placedPeople, setTimers, type NewTimer, type RecordValues, type Timer } from '@tessera/storage';
import { startRuns, type RunStart } from '../automations/start-runs.ts';
import { doorIn, type Handlers, type TimerHandler } from '../jobs/handlers.ts';
import { managersAbove, type People } from '../people/climb.ts';
import { setAndWake } from '../triggers/at-time.ts';
import { chainOf, inChain } from '../triggers/chains.ts';
import { hold, meeting } from '../triggers/due.ts';
import { idOf } from '../triggers/record-id.ts';
import { cyclesOf, firedIn } from './cycles.ts';
import { clockWalks } from './follow-metadata.ts';
import type { ClockState } from './machine.ts';
import { stateIn } from './record-clocks.ts';
import { clockKind, instantOf, timerOf, type ClockTimer, type Fired } from './thresholds.ts';

/** A record in other hands is looked at again so soon. */
const otherHandsMs = 1_000;

interface Waiting extends ClockTimer {
  readonly timer: Timer;
  readonly chain: readonly string[];
  readonly recordId: string;
}

function waitingOf(timer: Timer): readonly Waiting[] {
  const { clock, cycle, threshold, level } = JSON.parse(timer.content) as Partial<ClockTimer>;
  if (timer.recordId === null || clock === undefined || cycle === undefined || threshold === undefined || level === undefined) return [];
  return [{ timer, chain: chainOf(timer), recordId: timer.recordId, clock, cycle, threshold, level }];
}

/** A threshold that has come for a record, so many times at once. */
interface Reached {
  readonly record: RecordValues;
  readonly row: RecordValues;
  readonly threshold: ThresholdModel;
  readonly at: ClockState;
  /** Levels that have come and not been told of. */
  readonly levels: readonly number[];
}

/** Levels up to `now`, from the first that has not come yet. */
function levelsDue(
  session: WriteSession,
  clock: ClockModel,
  threshold: ThresholdModel,
  at: ClockState,
  done: number,
  most: number,
): readonly number[] {
  const now = Date.parse(session.at);
  const levels: number[] = [];
  for (let level = done + 1; level <= most; level += 1) {
    const due = instantOf(session.model, clock, threshold, at, level);
    if (due === undefined || due > now) break;
    levels.push(level);
  }
  return levels;
}

const managersOf = (people: People, record: RecordValues): readonly string[] => {
  const owner = record['owner'];
  return typeof owner === 'string' ? managersAbove(owner, people).map(({ user }) => user) : [];
};

/** How often a threshold comes at most: it climbs to the top, and comes once where nobody is above. */
const mostOf = ({ repeat }: ThresholdModel, managers: readonly string[]): number =>
  repeat === undefined ? 1 : (repeat.times ?? Math.max(1, managers.length));

/** Starts what waits for a threshold, for records that meet its condition. */
async function start(
  session: WriteSession,
  clock: ClockModel,
  object: ObjectModel,
  reached: readonly Reached[],
  people: People,
): Promise<void> {
  const starts: RunStart[] = [];
  for (const [{ name }, own] of Map.groupBy(reached, ({ threshold }) => threshold)) {
    const automations = Object.values(session.model.automations).filter(
      ({ trigger }) => trigger.type === 'clock' && trigger.clock === clock.name && trigger.threshold === name,
    );
    for (const automation of automations) starts.push(...(await startsOf(session, automation, object, own, people)));
  }
  if (starts.length > 0) await startRuns(session, starts);
}

async function startsOf(
  session: WriteSession,
  automation: AutomationModel,
  object: ObjectModel,
  reached: readonly Reached[],
  people: People,
): Promise<readonly RunStart[]> {
  const met = new Set(
    (
      await meeting(
        session,
        object,
        automation,
        reached.map(({ record }) => record),
      )
    ).map(idOf),
  );
  return reached
    .filter(({ record }) => met.has(idOf(record)))
    .flatMap(({ record, levels }) => {
      const managers = managersOf(people, record);
      return levels.map((level) => ({
        automation,
        record: { object: object.name, id: idOf(record) },
        inputs: { level: String(level), person: managers[level - 1] ?? null },
        actor: null,
      }));
    });
}

/** What has come for records that are held, with the timers of what comes next. */
class Due {
  readonly reached: Reached[] = [];
  readonly next: NewTimer[] = [];
  readonly fired = new Map<string, Record<string, number>>();
  readonly #session: WriteSession;
  readonly #clock: ClockModel;
  readonly #people: People;

  constructor(session: WriteSession, clock: ClockModel, people: People) {
    this.#session = session;
    this.#clock = clock;
    this.#people = people;
  }

  look({ cycle, threshold: name }: Waiting, record: RecordValues, row: RecordValues): void {
    const at = stateIn(this.#clock, record);
    const threshold = this.#clock.thresholds[name];
    if (threshold === undefined || at.state !== 'running' || at.cycle !== cycle) return;
    const fired: Fired = this.fired.get(idOf(row)) ?? firedIn(row);
    const done = fired[name] ?? 0;
    const most = mostOf(threshold, managersOf(this.#people, record));
    const levels = levelsDue(this.#session, this.#clock, threshold, at, done, most);
    const last = levels.at(-1) ?? done;
    if (levels.length > 0) {
      const told = this.#clock.missed === 'each' ? levels : levels.slice(-1);
      this.reached.push({ record, row, threshold, at, levels: told });
      this.fired.set(idOf(row), { ...fired, [name]: last });
    }
    const due = last < most ? instantOf(this.#session.model, this.#clock, threshold, at, last + 1) : undefined;
    if (due !== undefined) this.next.push(timerOf(this.#session, this.#clock, idOf(record), at, name, last + 1, due));
  }
}

async function dueFor(session: WriteSession, clock: ClockModel, waiting: readonly Waiting[]): Promise<void> {
  const object = session.model.objects[clock.object];
  const history = session.model.objects[clock.history];
  if (object === undefined || history === undefined) return;
  const ids = [...new Set(waiting.map(({ recordId }) => recordId))].sort();
  const { records, busy } = await hold(session, object, ids);
  const later = new Date(Date.parse(session.at) + otherHandsMs).toISOString();
  const again = waiting.filter(({ recordId }) => busy.includes(recordId)).map(({ timer }) => ({ ...timer, dueAt: later }));
  await setTimers(doorIn(session), again, session.at);
  const byId = new Map(records.map((record) => [idOf(record), record]));
  const open = waiting.filter(({ recordId }) => byId.has(recordId));
  const rows = await cyclesOf(
    session,
    history,
    clock,
    open.map(({ recordId, cycle }) => ({ id: recordId, cycle })),
  );
  const owners = [...new Set(records.map((record) => record['owner']).filter((owner) => typeof owner === 'string'))];
  const people = await placedPeople(session.transaction, session.target, { ids: owners, above: true });
  const due = new Due(session, clock, people);
  open.forEach((each, i) => {
    const [record, row] = [byId.get(each.recordId), rows[i]];
    if (record !== undefined && row !== undefined) due.look(each, record, row);
  });
  await changeHistory(session, history, new Map([...due.fired].map(([id, fired]) => [id, { fired }])));
  await setAndWake(session, due.next);
  await start(session, clock, object, due.reached, people);
}

const clockDue: TimerHandler = async (session, timers) => {
  for (const waiting of Map.groupBy(timers.flatMap(waitingOf), ({ clock, chain }) => JSON.stringify([clock, chain])).values()) {
    const [first] = waiting;
    const clock = session.model.clocks[first?.clock ?? ''];
    if (clock !== undefined) await dueFor(inChain(session, first?.chain ?? []), clock, waiting);
  }
};

export const clockTimers: Handlers['timers'] = { [clockKind]: clockDue, ...clockWalks };
