// How much work lies before a position, and back: a table of few numbers that JavaScript and SQL read in the same way.
//
// Positions are instants, or days. A stretch is a piece of the axis on which the plain week goes on, or one special day does; what is worked in
// it is read off a pattern that is the same for all stretches: first the week, then each kind of special day, then rest without end.

/** From `from` on, until before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Stretch {
  /** The position that it begins at. */
  readonly at: number;
  /** Work before that. */
  readonly done: number;
  /** Leads from a position to the pattern. */
  readonly shift: number;
  /** Leads from the pattern's work to that of the table. */
  readonly base: number;
  /** 1 where the week is repeated, 0 where the pattern goes on. */
  readonly weekly: 0 | 1;
}

export interface Piece {
  /** A place in the pattern, and the pattern's work before it. */
  readonly from: number;
  readonly sum: number;
}

export interface WorkTable {
  readonly stretches: readonly Stretch[];
  /** Where the last stretch ends, and all work. */
  readonly end: Pick<Stretch, 'at' | 'done'>;
  /** The first begins at 0. */
  readonly pieces: readonly Piece[];
  /** The whole pattern's work. */
  readonly total: number;
  /** A week's length. */
  readonly period: number;
  /** A week's work; 1 where there is none, so that one may divide by it. */
  readonly turn: number;
}

/** How many entries of a sorted list are at most `value`: PostgreSQL's `width_bucket`. */
export function countUpTo<Entry>(entries: readonly Entry[], of: (entry: Entry) => number, value: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && of(entry) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const atOf = ({ at }: Stretch): number => at;
const doneOf = ({ done }: Stretch): number => done;
const fromOf = ({ from }: Piece): number => from;
const sumOf = ({ sum }: Piece): number => sum;

type Pattern = Pick<WorkTable, 'pieces' | 'total'>;

function patternWork({ pieces, total }: Pattern, place: number): number {
  const j = countUpTo(pieces, fromOf, place);
  const { from, sum } = pieces[j - 1] ?? { from: 0, sum: 0 };
  return sum + Math.min(place - from, (pieces[j]?.sum ?? total) - sum);
}

/**
 * Work before `position + beyond`, which is at most where the position's stretch ends. NaN outside of the table.
 */
export function workBefore(table: WorkTable, position: number, beyond = 0): number {
  const stretch = table.stretches[countUpTo(table.stretches, atOf, position) - 1];
  if (stretch === undefined || !(position < table.end.at)) return NaN;
  const along = position + beyond + stretch.shift;
  const turns = Math.floor(along / table.period) * stretch.weekly;
  return stretch.base + turns * table.turn + patternWork(table, along - turns * table.period);
}

/**
 * The position that so much work lies before: the last one (`back` 0: where work goes on), or the first (1: where it was left). NaN where the
 * table has none.
 */
export function reach(table: WorkTable, work: number, back: 0 | 1): number {
  const stretch = table.stretches[countUpTo(table.stretches, doneOf, work - back) - 1];
  if (stretch === undefined || !(work - back < table.end.done)) return NaN;
  const turns = Math.floor((work - stretch.base - back) / table.turn) * stretch.weekly;
  const inside = work - stretch.base - turns * table.turn;
  const piece = table.pieces[countUpTo(table.pieces, sumOf, inside - back) - 1];
  return piece === undefined ? NaN : turns * table.period + piece.from + inside - piece.sum - stretch.shift;
}

/** A stretch in the making: where it begins, and the place of the pattern that it begins with. */
export interface Begin {
  readonly at: number;
  readonly along: number;
  readonly weekly: 0 | 1;
}

/**
 * @param spans when the pattern works, in order; none crosses the end of the week
 * @param begins in order, each going on until the next
 */
export function workTable(period: number, spans: readonly Span[], begins: readonly Begin[], end: number): WorkTable {
  const pieces: Piece[] = [{ from: 0, sum: 0 }];
  let total = 0;
  for (const { from, to } of spans) {
    pieces.push({ from, sum: total });
    total += to - from;
  }
  const pattern: Pattern = { pieces, total };
  const week = patternWork(pattern, period);
  const stretches: Stretch[] = [];
  let done = 0;
  begins.forEach(({ at, along, weekly }, i) => {
    const work = (place: number): number => {
      const turns = Math.floor(place / period) * weekly;
      return turns * week + patternWork(pattern, place - turns * period);
    };
    const base = done - work(along);
    stretches.push({ at, done, shift: along - at, base, weekly });
    done = base + work(along + (begins[i + 1]?.at ?? end) - at);
  });
  return { stretches, end: { at: end, done }, pieces, total, period, turn: Math.max(week, 1) };
}
