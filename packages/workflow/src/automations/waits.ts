// Runs that wait: what wakes them.
import type { AutomationModel, Model, StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { readyRuns, saveRuns, wakeStatement, waitingRunsOf, type NewTimer, type Run } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import { stateOf, type Variables, type Waiting } from './run-state.ts';

/** The timers of runs that wait until a time. */
const waitKind = 'wait';

export const waitTimer = (session: WriteSession, { id, object, recordId }: Run, dueAt: string): NewTimer => ({
  id: session.context.newId(),
  key: `${waitKind}/${id}`,
  kind: waitKind,
  dueAt,
  runId: id,
  object,
  recordId,
  content: '{}',
});

/** Has runs that wait done again, at once; gives how many there were. They look for themselves whether there is anything to wait for. */
export async function wakeRuns(session: WriteSession, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const ready = await readyRuns(doorIn(session), ids, session.at);
  if (ready.length > 0) session.transaction.ahead(wakeStatement(['work']));
  return ready.length;
}

async function waitingAt(
  session: WriteSession,
  object: string,
  ids: readonly string[],
  watches: (waiting: Waiting) => boolean,
): Promise<readonly { readonly run: Run; readonly variables: Variables; readonly waiting: Waiting }[]> {
  if (ids.length === 0) return [];
  const runs = await waitingRunsOf(doorIn(session), ids);
  return runs
    .filter((run) => run.object === object)
    .flatMap((run) => {
      const { variables } = stateOf(run);
      const { waiting } = variables;
      return waiting !== undefined && watches(waiting) ? [{ run, variables, waiting }] : [];
    });
}

/** Records have been written: runs that wait for a condition over them look at them again. */
export async function wakeWaiting(session: WriteSession, object: string, ids: readonly string[]): Promise<void> {
  const waiting = await waitingAt(session, object, ids, ({ watches }) => watches.record);
  await wakeRuns(
    session,
    waiting.map(({ run }) => run.id),
  );
}

/** Tells an event of records: the runs that wait for it go on. Gives how many there were. */
export async function tellEvent(session: WriteSession, object: string, ids: readonly string[], event: string): Promise<number> {
  const told = await waitingAt(session, object, ids, ({ watches }) => watches.event === event);
  const { at } = session;
  await saveRuns(
    doorIn(session),
    told.map(({ run, variables, waiting }) => ({
      id: run.id,
      state: 'ready',
      position: run.position,
      variables: JSON.stringify({ ...variables, waiting: { ...waiting, events: [...waiting.events, event] } }),
      attempts: run.attempts,
      error: null,
      dueAt: at,
      endedAt: null,
    })),
  );
  if (told.length > 0) session.transaction.ahead(wakeStatement(['work']));
  return told.length;
}

const waitsFor = (steps: readonly StepModel[]): boolean =>
  steps.some((step) => {
    if (step.type === 'wait') return step.condition !== undefined;
    if (step.type === 'forEach') return waitsFor(step.steps);
    return step.type === 'branch' && (waitsFor(step.otherwise) || step.cases.some((each) => waitsFor(each.steps)));
  });

/** The objects whose records runs may wait for, by the Model's automations. */
export const waitedFor = ({ automations }: Model): ReadonlySet<string> =>
  new Set(
    Object.values(automations).flatMap(({ object, steps }: AutomationModel) => (object !== undefined && waitsFor(steps) ? [object] : [])),
  );

/** Timers of runs, by kind. */
export const runTimers: Readonly<Record<string, TimerHandler>> = {
  [waitKind]: async (session, timers) => {
    await readyRuns(
      doorIn(session),
      timers.flatMap(({ runId }) => runId ?? []),
      session.at,
    );
  },
};
