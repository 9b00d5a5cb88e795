// Looks at approvals again for people who have left or come back, are away or back: page by page, each approval under its record's lock.
import type { WriteSession } from '@tessera/records';
import { pendingPage, placedPeople, readApprovals, standInsOf, stoodInByWayOf, type ApprovalRow, type NewTimer } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../../jobs/handlers.ts';
import { standInFor } from '../../people/stand-ins.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import { byItself } from '../by-itself.ts';
import { stateOf } from '../driving/rows.ts';
import { heldRecords, later } from '../held-records.ts';
import { openSteps, type Turn } from '../machine/state.ts';
import { allTurns } from '../machine/turns.ts';
import { peopleKind, peopleTimer, type PeopleTimer } from './timers.ts';

/** Approvals of one transaction: where it breaks off, it goes on behind the last that was committed. */
const pageSize = 50;

function undecided(approval: ApprovalRow): readonly Turn[] {
  const { tree } = stateOf(approval);
  const steps = tree === null ? [] : openSteps(tree);
  return steps.flatMap((step) => (step.kind === 'approval' ? allTurns(step).filter(({ vote }) => vote === null) : []));
}

/** What is known of people, for approvals of one process. */
interface Known {
  readonly active: ReadonlySet<string>;
  readonly standIns: ReadonlyMap<string, string>;
}

/** What has become of one person, told to an approval that asks for that person. */
async function recheck(session: WriteSession, approval: ApprovalRow, person: string, { active, standIns }: Known): Promise<void> {
  const { id } = approval;
  const turns = undecided(approval);
  if (!active.has(person)) {
    const isNamed = turns.some((turn) => turn.person === person || turn.assignee === person);
    if (isNamed) await byItself(session, { approval: id, action: { type: 'left', person } });
    return;
  }
  const assignee = standInFor(person, standIns) ?? person;
  // Nothing is told where nothing would be another's by now.
  if (turns.some((turn) => turn.person === person && turn.assignee !== assignee))
    await byItself(session, { approval: id, action: { type: 'standIns', person } });
}

async function knownOf(session: WriteSession, process: string, ids: readonly string[]): Promise<Known> {
  const { transaction, target, at } = session;
  const placed = await placedPeople(transaction, target, { ids, above: false });
  const active = new Set([...placed.values()].flatMap((person) => (person.active ? [person.id] : [])));
  return { active, standIns: await standInsOf(transaction, target, { ids, at, process }) };
}

/** Those whose records are in other hands are looked at again, each for itself. @param people left out: everybody who is asked */
async function recheckAll(session: WriteSession, approvals: readonly ApprovalRow[], people?: readonly string[]): Promise<void> {
  const { busy } = await heldRecords(session, approvals);
  const again: NewTimer[] = [];
  for (const [process, own] of Map.groupBy(approvals, (approval) => approval.process)) {
    const known = await knownOf(session, process, people ?? [...new Set(own.flatMap((approval) => approval.people))]);
    for (const approval of own) {
      const { id, recordId } = approval;
      if (busy.has(recordId)) again.push(peopleTimer(session, `again/${id}`, later(session), { approval: id }));
      else for (const person of people ?? approval.people) await recheck(session, approval, person, known);
    }
  }
  await setAndWake(session, again);
}

async function ofPeople(session: WriteSession, key: string, { people, after }: NonNullable<PeopleTimer['rest']>): Promise<void> {
  const [person, ...others] = people;
  if (person === undefined) return;
  const found = await pendingPage(doorIn(session), { person }, { after, first: pageSize });
  await recheckAll(session, found, [person]);
  const last = found.at(-1);
  const rest = last !== undefined && found.length === pageSize ? { people, after: last.id } : { people: others, after: null };
  if (rest.people.length > 0) await setAndWake(session, [peopleTimer(session, key, session.at, { rest })]);
}

const peopleDue: TimerHandler = async (session, timers) => {
  const { transaction, target, at } = session;
  for (const { key, content } of timers) {
    const { person, approval, rest } = JSON.parse(content) as PeopleTimer;
    if (approval !== undefined) {
      const found = (await readApprovals(doorIn(session), [approval])).get(approval);
      if (found?.endedAt === null) await recheckAll(session, [found]);
    } else if (rest !== undefined) await ofPeople(session, key.slice(peopleKind.length + 1), rest);
    else if (person !== undefined) {
      const people = await stoodInByWayOf(transaction, target, { id: person, at });
      await ofPeople(session, `rest/${person}`, { people, after: null });
    }
  }
};

export const peopleTimers: Readonly<Record<string, TimerHandler>> = { [peopleKind]: peopleDue };
