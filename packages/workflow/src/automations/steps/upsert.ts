// upsert: creates or updates a record by a key of its object; the outcome is the record.
import type { UpsertStepModel } from '@tessera/metadata';
import { upsertRecords } from '@tessera/records';
import { countRecords } from '../limits.ts';
import type { StepDoer, StepResult } from '../step-work.ts';
import { allWritten, inputsOf, roundsOf } from '../writing.ts';
import { upsertFrom } from './upsert-from.ts';

/** Frames that mean the same record come one after the other: the first may create what the next one updates. */
const upsertOne: StepDoer<UpsertStepModel> = async (work) => {
  const { session, frames, step } = work;
  const { object, by, values, onMatch } = step;
  const results: StepResult[] = frames.map(() => ({ kind: 'done', outcome: null }));
  const keyed = Object.fromEntries(by.fields.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const])));
  const keys = await work.evaluateAll(keyed);
  for (const [n, round] of roundsOf(keys.map((key) => JSON.stringify(key))).entries()) {
    const own = round.flatMap((i) => frames[i] ?? []);
    const fresh = n === 0 ? own : await work.reread(own);
    const evaluated = await work.over(fresh).evaluateAll(values);
    const inputs = await inputsOf(
      session,
      object,
      values,
      fresh.map((frame, i) => ({ frame, values: evaluated[i] ?? {} })),
    );
    countRecords(session, inputs.length);
    const records = inputs.map((input) => ({ pointer: '', input }));
    const outcomes = await upsertRecords(session, object, by.name, records, { allOrNone: true, onMatch });
    allWritten(outcomes);
    round.forEach((i, at) => {
      const outcome = outcomes[at];
      results[i] = { kind: 'done', outcome: outcome?.ok === true ? { object, id: outcome.id } : null, input: { values: evaluated[at] } };
    });
  }
  return results;
};

export const upsert: StepDoer<UpsertStepModel> = (work) => (work.step.from === undefined ? upsertOne(work) : upsertFrom(work));
