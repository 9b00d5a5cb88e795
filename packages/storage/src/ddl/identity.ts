// Which object, field and column of one Model is which of the Model before it.
import { movedWords, snakeCase, type Column, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import type { MovedWords } from './option-words.ts';
import { fieldsWithColumns } from './tables.ts';

interface Named {
  readonly name: string;
  readonly renamedFrom: readonly string[];
}

/**
 * Matches things by name and by what they say they were renamed from.
 *
 * - Only a `renamedFrom` that is new since `before` moves anything: applied once, it stays in the metadata without effect.
 * - A name takes over what it says, even where it had another thing before (which moves on, so a ↔ b can be swapped, or is gone), and
 *   even where a new thing takes the old name. Only where both names were there and both go on, nothing moves: that would lose one of them.
 *
 * @returns for each name of `after` the name it had in `before`; new things have no entry
 */
export function matchNames(before: ReadonlyMap<string, Named>, after: readonly Named[]): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  const claimed = new Set<string>();
  for (const thing of after) {
    const stale = before.get(thing.name)?.renamedFrom ?? [];
    const source = thing.renamedFrom.find((name) => name !== thing.name && before.has(name) && !stale.includes(name) && !claimed.has(name));
    if (source === undefined) continue;
    claims.set(thing.name, source);
    claimed.add(source);
  }
  dropClaimsOnWhatStays(before, claims, new Set(after.map((thing) => thing.name)));
  const moved = new Set(claims.values());
  const matched = new Map<string, string>();
  for (const { name } of after) {
    const source = claims.get(name) ?? (before.has(name) && !moved.has(name) ? name : undefined);
    if (source !== undefined) matched.set(name, source);
  }
  return matched;
}

function dropClaimsOnWhatStays(before: ReadonlyMap<string, Named>, claims: Map<string, string>, after: ReadonlySet<string>): void {
  for (;;) {
    const moving = new Set(claims.values());
    const idle = [...claims].find(([name, source]) => before.has(name) && !moving.has(name) && after.has(source) && !claims.has(source));
    if (idle === undefined) return;
    claims.delete(idle[0]);
  }
}

/** Objects of `to` by name → the same object of `from`. */
export function matchObjects(from: Model, to: Model): ReadonlyMap<string, ObjectModel> {
  const names = matchNames(new Map(Object.entries(from.objects)), Object.values(to.objects));
  const matched = new Map<string, ObjectModel>();
  for (const [name, old] of names) {
    const object = from.objects[old];
    if (object !== undefined) matched.set(name, object);
  }
  return matched;
}

/** A stored column that goes on, perhaps under another name or type. */
export interface ColumnMatch {
  readonly oldField: FieldModel;
  readonly newField: FieldModel;
  readonly old: Column;
  readonly new: Column;
}

/** With those that are switched off. */
function fieldsByName({ fields, dormantFields }: ObjectModel): ReadonlyMap<string, FieldModel> {
  return new Map([...Object.values(fields), ...Object.values(dormantFields)].map((field) => [field.name, field]));
}

/** Names of an object's fields that go on → the names that they had. */
export function matchFieldNames(before: ObjectModel, after: ObjectModel): ReadonlyMap<string, string> {
  return matchNames(fieldsByName(before), [...fieldsByName(after).values()]);
}

/**
 * Columns of an object that go on.
 * @param objectNames names of objects in the old Model → in the new one, for the targets of lookups
 */
export function matchColumns(before: ObjectModel, after: ObjectModel, objectNames: ReadonlyMap<string, string>): readonly ColumnMatch[] {
  const oldFields = fieldsByName(before);
  const names = matchFieldNames(before, after);
  return fieldsWithColumns(after).flatMap((newField) => {
    const oldField = oldFields.get(names.get(newField.name) ?? '');
    return oldField === undefined ? [] : matchFieldColumns(oldField, newField, objectNames);
  });
}

function matchFieldColumns(oldField: FieldModel, newField: FieldModel, objectNames: ReadonlyMap<string, string>): readonly ColumnMatch[] {
  const [onlyOld] = oldField.columns;
  const [onlyNew] = newField.columns;
  if (onlyOld !== undefined && onlyNew !== undefined && oldField.columns.length === 1 && newField.columns.length === 1) {
    return [{ oldField, newField, old: onlyOld, new: onlyNew }];
  }
  // Columns of one field are told apart by the target of a lookup, else by what follows the field's name.
  const role = (field: FieldModel, column: Column, names?: ReadonlyMap<string, string>): string => {
    if (column.references !== undefined) return `to:${names?.get(column.references) ?? column.references}`;
    const prefix = snakeCase(field.name);
    return column.name.startsWith(prefix) ? column.name.slice(prefix.length) : column.name;
  };
  const byRole = new Map(oldField.columns.map((column) => [role(oldField, column, objectNames), column]));
  return newField.columns.flatMap((column) => {
    const old = byRole.get(role(newField, column));
    return old === undefined ? [] : [{ oldField, newField, old, new: column }];
  });
}

/** A stored field some of whose options are called otherwise than before. */
export interface MovedOptions {
  /** Names of now. */
  readonly object: string;
  readonly field: string;
  readonly words: MovedWords;
}

/** @param back the change leads to what was there before */
export function movedOptionWords(before: FieldModel, after: FieldModel, back: boolean): MovedWords {
  return before.options === undefined || after.options === undefined
    ? new Map<string, string>()
    : movedWords(before.options, after.options, back);
}

/**
 * Fields of `to` that keep words which are renamed: options, record types, and the roles and permission sets that people have.
 * @param back `to` was in force before `from`, so what was renamed since then moves back
 */
export function movedOptions(from: Model, to: Model, back = false): readonly MovedOptions[] {
  return [...matchObjects(from, to)].flatMap(([object, old]) => {
    const present = to.objects[object];
    if (present === undefined) return [];
    const [before, after] = [fieldsByName(old), fieldsByName(present)];
    return [...matchFieldNames(old, present)].flatMap(([field, former]): readonly MovedOptions[] => {
      const [oldField, newField] = [before.get(former), after.get(field)];
      if (oldField === undefined || newField === undefined || newField.columns.length === 0) return [];
      const words = movedOptionWords(oldField, newField, back);
      return words.size === 0 ? [] : [{ object, field, words }];
    });
  });
}
