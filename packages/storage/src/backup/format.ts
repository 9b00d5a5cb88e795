// The form of a tenant's backup: NDJSON, one line each, sealed by a count and a digest at its end.
import type { StoredLayer } from '../system/layers.ts';

/** Raised when an older reader could not read it any more. */
export const backupFormat = 1;

/** The first line. */
export interface BackupHeader {
  readonly tessera: 'backup';
  readonly format: number;
  readonly tenant: string;
  readonly modelHash: string;
  readonly systemVersion: number;
  /** RFC 3339. */
  readonly at: string;
  readonly layers: readonly StoredLayer[];
}

/** Opens the rows of a table; each of them is a line `{"r": …}`. */
export interface BackupTable {
  readonly table: string;
  /** The identity column whose counter goes on behind the highest value. */
  readonly identity: string | null;
}

/** The last line. Without it a backup is cut off. */
export interface BackupEnd {
  readonly end: true;
  readonly rows: number;
  /** SHA-256 over all lines before this one, each with its line feed. */
  readonly sha256: string;
}

/** What lives for a moment and means nothing elsewhere. */
export const passingTables: ReadonlySet<string> = new Set(['_state', '_session', '_idempotency']);
