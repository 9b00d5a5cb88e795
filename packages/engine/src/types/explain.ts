// The plan of a read, as administrators are told it.
import type { Model } from '@tessera/metadata';
import type { ExportRequest, HistoryInput, SearchInput } from './operation.ts';
import type { PlannedRead, ReadRequest } from '../read/request.ts';

/** A read, by the operation that answers it. */
export type ExplainedRequest =
  | { readonly operation: 'records.read'; readonly input: ReadRequest | PlannedRead }
  | { readonly operation: 'search'; readonly input: SearchInput }
  | { readonly operation: 'records.history'; readonly input: HistoryInput }
  | { readonly operation: 'records.export'; readonly input: ExportRequest };

/** Writes a request against the Model as it exists for whoever asks. */
export type RequestWriter = (view: Model) => ExplainedRequest | Promise<ExplainedRequest>;

/** A parameter of the statement. What it is bound to is not told. */
export interface ExplainedParameter {
  /** `$1` is 1. */
  readonly number: number;
  /** What it stands for: a slot, or the place of a value in the request. */
  readonly name?: string;
  readonly type: 'text' | 'number' | 'boolean' | 'list' | 'bytes' | 'null';
}

export interface ReadExplanation {
  readonly operation: ExplainedRequest['operation'];
  /** Names the request, whatever its values are; as the log of slow statements has it. */
  readonly planKey: string;
  /** Whether this node keeps what it has compiled for the request and the person's permissions. */
  readonly cached: boolean;
  /** Whether connections prepare it: PostgreSQL may then take a plan that is made for no values in particular. */
  readonly prepared: boolean;
  /** As the limit counts it; null of what is not limited by it. */
  readonly cost: number | null;
  readonly sql: string;
  readonly parameters: readonly ExplainedParameter[];
  /** As PostgreSQL's EXPLAIN (FORMAT JSON) has it, for the values of the request. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** The same for people, indented. */
  readonly text: string;
}
