// Clocks at the moments of writes: before the save they move with the record, after it their cycles and timers follow.
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Changes, RecordChanged, Verdict, Voice, WriteSession } from '@tessera/records';
import type { RecordValues } from '@tessera/storage';
import type { MomentsPart } from '../moments-part.ts';
import { followClock } from './cycles.ts';
import { clocksOf, fieldsFor, stateAfter, stateIn } from './record-clocks.ts';

/** The fields of the clocks of a record, as it is to be. */
function valuesOf(session: WriteSession, object: ObjectModel, { old, values }: RecordChanged): RecordValues {
  const states = clocksOf(session.model, object).map((clock) =>
    fieldsFor(clock, stateAfter(session, clock, object, values, stateIn(clock, old))),
  );
  return Object.assign({}, ...states) as RecordValues;
}

/** The platform sets what it keeps, by what everything else has set before. */
const voice: Voice<WriteSession> = {
  asPerson: false,
  say: (session, { object, records }: Changes) =>
    Promise.resolve(
      new Map(records.map((record): [string, Verdict] => [record.id, { problems: [], values: valuesOf(session, object, record) }])),
    ),
};

/** How clocks stand is part of what is saved. */
export function clockStates(model: Model): MomentsPart | undefined {
  if (Object.keys(model.clocks).length === 0) return undefined;
  return {
    concerns: () => false,
    afterSave: () => Promise.resolve(),
    before: (object, event) => ((event === 'create' || event === 'update') && clocksOf(model, object).length > 0 ? [voice] : []),
  };
}

/** Cycles and timers follow the write as it was. */
export function clockCycles(model: Model): MomentsPart | undefined {
  if (Object.keys(model.clocks).length === 0) return undefined;
  return {
    concerns: (object) => clocksOf(model, object).length > 0,
    afterSave: async (session, changes) => {
      for (const clock of clocksOf(model, changes.object)) await followClock(session, clock, changes);
    },
  };
}
