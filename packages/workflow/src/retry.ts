// When something that came to nothing is tried again: ever later, and never in step with others.

export interface Retries {
  /** Attempts in all; after the last it has failed. */
  readonly most: number;
  /** About how long after the first attempt the second comes. */
  readonly firstMs: number;
  /** Each pause is so many times the one before. */
  readonly factor: number;
  readonly mostMs: number;
}

/** Between a half and one and a half. */
function jitter(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return 0.5 + random / 2 ** 32;
}

/** Milliseconds until the next attempt, after so many; undefined: there is none. */
export function pauseAfter(attempts: number, { most, firstMs, factor, mostMs }: Retries): number | undefined {
  if (attempts >= most) return undefined;
  return Math.round(Math.min(mostMs, firstMs * factor ** (attempts - 1)) * jitter());
}
