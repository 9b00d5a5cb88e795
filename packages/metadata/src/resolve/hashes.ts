// What the hashes of the Model and of its objects are made from.
import { contentHash } from '../canonical.ts';
import type { Components } from '../layers/components.ts';
import type { FieldModel, ObjectModel } from '../model.ts';

/** The hash of each component, by kind and name: the Model's own hash is made from these. */
export function componentHashes(components: Components): Readonly<Record<keyof Components, Readonly<Record<string, string>>>> {
  const ofKind = (byName: Components[keyof Components]): Record<string, string> =>
    Object.fromEntries(Object.entries(byName).map(([name, component]) => [name, contentHash(component)]));
  return {
    object: ofKind(components.object),
    layout: ofKind(components.layout),
    listView: ofKind(components.listView),
    app: ofKind(components.app),
    rule: ofKind(components.rule),
    parameter: ofKind(components.parameter),
    settings: ofKind(components.settings),
  };
}

/** What a field is by way of others: of the objects, parameters and named rules that its own rules read. */
function derivedParts(field: FieldModel): string | undefined {
  const { required, readOnly, default: initial, formula, rollup, quote, lookup } = field;
  const rules = [required, readOnly, initial, formula, rollup, quote, lookup?.filter];
  if (!rules.some((rule) => typeof rule === 'object')) return undefined;
  return JSON.stringify([field.name, ...rules, field.ruleType, field.wire, field.columns, field.decimal]);
}

/**
 * An object's hash is that of all that it is: what its source says, and what others make of it (child relations, the types and values that its
 * rules read, the tenant's currency). Which layer says it makes no difference.
 */
export function objectHash(object: ObjectModel, sourceHash: string, currency: string): string {
  const fields = Object.values(object.fields).flatMap((field) => derivedParts(field) ?? []);
  const rules = [...Object.values(object.validationRules), ...Object.values(object.keys)].map((rule) => JSON.stringify(rule));
  return contentHash([sourceHash, currency, object.relations, fields.sort(), rules.sort()]);
}
