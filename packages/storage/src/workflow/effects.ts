// Effects: mails and calls outward, written down by the transaction that decides them and sent by whoever takes them.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { WorkflowDoor } from './door.ts';

export interface NewEffect {
  readonly id: string;
  /** Never changes: one that there is already is not written again, and its receiver knows it by it. */
  readonly key: string;
  readonly kind: string;
  readonly address: string;
  /** JSON text. */
  readonly content: string;
  readonly runId: string | null;
  readonly object: string | null;
  readonly recordId: string | null;
  /** RFC 3339: not before. */
  readonly dueAt: string;
}

/** One that is to be sent now, by whoever has taken it. */
export interface Effect {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly address: string;
  readonly content: string;
  readonly runId: string | null;
  /** With this one. */
  readonly attempts: number;
}

/** What came of an attempt. */
export interface EffectOutcome {
  readonly id: string;
  /** The attempt that it is about: another may have begun since. */
  readonly attempts: number;
  readonly state: 'sent' | 'ready' | 'failed';
  /** RFC 3339: of one that is ready again, its next attempt. */
  readonly dueAt: string | null;
  /** JSON texts. */
  readonly answer: string | null;
  readonly error: string | null;
}

const tableOf = ({ schema }: WorkflowDoor): Sql => ident(schema, '_effect');

/** Keys are sent as they are, and a signature is over them with dots between its parts. */
const keyForm = /^[\w:/@+~-]{1,300}$/;

/** Gives how many are new. @param at RFC 3339 */
export async function insertEffects(door: WorkflowDoor, effects: readonly NewEffect[], at: string): Promise<number> {
  if (effects.length === 0) return 0;
  const wrong = effects.find(({ key }) => !keyForm.test(key));
  if (wrong !== undefined) throw new TypeError(`No key of an effect: ${wrong.key}`);
  const { rowCount } = await door.query(
    toStatement(
      sql`
        insert into ${tableOf(door)} (id, key, kind, address, content, run_id, object, record_id, state, due_at, created_at)
        select e.id, e.key, e.kind, e.address, e.content::json, e."runId", e.object, e."recordId", 'ready', e."dueAt", ${at}::timestamptz
        from json_to_recordset(${JSON.stringify(effects)}::json) as e(id uuid, key text, kind text, address text, content text, "runId" uuid,
          object text, "recordId" uuid, "dueAt" timestamptz)
        order by e.key
        on conflict (key) do nothing`,
      'insert-effects',
    ),
  );
  return rowCount;
}

/**
 * Takes effects that are due, the earliest first. They are the taker's until a time, which it may put off; after that they are due again.
 * @param now RFC 3339
 */
export async function takeDueEffects(
  door: WorkflowDoor,
  { kinds, now, until, limit }: { readonly kinds: readonly string[]; readonly now: string; readonly until: string; readonly limit: number },
): Promise<readonly Effect[]> {
  const table = tableOf(door);
  const { rows } = await door.query(
    toStatement(
      sql`
        with taken as (
          select id from ${table} where state = 'ready' and due_at <= ${now}::timestamptz and kind = any(${kinds}::text[])
          order by due_at, id limit ${limit} for update skip locked
        )
        update ${table} e set due_at = ${until}::timestamptz, attempts = e.attempts + 1 where e.id in (select id from taken)
        returning e.id::text as id, e.key, e.kind, e.address, e.content::text as content, e.run_id::text as run_id, e.attempts`,
      'take-effects',
    ),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    key: String(row['key']),
    kind: String(row['kind']),
    address: String(row['address']),
    content: String(row['content']),
    runId: textOrNull(row['run_id']),
    attempts: Number(row['attempts']),
  }));
}

type Held = Pick<Effect, 'id' | 'attempts'>;

/** Puts off the time at which others may take over what is under way. */
export async function holdEffects(door: WorkflowDoor, held: readonly Held[], until: string): Promise<void> {
  if (held.length === 0) return;
  await door.query(
    toStatement(
      sql`
        update ${tableOf(door)} e set due_at = ${until}::timestamptz
          from json_to_recordset(${JSON.stringify(held.map(({ id, attempts }) => ({ id, attempts })))}::json) as h(id uuid, attempts integer)
         where e.id = h.id and e.attempts = h.attempts and e.state = 'ready'`,
      'hold-effects',
    ),
  );
}

/** Writes down what came of attempts, as far as no other has begun since. */
export async function settleEffects(door: WorkflowDoor, outcomes: readonly EffectOutcome[], now: string): Promise<void> {
  if (outcomes.length === 0) return;
  await door.query(
    toStatement(
      sql`
        update ${tableOf(door)} e
           set state = o.state, due_at = coalesce(o."dueAt", e.due_at), answer = o.answer::json, error = o.error::json,
               ended_at = case when o.state <> 'ready' then ${now}::timestamptz end
          from json_to_recordset(${JSON.stringify(outcomes)}::json) as o(id uuid, attempts integer, state text, "dueAt" timestamptz,
            answer text, error text)
         where e.id = o.id and e.attempts = o.attempts and e.state = 'ready'`,
      'settle-effects',
    ),
  );
}

export interface EffectState {
  readonly address: string;
  readonly state: 'ready' | 'sent' | 'failed' | 'cancelled';
  readonly attempts: number;
  /** JSON texts: the last that its receiver has said, and why it has failed. */
  readonly answer: string | null;
  readonly error: string | null;
}

const stateColumns = sql`key, address, state, attempts, answer::text as answer, error::text as error`;

const stateOf = (row: Readonly<Record<string, unknown>>): EffectState => ({
  address: String(row['address']),
  state: String(row['state']) as EffectState['state'],
  attempts: Number(row['attempts']),
  answer: textOrNull(row['answer']),
  error: textOrNull(row['error']),
});

/** The state of an effect. */
export async function readEffect(door: WorkflowDoor, key: string): Promise<EffectState | undefined> {
  const { rows } = await door.query(toStatement(sql`select ${stateColumns} from ${tableOf(door)} where key = ${key}`));
  return rows.map(stateOf)[0];
}

/** The states of effects by key, which stay as they are until the transaction ends: whoever settles one then finds who waits for it. */
export async function holdEffectStates(door: WorkflowDoor, keys: readonly string[]): Promise<ReadonlyMap<string, EffectState>> {
  if (keys.length === 0) return new Map();
  const { rows } = await door.query(
    toStatement(sql`select ${stateColumns} from ${tableOf(door)} where key = any(${keys}::text[]) order by key for share`, 'effect-states'),
  );
  return new Map(rows.map((row) => [String(row['key']), stateOf(row)]));
}

/** What was decided to go outward, whatever has come of it. */
export interface DecidedEffect {
  readonly kind: string;
  readonly address: string;
  readonly object: string | null;
  readonly recordId: string | null;
  /** JSON text. */
  readonly content: string;
}

/** All that there are, in the order in which they were decided. */
export async function decidedEffects(door: WorkflowDoor): Promise<readonly DecidedEffect[]> {
  const { rows } = await door.query(
    toStatement(
      sql`select kind, address, object, record_id::text as record_id, content::text as content from ${tableOf(door)} order by created_at, id`,
    ),
  );
  return rows.map((row) => ({
    kind: String(row['kind']),
    address: String(row['address']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    content: String(row['content']),
  }));
}

/** Has effects that have failed or were cancelled tried anew. @param now RFC 3339 */
export async function resendEffects(door: WorkflowDoor, keys: readonly string[], now: string): Promise<void> {
  if (keys.length === 0) return;
  await door.query(
    toStatement(sql`
      update ${tableOf(door)} set state = 'ready', attempts = 0, due_at = ${now}::timestamptz, ended_at = null
       where key = any(${keys}::text[]) and state in ('failed', 'cancelled')`),
  );
}
