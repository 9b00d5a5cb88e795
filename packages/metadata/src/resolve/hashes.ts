// What the hashes of the Model and of its objects are made from.
import { canonicalJson, contentHash, textHash } from '../canonical.ts';
import type { FieldSource } from '../effective.ts';
import { ofEachKind, type ComponentKind } from '../kinds.ts';
import type { Components } from '../layers/components.ts';
import type { FieldModel, ObjectModel } from '../model.ts';

/** The hash of each component, by kind and name: the Model's own hash is made from these. */
export function componentHashes(components: Components): Readonly<Record<keyof Components, Readonly<Record<string, string>>>> {
  const ofKind = (byName: Components[keyof Components]): Record<string, string> =>
    Object.fromEntries(Object.entries(byName).map(([name, component]) => [name, contentHash(component)]));
  return ofEachKind((kind) => ofKind(components[kind]));
}

/** Kinds that count even where there are none. Others have come since, and stored hashes outlive the engine's version. */
const first: ReadonlySet<string> = new Set<ComponentKind>([
  'object',
  'layout',
  'listView',
  'app',
  'rule',
  'parameter',
  'role',
  'permissionSet',
  'sharingRule',
  'settings',
]);

/** The Model's hash, from those of its components. */
export function modelHash(hashes: ReturnType<typeof componentHashes>): string {
  const counted = Object.entries(hashes).filter(([kind, byName]) => first.has(kind) || Object.keys(byName).length > 0);
  return contentHash(Object.fromEntries(counted));
}

/** What a field is by way of others: of the objects, parameters and named rules that its own rules read. */
function derivedParts(field: FieldModel): string | undefined {
  const { required, readOnly, default: initial, formula, rollup, quote, lookup } = field;
  const rules = [required, readOnly, initial, formula, rollup, quote, lookup?.filter];
  if (!rules.some((rule) => typeof rule === 'object')) return undefined;
  return JSON.stringify([field.name, ...rules, field.ruleType, field.wire, field.columns, field.decimal]);
}

/** What an object's source says, and what holds for the tenant. */
interface Said {
  /** The hash of its source. */
  readonly source: string;
  readonly fields: Readonly<Record<string, FieldSource>>;
  readonly currency: string;
}

/**
 * An object's hash is that of all that it is: what its source says, and what others make of it (child relations, the types and values that its
 * rules read, the components that its picklists follow, the tenant's currency). Which layer says it makes no difference.
 */
export function objectHash(object: ObjectModel, { source, fields, currency }: Said): string {
  const own = Object.values(object.fields);
  const derived = own.flatMap((field) => derivedParts(field) ?? []);
  const followed = own.flatMap(({ name, options }) => (fields[name]?.optionsOf === undefined ? [] : JSON.stringify([name, options])));
  const ruled = [object.validationRules, object.keys, object.team?.rules ?? {}].flatMap((map) => Object.values<unknown>(map));
  const rules = ruled.map((rule) => JSON.stringify(rule));
  // No JSON has a line break in it.
  return textHash(
    [source, currency, canonicalJson(object.relations), ...derived.sort(), '', ...followed.sort(), '', ...rules.sort()].join('\n'),
  );
}
