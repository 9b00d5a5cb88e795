// Locks of records that wait for an approval: whom they stop, and who has handed the record in.
import { problem, type Problem } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { PathExpression } from '@tessera/rules';
import { recordAccess } from '@tessera/security';
import { doorOf, pendingApprovals, type RecordValues } from '@tessera/storage';
import { fetchFacts } from './facts.ts';
import { keyOf } from './record-key.ts';
import type { WriteSession } from './session.ts';
import { textOf } from './text-of.ts';

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

/** Ids of those that have come back to the session's person: one statement at most. */
async function cameBack(
  { transaction, target, slots: { user } }: WriteSession,
  { name }: ObjectModel,
  records: readonly RecordValues[],
): Promise<ReadonlySet<string>> {
  const own = records.filter(({ lockedBy }) => user !== null && lockedBy === user).map(({ id }) => textOf(id));
  const pending = await pendingApprovals(doorOf(transaction, target.schema), name, own);
  return new Set([...pending].flatMap(([id, { status }]) => (status === 'returned' ? [id] : [])));
}

/** Who has handed in locked records, and what is left to do. */
export interface Submitters {
  readonly names: ReadonlyMap<string, string>;
  readonly back: ReadonlySet<string>;
}

export async function submitters(session: WriteSession, object: ObjectModel, records: readonly RecordValues[]): Promise<Submitters> {
  return { names: await namesOf(session, object, records), back: await cameBack(session, object, records) };
}

/** Whoever waits for nobody but himself is not told to wait. */
const remedies = {
  wait: 'Wait until that is decided, or have it recalled.',
  back: 'It has come back to you: change it with `edits` of the action `resubmit` of its approval, or recall that.',
};

export const lockedProblem = ({ name: object }: ObjectModel, id: string, { names, back }: Submitters): Problem =>
  problem('RECORD_LOCKED', { object, id, submitter: names.get(id) ?? 'somebody', remedy: back.has(id) ? remedies.back : remedies.wait });
