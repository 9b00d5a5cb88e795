// The rows that a rule can speak of, as table aliases.
import type { Sql } from '@tessera/kernel';
import type { PathExpression } from '@tessera/rules';

/** Aliases of the record frames (0 is the record; each aggregate opens the next) and of the record as it was. */
export interface Frames {
  readonly rows: readonly (string | undefined)[];
  readonly old?: string;
  /** A value that was worked out before; left out: there are none. */
  readonly outcome?: (path: PathExpression) => Sql;
}

/** The frames with one more row. */
export function withFrame(frames: Frames, frame: number, alias: string): Frames {
  const rows = [...frames.rows];
  rows[frame] = alias;
  return { ...frames, rows };
}
