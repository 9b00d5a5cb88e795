// Values that steps put into records and hand on, by name.
import type { ValueJson } from '../../generated/types.ts';
import type { InputModels, UpsertStepModel, ValueModels } from '../../model.ts';
import type { StepScope } from './scope.ts';

type Values = Readonly<Record<string, ValueJson>>;

interface Written {
  readonly values: Values;
  readonly pointer: string;
}

/** Values of an object's fields. */
export function fieldValues({ values, pointer }: Written, object: string, scope: StepScope): ValueModels {
  const entries = Object.entries(values).flatMap(([name, source]) => {
    const at = `${pointer}/${name}`;
    const field = scope.settable(object, name, at);
    const value = field && scope.value(field, source, at);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Says which fields of a new record are missing. `given` are filled by something else. */
export function checkNeeded({ values, pointer }: Written, object: string, scope: StepScope, given: readonly string[] = []): void {
  const missing = scope.catalog.neededFields(object).filter((name) => !Object.hasOwn(values, name) && !given.includes(name));
  if (missing.length === 0) return;
  const words = missing.length === 1 ? `${String(missing[0])} must have a value` : `${missing.join(', ')} must have values`;
  scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', {
    reason: `${words} on every record of ${object}, and has no default. Give it here.`,
  });
}

/** The key that says which record is meant, all of whose fields must have values. */
export function keyOf(
  by: { readonly name: string; readonly pointer: string },
  written: Written,
  object: string,
  scope: StepScope,
): UpsertStepModel['by'] | undefined {
  const keys = scope.catalog.uniqueKeys(object);
  const fields = keys.get(by.name);
  if (fields === undefined) {
    scope.missing(by.pointer, 'unique key', by.name, { where: ` on ${object}`, names: [...keys.keys()] });
    return undefined;
  }
  const missing = fields.filter((field) => !Object.hasOwn(written.values, field));
  if (missing.length > 0) {
    const reason = `The key ${by.name} is told apart by ${fields.join(', ')}: give ${missing.join(', ')} too.`;
    scope.report.add(written.pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  return { name: by.name, fields };
}

/** Values of any type, by name. */
export function freeValues({ values, pointer }: Written, scope: StepScope): ValueModels {
  const entries = Object.entries(values).flatMap(([name, source]) => {
    const value = scope.check(source, `${pointer}/${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Values of inputs: each of its type, those that are needed among them. */
export function inputValues({ values, pointer }: Written, inputs: InputModels, whose: string, scope: StepScope): ValueModels {
  const entries = Object.entries(values).flatMap(([name, source]) => {
    const at = `${pointer}/${name}`;
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input === undefined) scope.missing(at, 'input', name, { where: ` of ${whose}`, names: Object.keys(inputs) });
    const value = input && scope.value(input, source, at);
    return value === undefined ? [] : [[name, value] as const];
  });
  for (const [name, { required }] of Object.entries(inputs)) {
    if (required !== true || Object.hasOwn(values, name)) continue;
    scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: `${whose} needs its input ${name}. Give it a value.` });
  }
  return Object.fromEntries(entries);
}
