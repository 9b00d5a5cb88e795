// Objects: record types, keys and validation rules on top of the resolved fields.
import { checkCondition, type Expression } from '@tessera/rules';
import { contentHash } from '../canonical.ts';
import type { FieldModel, KeyModel, ObjectModel, RecordTypeModel, ValidationRuleModel } from '../model.ts';
import { snakeCase } from '../names.ts';
import type { ModelCatalog } from './catalog.ts';
import type { DraftObject } from './draft.ts';
import { known } from './report.ts';
import { leavesRecord, readsClockOrUser, resolveField } from './rules-of-fields.ts';

export type Fields = Readonly<Record<string, FieldModel>>;

const byOrder = (a: { readonly order: number; readonly name: string }, b: { readonly order: number; readonly name: string }): number =>
  a.order - b.order || (a.name < b.name ? -1 : 1);

/** What has no order comes last, by name. */
export const unordered = Number.MAX_SAFE_INTEGER;

function recordTypes(draft: DraftObject, fields: Fields): Record<string, RecordTypeModel> {
  const types: RecordTypeModel[] = [];
  for (const [name, source] of Object.entries(draft.source.recordTypes ?? {})) {
    if (source.active === false) continue;
    for (const [field, options] of Object.entries(source.options ?? {})) {
      const declared = Object.hasOwn(fields, field) ? fields[field]?.options : undefined;
      const pointer = `/recordTypes/${name}/options/${field}`;
      if (declared === undefined) {
        const picklists = Object.values(fields).filter((other) => other.options !== undefined);
        draft.report.add(pointer, 'METADATA_REFERENCE_MISSING', {
          kind: 'picklist',
          name: field,
          where: ` on ${draft.name}`,
          known: known(picklists.map((other) => other.name)),
        });
        continue;
      }
      for (const option of options) {
        if (!Object.hasOwn(declared, option)) {
          draft.report.add(pointer, 'METADATA_REFERENCE_MISSING', {
            kind: 'option',
            name: option,
            where: ` of ${field}`,
            known: known(Object.keys(declared)),
          });
        }
      }
    }
    types.push({
      name,
      label: source.label ?? { en: name },
      order: source.order ?? unordered,
      default: source.default ?? false,
      options: source.options ?? {},
    });
  }
  return Object.fromEntries(types.sort(byOrder).map((type) => [type.name, type]));
}

function keyWhere(draft: DraftObject, catalog: ModelCatalog, source: unknown, pointer: string, fields: Fields): Expression | undefined {
  if (source === undefined) return undefined;
  const checked = checkCondition(source, catalog.scope(draft.name));
  draft.report.addAll(pointer, checked.problems);
  const expression = checked.expression;
  if (expression === undefined) return undefined;
  const computed = Object.values(fields).filter((field) => field.columns.length === 0);
  const readsComputed = computed.some((field) => JSON.stringify(expression).includes(`"field":"${field.name}"`));
  if (leavesRecord(expression, 0) || readsClockOrUser(expression) || readsComputed) {
    draft.report.add(pointer, 'METADATA_REFERENCE_UNFIT', {
      reason: 'A key’s condition may read only stored fields of the record itself, and not the time or the user.',
    });
    return undefined;
  }
  return expression;
}

function keys(draft: DraftObject, catalog: ModelCatalog, fields: Fields): Record<string, KeyModel> {
  const result: Record<string, KeyModel> = {};
  for (const [name, source] of Object.entries(draft.source.keys ?? {})) {
    if (source.active === false) continue;
    const pointer = `/keys/${name}`;
    source.fields.forEach((field, i) => {
      const model = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (model === undefined) {
        draft.report.add(`${pointer}/fields/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
          kind: 'field',
          name: field,
          where: ` on ${draft.name}`,
          known: known(Object.keys(fields)),
        });
      } else if (model.columns.length !== 1) {
        draft.report.add(`${pointer}/fields/${String(i)}`, 'METADATA_REFERENCE_UNFIT', {
          reason: `${field} is not stored in one column, so it cannot be part of a key.`,
        });
      }
    });
    result[name] = {
      name,
      fields: source.fields,
      unique: source.unique ?? true,
      where: keyWhere(draft, catalog, source.where, `${pointer}/where`, fields),
      message: source.message,
    };
  }
  return result;
}

function validationRules(draft: DraftObject, catalog: ModelCatalog, fields: Fields): Record<string, ValidationRuleModel> {
  const result: Record<string, ValidationRuleModel> = {};
  for (const [name, source] of Object.entries(draft.source.validationRules ?? {})) {
    if (source.active === false) continue;
    const pointer = `/validationRules/${name}`;
    const check = source.check ?? 'save';
    const checked = checkCondition(source.refuseWhen, catalog.scope(draft.name, { old: check === 'save' }));
    draft.report.addAll(`${pointer}/refuseWhen`, checked.problems);
    if (source.at !== undefined && !Object.hasOwn(fields, source.at)) {
      draft.report.add(`${pointer}/at`, 'METADATA_REFERENCE_MISSING', {
        kind: 'field',
        name: source.at,
        where: ` on ${draft.name}`,
        known: known(Object.keys(fields)),
      });
    }
    for (const type of source.recordTypes ?? []) {
      const types = Object.keys(draft.source.recordTypes ?? {});
      if (!types.includes(type)) {
        draft.report.add(`${pointer}/recordTypes`, 'METADATA_REFERENCE_MISSING', {
          kind: 'record type',
          name: type,
          where: ` on ${draft.name}`,
          known: known(types),
        });
      }
    }
    if (checked.expression === undefined) continue;
    result[name] = { name, check, refuseWhen: checked.expression, at: source.at, message: source.message, recordTypes: source.recordTypes };
  }
  return result;
}

/** The object with everything of its own resolved. Formulas' liveness is still to be worked out over all objects. */
export function resolveObject(draft: DraftObject, catalog: ModelCatalog): ObjectModel {
  const { source, name } = draft;
  const fields: Record<string, FieldModel> = {};
  for (const entry of draft.fields.values()) {
    const field = resolveField(draft, entry, catalog);
    if (field !== undefined) fields[field.name] = field;
  }
  return {
    name,
    plural: source.plural,
    label: source.label,
    pluralLabel: source.pluralLabel ?? source.label,
    description: source.description,
    icon: source.icon,
    color: source.color,
    origin: draft.report.originOf(''),
    table: snakeCase(name),
    sharing: source.sharing ?? 'private',
    appendOnly: source.appendOnly ?? false,
    fields,
    dormantFields: Object.fromEntries([...draft.dormant].map(([key, entry]) => [key, entry.model])),
    relations: Object.fromEntries([...draft.relations].sort(([a], [b]) => (a < b ? -1 : 1))),
    recordTypes: recordTypes(draft, fields),
    keys: keys(draft, catalog, fields),
    validationRules: validationRules(draft, catalog, fields),
    renamedFrom: source.renamedFrom ?? [],
    hash: contentHash(source),
  };
}
