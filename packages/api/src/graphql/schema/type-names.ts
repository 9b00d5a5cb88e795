// The names of a schema's types. All that come from metadata are given out at the start, so that they never depend on which type is made first.
import { typeName, type FieldModel, type Model, type ObjectModel, type RelationModel } from '@tessera/metadata';

/** Names within one scope; a second claim of a name gets an underscore, so that no metadata can break the schema. */
export class Names {
  readonly #taken = new Set<string>();

  claim(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name += '_';
    this.#taken.add(name);
    return name;
  }
}

/** What an object's types are called after its name; of two that want one name, the kind that stands first here has it. */
const objectTypeKinds = [
  '',
  'Filter',
  'Order',
  'Connection',
  'Edge',
  'CreateInput',
  'UpdateInput',
  'UpsertInput',
  'UpdateEntry',
  'Key',
  'Result',
  'Results',
  'Event',
  'RelationFilter',
  'Aggregate',
  'Group',
  'GroupBy',
  'GroupOrder',
  'AggregateOrder',
  'Having',
  'Counts',
  'Totals',
  'Extremes',
  'CountsOrder',
  'TotalsOrder',
  'ExtremesOrder',
  'CountsHaving',
  'TotalsHaving',
  'ExtremesHaving',
] as const;

export type ObjectTypeKind = (typeof objectTypeKinds)[number];

/** What a field's types are called after its object and its name: its options or targets, and the filter of its targets. */
export type FieldTypeKind = '' | 'Filter';

interface Wanted {
  readonly key: string;
  readonly wanted: string;
}

export const objectType = ({ name }: ObjectModel, kind: ObjectTypeKind): Wanted => ({
  key: `object:${name}:${kind}`,
  wanted: typeName(name) + kind,
});

export const recordTypeName = (object: ObjectModel): string => objectType(object, '').wanted;

export const fieldType = ({ object, name }: FieldModel, kind: FieldTypeKind): Wanted => ({
  key: `field:${object}.${name}:${kind}`,
  wanted: typeName(object) + typeName(name) + kind,
});

export const relationType = (parent: ObjectModel, { name }: RelationModel): Wanted => ({
  key: `relation:${parent.name}.${name}`,
  wanted: `${typeName(parent.name)}${typeName(name)}CreateInput`,
});

function* wantedOf(model: Model): Iterable<Wanted> {
  const objects = Object.values(model.objects);
  for (const kind of objectTypeKinds) for (const object of objects) yield objectType(object, kind);
  for (const object of objects) {
    for (const field of Object.values(object.fields)) {
      const severalTargets = field.wire === 'anyReference' || (field.lookup?.to.length ?? 0) > 1;
      if (severalTargets || field.options !== undefined) yield fieldType(field, '');
      if (severalTargets) yield fieldType(field, 'Filter');
    }
  }
  for (const object of objects) for (const relation of Object.values(object.relations)) yield relationType(object, relation);
}

/** Names by key, and what is left to be claimed: names that owe nothing to metadata. */
export function reservedNames(model: Model): { readonly names: Names; readonly reserved: ReadonlyMap<string, string> } {
  const names = new Names();
  const reserved = new Map<string, string>();
  for (const { key, wanted } of wantedOf(model)) if (!reserved.has(key)) reserved.set(key, names.claim(wanted));
  return { names, reserved };
}
