// The second pass: lookups to rows of the same file, set when all rows are in.
import type { Problem } from '@tessera/kernel';
import { updateRecords } from '../update.ts';
import type { WriteSession } from '../session.ts';
import { advanceImport, dropKeptRows, keepRows, waitingRows, type ImportState } from './journal.ts';
import { findLookups, referenceTo } from './lookups.ts';
import type { LookupPlan } from './lookup-plan.ts';
import type { MappingPlan } from './mapping.ts';
import type { PendingLookup } from './prepare.ts';
import { problemsOf, type RunningImport } from './running.ts';
import { addCounts, type RefusedRow, type WaitingRow } from './types.ts';

interface Settled {
  readonly rows: number;
  readonly refused: readonly RefusedRow[];
  readonly state: ImportState;
}

function lookupsOf(plan: MappingPlan, row: WaitingRow): readonly PendingLookup[] {
  const plans = new Map(
    plan.columns.flatMap(({ lookup }): [string, LookupPlan][] => (lookup?.deferred === true ? [[lookup.field.name, lookup]] : [])),
  );
  return Object.entries(row.links).flatMap(([field, text]) => {
    const lookup = plans.get(field);
    return lookup === undefined ? [] : [{ plan: lookup, text }];
  });
}

function refusal(rows: readonly WaitingRow[], problems: readonly Problem[]): readonly RefusedRow[] {
  return rows.map(({ row, cells }) => ({ row, cells, problems }));
}

/** Sets what is found. A row of which anything is refused stays in the report; what was found for it is set all the same. */
async function link(running: RunningImport, session: WriteSession, rows: readonly WaitingRow[]): Promise<readonly RefusedRow[]> {
  const planned = running.planFor(session);
  if ('against' in planned) return refusal(rows, planned.against);
  const { plan } = planned;
  const scope = running.scope(session);
  const wanted = rows.map((row) => lookupsOf(plan, row));
  const answerTo = await findLookups(scope, wanted.flat());
  const problems = new Map<number, Problem[]>(rows.map(({ row }) => [row, []]));
  const records = new Map<string, { readonly rows: number[]; readonly input: Record<string, unknown> }>();
  rows.forEach(({ row, id }, i) => {
    // Two rows may have written one record: the later one has the last word.
    const record = records.get(id) ?? { rows: [], input: {} };
    records.set(id, { rows: [...record.rows, row], input: record.input });
    for (const lookup of wanted[i] ?? []) {
      const answer = answerTo(lookup);
      if ('problem' in answer) problems.get(row)?.push(answer.problem);
      else record.input[lookup.plan.field.name] = 'id' in answer ? referenceTo(lookup.plan, answer.id) : null;
    }
  });
  const updates = [...records].filter(([, { input }]) => Object.keys(input).length > 0);
  const changed = updates.map(([id, { input }]) => ({ pointer: '', id, input }));
  const options = { allOrNone: false, internal: scope.internal };
  const outcomes = changed.length === 0 ? [] : await updateRecords(session, plan.object.name, changed, options);
  outcomes.forEach((outcome, i) => {
    if (!outcome.ok) for (const row of updates[i]?.[1].rows ?? []) problems.get(row)?.push(...outcome.problems);
  });
  return rows.flatMap(({ row, cells }) => {
    const found = problems.get(row) ?? [];
    return found.length === 0 ? [] : [{ row, problems: found, cells }];
  });
}

/** Settles the first waiting rows in one transaction, with the book; `against`: refuses them for these reasons. */
async function settle(running: RunningImport, limit: number, against?: readonly Problem[]): Promise<Settled> {
  const { id, position } = running.state;
  return running.transaction(async (session) => {
    const { transaction, target, at } = session;
    // Whoever comes second waits here, and then finds what is left.
    await advanceImport(transaction, target.schema, position, running.state, at);
    const rows = await waitingRows(transaction, target.schema, id, limit);
    if (rows.length === 0) return { rows: 0, refused: [], state: running.state };
    const refused = against === undefined ? await link(running, session, rows) : refusal(rows, against);
    await dropKeptRows(
      transaction,
      target.schema,
      id,
      rows.map(({ row }) => row),
    );
    const state = { ...running.state, counts: addCounts(running.state.counts, { refused: refused.length }) };
    await keepRows(transaction, target.schema, id, { refused, waiting: [] });
    await advanceImport(transaction, target.schema, position, state, at);
    return { rows: rows.length, refused, state };
  });
}

/** Settles at most so many rows; where they are refused as a whole, fewer. */
async function settleSome(running: RunningImport, limit: number): Promise<Settled> {
  try {
    return await settle(running, limit);
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    return limit === 1 ? settle(running, 1, problems) : settleSome(running, Math.ceil(limit / 2));
  }
}

/** Sets all deferred lookups. Where it is broken off, what is left is still waiting in the book. */
export async function settleDeferred(running: RunningImport, chunkSize: number): Promise<void> {
  for (;;) {
    const settled = await settleSome(running, chunkSize);
    if (settled.rows === 0) return;
    running.state = settled.state;
    running.noteRejects(settled.refused);
    running.input.onProgress?.(running.status());
  }
}
