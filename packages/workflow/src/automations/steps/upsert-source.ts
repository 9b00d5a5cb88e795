// What a set is made from, read in pieces: the records of a query behind an id, and for each the dates of its series.
import type { QueryModel, SourceModel, UpsertStepModel } from '@tessera/metadata';
import { always, allOf, parseDuration, seriesDates, type Expression, type SeriesDate } from '@tessera/rules';
import type { Frame, StepWork } from '../step-work.ts';

type Work = StepWork<UpsertStepModel>;

/** How far a source has been read. */
export interface Cursor {
  /** The id of the last record that is done with. */
  readonly after: string;
  /** The record that comes next has been read up to this date, this one included. */
  readonly within?: { readonly id: string; readonly date: string };
}

const noId = '00000000-0000-0000-0000-000000000000';

export const atStart: Cursor = { after: noId };

/** One thing that there is to be a record for. */
export interface Item {
  /** The place of the frame that it is of. */
  readonly of: number;
  readonly frame: Frame;
  /** What people are told that it is. */
  readonly name: string;
}

export interface Piece {
  readonly items: readonly Item[];
  /** For each frame the cursor behind the piece; undefined: there is nothing more. */
  readonly next: readonly (Cursor | undefined)[];
}

/** What a page begins behind is bound for each frame, as an outcome of this name: no step is called so. */
const pageKey = '$page';

/** The same query, only records behind an id that each frame brings. */
export function behind(query: QueryModel, first: number, more: readonly Expression[] = []): QueryModel {
  const type = { kind: 'reference', to: [query.object] } as const;
  const id: Expression = { node: 'path', type, root: query.frame, steps: [] };
  const steps = [pageKey, 'after'].map((field) => ({ object: '', field }));
  const after: Expression = { node: 'path', type, root: '$steps', steps };
  const later: Expression = { node: 'call', type: { kind: 'boolean' }, operator: '>', arguments: [id, after] };
  return { ...query, where: allOf([query.where ?? always(true), ...more, later]), sort: [], first };
}

export const behindId = (frame: Frame, after: string): Frame => ({ ...frame, outcomes: { ...frame.outcomes, [pageKey]: { after } } });

interface Row {
  readonly of: number;
  readonly frame: Frame;
  readonly name: string;
  readonly id: string;
}

interface Rows {
  readonly rows: readonly Row[];
  /** Places of frames whose query may give more. */
  readonly more: ReadonlySet<number>;
}

async function queryRows(work: Work, query: QueryModel, cursors: readonly (Cursor | undefined)[], most: number): Promise<Rows> {
  const { session, step, frames } = work;
  const open = cursors.flatMap((cursor, of) => (cursor === undefined ? [] : [{ of, cursor }]));
  const first = Math.max(1, Math.floor(most / Math.max(1, open.length)));
  const paged = session.target.kept.keep(session.target, step, `source ${String(first)}`, () => behind(query, first));
  const asked = open.flatMap(({ of, cursor }) => (frames[of] === undefined ? [] : [behindId(frames[of], cursor.after)]));
  const found = await work.over(asked).find(paged);
  const rows = open.flatMap(({ of }, i) =>
    (found[i] ?? []).flatMap((record): Row[] => {
      const frame = frames[of];
      if (frame === undefined) return [];
      const opened = { ...frame, key: `${frame.key}/${record.id}`, records: [...frame.records, record] };
      return [{ of, frame: opened, id: record.id, name: `${record.object} ${record.id}` }];
    }),
  );
  return { rows, more: new Set(open.flatMap(({ of }, i) => (found[i]?.length === first ? [of] : []))) };
}

/** The dates of each row, behind its cursor; a date for each where there is no series. */
async function datesOf(
  work: Work,
  { series }: SourceModel,
  rows: readonly Row[],
  cursors: readonly (Cursor | undefined)[],
): Promise<readonly { readonly row: Row; readonly dates: Iterable<SeriesDate | undefined> }[]> {
  if (series === undefined) return rows.map((row) => ({ row, dates: [undefined] }));
  const { session, step } = work;
  const ends = session.target.kept.keep(session.target, step, 'series', () => ({ start: series.start, end: series.end }));
  const evaluated = await work.over(rows.map(({ frame }) => frame)).evaluateAll(ends);
  const every = parseDuration(series.every) ?? { months: 0, days: 1 };
  return rows.map((row, i) => {
    const { start, end } = evaluated[i] ?? {};
    const part = cursors[row.of]?.within;
    const after = part !== undefined && part.id === row.id ? part.date : undefined;
    return { row, dates: typeof start === 'string' && typeof end === 'string' ? seriesDates({ start, end, every }, after) : [] };
  });
}

function itemOf({ of, frame, name }: Row, date: SeriesDate | undefined): Item {
  if (date === undefined) return { of, frame, name };
  const outcomes = { ...frame.outcomes, $series: { date: date.date, next: date.next, index: String(date.index) } };
  return { of, frame: { ...frame, key: `${frame.key}/${date.date}`, outcomes }, name: `${name} ${date.date}`.trim() };
}

/** The next items of all frames that have a cursor, at most so many, in the order of the frames. */
export async function readSource(work: Work, source: SourceModel, cursors: readonly (Cursor | undefined)[], most: number): Promise<Piece> {
  const { query } = source;
  const { rows, more }: Rows =
    query === undefined
      ? {
          rows: work.frames.flatMap((frame, of) => (cursors[of] === undefined ? [] : [{ of, frame, name: '', id: noId }])),
          more: new Set(),
        }
      : await queryRows(work, query, cursors, most);
  const items: Item[] = [];
  const reached = [...cursors];
  /** Frames from here on have rows that were not reached. */
  let stopped = cursors.length;
  reading: for (const { row, dates } of await datesOf(work, source, rows, cursors)) {
    const { of, id } = row;
    const after = reached[of]?.after ?? noId;
    for (const date of dates) {
      if (items.length >= most) {
        stopped = of;
        break reading;
      }
      items.push(itemOf(row, date));
      if (date !== undefined) reached[of] = { after, within: { id, date: date.date } };
    }
    reached[of] = { after: id };
  }
  return { items, next: reached.map((cursor, of) => (of >= stopped || more.has(of) ? cursor : undefined)) };
}
