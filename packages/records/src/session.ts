// What a write runs in: who, against which Model, in which transaction, at what time.
import { fail, type Context } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Policy } from '@tessera/security';
import type { KeptTexts, RuleSlots, TenantTransaction, WriteTarget } from '@tessera/storage';
import type { ObjectPlan } from './object-plan.ts';
import type { RuleCache } from './rule-cache.ts';

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
  /** Records whose commit checks are still to be made, by object, with their place in the request where they have one. */
  readonly touched: Map<string, Map<string, string | undefined>>;
}

export function objectOf(session: Pick<WriteSession, 'model'>, name: string): ObjectModel {
  const object = Object.hasOwn(session.model.objects, name) ? session.model.objects[name] : undefined;
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  return object;
}

/** What is known of an object for its writes. */
export const planOf = ({ rules, model }: Pick<WriteSession, 'rules' | 'model'>, object: ObjectModel): ObjectPlan =>
  rules.plan(model, object);

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
