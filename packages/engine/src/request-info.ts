// What comes with a request beside its input.

/** What a transport knows of a request before anybody has signed in. */
export interface RequestInfo {
  readonly requestId: string;
  /** BCP 47, best first; from Accept-Language. */
  readonly languages: readonly string[];
  readonly signal?: AbortSignal;
  /** From the header Idempotency-Key. */
  readonly idempotencyKey?: string;
  readonly userAgent?: string;
  /** Where the request comes from. */
  readonly address?: string;
}
