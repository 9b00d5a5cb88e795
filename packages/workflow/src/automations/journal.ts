// What the journal says of a step of a run: what went in, what came out, why it failed.
import { TesseraError, type Problem } from '@tessera/kernel';
import type { Model, StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { JournalEntry } from '@tessera/storage';
import { failureText } from '../failure.ts';

/** One frame of a run at a step. */
export interface Noted {
  /** The item of the block around; undefined without one. */
  readonly item: string | undefined;
  readonly input: unknown;
  readonly output: unknown;
}

/** So much of an entry is kept: the journal tells what happened, and is no second place for data. */
const mostText = 20_000;

/** Fields whose values are never shown. */
function secretNames(step: StepModel, record: string | undefined, model: Model): ReadonlySet<string> {
  const object = step.type === 'set' ? record : 'object' in step ? step.object : undefined;
  const fields = Object.values(model.objects[object ?? '']?.fields ?? {});
  return new Set(fields.filter(({ type }) => type === 'secret').map(({ name }) => name));
}

function shown(value: unknown, hidden: ReadonlySet<string>): unknown {
  if (hidden.size === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, hidden.has(name) ? '••••' : shown(each, hidden)]));
}

function textOf(noted: readonly Noted[], part: 'input' | 'output', hidden: ReadonlySet<string>): string | null {
  const [only] = noted;
  const alone = noted.length === 1 && only?.item === undefined ? only : undefined;
  const value =
    alone !== undefined ? shown(alone[part], hidden) : noted.map((each) => ({ item: each.item, [part]: shown(each[part], hidden) }));
  const text = value === undefined || value === null || noted.length === 0 ? undefined : JSON.stringify(value);
  if (text === undefined) return null;
  return text.length <= mostText ? text : JSON.stringify({ cut: text.slice(0, mostText).toWellFormed(), items: noted.length });
}

export const problemError = (problem: Problem): TesseraError => new TesseraError(problem);

export interface NewEntry {
  readonly runId: string;
  readonly step: StepModel;
  /** The object of the run's record. */
  readonly record: string | undefined;
  readonly state: JournalEntry['state'];
  readonly noted: readonly Noted[];
  readonly error?: unknown;
}

export function journalEntry(session: WriteSession, { runId, step, record, state, noted, error }: NewEntry): JournalEntry {
  const { context, at, model } = session;
  const hidden = secretNames(step, record, model);
  return {
    runId,
    id: context.newId(),
    path: step.path,
    type: step.type,
    state,
    input: textOf(noted, 'input', hidden),
    output: textOf(noted, 'output', new Set()),
    error: error === undefined ? null : failureText(error),
    startedAt: at,
    endedAt: state === 'waiting' ? null : new Date(context.clock.now()).toISOString(),
  };
}
