// One tenant's turn to send: what is due is taken for a while, sent, and what came of it written down.
import {
  doorOf,
  holdEffects,
  readyRuns,
  settleEffects,
  takeDueEffects,
  wakeStatement,
  type Effect,
  type EffectOutcome,
} from '@tessera/storage';
import { failureText, isRefusal } from '../failure.ts';
import { isoNow, type Desk } from '../jobs/handlers.ts';
import type { Turn, TurnEnd, TurnLimits } from '../jobs/work.ts';
import { pauseAfter, type Retries } from '../retry.ts';
import type { Senders, Sent } from './sender.ts';

export interface Sending {
  readonly senders: Senders;
  readonly retries: Retries;
}

/** Over about a day, for a receiver that is down overnight. */
export const sendRetries: Retries = { most: 10, firstMs: 5_000, factor: 4, mostMs: 21_600_000 };

export const sendLimits: TurnLimits = { items: 500, ms: 20_000, batch: 20 };

/** For so long what is taken is the taker's alone; it goes on holding what takes longer, and may fail to once without losing it. */
const holdMs = 12_000;
const holdEveryMs = 4_000;

const later = ({ clock }: Desk, ms: number): string => new Date(clock.now() + ms).toISOString();

async function attempt(desk: Desk, { senders }: Sending, effect: Effect): Promise<Sent & { readonly text?: string }> {
  const send = senders[effect.kind];
  if (send === undefined) throw new TypeError(`Nobody sends effects of the kind ${effect.kind}.`);
  try {
    return await send({ tenant: desk.database.tenant, effect, now: desk.clock.now() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { state: isRefusal(error) ? 'failed' : 'again', error: { message }, text: failureText(error) };
  }
}

function outcomeOf(desk: Desk, { retries }: Sending, { id, attempts }: Effect, sent: Sent & { readonly text?: string }): EffectOutcome {
  const answer = sent.answer === undefined ? null : JSON.stringify(sent.answer);
  if (sent.state === 'sent') return { id, attempts, state: 'sent', dueAt: null, answer, error: null };
  const error = sent.text ?? JSON.stringify(sent.error);
  const pause = sent.state === 'again' ? pauseAfter(attempts, retries) : undefined;
  if (sent.state === 'failed' || pause === undefined) return { id, attempts, state: 'failed', dueAt: null, answer, error };
  const wished = Math.min(sent.afterMs ?? 0, retries.mostMs);
  return { id, attempts, state: 'ready', dueAt: later(desk, Math.max(pause, wished)), answer, error };
}

/** Kinds whose answers runs may wait for. */
const answered: ReadonlySet<string> = new Set(['webhook']);

/** Writes down what came of an attempt. A run that waits for its end goes on. */
async function settle(desk: Desk, { kind, runId }: Effect, outcome: EffectOutcome): Promise<void> {
  const { database } = desk;
  const now = isoNow(desk);
  if (runId === null || !answered.has(kind) || outcome.state === 'ready') {
    await settleEffects(database, [outcome], now);
    return;
  }
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await settleEffects(door, [outcome], now);
    // Asked behind it: a run that has looked at the effect meanwhile waits by then.
    const woken = await readyRuns(door, [runId], now);
    if (woken.length > 0) await transaction.query(wakeStatement(['work']));
  });
}

/** Sends them at once; each is written down as soon as it is known what came of it. */
async function sendAll(desk: Desk, sending: Sending, effects: readonly Effect[]): Promise<void> {
  const { database } = desk;
  const held = new Set(effects);
  const holding = setInterval(() => {
    // What cannot be held is at worst sent twice, under the same key.
    holdEffects(database, [...held], later(desk, holdMs)).catch(() => undefined);
  }, holdEveryMs);
  try {
    await Promise.all(
      effects.map(async (effect) => {
        const sent = await attempt(desk, sending, effect);
        held.delete(effect);
        await settle(desk, effect, outcomeOf(desk, sending, effect, sent));
      }),
    );
  } finally {
    clearInterval(holding);
  }
}

/** Sends what is due of the tenant. */
export async function takeSendTurn(desk: Desk, sending: Sending, { limits, signal, onFull }: Turn): Promise<TurnEnd> {
  const began = performance.now();
  const kinds = Object.keys(sending.senders);
  let done = 0;
  let told = false;
  for (;;) {
    const taking = { kinds, now: isoNow(desk), until: later(desk, holdMs), limit: limits.batch };
    const effects = await takeDueEffects(desk.database, taking);
    if (effects.length === 0) return { done, more: false };
    if (!told && effects.length === limits.batch) {
      told = true;
      await onFull?.();
    }
    await sendAll(desk, sending, effects);
    done += effects.length;
    if (signal?.aborted === true || done >= limits.items || performance.now() - began >= limits.ms) return { done, more: true };
  }
}
