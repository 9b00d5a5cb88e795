// Rows of the history of decisions: what people did, and what came about by itself; purely, from what happened.
import type { RecordValues } from '@tessera/storage';
import type { Task } from '../machine/index.ts';
import type { Deed, DeedAction, Happened } from '../driving/happened.ts';
import { taskOf, timeoutOf, type Timed } from './timeouts.ts';

/** One row, beside what all rows of an approval have. */
interface Decision {
  readonly action: Exclude<DeedAction, 'timedOut' | 'left' | 'standInChanged' | 'automationEnded'> | 'passed';
  readonly because?: string;
  readonly step?: string | null;
  readonly person?: string | null;
  readonly inNameOf?: string | null;
  readonly to?: string | null;
  readonly comment?: string | null;
  readonly changed?: readonly string[] | null;
  readonly files?: readonly string[] | null;
}

/** Deeds that are told for each whom they name. */
const forEach: ReadonlySet<DeedAction> = new Set(['transferred', 'signerAdded', 'reassigned', 'asked']);

const byTimeout: Readonly<Record<Timed, Decision['action']>> = {
  remind: 'reminded',
  approve: 'approved',
  reject: 'rejected',
  escalate: 'transferred',
  transfer: 'transferred',
};

const newTasks = ({ effects }: Happened): readonly Task[] => effects.flatMap((effect) => (effect.kind === 'asked' ? [effect.task] : []));

/** What the time-out of a turn has led to; where nobody was there to hand it on to, a reminder. */
function timedOut(happened: Happened): readonly Decision[] {
  const { process, before, deed, effects } = happened;
  const turn = deed.turn ?? '';
  const task = taskOf(process, before, turn);
  const due = timeoutOf(process, before, turn);
  if (task === undefined || due === undefined) return [];
  const what = effects.some((effect) => effect.kind === 'released' && effect.turn === turn) ? due : 'remind';
  const row = { action: byTimeout[what], because: 'timeout', step: task.path, inNameOf: task.person };
  const handed = byTimeout[what] === 'transferred' ? newTasks(happened).filter(({ path }) => path === task.path) : [];
  return handed.length === 0 ? [row] : handed.map(({ person }) => ({ ...row, to: person }));
}

/** Who has taken the place of somebody. */
const replaced = (happened: Happened, because: string): readonly Decision[] =>
  newTasks(happened).map(({ path, assignee }) => ({
    action: 'reassigned',
    because,
    step: path,
    inNameOf: happened.deed.to?.[0] ?? null,
    to: assignee,
  }));

function done({ process, before }: Happened, action: Decision['action'], deed: Deed): readonly Decision[] {
  const { by, turn, to = [], comment, files = [], fields = [] } = deed;
  const task = turn === undefined ? undefined : taskOf(process, before, turn);
  const row: Decision = {
    action,
    step: deed.step ?? task?.path ?? null,
    person: by,
    inNameOf: task === undefined || task.person === by ? null : task.person,
    comment: comment ?? null,
    changed: fields.length === 0 ? null : fields,
    files: files.length === 0 ? null : files,
  };
  return forEach.has(action as DeedAction) && to.length > 0
    ? to.map((person, i) => ({ ...row, ...(i === 0 ? {} : { files: null }), to: person }))
    : [row];
}

function deeds(happened: Happened): readonly Decision[] {
  const { deed } = happened;
  switch (deed.action) {
    case 'timedOut':
      return timedOut(happened);
    case 'left':
      return replaced(happened, 'left');
    case 'standInChanged':
      return replaced(happened, 'standIn');
    case 'automationEnded':
      return [];
    default:
      return done(happened, deed.action, deed);
  }
}

/** In the order in which they came about. */
export function decisionsOf(happened: Happened, at: string): readonly RecordValues[] {
  const { approval, effects } = happened;
  const passed = effects.flatMap((effect): readonly Decision[] =>
    effect.kind === 'passed' ? [{ action: 'passed', because: effect.why, step: effect.path }] : [],
  );
  const nothing = { because: null, step: null, person: null, inNameOf: null, to: null, comment: null, changed: null, files: null };
  return [...deeds(happened), ...passed].map((decision) => ({
    ...nothing,
    ...decision,
    name: decision.action,
    record: approval.recordId,
    approval: approval.id,
    at,
  }));
}
