// What a run must remember of its record as it was before: only what its rules read.
import type { AutomationModel, ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';

/** Adds the names that rules anywhere in a part take from `$old`. */
function addNames(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return;
  if ('root' in part && part.root === '$old' && 'steps' in part) {
    const [first] = part.steps as readonly { readonly field: string }[];
    if (first !== undefined) names.add(first.field);
  }
  for (const each of Object.values(part)) addNames(each, names);
}

/** The names that an automation's steps take from `$old`. */
export function oldNames({ steps }: AutomationModel): ReadonlySet<string> {
  const names = new Set<string>();
  addNames(steps, names);
  return names;
}

/** Undefined where nothing is read. Secrets are never kept. */
export function oldValues(
  names: ReadonlySet<string>,
  object: ObjectModel | undefined,
  old: RecordValues | undefined,
): RecordValues | undefined {
  if (old === undefined || object === undefined || names.size === 0) return undefined;
  // What is worked out of other fields may need any of them, and a relation needs the id.
  const whole = [...names].some((name) => (object.fields[name]?.columns.length ?? 0) === 0);
  const kept = Object.entries(old).filter(
    ([name]) => (whole || names.has(name) || name === 'id') && object.fields[name]?.type !== 'secret',
  );
  return Object.fromEntries(kept);
}

/** What was kept, under the names that the fields have by now. */
export function inPresentNames(object: ObjectModel | undefined, old: RecordValues | undefined): RecordValues | undefined {
  const gone = Object.keys(old ?? {}).filter((name) => object !== undefined && !Object.hasOwn(object.fields, name));
  if (object === undefined || old === undefined || gone.length === 0) return old;
  const fields = Object.values(object.fields);
  const present = (name: string): string =>
    (gone.includes(name) ? fields.find((field) => field.renamedFrom.includes(name))?.name : undefined) ?? name;
  return Object.fromEntries(Object.entries(old).map(([name, value]) => [present(name), value]));
}
