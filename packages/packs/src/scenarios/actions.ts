// What people do in a scenario, step by step: each type of step has its doer here.
import { TesseraError } from '@tessera/kernel';
import type { ScenarioRefusalJson, ScenarioStepJson } from '@tessera/metadata';
import { atOnce } from './at-once.ts';
import { difference, type Mismatch } from './compare.ts';
import { advance, settle } from './time.ts';
import type { Play } from './play.ts';
import { importRows } from './rows.ts';
import { aggregate } from './figures.ts';
import { expectAll } from './expectations.ts';
import type { RecordRef, Values } from './sandbox.ts';

type StepOf<T extends ScenarioStepJson['type']> = Extract<ScenarioStepJson, { type: T }>;

/** Does a step; what is refused is thrown. Gives what is not as expected. */
type Doer<S> = (play: Play, step: S, key: string) => Promise<readonly Mismatch[]>;

/** What is done or refused, and of which nothing else is expected. */
async function done(work: Promise<unknown>): Promise<readonly Mismatch[]> {
  await work;
  return [];
}

type Doers = { readonly [T in ScenarioStepJson['type']]: Doer<StepOf<T>> };

const idsOf = (play: Play, names: readonly string[] | undefined): readonly string[] | undefined => names?.map((name) => play.person(name));

const optionalId = (play: Play, name: string | undefined): string | undefined => (name === undefined ? undefined : play.person(name));

/** Inputs are no fields of an object: references in them are ids. */
const inputsOf = (play: Play, inputs: Values | undefined): Values => play.values('', inputs ?? {});

async function approve(play: Play, step: StepOf<'approval'>): Promise<void> {
  const { record: name, action, to, place, then, of, step: path, chosen, edits, comment } = step;
  const record = play.record(name);
  await (
    await play.as(step.as)
  ).approve(record, {
    action,
    to: idsOf(play, to),
    place,
    then,
    of: optionalId(play, of),
    step: path,
    chosen: idsOf(play, chosen),
    edits: edits === undefined ? undefined : play.values(record.object, edits),
    comment,
  });
}

async function convert(play: Play, { as, record, conversion, allowDuplicates }: StepOf<'convert'>, key: string): Promise<void> {
  const made = await (await play.as(as)).convert(play.record(record), conversion, { allowDuplicates });
  play.reached.add(`conversion ${conversion}`);
  for (const [target, found] of made) play.call(`${key}.${target}`, found);
}

async function query(play: Play, { as, document, variables, answer }: StepOf<'query'>): Promise<readonly Mismatch[]> {
  const { data, errors } = await (await play.as(as)).query(document, inputsOf(play, variables));
  const [first] = errors;
  if (first !== undefined) throw new TesseraError(first, errors);
  const found = answer === undefined ? undefined : difference(play.rule(answer), data);
  return found === undefined ? [] : [{ ...found, what: `data.${found.what}` }];
}

async function find(play: Play, { object, where }: StepOf<'find'>, key: string): Promise<readonly Mismatch[]> {
  const found = await (await play.as(undefined)).list({ object, where: play.rule(where) }, ['id', 'name']);
  const [only] = found;
  if (only === undefined || found.length > 1)
    return [
      {
        what: object,
        expected: 'one record',
        found: `${String(found.length)} records${found.map(({ name }) => ` “${String(name)}”`).join()}`,
      },
    ];
  play.call(key, { object, id: String(only['id']) });
  return [];
}

const doers: Doers = {
  create: async (play, { as, object, values, allowDuplicates }, key) => {
    const id = await (await play.as(as)).create(object, play.withFixtures(object, play.values(object, values)), { allowDuplicates });
    play.call(key, { object, id });
    return [];
  },
  update: async (play, { as, record, values, allowDuplicates }) => {
    const found = play.record(record);
    return done((await play.as(as)).update(found, play.values(found.object, values), { allowDuplicates }));
  },
  delete: async (play, { as, record }) => done((await play.as(as)).remove(play.record(record))),
  restore: async (play, { as, record }) => done((await play.as(as)).restore(play.record(record))),
  void: async (play, { as, record }) => done((await play.as(as)).void(play.record(record))),
  unvoid: async (play, { as, record }) => done((await play.as(as)).unvoid(play.record(record))),
  submit: async (play, { as, record, process, chosen, comment }) =>
    done((await play.as(as)).submit(play.record(record), { process, chosen: idsOf(play, chosen), comment })),
  approval: (play, step) => done(approve(play, step)),
  press: async (play, { as, automation, record, inputs }) => {
    const on: RecordRef | undefined = record === undefined ? undefined : play.record(record);
    return done((await play.as(as)).press(automation, on, inputsOf(play, inputs)));
  },
  pool: async (play, { as, record, action, to, pool, reason, note }) =>
    done((await play.as(as)).changeOwner(play.record(record), { action, to: optionalId(play, to), pool, reason, note })),
  convert: (play, step, key) => done(convert(play, step, key)),
  atOnce: (play, step) => atOnce(play, step, (each, key) => doStep(play, each, key)),
  runJobs: settle,
  advanceClock: advance,
  webhook: (play, { automation, inputs, id }, key) =>
    done(play.sandbox.deliver(automation, { id: id ?? key, inputs: inputsOf(play, inputs) })),
  import: importRows,
  query,
  aggregate,
  find,
  expect: expectAll,
};

/** How a step is to be refused. */
export const refusalOf = (step: ScenarioStepJson): ScenarioRefusalJson | undefined =>
  'refused' in step && step.type !== 'atOnce' ? step.refused : undefined;

/** Does a step. @throws what it is refused with */
export function doStep(play: Play, step: ScenarioStepJson, key: string): Promise<readonly Mismatch[]> {
  // The table has for each type the doer of just that type, which no union can say.
  const doer = doers[step.type] as Doer<ScenarioStepJson>;
  return doer(play, step, key);
}
