// What has become of records of demo data since they were made: written as it happened, at its time and in the name of whoever did it.
import { fail } from '@tessera/kernel';
import { updateRecords, type WriteSession } from '@tessera/records';
import { givenValue, givenValues, people, type Naming, type RecordRef, type Values } from '../given-values.ts';
import type { SeedDeps } from './deps.ts';
import type { DataEvent, DataSet } from './sets.ts';
import { toldAt } from './told-at.ts';
import { seedScope } from './write.ts';

/** The session as it would have been: at another time, in somebody's name, with the platform's rights. */
function inThePast(session: WriteSession, at: number, user: string | null): WriteSession {
  const text = new Date(at).toISOString();
  const { context, slots } = session;
  const actor = user === null ? context.actor : { kind: 'user' as const, userId: user };
  return { ...session, context: { ...context, actor, clock: { now: () => at } }, at: text, slots: { ...slots, now: text, user } };
}

/** Milliseconds since 1970. Throws SEED_HISTORY_INVALID. @param now the same */
function timeOf(set: DataSet, record: string, given: unknown, now: number): number {
  const at = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  const wrong = (reason: string): Error => fail('SEED_HISTORY_INVALID', { set: set.name, record, reason });
  if (Number.isNaN(at)) throw wrong(`${JSON.stringify(given)} is no instant.`);
  if (at > now) throw wrong(`${new Date(at).toISOString()} is not past yet.`);
  return at;
}

/** When and by whom a new record was made, where its values say so. */
export function beginningOf(session: WriteSession, set: DataSet, record: string, input: Readonly<Record<string, unknown>>): WriteSession {
  const { createdAt, createdBy } = input;
  if (createdAt === undefined && createdBy === undefined) return session;
  const now = Date.parse(session.at);
  const at = createdAt === undefined ? now : timeOf(set, record, createdAt, now);
  return inThePast(session, at, typeof createdBy === 'string' ? createdBy : null);
}

interface Happened {
  readonly record: string;
  readonly event: DataEvent;
  readonly at: number;
}

const placeOf = (record: string, { name }: DataEvent): string => `/history/${record}/${name}`;

class Past {
  readonly #deps: SeedDeps;
  readonly #session: WriteSession;
  readonly #set: DataSet;
  readonly #naming: Naming;

  constructor(deps: SeedDeps, session: WriteSession, set: DataSet, naming: Naming) {
    this.#deps = deps;
    this.#session = session;
    this.#set = set;
    this.#naming = naming;
  }

  #person(name: string, record: string): string {
    const found = this.#naming(name);
    if (found.object === people) return found.id;
    throw fail('SEED_HISTORY_INVALID', { set: this.#set.name, record, reason: `${name} is no record of people.` });
  }

  async tell({ record: name, event, at }: Happened): Promise<void> {
    const record = this.#naming(name);
    const { values, submit, approval } = event;
    const place = placeOf(name, event);
    const { automations } = this.#set;
    const person = this.#deps.past(this.#session.transaction, { at, person: this.#person(event.by, name), automations });
    if (values !== undefined) await person.write((session) => this.#change(session, record, `${place}/values`, values));
    if (submit !== undefined) {
      const { process, comment, chosen } = submit;
      await person.submit(record, { process, comment, chosen: chosen?.map((each) => this.#person(each, name)) });
    }
    if (approval !== undefined) {
      const { action, comment, to } = approval;
      await person.approve(record, { action, comment, to: to === undefined ? undefined : [this.#person(to, name)] });
    }
  }

  async #change(session: WriteSession, { object, id }: RecordRef, pointer: string, values: Values): Promise<void> {
    // Rules mean the time of the load.
    const input = givenValues(object, values, seedScope(this.#session, this.#set, this.#naming));
    await updateRecords(session, object, [{ pointer, id, input }], { allOrNone: true, internal: true });
  }
}

/**
 * Tells what happened to new records, all in the order of time and in the session's transaction: it is told whole or not at all, and
 * nobody sees a record in the middle of its past. Throws what stands against it, with its place.
 */
export async function tellPast(
  deps: SeedDeps,
  session: WriteSession,
  set: DataSet,
  records: readonly string[],
  naming: Naming,
): Promise<void> {
  const scope = seedScope(session, set, naming);
  const now = Date.parse(session.at);
  const happened = async (record: string, event: DataEvent): Promise<Happened> => ({
    record,
    event,
    at: await toldAt(set, `${placeOf(record, event)}/at`, () => Promise.resolve(timeOf(set, record, givenValue(event.at, scope), now))),
  });
  const events: Happened[] = [];
  for (const record of records) for (const event of set.history[record] ?? []) events.push(await happened(record, event));
  const past = new Past(deps, session, set, naming);
  for (const each of events.sort((a, b) => a.at - b.at)) await toldAt(set, placeOf(each.record, each.event), () => past.tell(each));
}
