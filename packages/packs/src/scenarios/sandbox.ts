// What scenarios are played in, and by whom: handed in by whoever has an engine, since packs know none.
import type { Problem } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { FailedRun, Seeded } from '@tessera/storage';
import type { RecordRef, Values } from '../given-values.ts';
import type { DataSet } from '../seeds/sets.ts';

export type { RecordRef, Values };

export interface WriteChoice {
  readonly allowDuplicates?: boolean | undefined;
}

export interface SubmitAction {
  readonly process?: string | undefined;
  /** Ids of users, as everywhere below. */
  readonly chosen?: readonly string[] | undefined;
  readonly comment?: string | undefined;
}

export interface ApprovalAct {
  readonly action: string;
  readonly to?: readonly string[] | undefined;
  readonly place?: 'before' | 'after' | undefined;
  readonly then?: 'rerun' | 'return' | undefined;
  /** Whose turn. */
  readonly of?: string | undefined;
  /** By its path. */
  readonly step?: string | undefined;
  readonly chosen?: readonly string[] | undefined;
  readonly edits?: Values | undefined;
  readonly comment?: string | undefined;
}

export interface PoolAct {
  readonly action: 'claim' | 'return' | 'transfer' | 'assign';
  readonly to?: string | undefined;
  readonly pool?: string | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
}

export interface ImportAct extends WriteChoice {
  readonly object: string;
  readonly mapping: unknown;
  /** NDJSON. */
  readonly content: string;
  readonly by?: string | undefined;
}

export interface Imported {
  readonly created: number;
  readonly updated: number;
  /** By the line of the content, from 1. */
  readonly refused: readonly {
    readonly line: number;
    readonly code: string;
    readonly field?: string | undefined;
    readonly message: string;
  }[];
}

/** What GraphQL answers. */
export interface Answered {
  readonly data?: unknown;
  readonly errors: readonly Problem[];
}

/** The records of an object: those for which a rule holds, or all. */
export interface Chosen {
  readonly object: string;
  readonly where?: unknown;
}

export interface Figures extends Chosen {
  readonly groupBy: Readonly<Record<string, { readonly path: string; readonly bucket?: 'day' | 'week' | 'month' | 'quarter' | 'year' }>>;
  readonly measures: Readonly<
    Record<
      string,
      { readonly function: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'; readonly path?: string; readonly where?: unknown }
    >
  >;
}

/** Somebody at work, or the platform itself. What is refused is thrown as it is to every caller. */
export interface Player {
  create(object: string, values: Values, choice: WriteChoice): Promise<string>;
  update(record: RecordRef, values: Values, choice: WriteChoice): Promise<void>;
  remove(record: RecordRef): Promise<void>;
  restore(record: RecordRef): Promise<void>;
  void(record: RecordRef): Promise<void>;
  unvoid(record: RecordRef): Promise<void>;
  submit(record: RecordRef, action: SubmitAction): Promise<void>;
  approve(record: RecordRef, act: ApprovalAct): Promise<void>;
  press(automation: string, record: RecordRef | undefined, inputs: Values): Promise<void>;
  changeOwner(record: RecordRef, act: PoolAct): Promise<void>;
  /** Gives what was made or taken, by target. */
  convert(record: RecordRef, conversion: string, choice: WriteChoice): Promise<ReadonlyMap<string, RecordRef>>;
  import(act: ImportAct): Promise<Imported>;
  query(document: string, variables: Values): Promise<Answered>;
  /** Fields of a record that is not in the bin; undefined where the player sees none. */
  read(record: RecordRef, fields: readonly string[]): Promise<Values | undefined>;
  /** At most 1,000 records, by id. */
  list(chosen: Chosen, fields: readonly string[]): Promise<readonly Values[]>;
  count(chosen: Chosen): Promise<number>;
  aggregate(figures: Figures): Promise<readonly Values[]>;
}

/** Why somebody sees a record, or does not. */
export interface Sight {
  readonly read: boolean;
  /** The verb counted in. */
  readonly edit: boolean;
  /** Names of the sharing rules that give it. */
  readonly rules: readonly string[];
}

/** What an address answers that automations post to. */
export interface GivenAnswer {
  readonly address: string;
  readonly status: number;
  readonly body: unknown;
}

/** A mail or webhook that was decided. */
export interface SentEffect {
  readonly kind: string;
  readonly address: string;
  readonly object: string | null;
  readonly recordId: string | null;
  readonly content: unknown;
}

/** A change of a field. */
export interface FieldChange {
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
  readonly by: string | null;
}

/** What a scenario begins with. */
export interface SandboxStart {
  readonly language: string;
  readonly answers: readonly GivenAnswer[];
  /** Demo data, in the order in which they are loaded. */
  readonly data: readonly DataSet[];
}

/** Something of the metadata that was done: `automation remind`, `step remind/task`. */
export type Reached = string;

/** A tenant of its own, whose clock stands still and from which nothing goes out. */
export interface Sandbox {
  readonly model: Model;
  /** Milliseconds since 1970. */
  now(): number;
  /** Never back. */
  moveTo(at: number): void;
  /** Takes back all that was done since it was made; then it is `at`. */
  reset(at: number, scenario: SandboxStart): Promise<void>;
  /** The records of packs' data that it holds. */
  seeds(): Promise<readonly Seeded[]>;
  /** Writes a record as the platform writes a pack's data; gives its id. */
  put(object: string, values: Values, id?: string): Promise<string>;
  player(user: string | undefined): Promise<Player>;
  /** Does all that is due by now; gives what of the platform's own work came to nothing, in words. */
  drain(): Promise<readonly string[]>;
  /** When something is next due; undefined: never. */
  nextDue(): Promise<number | undefined>;
  /** Delivers a message to a webhook, signed. */
  deliver(automation: string, message: { readonly id: string; readonly inputs: Values }): Promise<void>;
  sight(record: RecordRef, user: string): Promise<Sight>;
  isDeleted(record: RecordRef): Promise<boolean>;
  changes(record: RecordRef): Promise<readonly FieldChange[]>;
  effects(): Promise<readonly SentEffect[]>;
  /** Runs of automations that have come to nothing since the reset. */
  failedRuns(): Promise<readonly FailedRun[]>;
  /** What has been done since the reset. */
  reached(): Promise<readonly Reached[]>;
  close(): Promise<void>;
}
