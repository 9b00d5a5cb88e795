// A wake-up: that a tenant has something to do, or will have at a time.
import { sql, toStatement, type Statement } from '@tessera/kernel';

/** `work`: runs and timers. `send`: effects. Each is a queue. */
export type WakeKind = 'work' | 'send';

export const wakeKinds: readonly WakeKind[] = ['work', 'send'];

export interface Wake {
  readonly kind: WakeKind;
  readonly tenant: string;
  /** RFC 3339; left out: now. */
  readonly at?: string | undefined;
}

const isKind = (value: unknown): value is WakeKind => wakeKinds.some((kind) => kind === value);

/** What of an event of the outbox tells of wake-ups. */
interface Told {
  readonly tenant: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Of an event whose payload has `wake` (a kind, or a list of kinds) and maybe `at`; whatever else it tells goes its own way. */
export function wakesOf(events: readonly Told[]): readonly Wake[] {
  return events.flatMap(({ tenant, payload }) => {
    const { wake, at } = payload;
    const kinds = (Array.isArray(wake) ? (wake as readonly unknown[]) : [wake]).filter(isKind);
    return kinds.map((kind): Wake => ({ kind, tenant, at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : undefined }));
  });
}

/**
 * Puts a wake-up of the tenant that writes into the outbox: it happens if the transaction does.
 * @param at RFC 3339; left out: as soon as it can be
 */
export function wakeStatement(kinds: readonly WakeKind[], at?: string): Statement {
  const payload = JSON.stringify({ wake: kinds, ...(at === undefined ? {} : { at }) });
  return toStatement(sql`insert into tessera.outbox (payload) values (${payload}::jsonb)`, 'wake');
}
