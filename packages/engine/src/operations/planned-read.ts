// Reads whose statement is kept: translated, checked, restricted and compiled once, and from then on only bound.
import { fail, TesseraError, toStatement, withoutGivens } from '@tessera/kernel';
import { restrict } from '@tessera/security';
import { compileRead } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { JsonText } from '../types/operation.ts';
import { bound, planOf, type Plan } from '../read/plans.ts';
import { isPreparable } from '../read/preparable.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import type { PlannedRead, RootRequest } from '../read/request.ts';
import { resolveRoot } from '../read/resolve.ts';
import { checkCost, cursorContext, guardedAnswer, preparedRecords, readSlots, resolving } from './read.ts';

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
    const cost = checkCost(session, roots);
    const restricted = restrict({ model: runtime.model, policy }, roots);
    const statement = toStatement(compileRead({ model: runtime.model, schema: database.schema }, restricted));
    return planOf({ requests, roots, statement, cost, preparable: isPreparable(roots, restricted) });
  } catch (error) {
    // Some values are looked at when a rule is checked; and where it is the request that is wrong, its answer is to be about its own values.
    if (error instanceof TesseraError && givens.size > 0) return undefined;
    throw error;
  }
}

function filled(session: Session, plan: Plan, givens: PlannedRead['givens'], cached: boolean): PreparedRead | undefined {
  const lock = { pads: session.parts.cursorPads, context: cursorContext(session) };
  const statement = bound(plan, readSlots(session), givens, lock);
  return statement && { compiled: plan.statement, statement, cost: plan.cost, cached };
}

/** By the plan that is kept, or by a new one, which is handed on to be kept; where the values do not fit one, as if there were none. */
async function prepared(
  session: Session,
  { modelHash, givens, roots: asked }: PlannedRead,
  kept: Plan | undefined,
  keep: (plan: Plan) => void,
): Promise<PreparedRead> {
  const known = kept && filled(session, kept, givens, true);
  if (known !== undefined) return known;
  const roots = await asked();
  const plan = kept === undefined ? compiled(session, roots, givens) : undefined;
  const made = plan && filled(session, plan, givens, false);
  if (plan === undefined || made === undefined) return preparedRecords(session, { modelHash, roots: withoutGivens(roots) });
  keep(plan);
  return made;
}

/** @throws MODEL_CHANGED where the request was written against another Model than the session's */
function keyFor(session: Session, input: PlannedRead): string {
  if (input.modelHash !== session.view.hash) throw fail('MODEL_CHANGED');
  return keyOf(session, input);
}

export async function readPlanned(session: Session, input: PlannedRead): Promise<JsonText> {
  const key = keyFor(session, input);
  const { plans } = session.parts;
  const { statement } = await prepared(session, input, plans.get(key), (plan) => {
    plans.keep(key, plan);
  });
  return guardedAnswer(session, statement);
}

/** What `readPlanned` would run now. Nothing is kept of it. */
export async function preparedPlanned(session: Session, input: PlannedRead): Promise<PreparedRead> {
  return prepared(session, input, session.parts.plans.look(keyFor(session, input)), () => undefined);
}
