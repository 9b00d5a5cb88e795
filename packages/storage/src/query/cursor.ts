// Cursors of lists: made and sealed in SQL, since the answer passes through unparsed; opened and checked here.
import { createHash, timingSafeEqual } from 'node:crypto';
import { fail, isUuid, join, keyword, Slot, slot, sql, textLiteral, type Sql } from '@tessera/kernel';
import { withoutPlaced } from '@tessera/rules';
import type { CursorKeys, ListQuery } from './query.ts';

/** The slots that a statement with cursors has. */
export interface CursorSlots {
  readonly cursorInner: Buffer;
  readonly cursorOuter: Buffer;
  readonly cursorContext: string;
}

/** What seals cursors: the two padded keys of HMAC (RFC 2104), so that SQL needs nothing but sha256. */
export interface CursorPads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const blockSize = 64;
const sealBytes = 16;
const sealLength = keyword(String(sealBytes));

/** The pads of a secret (at most 64 bytes; longer ones are hashed first, as HMAC does). */
export function cursorPads(secret: Buffer): CursorPads {
  const key = Buffer.alloc(blockSize);
  (secret.length > blockSize ? createHash('sha256').update(secret).digest() : secret).copy(key);
  return { inner: Buffer.from(key.map((byte) => byte ^ 0x36)), outer: Buffer.from(key.map((byte) => byte ^ 0x5c)) };
}

/** Values for the slots of a statement. `context` binds its cursors to tenant, actor and query. */
export function cursorSlots(pads: CursorPads, context: string): CursorSlots {
  return { cursorInner: pads.inner, cursorOuter: pads.outer, cursorContext: context };
}

type OrderedList = Pick<ListQuery, 'object' | 'orderBy' | 'idDescending'>;

/**
 * What a cursor's keys mean: another object or order has another digest, so that its cursors do not fit. What security has placed does not
 * count: cursors are opened before it does so, and outlive a change of permissions.
 */
export function orderDigest(list: OrderedList): string {
  const shape = JSON.stringify([
    list.object,
    list.orderBy.map(({ by, descending, nulls }) => [withoutPlaced(by), descending, nulls ?? null]),
    list.idDescending ?? null,
  ]);
  return createHash('sha256').update(shape).digest('base64url').slice(0, 16);
}

/**
 * A cursor in SQL: `base64url(["key", null, …, "id"]) . base64url(first 16 bytes of HMAC-SHA-256)`, sealed over context, order and keys.
 * @param keys texts of the sort values, each possibly null
 */
export function cursorSql(list: OrderedList, keys: readonly Sql[], id: Sql): Sql {
  const payload = base64url(sql`convert_to(${positionSql(keys, id)}, 'UTF8')`);
  const named = sql`(select ${payload} as payload offset 0) as _cursor`;
  const message = sql`convert_to(${slot('cursorContext')}::text || ${textLiteral(`.${orderDigest(list)}.`)} || _cursor.payload, 'UTF8')`;
  const inner = sql`sha256(${slot('cursorInner')}::bytea || ${message})`;
  const seal = sql`substring(sha256(${slot('cursorOuter')}::bytea || ${inner}) from 1 for ${sealLength})`;
  return sql`(select _cursor.payload || '.' || ${base64url(seal)} from ${named})`;
}

/** The sort values and the id of a row as a JSON array of texts. */
export function positionSql(keys: readonly Sql[], id: Sql): Sql {
  return sql`json_build_array(${join([...keys, sql`${id}::text`])})::text`;
}

/** A cursor's keys as they are in it. */
export interface OpenedCursor extends CursorKeys {
  readonly keys: readonly (string | null)[];
  readonly id: string;
}

/** What `positionSql` made, read again. */
export function readPosition(text: string): OpenedCursor {
  const keys = JSON.parse(text) as (string | null)[];
  return { keys: keys.slice(0, -1), id: keys.at(-1) ?? '' };
}

/**
 * Opens a cursor that a caller has sent.
 * @param context as it was in the slots of the statement that made it
 * @param list the list that it is to go on in
 * @throws CURSOR_INVALID where it was not made for this context and order, or is no cursor at all
 */
export function openCursor(text: string, pads: CursorPads, context: string, list: OrderedList): OpenedCursor {
  return openedOf(text, pads, context, { digest: orderDigest(list), keys: list.orderBy.length });
}

/** The order that a cursor is of. */
interface CursorOrder {
  readonly digest: string;
  readonly keys: number;
}

function openedOf(text: string, pads: CursorPads, context: string, order: CursorOrder): OpenedCursor {
  const [payload = '', seal = '', ...more] = text.split('.');
  const expected = sealOf(pads, `${context}.${order.digest}.${payload}`);
  const given = Buffer.from(seal);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) throw fail('CURSOR_INVALID');
  const cursor = readPosition(Buffer.from(payload, 'base64url').toString('utf8'));
  if (cursor.keys.length !== order.keys || !isUuid(cursor.id)) throw fail('CURSOR_INVALID');
  return cursor;
}

const nullsOf = (keys: CursorKeys['keys']): string => keys.map((key) => (key === null ? '0' : '1')).join('');

/**
 * Which keys of a cursor are null, which the text of a statement depends on, as it says itself: nobody has checked its seal. Undefined of
 * what is no cursor.
 */
export function cursorNulls(text: string): string | undefined {
  try {
    const keys: unknown = JSON.parse(Buffer.from(text.slice(0, text.indexOf('.')), 'base64url').toString('utf8'));
    return Array.isArray(keys) ? nullsOf(keys.slice(0, -1) as CursorKeys['keys']) : undefined;
  } catch {
    return undefined;
  }
}

/** A cursor's keys as slots, for a statement that goes on from any cursor of its list whose nulls are in the same places. */
export class LateCursor implements CursorKeys {
  readonly keys: readonly (Slot | null)[];
  readonly id: Slot;
  /** The name under which the cursor is given. */
  readonly given: string;
  readonly #order: CursorOrder;

  constructor(given: string, opened: OpenedCursor, list: OrderedList) {
    this.given = given;
    this.keys = opened.keys.map((key, i) => (key === null ? null : new Slot(slotName(given, i))));
    this.id = new Slot(slotName(given, 'id'));
    this.#order = { digest: orderDigest(list), keys: list.orderBy.length };
  }

  /**
   * Values of the slots for a cursor that a caller has sent; undefined where its nulls are in other places.
   * @throws CURSOR_INVALID as `openCursor`
   */
  bound(text: string, pads: CursorPads, context: string): Readonly<Record<string, string>> | undefined {
    const { keys, id } = openedOf(text, pads, context, this.#order);
    if (nullsOf(keys) !== nullsOf(this.keys)) return undefined;
    const known = keys.flatMap((key, i) => (key === null ? [] : [[slotName(this.given, i), key] as const]));
    return Object.fromEntries([...known, [slotName(this.given, 'id'), id]]);
  }
}

const slotName = (given: string, part: number | 'id'): string => `cursor ${String(part)} ${given}`;

function sealOf(pads: CursorPads, message: string): Buffer {
  const inner = createHash('sha256').update(pads.inner).update(message, 'utf8').digest();
  const outer = createHash('sha256').update(pads.outer).update(inner).digest();
  return Buffer.from(outer.subarray(0, sealBytes).toString('base64url'));
}

function base64url(bytes: Sql): Sql {
  return sql`translate(encode(${bytes}, 'base64'), E'+/=\\n', '-_')`;
}
