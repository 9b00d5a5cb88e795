// Runs with their journal, for administrators; and how long those that have ended are kept.
import { fail, isUuid } from '@tessera/kernel';
import {
  appendAudit,
  auditEntry,
  doorOf,
  dropDefinitions,
  dropEnded,
  giveUp,
  listRuns,
  readJournal,
  readRun,
  retryFailed,
  wakeStatement,
  type ListedRun,
} from '@tessera/storage';
import { tellRunsEnded } from '@tessera/workflow';
import type { RunList, RunsInput, RunWithJournal, ShownRun } from '../types/automation.ts';
import type { EngineParts, Session } from '../engine-parts.ts';
import { runWrite } from './write.ts';

const defaultRuns = 100;
const dayMs = 86_400_000;
/** Runs that have ended well or were cancelled, and effects that were sent, are kept so long. */
const keptDays = 90;
/** Removed in one transaction. */
const batch = 5_000;

const parsed = (text: string | null): unknown => (text === null ? null : (JSON.parse(text) as unknown));

export const shownRun = (run: ListedRun): ShownRun => ({ ...run, error: parsed(run.error) });

function checkId(name: string, id: string | undefined): string | undefined {
  if (id !== undefined && !isUuid(id)) throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it takes an id.' });
  return id?.toLowerCase();
}

export async function listAllRuns(session: Session, { first = defaultRuns, recordId, before, ...filter }: RunsInput): Promise<RunList> {
  const most = session.parts.limits.page;
  if (!Number.isInteger(first) || first < 1 || first > most)
    throw fail('REQUEST_PARAMETER_INVALID', { name: 'first', reason: `it takes 1 to ${String(most)}.` });
  if (before !== undefined && !isUuid(before)) throw fail('CURSOR_INVALID', {}, { pointer: '/before' });
  const found = await listRuns(session.database, { ...filter, recordId: checkId('recordId', recordId), before, first: first + 1 });
  const runs = found.slice(0, first);
  return { runs: runs.map(shownRun), next: found.length > first ? (runs.at(-1)?.id ?? null) : null };
}

export async function showRun({ database }: Session, { id }: { readonly id: string }): Promise<RunWithJournal> {
  const run = isUuid(id) ? await readRun(database, id) : undefined;
  if (run === undefined) throw fail('RUN_NOT_FOUND', { id });
  const journal = await readJournal(database, id);
  return {
    ...shownRun(run),
    journal: journal.map(({ id: step, path, type, state, input, output, error, startedAt, endedAt }) => {
      const content = { input: parsed(input), output: parsed(output), error: parsed(error) };
      return { id: step, path, type, state, ...content, startedAt, endedAt };
    }),
  };
}

type Deed = typeof retryFailed;

/** Gives something up; of a run, an approval that waits for its end hears that there will be none. */
export const givingUp =
  ({ parts: { newId } }: Session): Deed =>
  async (door, id, now) => {
    const kind = await giveUp(door, id, now);
    if (kind === 'run') await tellRunsEnded(door, [id], { at: now, newId });
    return kind;
  };

/** Done to a run alone, in its own transaction. @throws RUN_NOT_FOUND */
function doToRun(session: Session, given: string, action: string, deed: Deed): Promise<undefined> {
  const id = given.toLowerCase();
  return runWrite(session, async ({ transaction, target: { schema }, at }) => {
    const door = doorOf(transaction, schema);
    const isRun = isUuid(id) && (await readRun(door, id)) !== undefined;
    const kind = isRun ? await deed(door, id, at) : undefined;
    if (kind !== 'run') throw fail('RUN_NOT_FOUND', { id: given });
    await transaction.query(wakeStatement(['work']));
    await appendAudit(door, [auditEntry(session.context, action, { detail: { kind, id } })]);
    return undefined;
  });
}

/** From the step that failed. */
export const retryRun = (session: Session, { id }: { readonly id: string }): Promise<undefined> =>
  doToRun(session, id, 'run.retried', retryFailed);

export const cancelRun = (session: Session, { id }: { readonly id: string }): Promise<undefined> =>
  doToRun(session, id, 'run.cancelled', givingUp(session));

/** Gives how many runs and effects of a tenant went. */
export async function trimRuns({ cell, clock }: Pick<EngineParts, 'cell' | 'clock'>, tenant: string): Promise<number> {
  const door = cell.tenant(tenant);
  const before = new Date(clock.now() - keptDays * dayMs).toISOString();
  let gone = 0;
  for (;;) {
    const some = await dropEnded(door, before, batch);
    gone += some;
    if (some < batch) break;
  }
  await dropDefinitions(door, before);
  return gone;
}
