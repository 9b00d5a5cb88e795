// Inputs that somebody or something gives: coerced like the fields of a record, and refused with a place for each mistake.
import { failAll, problem, type Problem } from '@tessera/kernel';
import { fieldTypes, type AutomationModel, type FieldModel, type InputModels } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { recordAccess } from '@tessera/security';
import { readableStatement } from '@tessera/storage';

export type Given = Readonly<Record<string, unknown>>;

export const inputsOf = ({ trigger }: AutomationModel): InputModels => ('inputs' in trigger ? trigger.inputs : {});

const textOf = (value: Value): string => (typeof value === 'string' ? value : '');

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

const pointerOf = (name: string): string => `/inputs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function optionProblem({ name, options }: FieldModel, value: Value): Problem | undefined {
  if (options === undefined) return undefined;
  const known = Object.values(options).flatMap((option) => (option.active ? [option.name] : []));
  const unfit = (Array.isArray(value) ? (value as readonly Value[]) : [value]).find(
    (option) => typeof option !== 'string' || !known.includes(option),
  );
  if (unfit === undefined) return undefined;
  return problem('VALUE_OPTION_UNKNOWN', { field: name, option: unfit, options: known.join(', ') }, { pointer: pointerOf(name) });
}

function coerced(field: FieldModel, given: unknown): { readonly value: Value } | { readonly problem: Problem } {
  const { name } = field;
  const pointer = pointerOf(name);
  if (isEmpty(given)) {
    if (field.required === true) return { problem: problem('VALUE_REQUIRED', { field: name }, { pointer }) };
    return { value: field.type === 'boolean' ? false : null };
  }
  const found = fieldTypes[field.type].coerce(given, field);
  if (!found.ok) return { problem: problem(found.code, { field: name, ...found.params }, { pointer }) };
  const unfit = optionProblem(field, found.value);
  return unfit === undefined ? { value: found.value } : { problem: unfit };
}

/** Records that inputs point to, which whoever gives them must see. */
async function unseen(session: WriteSession, inputs: InputModels, values: Readonly<Record<string, Value>>): Promise<readonly Problem[]> {
  const { access, target, slots, transaction, model } = session;
  const pointings = Object.values(inputs).flatMap((field) => {
    const value = values[field.name] ?? null;
    if (field.lookup === undefined || value === null) return [];
    const reference = typeof value === 'object' && 'id' in value ? (value as { readonly object: string; readonly id: string }) : undefined;
    const object = model.objects[reference?.object ?? field.lookup.to[0] ?? ''];
    return object === undefined ? [] : [{ field, object, id: reference?.id ?? textOf(value) }];
  });
  if (pointings.length === 0) return [];
  const wanted = pointings.map(({ object, id }) => ({ object, ids: [id], where: recordAccess(access.policy, object.name).read }));
  const { rows } = await transaction.query(readableStatement(target, wanted, access.policy.objects, slots));
  const seen = new Set(rows.map((row) => Number(row['n'])));
  return pointings.flatMap(({ field, object }, n) =>
    seen.has(n) ? [] : [problem('LOOKUP_NOT_FOUND', { field: field.name, object: object.name }, { pointer: pointerOf(field.name) })],
  );
}

/** @throws INPUTS_INVALID, or the one thing that is wrong */
export async function takeInputs(
  session: WriteSession,
  automation: AutomationModel,
  given: Given,
): Promise<Readonly<Record<string, Value>>> {
  const inputs = inputsOf(automation);
  const names = Object.keys(inputs);
  const known = names.length === 0 ? 'It takes none.' : `It takes ${names.join(', ')}.`;
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(inputs, name) && !names.includes(name))
    .map((input) => problem('INPUT_UNKNOWN', { automation: automation.name, input, known }, { pointer: pointerOf(input) }));
  const values: Record<string, Value> = {};
  for (const field of Object.values(inputs)) {
    const found = coerced(field, Object.hasOwn(given, field.name) ? given[field.name] : undefined);
    if ('problem' in found) problems.push(found.problem);
    else values[field.name] = found.value;
  }
  if (problems.length === 0) problems.push(...(await unseen(session, inputs, values)));
  if (problems.length > 0) throw failAll('INPUTS_INVALID', problems);
  return values;
}
