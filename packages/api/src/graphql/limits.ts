// How large a document may be. What it costs to answer is the engine's to judge.

export interface GraphqlLimits {
  /** Characters of a document. */
  readonly characters: number;
  /** Words and signs of a document. */
  readonly tokens: number;
  /** Selections within selections. */
  readonly depth: number;
  /** Root fields of an operation, aliases counted one by one. */
  readonly roots: number;
  /** Fields of an operation with its fragments spread out. */
  readonly fields: number;
  /** Fields of one response name within one selection set, as written; comparing them takes the square of their number. */
  readonly repeats: number;
  /** Bytes of a request. */
  readonly body: number;
}

export const defaultLimits: GraphqlLimits = {
  characters: 100_000,
  tokens: 8_000,
  depth: 20,
  roots: 30,
  fields: 5_000,
  repeats: 50,
  body: 4_000_000,
};
