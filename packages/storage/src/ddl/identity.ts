// Which object, field and column of one Model is which of the Model before it.
import { movedWords, snakeCase, type Column, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { typeText } from './column-types.ts';
import { newestAside } from './names.ts';
import type { MovedWords, WordMap } from './option-words.ts';
import type { PhysicalState, PhysicalTable } from './physical.ts';
import { fieldsWithColumns } from './tables.ts';

interface Named {
  readonly name: string;
  readonly renamedFrom: readonly string[];
}

type Things = ReadonlyMap<string, Named>;

/** What things of `after` say they were in `before`: only what is new since then, since all else has moved already. */
function claimsOf(before: Things, after: Things): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  const claimed = new Set<string>();
  for (const thing of after.values()) {
    const stale = before.get(thing.name)?.renamedFrom ?? [];
    const source = thing.renamedFrom.find((name) => name !== thing.name && before.has(name) && !stale.includes(name) && !claimed.has(name));
    if (source === undefined) continue;
    claims.set(thing.name, source);
    claimed.add(source);
  }
  return claims;
}

/** For a change that leads back to what was in force before. */
export interface WayBack {
  /** Whether what had this name was set aside since and can be had again. */
  readonly lies: (name: string) => boolean;
}

/**
 * On the way back the present things say what they were, and those said the other way round are the claims. What the earlier things say of
 * still earlier ones has its turn after that (they may not have been there in between), unless they only have to be fetched again.
 */
function claimsBack(before: Things, after: Things, { lies }: WayBack): Map<string, string> {
  const claims = new Map([...claimsOf(after, before)].map(([later, name]) => [name, later]));
  const claimed = new Set(claims.values());
  for (const [name, source] of claimsOf(before, after)) {
    if (!claims.has(name) && !claimed.has(source) && !lies(name)) claims.set(name, source);
  }
  return claims;
}

/**
 * Matches things by name and by what they say they were renamed from.
 *
 * - Only a `renamedFrom` that is new since `before` moves anything: applied once, it stays in the metadata without effect.
 * - A name takes over what it says, even where it had another thing before (which moves on, so a ↔ b can be swapped, or is gone), and
 *   even where a new thing takes the old name. Only where both names were there and both go on, nothing moves: that would lose one of them.
 * - On the way back the same holds in the mirror: whatever moved comes back, by the names that `before` says were former ones.
 *
 * @returns for each name of `after` the name it had in `before`; new things have no entry
 */
export function matchNames(before: Things, after: Things, back?: WayBack): ReadonlyMap<string, string> {
  const claims = back === undefined ? new Map(claimsOf(before, after)) : claimsBack(before, after, back);
  dropClaimsOnWhatStays(before, claims, after);
  const moved = new Set(claims.values());
  const matched = new Map<string, string>();
  for (const name of after.keys()) {
    const source = claims.get(name) ?? (before.has(name) && !moved.has(name) ? name : undefined);
    if (source !== undefined) matched.set(name, source);
  }
  return matched;
}

function dropClaimsOnWhatStays(before: Things, claims: Map<string, string>, after: Things): void {
  for (;;) {
    const moving = new Set(claims.values());
    const idle = [...claims].find(([name, source]) => before.has(name) && !moving.has(name) && after.has(source) && !claims.has(source));
    if (idle === undefined) return;
    claims.delete(idle[0]);
  }
}

/** With those that are switched off. */
function fieldsByName({ fields, dormantFields }: ObjectModel): ReadonlyMap<string, FieldModel> {
  return new Map([...Object.values(fields), ...Object.values(dormantFields)].map((field) => [field.name, field]));
}

/** With those that are switched off. */
export function fieldNamesOf(object: ObjectModel): ReadonlySet<string> {
  return new Set(fieldsByName(object).keys());
}

/** An object that goes on. */
export interface ObjectMatch {
  readonly before: ObjectModel;
  readonly after: ObjectModel;
  /** Names of fields that go on → the names that they had. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Which object and field of a Model is which of the one before it. */
export interface ModelMatch {
  /** By their present names; a new object has no entry. */
  readonly objects: ReadonlyMap<string, ObjectMatch>;
  /** The Model was in force before the present one, so what was renamed since then gets its former name back. */
  readonly back: boolean;
}

export interface MatchOptions {
  readonly back?: boolean;
  /** The tables as they are, with what is set aside in them. */
  readonly existing?: PhysicalState;
}

export function matchModels(from: Model | undefined, to: Model, { back = false, existing }: MatchOptions): ModelMatch {
  const tables = Object.values(existing?.tables ?? {});
  const lies = (name: string): boolean => newestAside(tables, to.objects[name]?.table ?? '') !== undefined;
  const named = (model: Model | undefined): Things => new Map(Object.entries(model?.objects ?? {}));
  const objects = new Map<string, ObjectMatch>();
  for (const [name, old] of matchNames(named(from), named(to), back ? { lies } : undefined)) {
    const [before, after] = [from?.objects[old], to.objects[name]];
    if (before === undefined || after === undefined) continue;
    objects.set(name, { before, after, fields: matchFields(before, after, back ? existing?.tables[before.table] : undefined, back) });
  }
  return { objects, back };
}

function matchFields(
  before: ObjectModel,
  after: ObjectModel,
  table: PhysicalTable | undefined,
  back: boolean,
): ReadonlyMap<string, string> {
  const fields = fieldsByName(after);
  const lies = (name: string): boolean =>
    (fields.get(name)?.columns ?? []).some((column) => newestAside(table?.columns ?? [], column.name)?.typeText === typeText(column.type));
  return matchNames(fieldsByName(before), fields, back ? { lies } : undefined);
}

/** A stored column that goes on, perhaps under another name or type. */
export interface ColumnMatch {
  readonly oldField: FieldModel;
  readonly newField: FieldModel;
  readonly old: Column;
  readonly new: Column;
}

/**
 * Columns of an object that go on.
 * @param objectNames names of objects in the old Model → in the new one, for the targets of lookups
 */
export function matchColumns({ before, after, fields }: ObjectMatch, objectNames: ReadonlyMap<string, string>): readonly ColumnMatch[] {
  const oldFields = fieldsByName(before);
  return fieldsWithColumns(after).flatMap((newField) => {
    const oldField = oldFields.get(fields.get(newField.name) ?? '');
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

/** The same of words of which several become one, and some nothing. */
export interface MappedOptions extends Omit<MovedOptions, 'words'> {
  readonly words: WordMap;
}

/** @param back the change leads to what was there before */
export function movedOptionWords(before: FieldModel, after: FieldModel, back: boolean): MovedWords {
  return before.options === undefined || after.options === undefined
    ? new Map<string, string>()
    : movedWords(before.options, after.options, back);
}

/** Fields that keep words which are renamed: options, record types, and the roles and permission sets that people have. */
export function movedOptions({ objects, back }: ModelMatch): readonly MovedOptions[] {
  return [...objects].flatMap(([object, match]) => {
    const [before, after] = [fieldsByName(match.before), fieldsByName(match.after)];
    return [...match.fields].flatMap(([field, former]): readonly MovedOptions[] => {
      const [oldField, newField] = [before.get(former), after.get(field)];
      if (oldField === undefined || newField === undefined || newField.columns.length === 0) return [];
      const words = movedOptionWords(oldField, newField, back);
      return words.size === 0 ? [] : [{ object, field, words }];
    });
  });
}
