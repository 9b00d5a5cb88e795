// Walks over the records of an object after a change of the metadata: page by page, each committed with the place where the next begins.
import type { Model, ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import {
  recordPageStatement,
  recordReader,
  setTimers,
  wakeStatement,
  type NewTimer,
  type RecordValues,
  type Timer,
  type WorkflowDoor,
} from '@tessera/storage';
import { doorIn, type Handlers, type TimerHandler } from '../jobs/handlers.ts';
import type { MetadataChanged } from './follow-metadata.ts';
import { idOf } from './record-id.ts';

/** Records of one transaction. */
const pageSize = 500;

/** What a walk is for: a component, by its name, and the object whose records it concerns. */
export interface Walked {
  readonly name: string;
  readonly object: string;
}

export interface RecordWalk<Part extends Walked> {
  readonly kind: string;
  /** By its name; undefined: it is no more. */
  readonly partOf: (model: Model, name: string) => Part | undefined;
  /** Does what is to be done with records, which are locked. */
  readonly take: (session: WriteSession, object: ObjectModel, part: Part, records: readonly RecordValues[]) => Promise<void>;
}

interface Place {
  readonly name: string;
  /** The id that the next page begins behind; null: at the first. */
  readonly after: string | null;
}

const placeOf = ({ content }: Timer): Place => JSON.parse(content) as Place;

export const walkKey = (kind: string, name: string): string => `${kind}/${name}`;

const timer = (kind: string, { name, object }: Walked, id: string, at: string, after: string | null): NewTimer => ({
  id,
  key: walkKey(kind, name),
  kind,
  dueAt: at,
  runId: null,
  object,
  recordId: null,
  content: JSON.stringify({ name, after } satisfies Place),
});

/** Whether there may be records already. */
function isOld({ before, after }: MetadataChanged, { object }: Walked): boolean {
  const names = [object, ...(after.objects[object]?.renamedFrom ?? [])];
  return before !== undefined && names.some((name) => Object.hasOwn(before.objects, name));
}

/** Begins walks anew, of what was there before, in the transaction that puts the metadata in force. */
export async function beginWalks(
  door: WorkflowDoor,
  { kind }: Pick<RecordWalk<Walked>, 'kind'>,
  parts: readonly Walked[],
  changed: MetadataChanged,
): Promise<void> {
  const { now, newId } = changed;
  const old = parts.filter((part) => isOld(changed, part));
  if (old.length === 0) return;
  await setTimers(
    door,
    old.map((part) => timer(kind, part, newId(), now, null)),
    now,
  );
  await door.query(wakeStatement(['work'], now));
}

/** What is done when walks of the kind are due. */
export function walkTimers<Part extends Walked>({ kind, partOf, take }: RecordWalk<Part>): Handlers['timers'] {
  const due: TimerHandler = async (session, timers) => {
    for (const each of timers) {
      const { name, after } = placeOf(each);
      const part = partOf(session.model, name);
      const object = part && session.model.objects[part.object];
      if (part === undefined || object === undefined) continue;
      const { rows } = await session.transaction.query(recordPageStatement(session.target, object, { after, first: pageSize }));
      const records = rows.map(recordReader(object));
      if (records.length > 0) await take(session, object, part, records);
      const last = records.at(-1);
      if (last === undefined || records.length < pageSize) continue;
      await setTimers(doorIn(session), [timer(kind, part, session.context.newId(), session.at, idOf(last))], session.at);
    }
  };
  return { [kind]: due };
}
