// Writing records: one transaction for a request, answered from within it.
import { fail, failAll, isUuid } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  createRecords,
  deleteRecords,
  isAgreed,
  purgeRecords,
  restoreRecords,
  runInSession,
  updateRecords,
  unvoidRecords,
  upsertRecords,
  voidRecords,
  type Answering,
  type LastRead,
  type RecordOutcome,
  type WorkOptions,
  type WriteSession,
} from '@tessera/records';
import { restrict } from '@tessera/security';
import { appendAudit, auditEntry, doorOf, recordTextsStatement, type SelectedTexts } from '@tessera/storage';
import type {
  CreateInput,
  DeleteInput,
  MarkInput,
  RecordInput,
  RestoreInput,
  UpdateInput,
  UpsertInput,
  WriteOptions,
  WriteResult,
} from '../types/operation.ts';
import type { Session } from '../engine-parts.ts';
import type { SelectionRequest } from '../read/request.ts';
import { objectOf, resolveSelections } from '../read/resolve.ts';
import { whatFollows } from '../identity/platform-session.ts';
import { accessWithin } from '../person-access.ts';
import { idempotent } from './idempotency.ts';
import { readSlots, resolving } from './read.ts';

export function runWrite<T>(session: Session, work: (write: WriteSession) => Promise<T>, options?: WorkOptions<T>): Promise<T> {
  const { context, database, runtime, state, policy, view, person, parts } = session;
  const { model, rules } = runtime;
  const access = { policy, view, ...(person === undefined ? {} : { person }) };
  const granted = { accessVersion: state.access, formerLocks: state.formerLocks, access, accessOf: accessWithin(runtime) };
  const input = { context, database, model, ...granted, rules, sealer: parts.sealer, ...whatFollows(parts, runtime) };
  return runInSession(input, work, options);
}

/** Whether equal selections are the same statement: a list may have a cursor, which is its caller's own. */
const isAlike = (selection: SelectionRequest): boolean => {
  if (selection.kind === 'object') return selection.selections.every(isAlike);
  if (selection.kind === 'lookup') return selection.cases.every(({ selections }) => selections.every(isAlike));
  return selection.kind !== 'children' && selection.kind !== 'childAggregate';
};

/** How the JSON texts of written records are selected; undefined where none are asked for. */
function answeringOf(session: Session, object: string, { returning }: WriteOptions): Omit<Answering, 'found'> | undefined {
  if (returning === undefined) return undefined;
  const { model } = session.runtime;
  const selected = (): SelectedTexts => {
    const selections = resolveSelections(resolving(session), objectOf(session.view, object), returning);
    // What the person may not see of what was written (any more) does not come out.
    const [root] = restrict({ model, policy: session.policy }, [{ kind: 'records', as: 'written', object, ids: [], selections }]);
    if (root?.kind !== 'records') throw new TypeError('Restricted records are records.');
    return root;
  };
  const key = returning.every(isAlike) ? JSON.stringify(returning) : undefined;
  return { object, texts: { about: session.view, key, selected }, slots: readSlots(session) };
}

const withTexts = ({ results }: WriteResult, texts: ReadonlyMap<string, string | undefined>): WriteResult => ({
  results: results.map((result) => {
    const record = result.ok ? texts.get(result.id) : undefined;
    return record === undefined ? result : { ...result, record };
  }),
});

/** How the texts are read, as this write sees them, and put into its answer; the write has returned them already, or they are read now. */
function textsOf(
  write: WriteSession,
  model: Model,
  result: WriteResult,
  answering: Omit<Answering, 'found'> | undefined,
): LastRead<WriteResult> | undefined {
  const ids = result.results.flatMap((each) => (each.ok ? [each.id] : []));
  if (answering === undefined || ids.length === 0) return undefined;
  // Records of other objects may have changed these again: children and their roll-ups.
  const found = write.touched.size === 1 ? write.answering?.found : undefined;
  if (found !== undefined && ids.every((id) => found.has(id))) return { statement: undefined, answer: () => withTexts(result, found) };
  const { object, texts, slots } = answering;
  return {
    statement: recordTextsStatement(write.target, objectOf(model, object), ids, texts, slots),
    answer: (rows) => withTexts(result, new Map(rows.map((row) => [String(row['id']), String(row['record'])]))),
  };
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
  hopeful = false,
): Promise<WriteResult> {
  const { limits } = session.parts;
  if (count > limits.records) throw fail('RECORDS_TOO_MANY', { limit: limits.records, count });
  objectOf(session.view, input.object);
  if (input.modelHash !== undefined && input.modelHash !== session.view.hash) throw fail('MODEL_CHANGED');
  const bare = async (write: WriteSession): Promise<WriteResult> => ({ results: await work(write) });
  const answering = answeringOf(session, input.object, input);
  const last = (write: WriteSession, result: WriteResult): LastRead<WriteResult> | undefined =>
    textsOf(write, session.runtime.model, result, answering);
  const { allowDuplicates } = input;
  if (session.context.idempotencyKey === undefined) return runWrite(session, bare, { hopeful, answering, last, allowDuplicates });
  // The answer is kept with its key, so it is read before the end.
  const answered = async (write: WriteSession): Promise<WriteResult> => {
    const result = await bare(write);
    const texts = last(write, result);
    return texts?.statement === undefined ? result : texts.answer((await write.transaction.query(texts.statement)).rows);
  };
  return runWrite(session, (write) => idempotent(write, operation, input, () => answered(write)), { hopeful, allowDuplicates });
}

const pointerOf = (i: number, count: number): string => (count === 1 ? '' : `/records/${String(i)}`);
const allOrNone = (input: WriteOptions): { readonly allOrNone: boolean } => ({ allOrNone: input.allOrNone ?? true });

export function create(session: Session, input: CreateInput): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map((record, i) => ({ pointer: pointerOf(i, records.length), input: record }));
  const count = recordCount(session.view, object, records);
  const options = allOrNone(input);
  return writeRecords(session, 'records.create', input, count, (write) => createRecords(write, object, list, options), options.allOrNone);
}

export function update(session: Session, input: UpdateInput): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map(({ id, version, values }, i) => ({
    pointer: pointerOf(i, records.length),
    id,
    expected: version,
    input: values,
  }));
  const options = allOrNone(input);
  const work: Work = (write) => updateRecords(write, object, list, options);
  return writeRecords(session, 'records.update', input, records.length, work, options.allOrNone);
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
  const ids = new Set(outcomes.flatMap((outcome) => (outcome.ok && isAgreed(outcome.approval) ? [outcome.id] : [])));
  const entries = [...ids].map((recordId) => auditEntry(session.context, action, { object, recordId }));
  await appendAudit(doorOf(write.transaction, write.target.schema), entries);
}

function marking(
  session: Session,
  input: MarkInput,
  mark: typeof voidRecords,
  { operation, action }: { readonly operation: string; readonly action: string },
): Promise<WriteResult> {
  const { object, records } = input;
  const list = records.map(({ id, version }, i) => ({ pointer: pointerOf(i, records.length), id, expected: version }));
  return writeRecords(session, operation, input, records.length, async (write) => {
    const outcomes = await mark(write, object, list, allOrNone(input));
    await auditEach(session, write, action, object, outcomes);
    return outcomes;
  });
}

export const makeVoid = (session: Session, input: MarkInput): Promise<WriteResult> =>
  marking(session, input, voidRecords, { operation: 'records.void', action: 'record.voided' });

export const unvoid = (session: Session, input: MarkInput): Promise<WriteResult> =>
  marking(session, input, unvoidRecords, { operation: 'records.unvoid', action: 'record.unvoided' });

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
