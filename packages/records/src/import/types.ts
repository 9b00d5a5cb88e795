// What an import is given and what it says of itself.
import type { Context, Problem } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { TenantDatabase } from '@tessera/storage';
import type { WriteSession } from '../session.ts';

export interface ImportDeps {
  readonly context: Context;
  readonly database: TenantDatabase;
  /** The Model as it exists for the caller. */
  readonly model: Model;
  /**
   * One transaction with its commit checks: `runInSession`, bound to the caller as of then. `work` may be run again. The session's access
   * decides what the part may do, and which records lookups and `by` find.
   */
  run<T>(work: (session: WriteSession) => Promise<T>): Promise<T>;
}

export interface ImportInput {
  readonly object: string;
  /** An import mapping (schemas/import-mapping.schema.json), unchecked. */
  readonly mapping: unknown;
  readonly content: AsyncIterable<Uint8Array>;
  /** A unique field or key, or `id`: rows whose values a record has change that record. With `internal` any field. */
  readonly by?: string;
  /** Everything is checked, nothing stays. */
  readonly dryRun?: boolean;
  /** The id of an import that was broken off; object, mapping, `by` and content must be the same. */
  readonly resume?: string;
  /** Seed data: system fields such as `createdAt` may be set too. */
  readonly internal?: boolean;
  /** Told after each transaction. */
  readonly onProgress?: (status: ImportStatus) => void;
  /** Rows of one transaction; default 500. */
  readonly chunkSize?: number;
  /** Names of the rows' records, kept with what is written. */
  readonly naming?: RowNaming;
}

export interface RowNaming {
  /** The column of the file whose text names the record; where it is empty, nothing does. */
  readonly column: string;
  /** Whether the row of a name is skipped: its record stays as it is. */
  readonly leaves: (name: string) => boolean;
  readonly keep: (session: WriteSession, named: readonly { readonly name: string; readonly id: string }[]) => Promise<void>;
}

/** One refused row as the status shows it. */
export interface ImportReject {
  /** As a spreadsheet counts: the headers are row 1. In NDJSON the line. */
  readonly row: number;
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

export interface ImportStatus {
  readonly id: string;
  readonly object: string;
  readonly status: 'running' | 'done' | 'failed' | 'dryRun';
  /** Rows read; those without any value do not count. */
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  /** Rows that wait for an approval: records that are made and not in force, and changes that are not written (nor counted as such). */
  readonly inApproval: number;
  /** Left out by the mapping's `skipWhen`. */
  readonly skipped: number;
  /** Rows in the report. A row whose deferred lookup found nothing is in it although it was written, without the lookup. */
  readonly refused: number;
  /** The first refusals. */
  readonly rejects: readonly ImportReject[];
}

export type Counts = Pick<ImportStatus, 'read' | 'created' | 'updated' | 'inApproval' | 'skipped' | 'refused'>;

export const noCounts: Counts = { read: 0, created: 0, updated: 0, inApproval: 0, skipped: 0, refused: 0 };

export function addCounts(a: Counts, b: Partial<Counts>): Counts {
  return {
    read: a.read + (b.read ?? 0),
    created: a.created + (b.created ?? 0),
    updated: a.updated + (b.updated ?? 0),
    inApproval: a.inApproval + (b.inApproval ?? 0),
    skipped: a.skipped + (b.skipped ?? 0),
    refused: a.refused + (b.refused ?? 0),
  };
}

/** One row of the file. */
export interface SourceRow {
  readonly row: number;
  /** By the columns of the source, texts in a CSV. A row that cannot be read holds whatever there is. */
  readonly cells: readonly unknown[];
  /** Why the row cannot be read. */
  readonly flaw?: Problem;
}

/** A file that has been opened: its columns are those of the mapping. */
export interface Source {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<SourceRow>;
  /** Lets go of the content, read or not. */
  close(): Promise<void>;
}

/** A refused row with all reasons. */
export interface RefusedRow {
  readonly row: number;
  readonly problems: readonly Problem[];
  readonly cells: readonly unknown[];
}

/** A written row whose deferred lookups are to be set when all rows are in: texts by field. */
export interface WaitingRow {
  readonly row: number;
  readonly id: string;
  readonly links: Readonly<Record<string, string>>;
  readonly cells: readonly unknown[];
}
