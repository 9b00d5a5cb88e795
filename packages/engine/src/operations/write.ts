// Writing records: one transaction for a request, answered from within it.
import { bind, fail, failAll, isUuid } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  createRecords,
  deleteRecords,
  purgeRecords,
  restoreRecords,
  runInSession,
  updateRecords,
  upsertRecords,
  type RecordOutcome,
  type WriteSession,
} from '@tessera/records';
import { restrict } from '@tessera/security';
import { appendAudit, doorOf, recordTextsStatement } from '@tessera/storage';
import { auditEntry } from '../audit.ts';
import type {
  CreateInput,
  DeleteInput,
  RecordInput,
  RecordResult,
  RestoreInput,
  UpdateInput,
  UpsertInput,
  WriteOptions,
  WriteResult,
} from '../operation-types.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf, resolveSelections } from '../read/resolve.ts';
import { idempotent } from './idempotency.ts';
import { readSlots, resolving } from './read.ts';

export function runWrite<T>(session: Session, work: (write: WriteSession) => Promise<T>): Promise<T> {
  const { context, database, runtime, state, policy, view, parts } = session;
  const { model, rules } = runtime;
  const access = { policy, view };
  return runInSession({ context, database, model, accessVersion: state.access, access, rules, sealer: parts.sealer }, work);
}

/** The JSON texts of written records, as this write sees them. */
async function withTexts(
  session: Session,
  write: WriteSession,
  object: string,
  outcomes: readonly RecordOutcome[],
  options: WriteOptions,
): Promise<readonly RecordResult[]> {
  const { returning } = options;
  const ids = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.id] : []));
  if (returning === undefined || ids.length === 0) return outcomes;
  const { model } = session.runtime;
  const selections = resolveSelections(resolving(session), objectOf(session.view, object), returning);
  // What the person may not see of what was written (any more) does not come out.
  const [root] = restrict({ model, policy: session.policy }, [{ kind: 'records', as: 'written', object, ids, selections }]);
  if (root?.kind !== 'records') throw new TypeError('Restricted records are records.');
  const statement = bind(recordTextsStatement(write.target, objectOf(model, object), ids, root.selections, root.where), readSlots(session));
  const { rows } = await write.transaction.query(statement);
  const texts = new Map(rows.map((row) => [String(row['id']), String(row['record'])]));
  return outcomes.map((outcome) => {
    const record = outcome.ok ? texts.get(outcome.id) : undefined;
    return record === undefined ? outcome : { ...outcome, record };
  });
}

/** The records of a request with those that are nested in them. */
function recordCount(model: Model, object: string, records: readonly RecordInput[]): number {
  const relations = model.objects[object]?.relations ?? {};
  return records.reduce((sum, record) => {
    const nested = Object.entries(record).flatMap(([name, value]) => {
      const relation = Array.isArray(value) && Object.hasOwn(relations, name) ? relations[name] : undefined;
      return relation === undefined ? [] : [{ object: relation.object, records: value as readonly RecordInput[] }];
    });
    return nested.reduce((inner, child) => inner + recordCount(model, child.object, child.records.filter(isObject)), sum + 1);
  }, 0);
}

const isObject = (value: unknown): value is RecordInput => typeof value === 'object' && value !== null;

type Work = (write: WriteSession) => Promise<readonly RecordOutcome[]>;

function writeRecords(
  session: Session,
  operation: string,
  input: WriteOptions & { readonly object: string },
  count: number,
  work: Work,
): Promise<WriteResult> {
  const { limits } = session.parts;
  if (count > limits.records) throw fail('RECORDS_TOO_MANY', { limit: limits.records, count });
  objectOf(session.view, input.object);
  if (input.modelHash !== undefined && input.modelHash !== session.view.hash) throw fail('MODEL_CHANGED');
  return runWrite(session, (write) =>
    idempotent(write, operation, input, async () => ({ results: await withTexts(session, write, input.object, await work(write), input) })),
  );
}

const pointerOf = (i: number, count: number): string => (count === 1 ? '' : `/records/${String(i)}`);
const allOrNone = (input: WriteOptions): { readonly allOrNone: boolean } => ({ allOrNone: input.allOrNone ?? true });

export function create(session: Session, input: CreateInput): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map((record, i) => ({ pointer: pointerOf(i, records.length), input: record }));
  const count = recordCount(session.view, object, records);
  return writeRecords(session, 'records.create', input, count, (write) => createRecords(write, object, list, allOrNone(input)));
}

export function update(session: Session, input: UpdateInput): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map(({ id, version, values }, i) => ({
    pointer: pointerOf(i, records.length),
    id,
    expected: version,
    input: values,
  }));
  return writeRecords(session, 'records.update', input, records.length, (write) => updateRecords(write, object, list, allOrNone(input)));
}

export function upsert(session: Session, input: UpsertInput): Promise<WriteResult> {
  const { object, by, records } = input;
  const list = records.map((record, i) => ({ pointer: pointerOf(i, records.length), input: record }));
  return writeRecords(session, 'records.upsert', input, records.length, (write) =>
    upsertRecords(write, object, by, list, allOrNone(input)),
  );
}

function knownIds(object: string, ids: readonly string[]): readonly string[] {
  for (const id of ids) if (!isUuid(id)) throw fail('RECORD_NOT_FOUND', { object, id });
  return ids.map((id) => id.toLowerCase());
}

export function remove(session: Session, input: DeleteInput): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map(({ id, version }, i) => ({ pointer: pointerOf(i, records.length), id, expected: version }));
  return writeRecords(session, 'records.delete', input, records.length, async (write) => {
    const outcomes = settled(await deleteRecords(write, object, list), input);
    await auditEach(session, write, 'record.deleted', object, outcomes);
    return outcomes;
  });
}

async function auditEach(
  session: Session,
  write: WriteSession,
  action: string,
  object: string,
  outcomes: readonly RecordOutcome[],
): Promise<void> {
  const ids = new Set(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.id] : [])));
  const entries = [...ids].map((recordId) => auditEntry(session.context, action, { object, recordId }));
  await appendAudit(doorOf(write.transaction, write.target.schema), entries);
}

export function restore(session: Session, input: RestoreInput): Promise<WriteResult> {
  const ids = knownIds(input.object, input.ids);
  return writeRecords(session, 'records.restore', input, ids.length, async (write) => {
    const outcomes = settled(await restoreRecords(write, input.object, ids), input);
    await auditEach(session, write, 'record.restored', input.object, outcomes);
    return outcomes;
  });
}

/** All or none: the first refusal takes everything back. */
function settled(outcomes: readonly RecordOutcome[], options: WriteOptions): readonly RecordOutcome[] {
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
  if ((options.allOrNone ?? true) && problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return outcomes;
}

export function purge(
  session: Session,
  input: { readonly object: string; readonly ids: readonly string[] },
): Promise<{ readonly purged: number }> {
  const ids = knownIds(input.object, input.ids);
  return runWrite(session, async (write) => {
    const purged = await purgeRecords(write, input.object, ids);
    const entry = auditEntry(session.context, 'records.purged', { object: input.object, detail: { ids, purged } });
    await appendAudit(doorOf(write.transaction, write.target.schema), [entry]);
    return { purged };
  });
}
