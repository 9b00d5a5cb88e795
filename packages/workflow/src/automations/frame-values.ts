// Rules of a step worked out for many frames: at most one statement for all of them, the rest in JavaScript.
import type { QueryModel } from '@tessera/metadata';
import { noFacts, recordEnvironment, type WriteSession } from '@tessera/records';
import type { Expression, JsEnvironment, PathExpression, Value } from '@tessera/rules';
import { findForFrames, outcomeKey, workOutFrames, type FrameRow, type FramesWanted } from '@tessera/storage';
import { isOutcomeFrame, planQuery, planRules, type OutcomeRecord, type QueryPlan, type RulePlan } from './frame-plan.ts';
import { checkItems, mostItems } from './limits.ts';
import type { Frame, FrameRecord } from './step-work.ts';

/** A value by the names of its path under `$steps`. */
function outcomeOf(frame: Frame, [first = '', ...names]: readonly string[]): unknown {
  let at: unknown = first === '$inputs' ? frame.inputs : frame.outcomes[first];
  for (const name of names)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : null;
  return at ?? null;
}

/** A record among the outcomes, by its id. */
function outcomeId({ model }: WriteSession, frame: Frame, { object, names }: OutcomeRecord): string | null {
  const found = outcomeOf(frame, names);
  if (typeof found === 'string') return found;
  if (typeof found !== 'object' || found === null || !('id' in found) || typeof found.id !== 'string') return null;
  // What is no object any more is the former name of one.
  const isOther = 'object' in found && found.object !== object && Object.hasOwn(model.objects, String(found.object));
  return isOther ? null : found.id;
}

const namesOf = (key: string): readonly string[] => JSON.parse(key) as readonly string[];

function rowOf(session: WriteSession, frame: Frame, wanted: FramesWanted, outcomes: ReadonlyMap<number, OutcomeRecord>): FrameRow {
  const record = (root: number | '$old'): FrameRecord['values'] | undefined => (root === '$old' ? frame.old : frame.records[root]?.values);
  const stored = [...wanted.stored.keys()].map((root) => {
    const outcome = outcomes.get(root);
    return [root, outcome === undefined ? null : outcomeId(session, frame, outcome)] as const;
  });
  return {
    bound: new Map([...wanted.bound.keys()].map((root) => [root, record(root)])),
    stored: new Map(stored),
    values: new Map([...wanted.values.keys()].map((key) => [key, outcomeOf(frame, namesOf(key)) as Value])),
  };
}

function pathValue(session: WriteSession, frame: Frame, plan: RulePlan, path: PathExpression): Value {
  const { root, steps } = path;
  if (root === '$steps') return outcomeOf(frame, namesOf(outcomeKey(steps))) as Value;
  if (typeof root === 'number' && isOutcomeFrame(root)) {
    const outcome = plan.outcomes.get(root);
    return outcome === undefined ? null : outcomeId(session, frame, outcome);
  }
  const name = steps[0]?.object ?? '';
  const object = session.model.objects[name];
  if (root === '$user' || root === '$tenant' || object === undefined) {
    // Neither asks for a record.
    const [any] = Object.values(session.model.objects);
    if (any === undefined) throw new TypeError('The Model has no objects.');
    return recordEnvironment(session, { object: any, record: {}, facts: noFacts }).path(path);
  }
  const record = root === '$old' ? frame.old : frame.records[root]?.values;
  return record === undefined ? null : recordEnvironment(session, { object, record, facts: noFacts }).path({ ...path, root: 0 });
}

function environmentOf(session: WriteSession, frame: Frame, plan: RulePlan, facts: ReadonlyMap<Expression, Value>): JsEnvironment {
  const known = (expression: Expression): Value => {
    const fact = facts.get(expression);
    if (fact === undefined) throw new TypeError(`There is no fact for a rule's ${expression.node}.`);
    return fact;
  };
  return {
    now: Date.parse(session.slots.now),
    timeZone: session.slots.zone,
    roles: session.slots.roles,
    path: (path) => facts.get(path) ?? (facts.has(path) ? null : pathValue(session, frame, plan, path)),
    aggregate: known,
  };
}

/** What each rule gives for each frame: a list for each frame, in the order of the rules. */
export async function workOut(
  session: WriteSession,
  { about, rules }: { readonly about: object; readonly rules: readonly Expression[] },
  frames: readonly Frame[],
): Promise<readonly (readonly Value[])[]> {
  if (frames.length === 0 || rules.length === 0) return frames.map(() => []);
  const { target, access } = session;
  const key = access.policy.shape;
  const plan = target.kept.keep(target, about, `frame rules ${key}`, () => planRules(session, rules));
  const { wanted, outcomes, facts: expressions } = plan;
  const rows = expressions.length === 0 ? [] : frames.map((frame) => rowOf(session, frame, wanted, outcomes));
  const facts = await workOutFrames(session.transaction, target, { about, key, wanted, expressions }, rows, session.slots);
  return frames.map((frame, i) => {
    const environment = environmentOf(session, frame, plan, facts[i] ?? new Map<Expression, Value>());
    return plan.rules.map((rule) => session.rules.evaluate(rule, environment));
  });
}

/** For each frame the records that a query finds; whole, or their ids alone. Throws AUTOMATION_LIMIT where there are too many. */
export async function findRecords(
  session: WriteSession,
  query: QueryModel,
  frames: readonly Frame[],
  { whole, first = query.first }: { readonly whole: boolean; readonly first?: number | undefined },
): Promise<readonly (readonly FrameRecord[])[]> {
  const { target, access, transaction, slots } = session;
  const { object, frame } = query;
  const key = access.policy.shape;
  const plan: QueryPlan = target.kept.keep(target, query, `frame query ${key}`, () => planQuery(session, query));
  const { wanted, where, sort, outcomes } = plan;
  const rows = frames.map((each) => rowOf(session, each, wanted, outcomes));
  const asked = { about: query, key, wanted, object, frame, where, sort, first, whole };
  const found = await findForFrames(transaction, target, asked, rows, { slots, limit: mostItems + 1 });
  checkItems(
    session,
    found.reduce((sum, { length }) => sum + length, 0),
  );
  return found.map((records) => records.map(({ id, values }) => ({ object, id, values })));
}
