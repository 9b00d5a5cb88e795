// What becomes of people's tasks by what happened: purely, from the effects, the deed and the rows that there are.
import type { Model } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { ApprovalTaskRow } from '@tessera/storage';
import type { Happened } from '../driving/happened.ts';
import { tasks, type Task } from '../machine/index.ts';
import { dueOf, timeoutOf, type Timed } from './timeouts.ts';

type TaskKind = 'approve' | 'reply' | 'copy' | 'submission';
type TaskState =
  | 'open'
  | 'approved'
  | 'rejected'
  | 'returned'
  | 'transferred'
  | 'reassigned'
  | 'released'
  | 'answered'
  | 'recalled'
  | 'cancelled'
  | 'failed';

/** A task that somebody did not have before. */
export interface NewTask {
  readonly happened: Happened;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly assignee: string;
  readonly inNameOf: string | null;
  readonly from: string | null;
  readonly step: string | null;
  readonly turn: string | null;
  readonly dueAt: string | null;
}

/** Values of a task that is there. */
export interface ChangedTask {
  readonly happened: Happened;
  readonly row: ApprovalTaskRow;
  readonly values: Readonly<Record<string, Value>>;
}

export interface TaskChanges {
  readonly made: readonly NewTask[];
  readonly changed: readonly ChangedTask[];
}

/** What a deed makes of the task that it was done on. */
const stateByDeed: Partial<Record<Happened['deed']['action'], TaskState>> = {
  approved: 'approved',
  rejected: 'rejected',
  returned: 'returned',
  transferred: 'transferred',
  reassigned: 'reassigned',
  left: 'reassigned',
  standInChanged: 'reassigned',
};

const stateByTimeout: Readonly<Record<Timed, TaskState>> = {
  remind: 'open',
  approve: 'approved',
  reject: 'rejected',
  escalate: 'transferred',
  transfer: 'transferred',
};

const personOf = ({ inNameOf, assignee }: ApprovalTaskRow): string => inNameOf ?? assignee;

/** Whether the task is one of those that the deed was done on: a decision counts for all that its person has on the step. */
function isDone({ deed }: Happened, row: ApprovalTaskRow, on: ApprovalTaskRow | undefined): boolean {
  const { action, turn, by, to = [] } = deed;
  const concerns = (person: string | null): boolean => person !== null && (row.assignee === person || personOf(row) === person);
  if (action === 'left' || action === 'standInChanged') return to.some(concerns);
  return row.turn === turn || (action !== 'reassigned' && by !== null && row.step === on?.step && concerns(by));
}

/** How a task ends that is waited for no more. */
function ended(happened: Happened, row: ApprovalTaskRow, on: ApprovalTaskRow | undefined, at: string): ChangedTask['values'] {
  const { deed, process, before } = happened;
  const timeout = deed.action === 'timedOut' && row.turn === deed.turn ? timeoutOf(process, before, row.turn) : undefined;
  if (timeout !== undefined) return { state: stateByTimeout[timeout], decidedAt: at };
  const state = isDone(happened, row, on) ? stateByDeed[deed.action] : undefined;
  if (state === undefined) return { state: 'released', decidedAt: at };
  // Whoever takes a task from somebody has not decided anything.
  if (state === 'reassigned') return { state, decidedAt: at };
  return { state, decidedAt: at, decidedBy: deed.by, comment: deed.comment ?? null };
}

const handsOn = new Set<Happened['deed']['action']>(['transferred', 'signerAdded', 'reassigned']);

function asked(happened: Happened, task: Task, at: string, model: Model): NewTask {
  const { deed } = happened;
  const { turn, path, assignee, person } = task;
  return {
    happened,
    kind: 'approve',
    state: 'open',
    assignee,
    inNameOf: person === assignee ? null : person,
    from: handsOn.has(deed.action) ? deed.by : null,
    step: path,
    turn,
    dueAt: dueOf(happened.process, task, model, at),
  };
}

/** Tasks of turns: opened, opened again, or ended. */
function turnTasks(happened: Happened, rows: readonly ApprovalTaskRow[], at: string, model: Model): TaskChanges {
  const byTurn = new Map(rows.flatMap((row) => (row.kind === 'approve' && row.turn !== null ? [[row.turn, row] as const] : [])));
  const on = byTurn.get(happened.deed.turn ?? '');
  const made: NewTask[] = [];
  const changed: ChangedTask[] = [];
  for (const effect of happened.effects) {
    const row = effect.kind === 'released' ? byTurn.get(effect.turn) : effect.kind === 'asked' ? byTurn.get(effect.task.turn) : undefined;
    if (effect.kind === 'released' && row?.state === 'open') changed.push({ happened, row, values: ended(happened, row, on, at) });
    if (effect.kind !== 'asked') continue;
    const task = asked(happened, effect.task, at, model);
    const again = { state: 'open', askedAt: at, dueAt: task.dueAt, decidedAt: null, decidedBy: null, comment: null };
    if (row === undefined) made.push(task);
    else changed.push({ happened, row, values: again });
  }
  return { made, changed };
}

/** The submitter's own: as far as the approval has come. */
function submission(happened: Happened, rows: readonly ApprovalTaskRow[], at: string): TaskChanges {
  const { approval, before, deed } = happened;
  const { status, submitter } = approval;
  const state = status === 'running' ? 'open' : status;
  const isOver = status !== 'running' && status !== 'returned';
  const row = rows.find(({ kind }) => kind === 'submission');
  if (row !== undefined) {
    if (row.state === state) return { made: [], changed: [] };
    return { made: [], changed: [{ happened, row, values: { state, decidedAt: isOver ? at : null, comment: deed.comment ?? null } }] };
  }
  if (before !== undefined) return { made: [], changed: [] };
  const nothing = { inNameOf: null, from: null, step: null, turn: null, dueAt: null };
  return { made: [{ happened, kind: 'submission', state, assignee: submitter, ...nothing }], changed: [] };
}

/** Questions to people who need not decide. They end with their answer, or with the approval. */
function replies(happened: Happened, rows: readonly ApprovalTaskRow[], at: string): TaskChanges {
  const { approval, deed } = happened;
  const { action, by, comment = null, to = [] } = deed;
  const open = rows.filter(({ kind, state }) => kind === 'reply' && state === 'open');
  if (action === 'asked') {
    const fresh = to.filter((person) => !open.some(({ assignee }) => assignee === person));
    const made = [...new Set(fresh)].map((assignee): NewTask => {
      const nothing = { inNameOf: null, step: deed.step ?? null, turn: null, dueAt: null };
      return { happened, kind: 'reply', state: 'open', assignee, from: by, ...nothing };
    });
    return { made, changed: [] };
  }
  if (action === 'answered') {
    const values = { state: 'answered', decidedAt: at, decidedBy: by, comment };
    return { made: [], changed: open.filter(({ assignee }) => assignee === by).map((row) => ({ happened, row, values })) };
  }
  if (approval.endedAt === null) return { made: [], changed: [] };
  return { made: [], changed: open.map((row) => ({ happened, row, values: { state: 'released', decidedAt: at } })) };
}

/** Those who are told, each once in an approval. */
export function copies(happened: Happened, rows: readonly ApprovalTaskRow[], people: ReadonlyMap<string, string>): readonly NewTask[] {
  const had = new Set(rows.flatMap(({ kind, assignee }) => (kind === 'copy' ? [assignee] : [])));
  const nothing = { inNameOf: null, from: null, turn: null, dueAt: null };
  return [...people].flatMap(([assignee, step]): readonly NewTask[] =>
    had.has(assignee) ? [] : [{ happened, kind: 'copy', state: 'open', assignee, step, ...nothing }],
  );
}

/** Tasks of an approval that has moved to another version of its process stand at the steps that it has there. */
function movedTasks(happened: Happened, rows: readonly ApprovalTaskRow[]): TaskChanges {
  const { deed, process, after } = happened;
  const paths = new Map(deed.action === 'migrated' ? tasks(process, after).map(({ turn, path }) => [turn, path] as const) : []);
  const changed = rows.flatMap((row): readonly ChangedTask[] => {
    const step = row.kind === 'approve' && row.state === 'open' ? paths.get(row.turn ?? '') : undefined;
    return step === undefined || step === row.step ? [] : [{ happened, row, values: { step } }];
  });
  return { made: [], changed };
}

/** @param rows all tasks of the approval */
export function taskChanges(
  happened: Happened,
  rows: readonly ApprovalTaskRow[],
  { at, model }: { readonly at: string; readonly model: Model },
): TaskChanges {
  const parts = [
    turnTasks(happened, rows, at, model),
    movedTasks(happened, rows),
    submission(happened, rows, at),
    replies(happened, rows, at),
  ];
  return { made: parts.flatMap(({ made }) => made), changed: parts.flatMap(({ changed }) => changed) };
}
