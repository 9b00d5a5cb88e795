// Paths such as `account.owner.name` as selections of a read, for those who may read everything.
import { fail } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Selection } from '@tessera/storage';

/** Nested lookups deeper than this are a mistake. */
const deepest = 5;

/**
 * The selections whose record has a value at each path. Only lookups to one object are followed.
 * Throws FIELD_UNKNOWN, OBJECT_UNKNOWN.
 */
export function selectionsOf(model: Model, objectName: string, paths: readonly string[], depth = 0): readonly Selection[] {
  const object = model.objects[objectName];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: objectName });
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const [first = '', ...rest] = path.split('.');
    const group = groups.get(first) ?? [];
    if (rest.length > 0) group.push(rest.join('.'));
    groups.set(first, group);
  }
  return [...groups].map(([name, rest]): Selection => {
    const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
    if (field === undefined) throw unknown(object, name);
    if (rest.length === 0) return { kind: 'field', as: name, field: name };
    const [target, ...others] = field.lookup?.to ?? [];
    if (target === undefined || others.length > 0 || depth === deepest) throw unknown(object, `${name}.${rest[0] ?? ''}`);
    return { kind: 'lookup', as: name, field: name, cases: [{ object: target, selections: selectionsOf(model, target, rest, depth + 1) }] };
  });
}

function unknown(object: ObjectModel, field: string): Error {
  return fail('FIELD_UNKNOWN', { object: object.name, field, known: `Fields: ${Object.keys(object.fields).join(', ')}.` });
}
