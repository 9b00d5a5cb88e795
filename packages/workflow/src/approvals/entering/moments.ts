// Approvals at the moments of writes: what they hold until somebody agrees, what approvers may change meanwhile, and what goes with its master.
import { fail, problem, type Problem } from '@tessera/kernel';
import type { ApprovalProcessModel, Model, ObjectModel } from '@tessera/metadata';
import {
  mayWait,
  recordKey,
  stageApprovals,
  type Changes,
  type Entered,
  type HeldRecord,
  type HeldRecords,
  type Holder,
  type Proposed,
  type Questions,
  type RecordChanged,
  type WriteSession,
} from '@tessera/records';
import { doorIn } from '../../jobs/handlers.ts';
import type { MomentsPart } from '../../moments-part.ts';
import { actOn } from '../driving/act.ts';
import { beginApprovals, type ApprovalStart } from '../driving/begin.ts';
import { editableBy, pendingOf } from '../driving/pending.ts';
import { heldOf } from '../driving/rows.ts';
import { firstEntered, processesFor } from './choose.ts';
import { formerWays } from '../migration/former-locks.ts';
import { lockedBelow } from './detail-locks.ts';
import { mastersIn } from './detail-ways.ts';

function processOf({ model }: WriteSession, name: string): ApprovalProcessModel {
  const found = Object.hasOwn(model.approvalProcesses, name) ? model.approvalProcesses[name] : undefined;
  if (found === undefined) throw fail('COMPONENT_UNKNOWN', { kind: 'approval process', name, known: '' });
  return found;
}

/** What is not in force is written freely until it is handed in again. */
const isDraft = ({ old }: Proposed): boolean => old?.['lifeStatus'] === 'draft';

const taken = ({ importing }: WriteSession, { imports }: ApprovalProcessModel): boolean => importing !== true || imports === 'enter';

/** What stages ask for comes before what the object does: a move waits for one process only. */
function askedByStages(session: WriteSession, { object, event, records }: Questions): ReadonlyMap<string, string | Problem> {
  const asked = event === 'delete' || event === 'void' ? new Map<string, readonly string[]>() : stageApprovals(session, object, records);
  return new Map(
    [...asked].flatMap(([id, names]): readonly (readonly [string, string | Problem])[] => {
      const [first, ...others] = names.filter((name) => taken(session, processOf(session, name)));
      if (first === undefined) return [];
      const message = `Several approvals would have to agree at once (${names.join(', ')}). Move the record from stage to stage one by one.`;
      return [[id, others.length === 0 ? first : problem('STAGE_MOVE_REFUSED', { message })]];
    }),
  );
}

async function choose(session: WriteSession, questions: Questions): Promise<ReadonlyMap<string, string | Problem>> {
  const { object, event, records } = questions;
  // What nobody does, nobody could have submitted: the platform's own writes, and automations that run as the system.
  if (session.access.policy.userId === null) return new Map();
  const byStages = askedByStages(session, questions);
  const open = records.filter((record) => !byStages.has(record.id) && !isDraft(record));
  const processes = processesFor(session.model, object, event).filter((process) => taken(session, process));
  const entered = await firstEntered(session, object, processes, open);
  return new Map<string, string | Problem>([...byStages, ...[...entered].map(([id, { name }]) => [id, name] as const)]);
}

function startOf(session: WriteSession, { object, event }: HeldRecords, record: HeldRecord): ApprovalStart {
  const { id, old, values, process, change } = record;
  const submitter = session.access.policy.userId;
  if (submitter === null) throw new TypeError('Nobody has submitted the record.');
  return { process: processOf(session, process), object, id, values, old, event, held: change, submitter };
}

const holder: Holder<WriteSession> = {
  choose,
  begin: async (session, held) => {
    const begun = await beginApprovals(
      session,
      held.records.map((record) => startOf(session, held, record)),
    );
    return new Map(
      held.records.map(({ id }, i): readonly [string, Entered | Problem] => {
        const found = begun[i];
        if (found === undefined) throw new TypeError('Each start has begun, or is refused.');
        return [id, 'code' in found ? found : { id: found.approval, status: found.status }];
      }),
    );
  },
};

/** An approver edits by the way what the change does not: of what is held the held value is edited. */
async function openFields(
  session: WriteSession,
  object: ObjectModel,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const user = session.access.policy.userId;
  if (user === null) return new Map();
  const open = new Map<string, readonly string[]>();
  for (const [id, approval] of await pendingOf(doorIn(session), object.name, ids)) {
    const held = Object.keys(heldOf(approval)?.changes ?? {});
    const fields = await editableBy(session, approval, user);
    open.set(
      id,
      fields.filter((field) => !held.includes(field)),
    );
  }
  return open;
}

/** Where a record goes with its master nothing is left to decide; one that its approval deletes is decided. */
async function cancelGone(session: WriteSession, { object, records }: Changes): Promise<void> {
  const isPending = ({ id, values }: RecordChanged): boolean =>
    (values['lockedBy'] ?? null) !== null && session.approving?.has(recordKey(object.name, id)) !== true;
  const gone = records.filter(isPending).map(({ id }) => id);
  if (gone.length === 0) return;
  for (const approval of (await pendingOf(doorIn(session), object.name, gone)).values())
    await actOn(session, { approval: approval.id, action: { type: 'cancel' }, by: null });
}

/** The ways up of the tenant that is written to: approvals may go on with versions of which the Model knows nothing. */
function mastersOf(model: Model): NonNullable<MomentsPart['masters']> {
  const present = mastersIn(model, []);
  return ({ formerLocks, target }, object) => {
    if (formerLocks === null) return present(object);
    return target.kept.keep(target, model, `masters ${formerLocks}`, () => mastersIn(model, formerWays(formerLocks)))(object);
  };
}

/** Objects of which approvals may be running, also by processes that are switched off, and by event whether any of their writes may be held. */
export function approvalEntering(model: Model): MomentsPart | undefined {
  const objects = new Set(Object.values(model.objects).flatMap((object) => (mayWait(model, object) ? [object.name] : [])));
  if (objects.size === 0) return undefined;
  const processes = Object.values(model.approvalProcesses);
  const staged = new Set(
    Object.values(model.stageFlows)
      .filter(({ stages }) => Object.values(stages).some(({ approval }) => approval !== undefined))
      .map(({ object }) => object),
  );
  const holds = ({ name }: ObjectModel, event: string): boolean =>
    processes.some(({ object, on }) => object === name && on.some((each) => each === event)) ||
    ((event === 'create' || event === 'update') && staged.has(name));
  return {
    concerns: ({ name }, event) => event === 'delete' && objects.has(name),
    writes: (object, event) =>
      (event === 'create' && holds(object, event)) || (event === 'update' && (holds(object, event) || holds(object, 'void'))),
    afterSave: cancelGone,
    holder: (object, event) => (holds(object, event) ? holder : undefined),
    openFields,
    masters: mastersOf(model),
    lockedBelow,
  };
}
