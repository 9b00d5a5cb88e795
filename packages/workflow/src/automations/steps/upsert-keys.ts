// Items of an upsert's source under their keys: which record each is, and that no two are the same.
import { problem, type Problem } from '@tessera/kernel';
import { canonicalJson, type ObjectModel, type SourceModel, type UpsertStepModel, type ValueModels } from '@tessera/metadata';
import { keyValues } from '@tessera/records';
import type { RecordValues, UniqueKey } from '@tessera/storage';
import type { StepWork } from '../step-work.ts';
import { inputsOf, type Values } from '../writing.ts';
import { readSource, type Cursor, type Item } from './upsert-source.ts';

export type FromWork = StepWork<UpsertStepModel>;

/** Items of a piece: what is evaluated, written and committed at once. */
export const pieceSize = 1_000;

export type Counts = Readonly<Record<'created' | 'updated' | 'unchanged' | 'stale', number>>;

/** How far a frame has come: what is kept between pieces. */
export interface Progress {
  /** Undefined: all that the source gives is written. */
  readonly cursor?: Cursor | undefined;
  /** The id of the last record in scope that is known not to be stale, or is dealt with. */
  readonly stale?: string | undefined;
  readonly counts: Counts;
}

/** What the step writes to. */
export interface FromTarget {
  readonly source: SourceModel;
  readonly object: ObjectModel;
  readonly key: UniqueKey;
  /** Of the step's values those that make the key. */
  readonly keyRules: ValueModels;
}

/** The values of a key, to tell records apart by. */
export const textOfKey = ({ fields }: UniqueKey, values: RecordValues): string =>
  canonicalJson(fields.map(({ name }) => values[name] ?? null));

/** What values lack that are no key of a record: nobody could say which record they mean. */
export function lackingOf({ name, fields }: UniqueKey, { name: object }: ObjectModel, input: Values): string {
  const names = fields.map((field) => field.name);
  const empty = names.filter((field) => (input[field] ?? '') === '');
  const lacking = empty.length === 0 ? `no fit value for ${names.join(', ')}` : `no value for ${empty.join(', ')}`;
  return `${lacking}: the key ${name} of ${object} needs all of them.`;
}

export interface Keyed {
  readonly item: Item;
  readonly input: Values;
  readonly text: string;
}

/** The keys seen of a frame, each with what it is of. */
export type SeenKeys = Map<string, string>;

/** Items with their values and keys; what stands against a frame is put among the problems. */
export async function keyed(
  work: FromWork,
  { object, key }: FromTarget,
  { items, rules, seen }: { readonly items: readonly Item[]; readonly rules: ValueModels; readonly seen: readonly SeenKeys[] },
  problems: (Problem | undefined)[],
): Promise<readonly Keyed[]> {
  const { automation, step, session } = work;
  const frames = items.map(({ frame }) => frame);
  const evaluated = await work.over(frames).evaluateAll(rules);
  const paired = frames.map((frame, i) => ({ frame, values: evaluated[i] ?? {} }));
  const inputs = await inputsOf(session, object.name, rules, paired);
  const refuse = (of: number, reason: string): readonly Keyed[] => {
    problems[of] ??= problem('AUTOMATION_FAILED', { automation: automation.name, step: step.path, reason });
    return [];
  };
  return items.flatMap((item, i) => {
    const { of, name } = item;
    const input = inputs[i] ?? {};
    const values = keyValues(key, input);
    if (values === undefined) return refuse(of, `${name === '' ? 'the source' : name} gives ${lackingOf(key, object, input)}`);
    const text = textOfKey(key, values);
    const first = seen[of]?.get(text);
    if (first !== undefined)
      return refuse(
        of,
        `${first} and ${name} both give the record of ${object.name} with ${key.name} ${text}: narrow the source, or let the key tell them apart.`,
      );
    seen[of]?.set(text, name);
    return [{ item, input, text }];
  });
}

/** Reads sources to their ends for nothing but their keys. */
export async function readKeys(
  work: FromWork,
  target: FromTarget,
  cursors: readonly (Cursor | undefined)[],
  seen: readonly SeenKeys[],
  problems: (Problem | undefined)[],
): Promise<void> {
  let open = cursors;
  while (open.some((cursor, of) => cursor !== undefined && problems[of] === undefined)) {
    const asked = open.map((cursor, of) => (problems[of] === undefined ? cursor : undefined));
    const { items, next } = await readSource(work, target.source, asked, pieceSize);
    await keyed(work, target, { items, rules: target.keyRules, seen }, problems);
    open = next;
  }
}
