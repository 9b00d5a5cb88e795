// What a read comes to before PostgreSQL is asked: the same for whoever runs it and for whoever explains it.
import type { Statement } from '@tessera/kernel';

export interface PreparedRead {
  /** With slots where values will be. */
  readonly compiled: Statement;
  /** The same, bound. */
  readonly statement: Statement;
  /** As `queryCost` counts it; undefined of what is not limited by it. */
  readonly cost?: number;
  /** Whether it is of a plan that was kept. */
  readonly cached?: boolean;
}
