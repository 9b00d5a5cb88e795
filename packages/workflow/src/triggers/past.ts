// A write as it was: which version of a record it made, what it changed, and the record before and after, as far as history keeps that.
import type { ObjectModel } from '@tessera/metadata';
import type { ChangeEvent } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { anyRecord, pastLines, type PastLine, type RecordValues, type WorkflowDoor } from '@tessera/storage';

/** Lines that are gone back over; of a record with more only its last versions are told. */
const mostLines = 10_000;

export interface PastWrite {
  readonly event: ChangeEvent;
  readonly version: number;
  /** RFC 3339; null where history has no line of it. */
  readonly at: string | null;
  readonly actor: string | null;
  readonly old: RecordValues | undefined;
  readonly values: RecordValues;
  /** The record's last version by now. */
  readonly latest: number;
  /** Fields without history: what they were is not known, so they stand as they are now. */
  readonly unknown: readonly string[];
}

const events = { created: 'create', updated: 'update', deleted: 'delete', restored: 'restore' } as const;

/** The record with what these lines, the latest first, have changed taken back. */
function takenBack(values: RecordValues, lines: readonly PastLine[]): RecordValues {
  const back: Record<string, Value> = { ...values };
  for (const { field, old } of lines) if (field !== null) back[field] = old as Value;
  return back;
}

/** Undefined where there is no such record. `version`: left out, the last. */
export async function pastWrite(
  door: WorkflowDoor,
  object: ObjectModel,
  recordId: string,
  version?: number,
): Promise<PastWrite | undefined> {
  const found = await anyRecord(door, object, recordId);
  if (found === undefined) return undefined;
  const latest = Number(found.values['version']);
  const wanted = Math.min(version ?? latest, latest);
  const lines = await pastLines(door, { object: object.name, recordId, from: wanted, most: mostLines });
  const own = lines.filter((line) => line.version === wanted);
  const values = takenBack(
    found.values,
    lines.filter((line) => line.version > wanted),
  );
  const whole = own.find(({ field }) => field === null) ?? own.at(-1);
  const event = whole === undefined ? (wanted === 1 ? 'create' : 'update') : events[whole.change];
  const current = wanted === latest ? found.values : undefined;
  const { updatedAt, updatedBy } = current ?? {};
  return {
    event,
    version: wanted,
    at: whole?.at ?? (typeof updatedAt === 'string' ? updatedAt : null),
    actor: whole?.actor ?? (typeof updatedBy === 'string' ? updatedBy : null),
    old: event === 'create' ? undefined : { ...takenBack(values, own), version: String(Math.max(wanted - 1, 1)) },
    values: { ...values, version: String(wanted) },
    latest,
    unknown: Object.values(object.fields).flatMap(({ name, columns, history, system }) =>
      columns.length > 0 && !history && !system ? [name] : [],
    ),
  };
}
