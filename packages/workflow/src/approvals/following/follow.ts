// What follows from what happened with approvals, written by the transaction that advances them: a visible list.
import { createRecords, updateRecords, type WriteSession } from '@tessera/records';
import { approvalTasksOf, doorOf, putShares, takeApprovalSharesStatement, type ApprovalTaskRow, type NewShare } from '@tessera/storage';
import { LiveFacts } from '../driving/facts.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import { copiesOf, tellCopies } from './copies.ts';
import { keepHistories } from './histories.ts';
import { tellNotices } from './messages.ts';
import { isStopped, noticesOf, type Notice } from './notices.ts';
import { copies, taskChanges, type ChangedTask, type NewTask } from './tasks.ts';
import { namesOf, titlesFor, type Told } from './titles.ts';

const taskObject = 'approvalTask';
const longestName = 500;

type Rows = ReadonlyMap<string, readonly ApprovalTaskRow[]>;

/** Tasks that there were, by approval; those that have just begun have none. */
async function rowsOf({ transaction, target }: WriteSession, happened: readonly Happened[]): Promise<Rows> {
  const known = happened.flatMap(({ approval, before }) => (before === undefined ? [] : [approval.id]));
  return Map.groupBy(await approvalTasksOf(transaction, target, known), ({ approval }) => approval);
}

/** Everybody who is asked reads what it is about: who is to decide, and for whom. */
async function share({ transaction, target, context }: WriteSession, made: readonly NewTask[]): Promise<void> {
  const shares = made.flatMap(({ happened, kind, assignee, inNameOf }): readonly NewShare[] => {
    if (kind !== 'approve' && kind !== 'reply') return [];
    const { object, recordId } = happened.approval;
    return [assignee, ...(inNameOf === null ? [] : [inNameOf])].map((user) => ({
      id: context.newId(),
      object,
      recordId,
      subject: `user:${user}`,
      access: 'read',
      origin: 'approval',
    }));
  });
  await putShares(doorOf(transaction, target.schema), shares);
}

/** Nobody reads any longer only because somebody was asked who need not decide any more. */
function unshare({ transaction, target }: WriteSession, changed: readonly ChangedTask[]): void {
  const over = changed.filter(({ row, values }) => row.kind !== 'submission' && values['state'] !== 'open');
  const people = over.flatMap(({ happened: { approval }, row }) =>
    [row.assignee, row.inNameOf].flatMap((user) => (user === null ? [] : [{ object: approval.object, recordId: approval.recordId, user }])),
  );
  if (people.length > 0) transaction.ahead(takeApprovalSharesStatement(target, people));
}

const cut = (text: string): string => (text.length <= longestName ? text : Array.from(text).slice(0, longestName).join(''));

async function writeTasks(
  session: WriteSession,
  { made, changed }: { readonly made: readonly NewTask[]; readonly changed: readonly ChangedTask[] },
  titleOf: (of: { readonly happened: Happened; readonly user: string }) => string,
): Promise<void> {
  const { at } = session;
  const records = made.map(({ happened, kind, state, assignee, inNameOf, from, step, turn, dueAt }) => {
    const { id: approval, object: aboutObject, recordId: aboutId, process, submitter, comment } = happened.approval;
    const input = {
      name: cut(titleOf({ happened, user: assignee })),
      ...{ kind, state, assignee, inNameOf, submitter, from, process, step, approval, turn, aboutObject, aboutId, dueAt },
      askedAt: at,
      decidedAt: state === 'open' || state === 'returned' ? null : at,
      comment: kind === 'submission' ? comment : null,
      // It is the assignee's, not also of whoever has caused it.
      owner: null,
    };
    return { pointer: '', input };
  });
  const options = { allOrNone: true, internal: true } as const;
  if (records.length > 0) await createRecords(session, taskObject, records, options);
  const changes = changed.map(({ row, values }) => ({ pointer: '', id: row.id, input: values }));
  if (changes.length > 0) await updateRecords(session, taskObject, changes, options);
}

/** Who reads what of the records: everybody who is told, or has a new task. */
function toldOf(rows: Rows): (of: { readonly happened: Happened; readonly user: string }) => Told {
  return ({ happened: { approval, subject }, user }) => {
    const before = rows.get(approval.id)?.find(({ assignee }) => assignee === user)?.name;
    return { user, object: subject.object, id: subject.id, ...(before === undefined ? {} : { before }) };
  };
}

/** Everybody whom notices name. */
const namedIn = (notices: readonly Notice[]): readonly string[] =>
  notices.flatMap(({ happened: { approval, deed }, inNameOf }) => [approval.submitter, deed.by, inNameOf]).filter((id) => id !== null);

/** For any number of approvals in the same few statements for each of their objects; each approval stands in the set once. */
export const follow: Follower = async (session, happened) => {
  if (happened.length === 0) return;
  const rows = await rowsOf(session, happened);
  const of = (one: Happened): readonly ApprovalTaskRow[] => rows.get(one.approval.id) ?? [];
  await keepHistories(session, happened);
  const copied = await copiesOf(session, happened);
  const changes = happened.map((one) => {
    const people = new Map(
      copied.filter((copy) => copy.happened === one).flatMap(({ people: all, step }) => all.map((user) => [user, step.path])),
    );
    const { made, changed } = taskChanges(one, of(one), session);
    return { made: [...made, ...copies(one, of(one), people)], changed };
  });
  const [made, changed] = [changes.flatMap((each) => each.made), changes.flatMap((each) => each.changed)];
  await share(session, made);
  const administrators = happened.some(isStopped) ? await new LiveFacts(session).administrators() : [];
  const notices = happened.flatMap((one) => noticesOf(one, of(one), administrators));
  const told = toldOf(rows);
  const readers = [...made.map((task) => ({ happened: task.happened, user: task.assignee })), ...notices];
  // Asked at once, they go out together.
  const [titles, names] = await Promise.all([titlesFor(session, readers.map(told)), namesOf(session, namedIn(notices))]);
  await writeTasks(session, { made, changed }, (task) => titles.of(told(task)));
  unshare(session, changed);
  if (notices.length > 0) await tellNotices(session, notices, { titles, names, toldOf: told });
  const heard = new Set(notices.map(({ happened: { approval }, user }) => `${approval.id} ${user}`));
  await tellCopies(session, copied, ({ approval }, user) => heard.has(`${approval.id} ${user}`));
};
