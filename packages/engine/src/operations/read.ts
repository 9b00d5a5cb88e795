// Reading records: one statement for all roots of a request, guarded, its text handed on as it is.
import { bind, fail, toStatement, type Statement } from '@tessera/kernel';
import { policySlots, restrict, type Policy } from '@tessera/security';
import { compileRead, cursorSlots, databaseErrorKind, queryCost, type RootQuery } from '@tessera/storage';
import type { JsonText } from '../types/operation.ts';
import type { Session } from '../engine-parts.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import type { ReadRequest } from '../read/request.ts';
import { resolveRoot } from '../read/resolve.ts';
import type { Resolving } from '../read/rules.ts';

/** Cursors are of use to the one who got them, in the tenant where they were made. */
export function cursorContext({ context }: Session): string {
  return `${context.tenant}.${context.actor.userId ?? context.actor.kind}`;
}

export function resolving(session: Session): Resolving {
  return { model: session.view, session, cursorContext: cursorContext(session) };
}

/** Values for every slot that a compiled read may have under a policy. */
export function readSlots(session: Session, policy: Policy = session.policy): Readonly<Record<string, unknown>> {
  const { state, context, runtime, parts } = session;
  return {
    modelHash: state.modelHash,
    access: state.access,
    now: new Date(context.clock.now()).toISOString(),
    zone: runtime.model.settings.timeZone,
    ...policySlots(policy),
    ...cursorSlots(parts.cursorPads, cursorContext(session)),
  };
}

/** What roots cost. @throws QUERY_TOO_COSTLY, QUERY_TOO_DEEP */
export function checkCost(session: Session, roots: readonly RootQuery[]): number {
  const { cost, depth } = queryCost(session.runtime.model, roots);
  const { limits } = session.parts;
  if (cost > limits.cost) throw fail('QUERY_TOO_COSTLY', { cost, limit: limits.cost });
  if (depth > limits.depth) throw fail('QUERY_TOO_DEEP', { depth, limit: limits.depth });
  return cost;
}

/** What PostgreSQL says of tables or columns that have gone since is a change of the Model. */
export function asOutdated(error: unknown): unknown {
  const kind = databaseErrorKind(error);
  return kind === 'undefinedTable' || kind === 'undefinedColumn' ? fail('MODEL_CHANGED', {}, {}, error) : error;
}

/**
 * The text that a guarded statement answers. Throws MODEL_CHANGED where the guard says that Model or permissions are not those
 * in force, and where a table or column has gone since.
 */
export async function guardedAnswer({ database, context }: Session, statement: Statement): Promise<JsonText> {
  try {
    const { rows } = await database.query(statement, context.signal === undefined ? {} : { signal: context.signal });
    const answer = rows[0]?.['answer'];
    if (typeof answer === 'string') return answer;
  } catch (error) {
    throw asOutdated(error);
  }
  throw fail('MODEL_CHANGED');
}

/** Roots as one statement, as far as the caller's policy lets them go. */
function preparedRoots(session: Session, roots: readonly RootQuery[]): PreparedRead {
  // What the policy adds is not the caller's to pay.
  const cost = checkCost(session, roots);
  const { runtime, database, policy } = session;
  const restricted = restrict({ model: runtime.model, policy }, roots);
  const compiled = toStatement(compileRead({ model: runtime.model, schema: database.schema }, restricted));
  return { compiled, statement: bind(compiled, readSlots(session)), cost };
}

export async function readRoots(session: Session, roots: readonly RootQuery[]): Promise<JsonText> {
  return guardedAnswer(session, preparedRoots(session, roots).statement);
}

export function preparedRecords(session: Session, { modelHash, roots }: ReadRequest): PreparedRead {
  if (modelHash !== undefined && modelHash !== session.view.hash) throw fail('MODEL_CHANGED');
  const context = resolving(session);
  return preparedRoots(
    session,
    roots.map((root) => resolveRoot(context, root)),
  );
}

export async function readRecords(session: Session, request: ReadRequest): Promise<JsonText> {
  return guardedAnswer(session, preparedRecords(session, request).statement);
}
