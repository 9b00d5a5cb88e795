// A set of records of one object on its way through the pipeline.
import { problem, type ErrorCode, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';
import type { Facts } from './rules/facts.ts';
import type { Changes, Entered, HeldChange } from './moments.ts';
import type { WriteSession } from './session.ts';

/** What a record waits for, and what it is to be then. */
export interface HeldItem {
  readonly process: string;
  readonly values: RecordValues;
  /** Of an update, of which nothing but the lock is written; undefined of one that makes the record void. */
  readonly change: HeldChange | undefined;
}

export interface WriteItem {
  /** Place in the caller's list. */
  readonly index: number;
  /** Put before the pointers of its problems. */
  readonly pointer: string;
  readonly id: string;
  /** What the caller sets, unchecked. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Version that the caller expects. */
  readonly expected: number | undefined;
  /** The record as it is stored; undefined for a new one. */
  readonly old: RecordValues | undefined;
  /** The record as it is to be. */
  readonly values: RecordValues;
  readonly facts: Facts;
  readonly problems: readonly Problem[];
  /** The version after the write; undefined until then. */
  readonly written: number | undefined;
  /** Undefined: it waits for nobody. */
  readonly held?: HeldItem;
  /** The approval that it waits for, once that has begun. */
  readonly entered?: Entered;
}

/** What a person may do with a record. */
export interface Sight {
  readonly readable: boolean;
  readonly editable: boolean;
}

export type SightOf = (id: string) => Sight;

export interface WriteSet {
  readonly kind: 'create' | 'update';
  readonly session: WriteSession;
  readonly object: ObjectModel;
  readonly items: readonly WriteItem[];
  /** One wrong record refuses all. */
  readonly allOrNone: boolean;
  /** What the person may do with the records, as they are locked; undefined where nobody asks. */
  readonly sight?: SightOf | undefined;
  /** Writes of the engine itself (imports of seed data, set-null on delete) may set what callers may not. */
  readonly internal: boolean;
  /** An update that makes records void, or lets them count again, and sets nothing else. */
  readonly mark?: 'void' | 'unvoid';
  /** More of the records is to be written before what they wait for begins. */
  readonly unfinished?: boolean;
  /** Parents whose roll-ups have followed the write, where somebody waits for that. */
  readonly raised?: readonly Changes[];
}

/** Whether the set is held to its person's rights: not what the platform does of itself, nor what an administrator does. */
export const isRestricted = ({ session, internal }: Pick<WriteSet, 'session' | 'internal'>): boolean =>
  !internal && !session.access.policy.administrator;

/** Whether the set is written in the hope that nothing stands against it (see `WriteSession`): one that is not all or none must know. */
export const isHopeful = ({ session, allOrNone }: Pick<WriteSet, 'session' | 'allOrNone'>): boolean => session.hopeful && allOrNone;

/** One step of the pipeline: the set as it is after it. */
export type Step = (set: WriteSet) => WriteSet | Promise<WriteSet>;

export const isSound = (item: WriteItem): boolean => item.problems.length === 0;

/** A name as a part of a JSON pointer (RFC 6901). */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The item with further problems, whose pointers are relative to the record. */
export function withProblems(item: WriteItem, found: readonly Problem[]): WriteItem {
  return { ...item, problems: [...item.problems, ...found.map((each) => ({ ...each, pointer: `${item.pointer}${each.pointer ?? ''}` }))] };
}

export function withProblem(item: WriteItem, code: ErrorCode, params: Readonly<Record<string, unknown>>, field?: string): WriteItem {
  return withProblems(item, [problem(code, params, field === undefined ? {} : { pointer: `/${escaped(field)}` })]);
}

/** Applies a change to every item that has no problem yet. */
export function mapSound(set: WriteSet, change: (item: WriteItem) => WriteItem): WriteSet {
  return { ...set, items: set.items.map((item) => (isSound(item) ? change(item) : item)) };
}

export const soundItems = (set: WriteSet): readonly WriteItem[] => set.items.filter(isSound);

/** Puts changed items back into their places. */
export function replaceItems(set: WriteSet, changed: readonly WriteItem[]): WriteSet {
  const byIndex = new Map(changed.map((item) => [item.index, item]));
  return { ...set, items: set.items.map((item) => byIndex.get(item.index) ?? item) };
}
