// One entry of the list of errors.

export interface ErrorEntry {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly message: string;
}

/** Keeps the codes as types. */
export type Entries = Readonly<Record<string, ErrorEntry>>;
