// How the text of a column finds a record of a lookup's target.
import { problem, type ErrorCode, type Problem } from '@tessera/kernel';
import type { FieldModel, Model, ObjectModel } from '@tessera/metadata';
import type { UniqueKey } from '@tessera/storage';
import type { ImportLookup } from './mapping-source.ts';

export interface LookupPlan {
  readonly field: FieldModel;
  readonly target: ObjectModel;
  /** The one field of the target that holds the text. */
  readonly by: FieldModel;
  readonly key: Pick<UniqueKey, 'fields' | 'where'>;
  readonly onMissing: 'error' | 'null' | 'create';
  readonly deferred: boolean;
  /** The target is the object that is imported: rows may name rows. */
  readonly own: boolean;
}

/** The field or one-field key of the target. */
function keyOf(target: ObjectModel, by: string): LookupPlan['key'] | undefined {
  const key = Object.hasOwn(target.keys, by) ? target.keys[by] : undefined;
  const name = key === undefined ? by : key.fields.length === 1 ? key.fields[0] : undefined;
  const field = name !== undefined && Object.hasOwn(target.fields, name) ? target.fields[name] : undefined;
  return field?.columns.length === 1 && field.wire !== 'secret' && field.masked !== true
    ? { fields: [field], where: key?.where }
    : undefined;
}

interface Planned {
  readonly plan?: LookupPlan;
  readonly problems: readonly Problem[];
}

/** The plan, or what is wrong with it. */
export function planLookup(model: Model, object: ObjectModel, field: FieldModel, source: ImportLookup, pointer: string): Planned {
  const refuse = (code: ErrorCode, params: Readonly<Record<string, unknown>>, at = ''): Planned => ({
    problems: [problem(code, params, { pointer: `${pointer}${at}` })],
  });
  const unfit = (reason: string, at?: string): Planned => refuse('IMPORT_MAPPING_UNFIT', { reason }, at);
  const { to } = field.lookup ?? {};
  if (to === undefined) return unfit(`${field.name} is no lookup.`);
  const { by = 'name', deferred = false, onMissing = 'error', object: said } = source;
  if (said !== undefined && !to.includes(said))
    return unfit(`${field.name} does not point to ${said}. Targets: ${to.join(', ')}.`, '/object');
  if (said === undefined && to.length > 1) return unfit(`${field.name} may point to ${to.join(' or ')}: say which.`);
  const target = model.objects[said ?? to[0] ?? ''];
  if (target === undefined) return refuse('OBJECT_UNKNOWN', { object: said ?? '' }, '/object');
  const key = keyOf(target, by);
  const [only] = key?.fields ?? [];
  if (key === undefined || only === undefined) {
    const known = 'Name a stored field, or a key of one field.';
    return refuse('FIELD_UNKNOWN', { object: target.name, field: by, known }, '/by');
  }
  if (deferred && field.required === true)
    return unfit(`${field.name} is required, so it cannot be looked up after the rows are in.`, '/deferred');
  if (deferred && field.lookup?.reparent === false)
    return unfit(`A record stays with its ${field.name}, so it cannot be looked up after the rows are in.`, '/deferred');
  return { plan: { field, target, by: only, key, onMissing, deferred, own: target.name === object.name }, problems: [] };
}
