// The root fields of a mutation: each an operation of its own, and how its result looks in the answer. Actions are translated in actions.ts.
import type {
  CreateInput,
  DeleteInput,
  MarkInput,
  RecordInput,
  RecordResult,
  RestoreInput,
  UpdateInput,
  UpsertInput,
  WriteResult,
} from '@tessera/engine';
import { fail, type Problem } from '@tessera/kernel';
import type { SelectionSetNode } from 'graphql';
import { fieldMeaning, type FieldMeaning } from '../schema/meaning.ts';
import { actionPlan, type ActionPlan } from './actions.ts';
import { objectText } from './json-text.ts';
import { recordSelections } from './records.ts';
import { Returned } from './returned.ts';
import type { Arguments, Picked, Translation } from './translation.ts';
import { objectTypeOf } from './types.ts';

export type Write =
  | { readonly operation: 'records.create'; readonly input: CreateInput }
  | { readonly operation: 'records.update'; readonly input: UpdateInput }
  | { readonly operation: 'records.upsert'; readonly input: UpsertInput }
  | { readonly operation: 'records.delete'; readonly input: DeleteInput }
  | { readonly operation: 'records.void' | 'records.unvoid'; readonly input: MarkInput }
  | { readonly operation: 'records.restore'; readonly input: RestoreInput };

/** A root field of a mutation. */
export interface WritePlan {
  readonly as: string;
  /** Undefined for `__typename`, which writes nothing. */
  readonly write: Write | undefined;
  /** Problems of one record are the field's error; those of bulk writes are part of its value. */
  readonly bulk: boolean;
  /** A pointer into the operation's input as one into the field's arguments. */
  readonly pointer: (pointer: string) => string;
  /** The field's value as JSON text. */
  readonly render: (result: WriteResult) => string;
}

type WriteMeaning = Extract<FieldMeaning, { kind: 'write' }>;

interface UpdateEntry {
  readonly id: string;
  readonly input: RecordInput;
  readonly version?: number | null;
}

const versioned = (id: unknown, version: unknown): { readonly id: string; readonly version?: number } => ({
  id: String(id),
  ...(typeof version === 'number' ? { version } : {}),
});

/** The arguments of single and bulk fields in one form; validation has held them to their types. */
function listOf(given: Arguments, bulk: boolean, names: { readonly one: string; readonly many: string }): readonly unknown[] {
  return (bulk ? given[names.many] : [given[names.one]]) as readonly unknown[];
}

function writeOf(meaning: WriteMeaning, given: Arguments, returned: Returned): Write {
  const { object, bulk, write } = meaning;
  const selections = returned.selections;
  const shared = {
    object,
    ...(bulk ? { allOrNone: given['allOrNone'] !== false } : {}),
    ...(given['allowDuplicates'] === true ? { allowDuplicates: true } : {}),
    ...(selections === undefined ? {} : { returning: selections }),
  };
  const inputs = { one: 'input', many: 'inputs' };
  switch (write) {
    case 'create':
      return { operation: 'records.create', input: { ...shared, records: listOf(given, bulk, inputs) as readonly RecordInput[] } };
    case 'upsert': {
      const records = listOf(given, bulk, inputs) as readonly RecordInput[];
      return { operation: 'records.upsert', input: { ...shared, by: String(given['by']), records } };
    }
    case 'update': {
      const entries = bulk ? (given['inputs'] as readonly UpdateEntry[]) : [given as unknown as UpdateEntry];
      const records = entries.map(({ id, input, version }) => ({ ...versioned(id, version), values: input }));
      return { operation: 'records.update', input: { ...shared, records } };
    }
    case 'void':
    case 'unvoid':
    case 'delete': {
      const entries = (bulk ? given['records'] : [given]) as readonly { readonly id: string; readonly version?: number | null }[];
      return { operation: `records.${write}`, input: { ...shared, records: entries.map(({ id, version }) => versioned(id, version)) } };
    }
    case 'restore':
      return { operation: 'records.restore', input: { ...shared, ids: listOf(given, bulk, { one: 'id', many: 'ids' }).map(String) } };
  }
}

/** A pointer of the engine: which record (none where there is but one), and what of it. */
const engineForm = /^(?:\/(?:records|ids)\/(\d+))?(?:\/values(?=\/|$))?(.*)$/;

/** A pointer within one record, as it was given. */
function withinRecord(pointer: string): string {
  return engineForm.exec(pointer)?.[2] ?? pointer;
}

/** `/amount` is `/input/amount`; in bulk `/records/1/amount` is `/inputs/1/amount`, of an update `/inputs/1/input/amount`. */
function pointerOf({ write, bulk }: WriteMeaning): WritePlan['pointer'] {
  return (pointer) => {
    const [, record = '0', rest = ''] = engineForm.exec(pointer) ?? [];
    if (write === 'restore') return bulk ? `/ids/${record}` : '/id';
    if (write === 'delete' || write === 'void' || write === 'unvoid') return bulk ? `/records/${record}${rest}` : rest;
    if (!bulk) return `/input${rest}`;
    return write === 'update' ? `/inputs/${record}/input${rest}` : `/inputs/${record}${rest}`;
  };
}

type Render<T> = (value: T) => string;

/** A field's parts under their response names. */
function renderer<T>(t: Translation, picked: Pick<Picked, 'definition' | 'sets' | 'at'>, part: (each: Picked) => Render<T>): Render<T> {
  const type = objectTypeOf(picked.definition);
  const typename = JSON.stringify(type.name);
  const parts = t
    .pick(type, picked.sets, picked.at)
    .map((each) => [each.as, each.definition === undefined ? (): string => typename : part(each)] as const);
  return (value) => objectText(parts.map(([as, render]) => [as, render(value)]));
}

/** A property of what was answered, as JSON. */
export function property<T>(read: (value: T) => unknown): Render<T> {
  return (value) => JSON.stringify(read(value) ?? null);
}

export { renderer, type Render };

/** Id of the approval that a write waits for. */
const pendingApproval = (result: RecordResult): string | undefined =>
  result.ok && result.approval?.status !== 'approved' ? result.approval?.id : undefined;

function problemsOf(t: Translation, picked: Picked): Render<readonly Problem[]> {
  const one = renderer<Problem>(t, picked, ({ name }) => {
    if (name === 'pointer') return property(({ pointer }) => (pointer === undefined ? undefined : withinRecord(pointer)));
    return property((problem) => problem[name as 'code' | 'message' | 'params' | 'details']);
  });
  return (problems) => `[${problems.map(one).join(',')}]`;
}

function resultOf(t: Translation, picked: Picked, object: string, returned: Returned): Render<RecordResult> {
  return renderer<RecordResult>(t, picked, (part) => {
    switch (part.name) {
      case 'ok':
        return property(({ ok }) => ok);
      case 'record': {
        const place = returned.add(recordSelections(t, object, part));
        return (result) => (result.ok ? returned.text(result.record, place) : 'null');
      }
      case 'problems': {
        const problems = problemsOf(t, part);
        return (result) => problems(result.ok ? [] : result.problems);
      }
      case 'approval':
        return property(pendingApproval);
      default:
        return property((result) => (result.ok ? result[part.name as 'id' | 'version' | 'created'] : null));
    }
  });
}

function bulkRenderer(t: Translation, picked: Picked, object: string, returned: Returned): WritePlan['render'] {
  return renderer<WriteResult>(t, picked, (part) => {
    const one = resultOf(t, part, object, returned);
    return ({ results }) => `[${results.map(one).join(',')}]`;
  });
}

function singleRenderer(t: Translation, picked: Picked, meaning: WriteMeaning, returned: Returned): WritePlan['render'] {
  if (meaning.write === 'delete') {
    const render = renderer<RecordResult>(t, picked, ({ name }) => {
      if (name === 'approval') return property(pendingApproval);
      return property((result) => (name === 'object' ? meaning.object : result.ok ? result[name as 'id' | 'version'] : null));
    });
    return ({ results: [result] }) => (result === undefined ? 'null' : render(result));
  }
  const place = returned.add(recordSelections(t, meaning.object, picked));
  return ({ results: [result] }) => (result?.ok === true ? returned.text(result.record, place) : 'null');
}

export type RootPlan = WritePlan | ActionPlan;

function rootPlan(t: Translation, picked: Picked): RootPlan {
  const { as, definition } = picked;
  const unchanged = (pointer: string): string => pointer;
  const meaning = definition === undefined ? undefined : fieldMeaning(definition);
  if (meaning === undefined) return { as, write: undefined, bulk: false, pointer: unchanged, render: () => '"Mutation"' };
  if (meaning.kind === 'action') return actionPlan(t, picked, meaning.name);
  if (meaning.kind !== 'write') throw new TypeError(`Mutation.${picked.name} has no meaning.`);
  const returned = new Returned();
  const { object, bulk } = meaning;
  const render = bulk ? bulkRenderer(t, picked, object, returned) : singleRenderer(t, picked, meaning, returned);
  return { as, write: writeOf(meaning, picked.arguments, returned), bulk, pointer: pointerOf(meaning), render };
}

/** Translates the root selection of a mutation: its root fields in their order. */
export function mutationPlans(t: Translation, set: SelectionSetNode): readonly RootPlan[] {
  const type = t.schema.getMutationType();
  if (type === null || type === undefined) throw fail('GRAPHQL_OPERATION', { reason: 'There are no mutations.' });
  return t.pickRoots(type, set).map((picked) => rootPlan(t, picked));
}
