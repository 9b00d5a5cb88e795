// Runs, timers, effects and jobs as administrators see them, and what they do about those that have failed.
import { fail, isoNow, isUuid } from '@tessera/kernel';
import {
  appendAudit,
  auditEntry,
  doorOf,
  listFailed,
  retryFailed,
  wakeStatement,
  workFigures,
  type FailedPlace,
  type FailedWork,
  type WorkflowDoor,
  type WorkKind,
} from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { JobDone, JobList, JobsInput } from '../types/job.ts';
import { givingUp } from './runs.ts';
import { runWrite } from './write.ts';

const defaultFailures = 100;
const mostDead = 100;

function placeOf(text: string): FailedPlace {
  const [failedAt = '', id = ''] = text.split('_');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(failedAt) || Number.isNaN(Date.parse(failedAt)) || !isUuid(id))
    throw fail('CURSOR_INVALID', {}, { pointer: '/before' });
  return { failedAt, id };
}

export async function listJobs(session: Session, { kind, first = defaultFailures, before }: JobsInput): Promise<JobList> {
  const { database, parts, context } = session;
  const after = before === undefined ? undefined : placeOf(before);
  const [figures, found, dead, queues] = await Promise.all([
    workFigures(database, isoNow(session.parts)),
    listFailed(database, { kind, after, first: first + 1 }),
    parts.jobs.dead(context.tenant, mostDead),
    parts.jobs.queuesOf(context.tenant),
  ]);
  const failed = found.slice(0, first);
  const last = failed.at(-1);
  return {
    ...figures,
    queues,
    failed: failed.map((each: FailedWork) => ({ ...each, error: each.error === null ? null : (JSON.parse(each.error) as unknown) })),
    next: found.length > first && last !== undefined ? `${last.failedAt}_${last.id}` : null,
    dead,
  };
}

/** What is done about one, in its own transaction; undefined where there is no such thing of the tenant's own. */
type Deed = (door: WorkflowDoor, id: string, now: string) => Promise<WorkKind | undefined>;

async function doToWork(session: Session, id: string, action: string, deed: Deed): Promise<WorkKind | undefined> {
  return runWrite(session, async ({ transaction, target: { schema } }) => {
    const door = doorOf(transaction, schema);
    const kind = await deed(door, id, isoNow(session.parts));
    if (kind === undefined) return undefined;
    await transaction.query(wakeStatement(kind === 'effect' ? ['send', 'work'] : ['work']));
    await appendAudit(door, [auditEntry(session.context, action, { detail: { kind, id } })]);
    return kind;
  });
}

async function doTo(session: Session, given: string, action: string, deed: Deed, toDead: 'replay' | 'remove'): Promise<JobDone> {
  const id = given.toLowerCase();
  if (!isUuid(id)) throw fail('JOB_NOT_FOUND', { id: given });
  const kind = await doToWork(session, id, action, deed);
  if (kind !== undefined) return { kind };
  const { context, parts, database } = session;
  if (!(await parts.jobs[toDead](context.tenant, id))) throw fail('JOB_NOT_FOUND', { id });
  await appendAudit(database, [auditEntry(context, action, { detail: { kind: 'job', id } })]);
  return { kind: 'job' };
}

/** Throws JOB_NOT_FOUND where nothing with this id has failed. */
export const retryJob = (session: Session, { id }: { readonly id: string }): Promise<JobDone> =>
  doTo(session, id, 'job.retried', retryFailed, 'replay');

/** Throws JOB_NOT_FOUND where there is nothing with this id, or where it has ended already. */
export const deleteJob = (session: Session, { id }: { readonly id: string }): Promise<JobDone> =>
  doTo(session, id, 'job.deleted', givingUp(session), 'remove');
