// What `tessera dev` is told, and whom it talks to.
import type { PlanDecisions } from '@tessera/engine';

export interface DevInput {
  readonly folder: string;
  /** Left out: one that is called like the folder. */
  readonly tenant?: string | undefined;
  /** Its scenarios too, with every good save. */
  readonly test: boolean;
  readonly decisions: PlanDecisions;
}

/** Somebody who looks on. */
export interface Onlooker {
  readonly say: (text: string) => Promise<void>;
  /** Whether what loses data may be done. */
  readonly agrees: () => Promise<boolean>;
}
