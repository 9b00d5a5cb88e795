// Where a path starts, and how it is refused.
import type { PathRoot, PathStep } from '../expression.ts';

/** Records a problem and gives undefined. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export type RefuseName = <Found>(reason: string) => Found | undefined;

/** A record that a path starts from. */
export interface Start {
  readonly root: PathRoot;
  readonly object: string;
  readonly steps: readonly PathStep[];
}
