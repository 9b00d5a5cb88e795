// Waiting between attempts: longer each time, and never in step with others.
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits about `firstMs` doubled per attempt, at most `mostMs`, give or take a half. */
export async function backOff(attempt: number, firstMs: number, mostMs: number, signal?: AbortSignal): Promise<void> {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const ms = Math.min(mostMs, firstMs * 2 ** (attempt - 1)) * (0.5 + random / 2 ** 32);
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
