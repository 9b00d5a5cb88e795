// Which roll-ups are stored, and over which objects.
import type { FieldModel, Model, ObjectModel } from '@tessera/metadata';

export const isStoredRollup = (field: FieldModel): boolean => field.rollup?.upkeep === 'transaction';

/** The objects with stored roll-ups over a child, in Model order. */
export function parentsOver({ model }: { readonly model: Model }, child: ObjectModel): readonly ObjectModel[] {
  const targets = new Set(Object.values(child.fields).flatMap((field) => field.lookup?.to ?? []));
  return Object.values(model.objects).filter(
    (parent) =>
      targets.has(parent.name) &&
      Object.values(parent.fields).some((field) => isStoredRollup(field) && field.rollup?.aggregate.source.object === child.name),
  );
}
