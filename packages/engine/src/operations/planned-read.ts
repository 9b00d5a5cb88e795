// Reads whose statement is kept: translated, checked, restricted and compiled once, and from then on only bound.
import { fail, TesseraError, toStatement, withoutGivens } from '@tessera/kernel';
import { restrict } from '@tessera/security';
import { compileRead } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { JsonText } from '../operation-types.ts';
import { bound, planOf, type Plan } from '../read/plans.ts';
import { isPreparable } from '../read/preparable.ts';
import type { PlannedRead, RootRequest } from '../read/request.ts';
import { resolveRoot } from '../read/resolve.ts';
import { checkCost, cursorContext, guardedAnswer, readRecords, readSlots, resolving } from './read.ts';

/**
 * All that a statement is made of besides the slots: the tenant's tables, the Model, what a policy of this shape allows in it (both together
 * are the caller's view, in which names are looked up), and the request. Who asks, when, on whose behalf, with which roles and cursors is in
 * slots; limits are this node's; languages have no part in records. An API key narrows the policy, so it has another shape.
 */
function keyOf({ database, runtime, policy }: Session, { key }: PlannedRead): string {
  return [database.schema, runtime.model.hash, policy.shape, key].join(' ');
}

/** Compiles roots with slots for their given values; undefined where that cannot be, or nothing could be kept of it. */
function compiled(session: Session, requests: readonly RootRequest[], givens: PlannedRead['givens']): Plan | undefined {
  const { runtime, database, policy } = session;
  try {
    const context = resolving(session);
    const roots = requests.map((request) => resolveRoot(context, request));
    checkCost(session, roots);
    const restricted = restrict({ model: runtime.model, policy }, roots);
    const statement = toStatement(compileRead({ model: runtime.model, schema: database.schema }, restricted));
    return planOf({ requests, roots, statement, preparable: isPreparable(roots, restricted) });
  } catch (error) {
    // Some values are looked at when a rule is checked; and where it is the request that is wrong, its answer is to be about its own values.
    if (error instanceof TesseraError && givens.size > 0) return undefined;
    throw error;
  }
}

/** Answers with a plan, the one kept or a new one; where the values do not fit one, as if there were none. */
export async function readPlanned(session: Session, input: PlannedRead): Promise<JsonText> {
  const { modelHash, givens } = input;
  if (modelHash !== session.view.hash) throw fail('MODEL_CHANGED');
  const { plans, cursorPads } = session.parts;
  const key = keyOf(session, input);
  const lock = { pads: cursorPads, context: cursorContext(session) };
  const kept = plans.get(key);
  const known = kept && bound(kept, readSlots(session), givens, lock);
  if (known !== undefined) return guardedAnswer(session, known);

  const roots = await input.roots();
  const plan = kept === undefined ? compiled(session, roots, givens) : undefined;
  const statement = plan && bound(plan, readSlots(session), givens, lock);
  if (plan === undefined || statement === undefined) return readRecords(session, { modelHash, roots: withoutGivens(roots) });
  plans.keep(key, plan);
  return guardedAnswer(session, statement);
}
