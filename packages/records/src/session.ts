// What a write runs in: who, against which Model, in which transaction, at what time.
import { fail, type Context } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { policySlots, type Policy } from '@tessera/security';
import type { KeptTexts, RuleSlots, TenantTransaction, WriteTarget } from '@tessera/storage';
import type { Moments } from './moments.ts';
import type { ObjectPlan } from './object-plan.ts';
import { keyOf } from './record-key.ts';
import type { RuleCache } from './rules/rule-cache.ts';

/** Seals and hides what must never be read back. */
export interface Sealer {
  seal(text: string): string;
}

/** What the records of an object are to be answered by, which the work writes: texts that its statements return by the way. */
export interface Answering {
  readonly object: string;
  readonly texts: KeptTexts;
  readonly slots: Readonly<Record<string, unknown>>;
  /** By id, those that are returned: undefined until PostgreSQL has answered. */
  readonly found: Map<string, string | undefined>;
}

/** Whose rights a write has: the policy, and the Model as it exists for that person. */
export interface Access {
  readonly policy: Policy;
  readonly view: Model;
  /** Of the person, as of the policy's access version: where it is left out, it is asked for when it is needed. */
  readonly person?: { readonly userId: string; readonly department: string | null };
}

/** Undefined of somebody who is not active (any more). */
export type AccessOf = (session: Pick<WriteSession, 'transaction' | 'target'>, userId: string) => Promise<Access | undefined>;

/** What led to a write: automations, one by another; none where a caller asked for it. */
export interface Cause {
  /** Names of automations, the first at the beginning. */
  readonly chain: readonly string[];
  /** How many of them within this transaction. */
  readonly depth: number;
  /** What its transaction has come to by itself so far; all sessions of a transaction share it. */
  readonly spent: { runs: number; records: number };
}

/** How a record comes to its owner. */
export interface OwnerNote {
  readonly way: 'entered' | 'claimed' | 'assigned' | 'transferred' | 'returned' | 'recycled';
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  /** What an assignment rule has decided, and why. */
  readonly decision?: Value | undefined;
}

export interface WriteSession {
  readonly context: Context;
  readonly model: Model;
  readonly target: WriteTarget;
  readonly transaction: TenantTransaction;
  /** Values of every slot that a statement of the write may have: those of rules, and those of the policy's conditions. */
  readonly slots: RuleSlots & Readonly<Record<string, unknown>>;
  /**
   * What the work writes all or none is written in the hope that nothing stands against it: statements go out together, and one that
   * does not do all that it should fails the transaction. The work is then run again without hope, and finds out what it was.
   */
  readonly hopeful: boolean;
  readonly answering: Answering | undefined;
  /** One time for the whole operation, RFC 3339. */
  readonly at: string;
  readonly rules: RuleCache;
  readonly sealer: Sealer;
  readonly access: Access;
  /** Those of whoever asked for it; `access` may be the platform's meanwhile. */
  readonly caller: Access;
  /** What a person may do as of this transaction, for what is done in that person's name. */
  readonly accessOf: AccessOf;
  /** What happens by itself with what is written; undefined: nothing. */
  readonly moments: Moments<WriteSession> | undefined;
  /** What running approvals lock beyond what the Model says (`TenantState`). */
  readonly formerLocks: string | null;
  /** The latest version of each record that was written, by `keyOf`; kept where what happens by itself may write again. */
  readonly versions: Map<string, number>;
  /** Records whose commit checks are still to be made, by object, with their place in the request where they have one. */
  readonly touched: Map<string, Map<string, string | undefined>>;
  readonly cause: Cause;
  /** Why records come to other owners, by `keyOf`: said by whoever gives them, kept by the history of owners. */
  readonly ownerNotes: Map<string, OwnerNote>;
  /** New records that wait for an approval which has not begun yet, by `keyOf`: what is written of them belongs to what is handed in. */
  readonly entering: Set<string>;
  /** Records that their approval writes, by `keyOf`: neither their lock nor a process holds these writes up, nor what they bring about. */
  readonly approving?: ReadonlySet<string> | undefined;
  /** Whether rows of an import are written. */
  readonly importing?: boolean | undefined;
  /** Whether nobody is told of what happens: it is told as past. */
  readonly quiet?: boolean | undefined;
  /** Whether the caller means it, where duplicate rules would warn; `always`: also where they block, since it was so before. */
  readonly allowDuplicates?: boolean | 'always' | undefined;
}

export function objectOf(session: Pick<WriteSession, 'model'>, name: string): ObjectModel {
  const object = Object.hasOwn(session.model.objects, name) ? session.model.objects[name] : undefined;
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  return object;
}

/** Whether an automation that runs as the system writes, in whoever's name: it may fill what people may not. */
export const isAutomatic = ({ access: { policy }, cause }: Pick<WriteSession, 'access' | 'cause'>): boolean =>
  policy.administrator && policy.userId === null && cause.chain.length > 0;

/** What is known of an object for its writes. */
export const planOf = ({ rules, model }: Pick<WriteSession, 'rules' | 'model'>, object: ObjectModel): ObjectPlan =>
  rules.plan(model, object);

/** The session with the rights of whoever asked for what its transaction does. */
export function asCaller(session: WriteSession): WriteSession {
  const { access, caller, slots } = session;
  if (access === caller) return session;
  const { now, zone, user } = slots;
  return { ...session, access: caller, slots: { ...policySlots(caller.policy), now, zone, user } };
}

/** Where nothing happens by itself nobody writes a record again behind its writer's back. */
export function noteVersions(
  { moments, versions }: WriteSession,
  object: ObjectModel,
  records: readonly { readonly id: string; readonly written: number | undefined }[],
): void {
  if (moments === undefined) return;
  for (const { id, written } of records) if (written !== undefined) versions.set(keyOf(object.name, id), written);
}

/** The version that a record has by now, which was written as this one. */
export const versionOf = ({ versions }: WriteSession, object: string, id: string, written: number): number =>
  Math.max(written, versions.get(keyOf(object, id)) ?? written);

/** `pointer`: the record's place in the request; undefined for one that the request does not name. */
export function touch(
  session: WriteSession,
  object: string,
  records: Iterable<{ readonly id: string; readonly pointer?: string | undefined }>,
): void {
  const touched = session.touched.get(object) ?? new Map<string, string | undefined>();
  session.touched.set(object, touched);
  for (const { id, pointer } of records) touched.set(id, pointer ?? touched.get(id));
}
