// What a write runs in: who, against which Model, in which transaction, at what time.
import type { Context } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import { fail } from '@tessera/kernel';
import type { ReadTarget, RuleSlots, Transaction } from '@tessera/storage';
import type { RuleCache } from './rule-cache.ts';

/** Seals and hides what must never be read back. */
export interface Sealer {
  seal(text: string): string;
}

export interface WriteSession {
  readonly context: Context;
  readonly model: Model;
  readonly target: ReadTarget;
  readonly transaction: Transaction;
  readonly slots: RuleSlots;
  /** One time for the whole operation, RFC 3339. */
  readonly at: string;
  readonly rules: RuleCache;
  readonly sealer: Sealer;
  /** Records whose commit checks are still to be made, by object. */
  readonly touched: Map<string, Set<string>>;
}

export function objectOf(session: Pick<WriteSession, 'model'>, name: string): ObjectModel {
  const object = session.model.objects[name];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  return object;
}

export function touch(session: WriteSession, object: string, ids: Iterable<string>): void {
  let touched = session.touched.get(object);
  if (touched === undefined) session.touched.set(object, (touched = new Set()));
  for (const id of ids) touched.add(id);
}
