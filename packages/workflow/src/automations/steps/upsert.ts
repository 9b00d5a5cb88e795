// upsert: creates or updates a record by a key of its object; the outcome is the record.
import { problem } from '@tessera/kernel';
import type { UpsertStepModel } from '@tessera/metadata';
import { keyValues, objectOf, uniqueKey, upsertRecords } from '@tessera/records';
import { countRecords } from '../limits.ts';
import type { StepDoer, StepResult } from '../step-work.ts';
import { allWritten, inputsOf, roundsOf } from '../writing.ts';
import { upsertFrom } from './upsert-from.ts';
import { lackingOf } from './upsert-keys.ts';

/** Frames that mean the same record come one after the other: the first may create what the next one updates. */
const upsertOne: StepDoer<UpsertStepModel> = async (work) => {
  const { automation, session, frames, step } = work;
  const { by, values, onMatch } = step;
  const object = objectOf(session, step.object);
  const key = uniqueKey(object, by.name, session.access.view.objects[object.name]);
  const results: StepResult[] = frames.map(() => ({ kind: 'done', outcome: null }));
  const keyed = Object.fromEntries(by.fields.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const])));
  const keys = await work.evaluateAll(keyed);
  for (const [n, round] of roundsOf(keys.map((each) => JSON.stringify(each))).entries()) {
    const own = round.flatMap((i) => frames[i] ?? []);
    const fresh = n === 0 ? own : await work.reread(own);
    const evaluated = await work.over(fresh).evaluateAll(values);
    const paired = fresh.map((frame, i) => ({ frame, values: evaluated[i] ?? {} }));
    const inputs = await inputsOf(session, object.name, values, paired);
    const open = round.flatMap((i, at) => {
      const input = inputs[at] ?? {};
      if (keyValues(key, input) !== undefined) return [{ i, input, values: evaluated[at] }];
      const reason = `it gives ${lackingOf(key, object, input)}`;
      results[i] = { kind: 'failed', problem: problem('AUTOMATION_FAILED', { automation: automation.name, step: step.path, reason }) };
      return [];
    });
    countRecords(session, open.length);
    const records = open.map(({ input }) => ({ pointer: '', input }));
    const outcomes = await upsertRecords(session, object.name, by.name, records, { allOrNone: true, onMatch });
    allWritten(outcomes);
    open.forEach(({ i, values: given }, at) => {
      const outcome = outcomes[at];
      results[i] = {
        kind: 'done',
        outcome: outcome?.ok === true ? { object: object.name, id: outcome.id } : null,
        input: { values: given },
      };
    });
  }
  return results;
};

export const upsert: StepDoer<UpsertStepModel> = (work) => (work.step.from === undefined ? upsertOne(work) : upsertFrom(work));
