// Automations as callers start them and administrators look at them: buttons, runs with their journal, explanations, secrets of webhooks.
import type { JournalEntry, ListedRun, RunState } from '@tessera/storage';
import type { AutomationExplanation } from '@tessera/workflow';

export interface StartInput {
  readonly automation: string;
  /** The record whose button it is; left out for an automation that runs on none. */
  readonly object?: string;
  readonly id?: string;
  /** By name, as JSON. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface Started {
  /** Null where it had nothing to do. */
  readonly run: string | null;
}

export interface RunsInput {
  readonly automation?: string;
  readonly object?: string;
  readonly recordId?: string;
  readonly state?: RunState;
  /** Default 100. */
  readonly first?: number;
  /** `next` of the page before. */
  readonly before?: string;
}

/** `error` is any JSON with a `message`. */
export type ShownRun = Omit<ListedRun, 'error'> & { readonly error: unknown };

/** The latest first. */
export interface RunList {
  readonly runs: readonly ShownRun[];
  /** What `before` takes to go on; null where this is the end. */
  readonly next: string | null;
}

export type ShownStep = Omit<JournalEntry, 'runId' | 'input' | 'output' | 'error'> & {
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
};

export interface RunWithJournal extends ShownRun {
  /** What it has done so far, in its order. */
  readonly journal: readonly ShownStep[];
}

export interface ExplainInput {
  readonly automation: string;
  readonly record: string;
  /** Of the record's history; left out: its last. */
  readonly version?: number;
}

export type ShownExplanation = Omit<AutomationExplanation, 'runs'> & { readonly runs: readonly ShownRun[] };

export interface WebhookSecret {
  /** Below the API's address. */
  readonly path: string;
  /** `whsec_…`, as Standard Webhooks has it. */
  readonly secret: string;
  /** How often it was made anew. The secret before this one is still good. */
  readonly generation: number;
}

/** What calls outward are signed with. */
export interface EndpointSecrets {
  /** Scheme, host and port of the address. */
  readonly endpoint: string;
  /** `whsec_…`; each call is signed with all of them, the present one first. */
  readonly secrets: readonly string[];
}

export interface WebhookInput {
  readonly tenant: string;
  readonly automation: string;
  /** `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As it was sent: JSON with the inputs by name. */
  readonly body: string;
}
