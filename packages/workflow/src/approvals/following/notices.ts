// Who is told what of an advance: purely, from what happened. Nobody is told twice of one.
import type { ApprovalTaskRow } from '@tessera/storage';
import type { Happened } from '../driving/happened.ts';
import { openSteps, type ApprovalState } from '../machine/state.ts';
import { noticeKinds, type NoticeKind } from './texts.ts';

export interface Notice {
  readonly happened: Happened;
  readonly kind: NoticeKind;
  readonly user: string;
  readonly inNameOf: string | null;
  readonly step: string | null;
}

type Told = Pick<Notice, 'kind' | 'user'> & Partial<Pick<Notice, 'inNameOf' | 'step'>>;

/** To those who have something to do. */
function toAsked({ effects }: Happened): readonly Told[] {
  return effects.flatMap((effect): readonly Told[] => {
    if (effect.kind !== 'asked' && effect.kind !== 'remind') return [];
    const kind = effect.kind === 'asked' ? 'asked' : 'reminded';
    return (effect.kind === 'asked' ? [effect.task] : effect.tasks).map(({ assignee: user, person, path: step }) => ({
      kind,
      user,
      inNameOf: person === user ? null : person,
      step,
    }));
  });
}

/** Questions to those who are asked, answers to those who have. */
function inBetween({ deed }: Happened, rows: readonly ApprovalTaskRow[]): readonly Told[] {
  const { action, by, to = [] } = deed;
  if (action === 'asked') return to.map((user) => ({ kind: 'question', user }));
  if (action !== 'answered') return [];
  const open = rows.filter(({ kind, state, assignee }) => kind === 'reply' && state === 'open' && assignee === by);
  return open.flatMap(({ from }) => (from === null ? [] : [{ kind: 'answer', user: from }]));
}

/** To the submitter, of what somebody else has made of it. */
function toSubmitter({ approval, deed, effects }: Happened): readonly Told[] {
  const { status, submitter: user } = approval;
  if (deed.by === user || (status === 'failed' && deed.action === 'retried')) return [];
  if (effects.some(({ kind }) => kind === 'ended') && status !== 'running' && status !== 'returned') return [{ kind: status, user }];
  return effects.some(({ kind }) => kind === 'returned') ? [{ kind: 'returned', user }] : [];
}

const failedSteps = (state: ApprovalState | undefined): readonly string[] =>
  state === undefined || state.tree === null
    ? []
    : openSteps(state.tree).flatMap((step) => (step.kind === 'automation' && step.failed ? [step.path] : []));

/** What goes no further until an administrator sees to it; undefined: it goes on. */
function stopped({ before, after, problems }: Happened): Pick<Notice, 'kind' | 'step'> | undefined {
  if (problems !== undefined) return { kind: 'failed', step: null };
  const known = failedSteps(before);
  const step = failedSteps(after).find((path) => !known.includes(path));
  return step === undefined ? undefined : { kind: 'stopped', step };
}

/** Whether anything asks for administrators, who have to be found first. */
export const isStopped = (happened: Happened): boolean => stopped(happened) !== undefined;

/** @param rows the approval's tasks before */
export function noticesOf(happened: Happened, rows: readonly ApprovalTaskRow[], administrators: readonly string[] = []): readonly Notice[] {
  const halt = stopped(happened);
  const toHelp = halt === undefined ? [] : administrators.flatMap((user) => (user === happened.deed.by ? [] : [{ ...halt, user }]));
  const all = [...toAsked(happened), ...inBetween(happened, rows), ...toSubmitter(happened), ...toHelp];
  const byUser = Map.groupBy(all, ({ user }) => user);
  const rank = ({ kind }: Told): number => noticeKinds.indexOf(kind);
  return [...byUser.values()].flatMap((told) => {
    const first = told.toSorted((a, b) => rank(a) - rank(b))[0];
    return first === undefined ? [] : [{ inNameOf: null, step: null, ...first, happened }];
  });
}
