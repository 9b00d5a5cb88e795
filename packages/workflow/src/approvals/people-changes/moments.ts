// Writes of people and absences: whoever leaves, comes back, is away or back, or has another stand-in, is followed by the approvals that ask for that person.
import type { Model } from '@tessera/metadata';
import type { Changes, RecordChanged, WriteSession } from '@tessera/records';
import { addDuration, instantOn, parseDuration } from '@tessera/rules';
import { cancelTimers, type NewTimer, type RecordValues } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import type { MomentsPart } from '../../moments-part.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import { peopleKind, peopleTimer } from './timers.ts';

const textIn = (values: RecordValues | undefined, name: string): string | undefined => {
  const value = values?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** Somebody who works here, and did not, or the other way round. */
const hasMoved = (event: Changes['event'], { old, values }: RecordChanged): boolean =>
  event === 'delete' || event === 'restore' || (event === 'update' && old?.['active'] !== values['active']);

function ofUsers(session: WriteSession, { event, records }: Changes): readonly NewTimer[] {
  return records.filter((record) => hasMoved(event, record)).map(({ id }) => peopleTimer(session, id, session.at, { person: id }));
}

interface Span {
  readonly person: string;
  readonly begins: number;
  /** The first instant after it. */
  readonly ends: number;
}

/** An absence by the tenant's days. */
function spanOf({ model }: WriteSession, values: RecordValues | undefined): Span | undefined {
  const [person, from, to] = ['person', 'from', 'to'].map((name) => textIn(values, name));
  const day = parseDuration('P1D');
  if (person === undefined || from === undefined || to === undefined || day === undefined) return undefined;
  const { timeZone } = model.settings;
  const begins = instantOn(from, '00:00', timeZone);
  return { person, begins, ends: addDuration(instantOn(to, '00:00', timeZone), day, timeZone) };
}

/** At once for whom it makes a difference by now; at its begin and at its end, as far as these are to come. */
function ofAbsence(
  session: WriteSession,
  event: Changes['event'],
  { id, old, values }: RecordChanged,
): { readonly set: readonly NewTimer[]; readonly gone: readonly string[] } {
  const now = Date.parse(session.at);
  const before = event === 'restore' ? undefined : spanOf(session, old);
  const after = event === 'delete' ? undefined : spanOf(session, values);
  const isOn = (span: Span | undefined): span is Span => span !== undefined && span.begins <= now && now < span.ends;
  const people = new Set([before, after].filter(isOn).map(({ person }) => person));
  const edges = [
    { key: `${id}/from`, at: after?.begins },
    { key: `${id}/to`, at: after?.ends },
  ];
  const set = [...people].map((person) => peopleTimer(session, person, session.at, { person }));
  const gone: string[] = [];
  for (const { key, at } of edges) {
    if (after === undefined || at === undefined || at <= now) gone.push(`${peopleKind}/${key}`);
    else set.push(peopleTimer(session, key, new Date(at).toISOString(), { person: after.person }));
  }
  return { set, gone };
}

async function follow(session: WriteSession, changes: Changes): Promise<void> {
  if (changes.object.name === 'user') {
    await setAndWake(session, ofUsers(session, changes));
    return;
  }
  const each = changes.records.map((record) => ofAbsence(session, changes.event, record));
  const gone = each.flatMap((one) => one.gone);
  if (gone.length > 0) await cancelTimers(doorIn(session), gone);
  await setAndWake(
    session,
    each.flatMap((one) => one.set),
  );
}

/** All processes that there are, those that are switched off included: what they have begun goes on. */
const hasProcesses = ({ objects }: Model): boolean => Object.keys(objects['absence']?.fields['processes']?.options ?? {}).length > 0;

export function approvalPeople(model: Model): MomentsPart | undefined {
  if (!hasProcesses(model)) return undefined;
  return { concerns: ({ name }, event) => name === 'absence' || (name === 'user' && event !== 'create'), afterSave: follow };
}
