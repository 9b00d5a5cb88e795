// The tasks of a stage: fields to fill in, related records to make, what is ticked off.
import type { StageTaskJson } from '../generated/types.ts';
import { taskOption } from '../kept/stage-parts.ts';
import type { StageTaskModel } from '../model.ts';
import { sorted } from './sorted.ts';
import { hasField, type StagesAround } from './stage-site.ts';

type Tasks = Readonly<Record<string, StageTaskJson>>;

/** A child relation, with how many of its records count. */
function creation(
  { scope, field, aggregate }: StagesAround,
  { relation = '', where }: StageTaskJson,
  pointer: string,
): Pick<Extract<StageTaskModel, { type: 'create' }>, 'relation' | 'object' | 'count'> | undefined {
  const child = scope.catalog.relation(field.object, relation);
  if (child === undefined) {
    const names = scope.catalog.relationNames(field.object);
    scope.missing(`${pointer}/relation`, 'child relation', relation, { where: ` on ${field.object}`, names });
    return undefined;
  }
  const source = { of: relation, function: 'count', ...(where === undefined ? {} : { where }) };
  const { expression, problems } = aggregate(source, scope.rules());
  scope.report.addAll(pointer, problems);
  return expression && { relation, object: child.object, count: expression };
}

function task(around: StagesAround, stage: string, name: string, written: StageTaskJson, pointer: string): StageTaskModel | undefined {
  const { label, optional = false } = written;
  const base = { name, label, optional };
  if (written.type === 'check') return { ...base, type: 'check', option: taskOption(stage, name) };
  if (written.type === 'create') {
    const made = creation(around, written, pointer);
    return made && { ...base, type: 'create', ...made };
  }
  const { scope, field } = around;
  const fields = (written.fields ?? []).filter((each, i) => hasField(scope, field.object, each, `${pointer}/fields/${String(i)}`));
  return { ...base, type: 'fields', fields };
}

export function resolveTasks(around: StagesAround, stage: string, written: Tasks | undefined): readonly StageTaskModel[] {
  return sorted(written).flatMap(([name, entry]) => task(around, stage, name, entry, `/stages/${stage}/tasks/${name}`) ?? []);
}
