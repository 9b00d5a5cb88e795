// The frames of many runs as rows of one statement: records as they are bound, records that are read by their ids, values worked out before.
import { ident, join, keyword, slot, sql, type Sql } from '@tessera/kernel';
import { conditionSql, sqlType, type Expression, type RuleType, type Value } from '@tessera/rules';
import { liveSql, idSql } from '../query/columns.ts';
import { objectOf, startCompilation, tableSql, type Compilation, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { Frames } from '../query/frames.ts';
import { columnsOf, recordFields, recordset, rowOf, type RecordValues } from '../write/record-rows.ts';

/** What rules speak of beyond the records of their own statement. */
export interface FramesWanted {
  /** Objects of records that are bound, by frame. */
  readonly bound: ReadonlyMap<number | '$old', string>;
  /** Records that only the ids are bound of: read as they are stored, live, where `seen` (frame 0 is the record) holds. */
  readonly stored: ReadonlyMap<number, { readonly object: string; readonly seen: Expression | undefined }>;
  /** Values worked out before, by the key of their path. */
  readonly values: ReadonlyMap<string, RuleType>;
}

/** The same for one row. */
export interface FrameRow {
  readonly bound: ReadonlyMap<number | '$old', RecordValues | undefined>;
  readonly stored: ReadonlyMap<number, string | null>;
  readonly values: ReadonlyMap<string, Value>;
}

/** What a path under `$steps` is told apart by. */
export const outcomeKey = (steps: readonly { readonly field: string }[]): string => JSON.stringify(steps.map(({ field }) => field));

const place = sql`i integer`;
const base = 'b';
const boundAlias = (frame: number | '$old'): string => (frame === '$old' ? 'o' : `f${String(frame)}`);
const boundSlot = (frame: number | '$old'): string => `frames:${String(frame)}`;
const rowsSlot = 'frames:rows';

const fieldsOf = (target: ReadTarget, object: string): ReturnType<typeof recordFields> => recordFields(objectOf(target, object));

/** What stands after `from`, with a row for each frame by its place `b.i`; and how rules speak of it. */
export interface BoundSource {
  readonly c: Compilation;
  readonly from: Sql;
  readonly frames: Frames;
  readonly index: Sql;
}

function storedSql(
  c: Compilation,
  frame: number,
  { object, seen }: { readonly object: string; readonly seen: Expression | undefined },
): Sql {
  const row = c.nextAlias();
  const where = [sql`${idSql(row)} = ${ident(base, `s${String(frame)}`)}`, liveSql(row)];
  if (seen !== undefined) where.push(conditionSql(seen, rowEnvironment(c, row)));
  const rows = sql`select ${ident(row)}.* from ${tableSql(c, object, row)} where ${join(where, ' and ')}`;
  return sql`left join lateral (${rows}) ${ident(boundAlias(frame))} on true`;
}

export function boundSource(target: ReadTarget, { bound, stored, values }: FramesWanted): BoundSource {
  const c = startCompilation(target);
  const keys = [...values.keys()];
  const own = [
    place,
    ...[...stored.keys()].map((frame) => sql`${ident(`s${String(frame)}`)} uuid`),
    ...[...values.values()].map((type, n) => sql`${ident(`v${String(n)}`)} ${keyword(sqlType(type))}`),
  ];
  const records = [...bound].map(([frame, object]) => {
    const rows = recordset(slot(boundSlot(frame)), columnsOf(fieldsOf(target, object)), boundAlias(frame), [place]);
    return sql`left join ${rows} on ${ident(boundAlias(frame), 'i')} = ${ident(base, 'i')}`;
  });
  const read = [...stored].map(([frame, source]) => storedSql(c, frame, source));
  const rows: (string | undefined)[] = [];
  for (const frame of [...bound.keys(), ...stored.keys()]) if (frame !== '$old') rows[frame] = boundAlias(frame);
  const frames: Frames = {
    rows,
    ...(bound.has('$old') ? { old: boundAlias('$old') } : {}),
    outcome: ({ steps }) => {
      const n = keys.indexOf(outcomeKey(steps));
      if (n < 0) throw new TypeError(`Nothing is bound for the outcome ${outcomeKey(steps)}.`);
      return ident(base, `v${String(n)}`);
    },
  };
  const head = sql`json_to_recordset(${slot(rowsSlot)}::json) as ${ident(base)}(${join(own)})`;
  return { c, from: join([head, ...records, ...read], ' '), frames, index: ident(base, 'i') };
}

/** Values of the slots that the source has. */
export function boundSlots(target: ReadTarget, wanted: FramesWanted, rows: readonly FrameRow[]): Readonly<Record<string, unknown>> {
  const keys = [...wanted.values.keys()];
  const slots: Record<string, unknown> = {
    [rowsSlot]: JSON.stringify(
      rows.map(({ stored, values }, i) => ({
        i,
        ...Object.fromEntries([...wanted.stored.keys()].map((frame) => [`s${String(frame)}`, stored.get(frame) ?? null])),
        ...Object.fromEntries(keys.map((key, n) => [`v${String(n)}`, values.get(key) ?? null])),
      })),
    ),
  };
  for (const [frame, object] of wanted.bound) {
    const fields = fieldsOf(target, object);
    const records = rows.flatMap(({ bound }, i) => {
      const record = bound.get(frame);
      return record === undefined ? [] : [{ i, ...rowOf(fields, record) }];
    });
    slots[boundSlot(frame)] = JSON.stringify(records);
  }
  return slots;
}
