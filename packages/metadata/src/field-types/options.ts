// The options of picklists: sorted, labelled.
import type { FieldSource } from '../effective.ts';
import type { FieldModel, OptionModel } from '../model.ts';
import { byOrder, unordered } from '../order.ts';

function sortedOptions(source: FieldSource): readonly OptionModel[] {
  return Object.entries(source.options ?? {})
    .map(([name, option]): OptionModel => ({
      name,
      label: option.label ?? { en: name },
      order: option.order ?? unordered,
      active: option.active ?? true,
      ...(option.color === undefined ? {} : { color: option.color }),
      ...(option.renamedFrom === undefined ? {} : { renamedFrom: option.renamedFrom }),
    }))
    .sort(byOrder);
}

/** The options as rules know them. */
export function optionWords(source: FieldSource): readonly string[] {
  return sortedOptions(source).map((option) => option.name);
}

export function optionFacets(source: FieldSource): Partial<FieldModel> {
  return {
    options: Object.fromEntries(sortedOptions(source).map((option) => [option.name, option])),
    ...(source.dependsOn === undefined ? {} : { dependsOn: source.dependsOn }),
  };
}

export function optionNames(field: FieldModel): readonly string[] {
  return Object.keys(field.options ?? {});
}
