// The form of a tenant's backup: NDJSON, sealed by counts and a digest at its end. One header, the tables with their rows, the files' bytes.
import type { StoredLayer } from '../system/layers.ts';

/** Raised when an older reader could not read it any more; 1 had no files' bytes and is read still. */
export const backupFormat = 2;

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

/**
 * A piece of a file's bytes, after all rows: the pieces of a file follow one another from part 0 on, an empty file has one without data.
 * Bytes of files that came while the backup was made are there too, without a row; whoever restores passes them over.
 */
export interface BackupFilePart {
  /** The id of a row of `_file`. */
  readonly file: string;
  readonly part: number;
  /** Base64, at most 64 KiB of it. */
  readonly data: string;
}

/** A file whose bytes were not in the store. */
export interface BackupMissingFile {
  readonly file: string;
  readonly missing: true;
}

/** The last line. Without it a backup is cut off. */
export interface BackupEnd {
  readonly end: true;
  readonly rows: number;
  /** How many files have their bytes here; since format 2. */
  readonly files?: number;
  /** SHA-256 over all lines before this one, each with its line feed. */
  readonly sha256: string;
}

/** What went into a backup, or came out of one. */
export interface BackupCounts {
  readonly rows: number;
  /** Files with their bytes. */
  readonly files: number;
  /** Files without: their bytes were not in the store. */
  readonly missing: number;
  /** Ids of the first of these. */
  readonly missingSample: readonly string[];
}

/** How many ids of missing files are told. */
export const sampleSize = 10;

/** Bytes of a piece: 64 KiB as base64. */
export const partBytes = 49_152;

/** What lives for a moment and means nothing elsewhere. */
export const passingTables: ReadonlySet<string> = new Set(['_state', '_session', '_spent_refresh', '_once_token', '_idempotency']);
