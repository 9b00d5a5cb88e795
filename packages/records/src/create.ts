// Creates records, with their children where the input nests them.
import { fail } from '@tessera/kernel';
import type { ObjectModel, RelationModel } from '@tessera/metadata';
import { createSet, runBegin, runPipeline, type NewRecord, type SetOptions } from './pipeline.ts';
import { outcomesOf, type RecordOutcome } from './results.ts';
import { objectOf, type WriteSession } from './session.ts';
import { replaceItems, type WriteItem, type WriteSet } from './write-set.ts';

interface Nested {
  readonly relation: RelationModel;
  /** Index of the parent in its set, and the child's place in the parent's list. */
  readonly parent: number;
  readonly place: number;
  readonly input: Readonly<Record<string, unknown>>;
}

type Input = Readonly<Record<string, unknown>>;

/** A child relation takes a list of records, whoever else of the set is right. */
function childRecords(relation: RelationModel, value: unknown, pointer: string): readonly Input[] {
  if (!Array.isArray(value)) throw fail('REQUEST_INVALID', { reason: `${relation.name} takes a list of records.` }, { pointer });
  return value.map((input: unknown, place) => {
    if (isRecord(input)) return input;
    throw fail('REQUEST_INVALID', { reason: `${relation.name} takes records.` }, { pointer: `${pointer}/${String(place)}` });
  });
}

/** Parts the nested children from a record's own values. Throws REQUEST_INVALID. */
function separate(
  object: ObjectModel,
  { input: record, pointer }: NewRecord,
  parent: number,
): { readonly own: Input; readonly children: readonly Nested[] } {
  if (!Object.keys(record).some((name) => Object.hasOwn(object.relations, name))) return { own: record, children: [] };
  const children: Nested[] = [];
  const own: [string, unknown][] = [];
  for (const [name, value] of Object.entries(record)) {
    const relation = Object.hasOwn(object.relations, name) ? object.relations[name] : undefined;
    if (relation === undefined) own.push([name, value]);
    else
      childRecords(relation, value, `${pointer}/${name}`).forEach((input, place) => void children.push({ relation, parent, place, input }));
  }
  return { own: Object.fromEntries(own), children };
}

function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Children carry their parent's id; what is wrong with one is a problem of its parent. */
async function createChildren(set: WriteSet, children: readonly Nested[], options: SetOptions): Promise<WriteSet> {
  let result = set;
  for (const relation of new Set(children.map((child) => child.relation))) {
    const parents = new Map(result.items.map((item) => [item.index, item]));
    const own = children.filter((child) => child.relation === relation && parents.get(child.parent)?.written !== undefined);
    const child = objectOf(set.session, relation.object);
    const polymorphic = child.fields[relation.by]?.wire === 'anyReference';
    const records = own.map(({ parent, place, input }): NewRecord => {
      const item = parents.get(parent);
      const reference = polymorphic ? { object: set.object.name, id: item?.id } : item?.id;
      return { pointer: `${item?.pointer ?? ''}/${relation.name}/${String(place)}`, input: { ...input, [relation.by]: reference } };
    });
    const created = await createTree(set.session, child, records, { ...options, allOrNone: true, unfinished: false });
    const failed = created.items.flatMap((item, i): WriteItem[] => {
      const parent = parents.get(own[i]?.parent ?? -1);
      return parent === undefined || item.problems.length === 0 ? [] : [{ ...parent, problems: item.problems }];
    });
    result = replaceItems(result, failed);
  }
  return result;
}

async function createTree(
  session: WriteSession,
  object: ObjectModel,
  records: readonly NewRecord[],
  options: SetOptions,
): Promise<WriteSet> {
  // A relation that does not exist for the person is an unknown field like any other.
  const shown = options.internal === true ? object : (session.access.view.objects[object.name] ?? object);
  const parts = records.map((record, i) => separate(shown, record, i));
  const children = parts.flatMap((part) => part.children);
  const set = await runPipeline(
    createSet(
      session,
      object,
      records.map((record, i) => ({ ...record, input: parts[i]?.own ?? {} })),
      { ...options, unfinished: options.unfinished === true || children.length > 0 },
    ),
  );
  if (children.length === 0) return set;
  const whole = await createChildren(set, children, options);
  return options.unfinished === true ? whole : runBegin(whole);
}

/**
 * Creates a set of records. Nested children are all or none with the whole request: where one of them is wrong, nothing is written.
 * Throws RECORDS_INVALID (or the one problem) where `allOrNone` and any is wrong.
 */
export async function createRecords(
  session: WriteSession,
  objectName: string,
  records: readonly NewRecord[],
  options: SetOptions,
): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  return outcomesOf(await createTree(session, object, records, options));
}

/** A record of which more is to be written by the same work, and then what it waits for, if anything. */
export interface Unfinished {
  readonly outcomes: readonly RecordOutcome[];
  /** Throws what stands against that. */
  readonly begin: () => Promise<void>;
}

/** The same for one record to which others are to belong that are made after it: its approval is to find it with them. */
export async function createUnfinished(session: WriteSession, objectName: string, record: NewRecord): Promise<Unfinished> {
  const set = await createTree(session, objectOf(session, objectName), [record], { allOrNone: true, unfinished: true });
  return { outcomes: outcomesOf(set), begin: () => runBegin(set).then(() => undefined) };
}
