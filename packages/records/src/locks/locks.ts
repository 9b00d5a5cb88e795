// Locks of records that wait for an approval: whom they stop, and who has handed the record in.
import { problem, type Problem } from '@tessera/kernel';
import { historyName, type Model, type ObjectModel } from '@tessera/metadata';
import type { PathExpression } from '@tessera/rules';
import { recordAccess } from '@tessera/security';
import { doorOf, pendingApprovals, type ApprovalRow, type RecordValues } from '@tessera/storage';
import { fetchFacts } from '../rules/facts.ts';
import { keyOf } from '../record-key.ts';
import type { WriteSession } from '../session.ts';
import { textOf } from '../text-of.ts';

/** Whether records of an object may be waiting for an approval, if only by a process that is switched off: its history stays. */
export const mayWait = ({ objects }: Model, { name }: ObjectModel): boolean => objects[historyName(name, 'approval')]?.keptOf === name;

/** Whether the record's lock stands against writes of the session. */
export function isLocked({ approving, entering }: WriteSession, { name }: ObjectModel, record: RecordValues | undefined): boolean {
  if (record === undefined || (record['lockedBy'] ?? null) === null) return false;
  const key = keyOf(name, textOf(record['id']));
  return approving?.has(key) !== true && !entering.has(key);
}

/** The way to the name of who has handed the record in. */
function submitterName({ objects }: Model, { name }: ObjectModel): PathExpression | undefined {
  const field = objects['user']?.fields['name'];
  if (field === undefined) return undefined;
  const steps = [
    { object: name, field: 'lockedBy' },
    { object: 'user', field: 'name' },
  ];
  return { node: 'path', type: field.ruleType, root: 0, steps };
}

/** Who has handed in a record is told to those who may read that of the record, and see everybody. */
function mayName({ access: { policy, view } }: WriteSession, { name }: ObjectModel): boolean {
  if (policy.administrator) return true;
  const isShown = (object: string, field: string): boolean => Object.hasOwn(view.objects[object]?.fields ?? {}, field);
  return isShown(name, 'lockedBy') && isShown('user', 'name') && recordAccess(policy, 'user').read === 'all';
}

/** Names of those who have handed in locked records, by the record's id: one statement at most; none where they may not be told. */
async function namesOf(session: WriteSession, object: ObjectModel, records: readonly RecordValues[]): Promise<ReadonlyMap<string, string>> {
  const path = mayName(session, object) ? submitterName(session.model, object) : undefined;
  if (path === undefined || records.length === 0) return new Map();
  const facts = await fetchFacts(
    session,
    object,
    [path],
    records.map((record) => ({ record })),
    'submitters',
  );
  return new Map(
    records.flatMap((record, i) => {
      const name = facts[i]?.get(path);
      return typeof name === 'string' ? [[textOf(record['id']), name] as const] : [];
    }),
  );
}

/** Who has handed in locked records, what they wait for, and what is left to do. */
export interface Submitters {
  readonly names: ReadonlyMap<string, string>;
  /** Ids of their approvals. */
  readonly approvals: ReadonlyMap<string, string>;
  /** Those that have come back to the session's person. */
  readonly back: ReadonlySet<string>;
}

/** Two statements at most. */
export async function submitters(session: WriteSession, object: ObjectModel, records: readonly RecordValues[]): Promise<Submitters> {
  const { transaction, target, slots } = session;
  const ids = records.map(({ id }) => textOf(id));
  const names = await namesOf(session, object, records);
  const pending = [...(await pendingApprovals(doorOf(transaction, target.schema), object.name, ids))];
  const isBack = ({ status, submitter }: ApprovalRow): boolean => status === 'returned' && submitter === slots.user;
  return {
    names,
    approvals: new Map(pending.map(([id, row]) => [id, row.id])),
    back: new Set(pending.flatMap(([id, row]) => (isBack(row) ? [id] : []))),
  };
}

/** Whoever waits for nobody but himself is not told to wait. */
const remedies = {
  wait: 'Wait until that is decided, or have it recalled.',
  back: 'It has come back to you: change it with `edits` of the action `resubmit` of its approval, or recall that.',
};

export function lockedProblem({ name: object }: ObjectModel, id: string, { names, approvals, back }: Submitters): Problem {
  const remedy = back.has(id) ? remedies.back : remedies.wait;
  const found = problem('RECORD_LOCKED', { object, id, submitter: names.get(id) ?? 'somebody', remedy });
  const approval = approvals.get(id);
  return approval === undefined ? found : { ...found, details: { object, id, approval } };
}

/** What stands against writing locked records, by id; of records that are free nothing. */
export async function locksOn(
  session: WriteSession,
  object: ObjectModel,
  records: readonly RecordValues[],
): Promise<ReadonlyMap<string, Problem>> {
  const locked = records.filter((record) => isLocked(session, object, record));
  if (locked.length === 0) return new Map();
  const names = await submitters(session, object, locked);
  return new Map(locked.map(({ id }) => [textOf(id), lockedProblem(object, textOf(id), names)]));
}
