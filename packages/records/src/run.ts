// Runs a write as one transaction under the guard: the Model and permissions that it was made for are those in force until it ends.
import { fail, type Context } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { lockTenantShared, stateStatement, type TenantDatabase } from '@tessera/storage';
import { commitChecks } from './commit-checks.ts';
import type { RuleCache } from './rule-cache.ts';
import type { Access, Sealer, WriteSession } from './session.ts';

/** A write whose turn it is not once is unlucky; so often, never seen. */
const deadlockRetries = 10;

export interface SessionInput {
  readonly context: Context;
  readonly database: TenantDatabase;
  readonly model: Model;
  /** The access version that the caller's permissions were read at; undefined for the platform itself, whose rights never change. */
  readonly accessVersion: string | undefined;
  readonly access: Access;
  readonly rules: RuleCache;
  readonly sealer: Sealer;
}

/**
 * Runs `work`, then the commit checks of everything it touched, and commits. The work is run again from its start after a
 * deadlock. Throws MODEL_CHANGED where the tenant has moved on.
 */
export async function runInSession<T>(input: SessionInput, work: (session: WriteSession) => Promise<T>): Promise<T> {
  const { context, database, model, rules, sealer, access } = input;
  const options = { retries: deadlockRetries, ...(context.signal === undefined ? {} : { signal: context.signal }) };
  return database.transaction(async (transaction) => {
    await lockTenantShared(transaction);
    const { rows } = await transaction.query(stateStatement(database.schema));
    const [state] = rows;
    const moved = input.accessVersion !== undefined && state?.['access'] !== input.accessVersion;
    if (state?.['model'] !== model.hash || moved) throw fail('MODEL_CHANGED');
    const at = new Date(context.clock.now()).toISOString();
    const session: WriteSession = {
      context,
      model,
      target: { model, schema: database.schema },
      transaction,
      slots: { now: at, zone: model.settings.timeZone, user: context.actor.userId, roles: access.policy.roles },
      at,
      rules,
      sealer,
      access,
      touched: new Map(),
    };
    const result = await work(session);
    await commitChecks(session);
    return result;
  }, options);
}
