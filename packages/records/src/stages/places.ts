// Where a record stands in its stages, and what stands between the person and each stage that it may go to: asked, and nothing written.
import { TesseraError, fail, isUuid, type Problem } from '@tessera/kernel';
import type { StageFlowModel, StageTaskModel } from '@tessera/metadata';
import { fetchFacts, noFacts } from '../rules/facts.ts';
import { updateSet } from '../pipeline.ts';
import { objectOf, planOf, type WriteSession } from '../session.ts';
import type { StagedField } from './plan.ts';
import { coerce } from '../steps/coerce.ts';
import { hide } from '../steps/hide.ts';
import { keepLocked } from '../steps/keep-locked.ts';
import { lock } from '../steps/lock.ts';
import { permit } from '../steps/permit.ts';
import { permitValues } from '../steps/permit-values.ts';
import { see } from '../steps/see.ts';
import { checkMoves, isDone } from '../steps/stages.ts';
import { inLanguage } from '../steps/validate.ts';
import { textOf } from '../text-of.ts';
import { replaceItems, soundItems, withProblems, type WriteItem, type WriteSet } from '../write-set.ts';

export interface StageTask {
  readonly name: string;
  readonly label: string;
  readonly type: StageTaskModel['type'];
  readonly optional: boolean;
  readonly done: boolean;
  /** What ticks it off: an option of the place's `doneField`. */
  readonly option?: string;
}

export interface OpenMove {
  readonly to: string;
  readonly label: string;
  readonly open: boolean;
  /** What stands against it. */
  readonly problems: readonly Problem[];
  /** The approval process that must agree to it; null: it is made at once. */
  readonly approval: string | null;
}

/** Where a record is in one flow. */
export interface StagePlace {
  readonly flow: string;
  readonly field: string;
  readonly stage: string | null;
  /** RFC 3339. */
  readonly since: string | null;
  readonly doneField: string | null;
  readonly tasks: readonly StageTask[];
  readonly moves: readonly OpenMove[];
}

const labelOf = ({ session, object }: WriteSet, field: string, option: string): string =>
  inLanguage(object.fields[field]?.options?.[option]?.label ?? { en: option }, session.context.languages);

async function tasksOf(set: WriteSet, flow: StageFlowModel, item: WriteItem): Promise<readonly StageTask[]> {
  const stage = flow.stages[textOf(item.values[flow.field] ?? '')];
  if (stage === undefined) return [];
  const counts = stage.tasks.flatMap((task) => (task.type === 'create' ? [task.count] : []));
  const [facts = noFacts] = await fetchFacts(set.session, set.object, counts, [{ record: item.values }]);
  return stage.tasks.map((task) => ({
    name: task.name,
    label: inLanguage(task.label, set.session.context.languages),
    type: task.type,
    optional: task.optional,
    done: isDone(flow, task, item.values, facts),
    ...(task.type === 'check' ? { option: task.option } : {}),
  }));
}

/** The record as it would be in each stage, through all steps of a write that may refuse it. */
async function movesOf(set: WriteSet, staged: StagedField, flow: StageFlowModel, base: WriteItem): Promise<readonly OpenMove[]> {
  const from = flow.stages[textOf(base.values[staged.field] ?? '')];
  const names = from === undefined ? Object.keys(flow.stages) : Object.keys(from.moves);
  const items = names.map((to, index) => ({ ...base, index, problems: [], input: { [staged.field]: to } }));
  const wanted = await permitValues(await coerce({ ...set, items }));
  const sound = soundItems(wanted);
  const found = await checkMoves(wanted, staged, sound);
  const checked = replaceItems(
    wanted,
    sound.map((item, i) => withProblems(item, found[i] ?? [])),
  );
  const told = await hide({ ...checked, items: checked.items.map((item) => withProblems(item, base.problems)) });
  return told.items.map(({ problems }, i) => {
    const to = names[i] ?? '';
    const approval = flow.stages[to]?.approval ?? null;
    return { to, label: labelOf(set, staged.field, to), open: problems.length === 0, problems, approval };
  });
}

/**
 * A place for each flow that the record goes through, of fields that the person may read.
 * Throws RECORD_NOT_FOUND.
 */
export async function stagePlaces(session: WriteSession, objectName: string, id: string): Promise<readonly StagePlace[]> {
  const object = objectOf(session, objectName);
  const shown = session.access.view.objects[objectName]?.fields ?? {};
  const asked = updateSet(session, object, [{ pointer: '', id, input: {} }], { allOrNone: true });
  // Whether it may be written at all is no matter of whether it is there.
  const locked = isUuid(id) ? await lock({ ...asked, items: asked.items.map((item) => ({ ...item, problems: [] })) }) : undefined;
  const [seen] = locked === undefined ? [] : (await see(locked)).items;
  const absent = seen?.problems.find(({ code }) => code === 'RECORD_NOT_FOUND');
  if (locked === undefined || seen === undefined) throw fail('RECORD_NOT_FOUND', { object: objectName, id });
  if (absent !== undefined) throw new TesseraError(absent, [absent]);
  const [permitted] = (await keepLocked(await permit({ ...locked, items: [seen] }))).items;
  const base: WriteItem = { ...seen, old: seen.old ?? seen.values, problems: permitted?.problems ?? [] };
  const places: StagePlace[] = [];
  for (const staged of planOf(session, object).staged) {
    const flow = shown[staged.field] === undefined ? undefined : staged.flowOf(base.values['recordType']);
    if (flow === undefined) continue;
    const [stage, since] = [base.values[flow.field] ?? null, base.values[flow.since] ?? null];
    places.push({
      flow: flow.name,
      field: flow.field,
      stage: stage === null ? null : textOf(stage),
      since: since === null ? null : textOf(since),
      doneField: flow.done ?? null,
      tasks: await tasksOf(locked, flow, base),
      moves: await movesOf(locked, staged, flow, base),
    });
  }
  return places;
}
