// stages: a record that comes into another stage may come there, from where it was, as it then is.
import { problem, type Problem } from '@tessera/kernel';
import type { Label, StageConditionModel, StageFlowModel, StageModel, StageMoveModel, StageTaskModel } from '@tessera/metadata';
import type { Expression, JsEnvironment, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { recordEnvironment } from '../rules/environment.ts';
import { fetchFacts, noFacts, type Facts } from '../rules/facts.ts';
import { planOf, type WriteSession } from '../session.ts';
import { isMoved, isTakenOver, type StagedField } from '../stages/plan.ts';
import { mapSound, replaceItems, soundItems, withProblems, type Step, type WriteItem, type WriteSet } from '../write-set.ts';
import { inLanguage } from './validate.ts';

/** A new record that says no stage begins in the first. */
export const beginStages: Step = (set) => {
  const { staged } = planOf(set.session, set.object);
  if (set.kind !== 'create' || staged.length === 0) return set;
  return mapSound(set, (item) => {
    const begun = staged.flatMap(({ field, flowOf }) => {
      const flow = (item.values[field] ?? null) === null ? flowOf(item.values['recordType']) : undefined;
      return flow === undefined ? [] : [[field, flow.first] as const];
    });
    return begun.length === 0 ? item : { ...item, values: { ...item.values, ...Object.fromEntries(begun) } };
  });
};

/** A record on its way into a stage of its flow. */
interface Move {
  readonly flow: StageFlowModel;
  /** Undefined: new, or in none of the flow's stages before. */
  readonly from: StageModel | undefined;
  readonly to: StageModel;
  readonly move: StageMoveModel | undefined;
}

const isEmpty = (value: Value | undefined): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

class Stages {
  readonly #set: WriteSet;

  constructor(set: WriteSet) {
    this.#set = set;
  }

  get #session(): WriteSession {
    return this.#set.session;
  }

  #say(label: Label): string {
    return inLanguage(label, this.#session.context.languages);
  }

  /** What an option of the field is called. */
  #stage(field: string, name: string): string {
    return this.#say(this.#set.object.fields[field]?.options?.[name]?.label ?? { en: name });
  }

  refused({ field, stages }: StageFlowModel, from: StageModel | undefined, to: Value | undefined): Problem {
    const allowed = from === undefined ? Object.keys(stages) : Object.keys(from.moves);
    const names = allowed.map((name) => this.#stage(field, name)).join(', ');
    const start = from === undefined ? 'Records begin' : `From ${this.#stage(field, from.name)} records go`;
    const goal = typeof to === 'string' ? this.#stage(field, to) : 'no stage';
    const message = `${goal} cannot be reached from here. ${names === '' ? `${start} nowhere.` : `${start} to: ${names}.`}`;
    return problem('STAGE_MOVE_REFUSED', { message, field, to }, { pointer: `/${field}` });
  }

  /** The move of an item; a problem where the flow has none such. */
  moveOf(staged: StagedField, { old, values }: WriteItem): Move | Problem | undefined {
    const { field, flowOf } = staged;
    const flow = flowOf(values['recordType']);
    if (flow === undefined) return undefined;
    const name = values[field] ?? null;
    const to = typeof name === 'string' ? flow.stages[name] : undefined;
    // What comes under another flow as it is has no way behind it there.
    const before = isMoved(staged, old, values) ? old?.[field] : undefined;
    const from = typeof before === 'string' ? flow.stages[before] : undefined;
    if (to === undefined) return this.refused(flow, from, name);
    if (from === undefined) {
      const isLate = old === undefined && flow.creation === 'first' && to.name !== flow.first;
      if (!isLate) return { flow, from, to, move: undefined };
      const message = `Records begin in ${this.#stage(field, flow.first)}.`;
      return problem('STAGE_MOVE_REFUSED', { message, field, to: to.name }, { pointer: `/${field}` });
    }
    const move = from.moves[to.name];
    return move === undefined ? this.refused(flow, from, to.name) : { flow, from, to, move };
  }

  /** What stands against a move, of what the record then is. */
  against({ flow, from, to, move }: Move, { values, old }: WriteItem, facts: Facts): readonly Problem[] {
    const { object } = this.#set;
    const environment = recordEnvironment(this.#session, { object, record: values, old, facts });
    const holds = (rule: Expression | undefined): boolean => rule === undefined || this.#session.rules.evaluate(rule, environment) === true;
    if (move !== undefined && !holds(move.when)) {
      const refused = this.refused(flow, from, to.name);
      return [move.message === undefined ? refused : { ...refused, message: this.#say(move.message) }];
    }
    return [
      ...this.#conditions('STAGE_MOVE_REFUSED', from?.leave ?? [], environment),
      ...this.#tasks(flow, from, to, values, facts),
      ...this.#conditions('STAGE_ENTRY_REFUSED', to.enter, environment),
      ...missing(to, values, () => true),
    ];
  }

  #conditions(
    code: 'STAGE_MOVE_REFUSED' | 'STAGE_ENTRY_REFUSED',
    conditions: readonly StageConditionModel[],
    environment: JsEnvironment,
  ): readonly Problem[] {
    const broken = conditions.filter(({ refuseWhen }) => this.#session.rules.evaluate(refuseWhen, environment) === true);
    return broken.map(({ at, message, name }) => problem(code, { message: this.#say(message), rule: name }, { pointer: `/${at}` }));
  }

  #tasks(flow: StageFlowModel, from: StageModel | undefined, to: StageModel, values: RecordValues, facts: Facts): readonly Problem[] {
    if (from === undefined || !isAhead(from, to)) return [];
    const open = from.tasks.filter((task) => !task.optional && !isDone(flow, task, values, facts));
    if (open.length === 0) return [];
    const params = { stage: this.#stage(flow.field, from.name), tasks: open.map(({ label }) => this.#say(label)).join(', ') };
    return [problem('STAGE_TASKS_OPEN', params, { pointer: `/${flow.field}` })];
  }
}

/** Tasks are to be done before a record goes on or is won; it may go back, or be lost, without. */
export const isAhead = (from: StageModel, to: StageModel): boolean =>
  from.kind === 'normal' &&
  (to.kind === 'won' || (to.kind === 'normal' && (to.order > from.order || (to.order === from.order && to.name > from.name))));

export function isDone({ done }: StageFlowModel, task: StageTaskModel, values: RecordValues, facts: Facts): boolean {
  if (task.type === 'fields') return task.fields.every((field) => !isEmpty(values[field]));
  if (task.type === 'create') return Number(facts.get(task.count) ?? 0) > 0;
  const ticked = done === undefined ? null : (values[done] ?? null);
  return Array.isArray(ticked) && ticked.includes(task.option);
}

/** Fields of a stage without a value, of those that count. */
const missing = ({ required }: StageModel, values: RecordValues, counts: (field: string) => boolean): readonly Problem[] =>
  required.flatMap((field) =>
    isEmpty(values[field]) && counts(field) ? [problem('VALUE_REQUIRED', { field }, { pointer: `/${field}` })] : [],
  );

/** What a stage asks of the database. */
const askedBy = ({ from, to, move }: Move): readonly Expression[] => [
  ...(move?.when === undefined ? [] : [move.when]),
  ...(from?.leave ?? []).map(({ refuseWhen }) => refuseWhen),
  ...to.enter.map(({ refuseWhen }) => refuseWhen),
  ...(from === undefined || !isAhead(from, to) ? [] : from.tasks.flatMap((task) => (task.type === 'create' ? [task.count] : []))),
];

/** A record that stays where it is keeps what its stage asks for. */
function staying({ field, flowOf }: StagedField, { old, values }: WriteItem): readonly Problem[] {
  const name = values[field];
  const stage = typeof name === 'string' ? flowOf(values['recordType'])?.stages[name] : undefined;
  return stage === undefined ? [] : missing(stage, values, (each) => !isEmpty(old?.[each]));
}

/** What stands against items that come into another stage, by their place in `items`; one statement for what all of them ask for. */
export async function checkMoves(
  set: WriteSet,
  staged: StagedField,
  items: readonly WriteItem[],
): Promise<readonly (readonly Problem[])[]> {
  const stages = new Stages(set);
  const moves = items.map((item) => stages.moveOf(staged, item));
  const known = moves.flatMap((move) => (move === undefined || 'code' in move ? [] : [move]));
  const expressions = [...new Set(known.flatMap(askedBy))];
  const records = items.map(({ values, old }) => ({ record: values, old }));
  const facts = await fetchFacts(set.session, set.object, expressions, records);
  return items.map((item, i) => {
    const move = moves[i];
    if (move === undefined) return [];
    return 'code' in move ? [move] : stages.against(move, item, facts[i] ?? noFacts);
  });
}

async function checkField(set: WriteSet, staged: StagedField): Promise<WriteSet> {
  const items = soundItems(set);
  const moved = items.filter((item) => isMoved(staged, item.old, item.values));
  const { at } = set.session;
  // Records that are taken over from elsewhere may be older than the write.
  const since = ({ old, values }: WriteItem): Value =>
    (values[staged.field] ?? null) === null ? null : old === undefined ? (values['createdAt'] ?? at) : at;
  const others = items.filter((item) => !isMoved(staged, item.old, item.values));
  const takenOver = others.filter((item) => isTakenOver(staged, item.old, item.values));
  // What the platform does of itself nobody decides about; since when a record is in its stage is kept all the same.
  const found = set.internal ? [] : await checkMoves(set, staged, [...moved, ...takenOver]);
  const dated = moved.map((item, i) => withProblems({ ...item, values: { ...item.values, [staged.since]: since(item) } }, found[i] ?? []));
  if (set.internal) return replaceItems(set, dated);
  const changed = takenOver.map((item, i) => withProblems(item, found[moved.length + i] ?? []));
  const still = others.filter((item) => !takenOver.includes(item)).map((item) => withProblems(item, staying(staged, item)));
  return replaceItems(set, [...dated, ...changed, ...still]);
}

export const stages: Step = async (set) => {
  let result = set;
  for (const staged of planOf(set.session, set.object).staged) result = await checkField(result, staged);
  return result;
};
