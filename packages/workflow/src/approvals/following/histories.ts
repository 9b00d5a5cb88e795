// The histories that are kept beside an object: a row for each approval, a row for each deed.
import { failAll } from '@tessera/kernel';
import { historyName, type ObjectModel } from '@tessera/metadata';
import { addToBin, addToHistory, changeHistory, changeInBin, fileProblem, type WriteSession } from '@tessera/records';
import { claimFilesStatement, liveIdsStatement, lockFilesStatement, storedFile, type RecordValues } from '@tessera/storage';
import type { Happened } from '../driving/happened.ts';
import { decisionsOf } from './decisions.ts';

const filesField = 'files';

interface Histories {
  readonly approvals: ObjectModel;
  readonly decisions: ObjectModel;
}

/** Undefined where the Model keeps none, since no process asks for it any more. */
function historiesOf({ model }: WriteSession, { name }: ObjectModel): Histories | undefined {
  const [approvals, decisions] = [model.objects[historyName(name, 'approval')], model.objects[historyName(name, 'approvalDecision')]];
  return approvals?.keptOf === name && decisions?.keptOf === name ? { approvals, decisions } : undefined;
}

const approvalRow = ({ approval }: Happened): RecordValues => ({
  id: approval.id,
  name: approval.process,
  record: approval.recordId,
  process: approval.process,
  event: approval.event,
  submitter: approval.submitter,
  state: approval.status,
  submittedAt: approval.startedAt,
  endedAt: approval.endedAt,
  comment: approval.comment,
});

/** Whether the approval has come to another state. */
const isMoved = ({ approval, before, effects }: Happened): boolean =>
  before?.status !== approval.status || effects.some(({ kind }) => kind === 'ended');

/** Those whose record lies in the bin by now, if any can: a deletion was approved, or has come before. */
async function inBin(session: WriteSession, object: ObjectModel, happened: readonly Happened[]): Promise<ReadonlySet<Happened>> {
  const possibly = happened.filter(
    ({ approval: { event, status } }) => (event === 'delete' && status === 'approved') || status === 'cancelled',
  );
  if (possibly.length === 0) return new Set();
  const ids = possibly.map(({ approval }) => approval.recordId);
  const { rows } = await session.transaction.query(liveIdsStatement(session.target, object, ids));
  const live = new Set(rows.map((row) => String(row['id'])));
  return new Set(possibly.filter(({ approval }) => !live.has(approval.recordId)));
}

/** Files become those of the decision with which they came. @throws FILE_NOT_USABLE */
async function claimFiles(session: WriteSession, history: ObjectModel, rows: readonly RecordValues[]): Promise<void> {
  const field = history.fields[filesField];
  const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const named = rows.flatMap(({ id, person, files }) =>
    Array.isArray(files) ? files.map((file) => ({ fileId: String(file), recordId: textOf(id) ?? '', person: textOf(person) })) : [],
  );
  if (field === undefined || named.length === 0) return;
  const { schema } = session.target;
  const found = await session.transaction.query(lockFilesStatement(schema, [...new Set(named.map(({ fileId }) => fileId))]));
  const files = new Map(found.rows.map((row) => [String(row['id']), storedFile(row)]));
  const problems = named.flatMap(({ fileId, recordId, person }, i) => {
    const wish = { object: history.name, recordId, field, fileId };
    return fileProblem(wish, files.get(fileId), person, `/files/${String(i)}`) ?? [];
  });
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  const claims = named.map(({ fileId: id, recordId }) => ({ id, recordId, field: filesField }));
  await session.transaction.query(claimFilesStatement(schema, history.name, claims));
}

async function keepOf(session: WriteSession, object: ObjectModel, happened: readonly Happened[]): Promise<void> {
  const histories = historiesOf(session, object);
  if (histories === undefined) return;
  const { approvals, decisions } = histories;
  const gone = await inBin(session, object, happened);
  const [there, away] = [happened.filter((one) => !gone.has(one)), happened.filter((one) => gone.has(one))];
  const begun = (some: readonly Happened[]): readonly RecordValues[] => some.filter(({ before }) => before === undefined).map(approvalRow);
  const moved = (some: readonly Happened[]): ReadonlyMap<string, RecordValues> =>
    new Map(
      some
        .filter((one) => one.before !== undefined && isMoved(one))
        .map(({ approval: { id, status, endedAt } }) => [id, { state: status, endedAt }]),
    );
  const done = (some: readonly Happened[]): readonly RecordValues[] =>
    some.flatMap((one) => decisionsOf(one, session.at).map((row) => ({ ...row, id: session.context.newId() })));
  const [rows, rowsAway] = [done(there), done(away)];
  await addToHistory(session, approvals, begun(there));
  await changeHistory(session, approvals, moved(there));
  await addToHistory(session, decisions, rows);
  await addToBin(session, approvals, begun(away));
  await changeInBin(session, approvals, moved(away));
  await addToBin(session, decisions, rowsAway);
  await claimFiles(session, decisions, [...rows, ...rowsAway]);
}

/** For each object the same few statements, however many approvals there are. */
export async function keepHistories(session: WriteSession, happened: readonly Happened[]): Promise<void> {
  for (const [object, some] of Map.groupBy(happened, ({ subject }) => subject.object)) await keepOf(session, object, some);
}
