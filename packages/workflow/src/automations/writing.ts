// Writing by steps: what rules gave as the input of records, counted, in rounds where several mean the same record.
import { failAll } from '@tessera/kernel';
import type { ValueModels } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { objectsOfRecords, type RecordValues } from '@tessera/storage';
import type { Frame } from './step-work.ts';

export type Values = Readonly<Record<string, Value>>;

/** What a plain reading of a lookup to several objects stands for: with the object, which rules do not see. */
function readReference(frame: Frame, rule: Expression): Value | undefined {
  if (rule.node !== 'path' || rule.steps.length !== 1) return undefined;
  const name = rule.steps[0]?.field ?? '';
  const values: RecordValues | undefined =
    rule.root === '$old' ? frame.old : typeof rule.root === 'number' ? frame.records[rule.root]?.values : undefined;
  return values?.[name];
}

/** Values of a record's fields as its writer takes them: a lookup to several objects says which. */
export async function inputsOf(
  session: WriteSession,
  object: string,
  rules: ValueModels,
  evaluated: readonly { readonly frame: Frame; readonly values: Values }[],
): Promise<readonly Values[]> {
  const fields = session.model.objects[object]?.fields ?? {};
  const several = Object.entries(rules).filter(([name]) => fields[name]?.wire === 'anyReference');
  if (several.length === 0) return evaluated.map(({ values }) => values);
  const inputs = evaluated.map(({ values }): Record<string, Value> => ({ ...values }));
  const unknown = new Map<string, Set<string>>();
  for (const [name, rule] of several) {
    const among = rule.type.kind === 'reference' ? rule.type.to : [];
    evaluated.forEach(({ frame, values }, i) => {
      const id = values[name];
      const input = inputs[i];
      if (typeof id !== 'string' || input === undefined) return;
      const [only, ...others] = among;
      const read = readReference(frame, rule);
      if (only !== undefined && others.length === 0) input[name] = { object: only, id };
      else if (typeof read === 'object' && read !== null) input[name] = read;
      else for (const each of among) unknown.set(each, (unknown.get(each) ?? new Set()).add(id));
    });
  }
  if (unknown.size === 0) return inputs;
  const found = await objectsOfRecords(session.transaction, session.target, unknown);
  for (const [name] of several) {
    for (const input of inputs) {
      const id = input[name];
      const of = typeof id === 'string' ? found.get(id) : undefined;
      if (of !== undefined && typeof id === 'string') input[name] = { object: of, id };
    }
  }
  return inputs;
}

/** Frames by rounds in which no two have the same key: what one writes the next one reads. Those without a key are in none. */
export function roundsOf(keys: readonly (string | undefined)[]): readonly (readonly number[])[] {
  const rounds: number[][] = [];
  const times = new Map<string, number>();
  keys.forEach((key, i) => {
    if (key === undefined) return;
    const round = times.get(key) ?? 0;
    times.set(key, round + 1);
    (rounds[round] ??= []).push(i);
  });
  return rounds;
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly problems: Parameters<typeof failAll>[1] };

/** Throws what stands against any of the records: all of them are one step. */
export function allWritten(outcomes: readonly Outcome[]): void {
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
}
