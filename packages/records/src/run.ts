// Runs a write as one transaction under the guard: the Model and permissions that it was made for are those in force until it ends.
import type { Context } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { policySlots } from '@tessera/security';
import {
  databaseErrorKind,
  isUnmet,
  readState,
  tenantGuard,
  type QueryResult,
  type TenantDatabase,
  type TenantTransaction,
} from '@tessera/storage';
import type { Statement } from '@tessera/kernel';
import { commitChecks } from './rules/commit-checks.ts';
import type { Moments } from './moments.ts';
import type { RuleCache } from './rules/rule-cache.ts';
import type { Access, AccessOf, Answering, Sealer, WriteSession } from './session.ts';

/** A write whose turn it is not once is unlucky; so often, never seen. */
const deadlockRetries = 10;

export interface SessionInput {
  readonly context: Context;
  readonly database: TenantDatabase;
  readonly model: Model;
  /** The access version that the caller's permissions were read at; undefined for the platform itself, whose rights never change. */
  readonly accessVersion: string | undefined;
  /** Of the tenant's state (`readState`). */
  readonly formerLocks: string | null;
  readonly access: Access;
  /** Left out: nothing is done in anybody else's name. */
  readonly accessOf?: AccessOf | undefined;
  readonly rules: RuleCache;
  readonly sealer: Sealer;
  /** What happens by itself with what is written; left out: nothing. */
  readonly moments?: Moments<WriteSession> | undefined;
  /** Nobody is told of what happens. */
  readonly quiet?: boolean | undefined;
}

/** The last statement of a write, read when everything is written and checked, and what is made of its rows; it may need none. */
export interface LastRead<T> {
  readonly statement: Statement | undefined;
  readonly answer: (rows: QueryResult['rows']) => T;
}

export interface WorkOptions<T> {
  /** Whether the work may first be tried in the hope that nothing stands against it (see `WriteSession`). */
  readonly hopeful?: boolean;
  /** What may be returned of the records by the way. */
  readonly answering?: Omit<Answering, 'found'> | undefined;
  /** What the work is answered with, where that is read last. */
  readonly last?: (session: WriteSession, result: T) => LastRead<T> | undefined;
  /** Whether the caller means it, where duplicate rules would warn. */
  readonly allowDuplicates?: boolean | undefined;
}

const nobody: AccessOf = () => Promise.resolve(undefined);

function sessionIn(
  { context, model, database, rules, sealer, access, accessOf = nobody, moments, quiet, formerLocks }: SessionInput,
  transaction: TenantTransaction,
  more: Pick<WriteSession, 'hopeful' | 'answering' | 'allowDuplicates'>,
): WriteSession {
  const at = new Date(context.clock.now()).toISOString();
  return {
    context,
    model,
    target: { model, schema: database.schema, kept: rules.statements },
    transaction,
    // Rules and records name who acts, also where the policy is the platform's own, which is nobody's.
    slots: { ...policySlots(access.policy), now: at, zone: model.settings.timeZone, user: context.actor.userId },
    at,
    rules,
    sealer,
    access,
    caller: access,
    accessOf,
    moments,
    formerLocks,
    quiet,
    versions: new Map(),
    touched: new Map(),
    ownerNotes: new Map(),
    entering: new Set(),
    cause: { chain: [], depth: 0, spent: { runs: 0, records: 0 } },
    ...more,
  };
}

/** Runs `work` and its commit checks in a transaction that is under way, whose opener holds the tenant's lock. */
export async function runWithin<T>(
  input: SessionInput,
  transaction: TenantTransaction,
  work: (session: WriteSession) => Promise<T>,
): Promise<T> {
  const { formerLocks } = await readState(transaction, input.database.schema);
  const session = sessionIn({ ...input, formerLocks }, transaction, { hopeful: false, answering: undefined, allowDuplicates: undefined });
  const result = await work(session);
  await commitChecks(session);
  return result;
}

/** What may stand against a write that was made in hope. */
const isLost = (error: unknown): boolean => isUnmet(error) || databaseErrorKind(error) === 'unique';

/**
 * Runs `work`, then the commit checks of everything it touched, and commits. The work is run again from its start after a
 * deadlock, and where its hope was in vain. Throws MODEL_CHANGED where the tenant has moved on.
 */
export async function runInSession<T>(
  input: SessionInput,
  work: (session: WriteSession) => Promise<T>,
  { hopeful = false, answering, last, allowDuplicates }: WorkOptions<T> = {},
): Promise<T> {
  const { context, database, model, rules } = input;
  const opening = tenantGuard({ model, schema: database.schema, kept: rules.statements }, input.accessVersion, input.formerLocks);
  const options = { retries: deadlockRetries, opening, ...(context.signal === undefined ? {} : { signal: context.signal }) };
  const run = (hoping: boolean): Promise<T> =>
    database.transaction(async (transaction) => {
      const kept = answering && { ...answering, found: new Map() };
      const session = sessionIn(input, transaction, { hopeful: hoping, answering: kept, allowDuplicates });
      const result = await work(session);
      await commitChecks(session);
      const read = last?.(session, result);
      if (read === undefined) return result;
      if (read.statement !== undefined) return read.answer((await transaction.finish(read.statement)).rows);
      await transaction.commit();
      return read.answer([]);
    }, options);
  if (!hopeful) return run(false);
  try {
    return await run(true);
  } catch (error) {
    if (!isLost(error)) throw error;
    return run(false);
  }
}
