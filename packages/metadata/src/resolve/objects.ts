// Objects: record types, keys and validation rules on top of the resolved fields.
import { checkCondition, type Expression } from '@tessera/rules';
import type { FieldModel, KeyModel, ObjectModel, ObjectVerbs, RecordTypeModel, ValidationRuleModel } from '../model.ts';
import { snakeCase } from '../names.ts';
import { byOrder, unordered } from '../order.ts';
import type { ModelCatalog } from './catalog.ts';
import type { DraftObject } from './draft.ts';
import { known } from '../known.ts';
import { leavesRecord, readsClockOrUser, resolveField } from './rules-of-fields.ts';
import { resolveTeam } from './sharing.ts';
import { fieldsRead } from './walk.ts';

export type Fields = Readonly<Record<string, FieldModel>>;

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
          known: known(
            picklists.map((other) => other.name),
            field,
          ),
        });
        continue;
      }
      for (const [i, option] of options.entries()) {
        if (!Object.hasOwn(declared, option)) {
          draft.report.add(`${pointer}/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
            kind: 'option',
            name: option,
            where: ` of ${field}`,
            known: known(Object.keys(declared), option),
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
  return withDefault(draft, types.sort(byOrder));
}

/** One type is the default: the one that says so, or the first. */
function withDefault(draft: DraftObject, types: readonly RecordTypeModel[]): Record<string, RecordTypeModel> {
  const [chosen, ...others] = types.filter((type) => type.default);
  for (const other of others) {
    draft.report.add(`/recordTypes/${other.name}/default`, 'METADATA_REFERENCE_UNFIT', {
      reason: `${chosen?.name ?? ''} is the default record type of ${draft.name} already; there can be one. Remove it at one of them.`,
    });
  }
  const initial = chosen ?? types[0];
  return Object.fromEntries(types.map((type) => [type.name, { ...type, default: type === initial }]));
}

function keyWhere(draft: DraftObject, catalog: ModelCatalog, source: unknown, pointer: string, fields: Fields): Expression | undefined {
  if (source === undefined) return undefined;
  const checked = checkCondition(source, catalog.scope(draft.name));
  draft.report.addAll(pointer, checked.problems);
  const expression = checked.expression;
  if (expression === undefined) return undefined;
  const readsComputed = fieldsRead(expression).some((step) => fields[step.field]?.columns.length === 0);
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
      // A field whose own definition is wrong is told there.
      if (model === undefined && draft.fields.has(field)) return;
      if (model === undefined) {
        draft.report.add(`${pointer}/fields/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
          kind: 'field',
          name: field,
          where: ` on ${draft.name}`,
          known: catalog.fieldHint(draft.name, field),
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

function validationRules(draft: DraftObject, catalog: ModelCatalog): Record<string, ValidationRuleModel> {
  const result: Record<string, ValidationRuleModel> = {};
  for (const [name, source] of Object.entries(draft.source.validationRules ?? {})) {
    if (source.active === false) continue;
    const pointer = `/validationRules/${name}`;
    const check = source.check ?? 'save';
    const checked = checkCondition(source.refuseWhen, catalog.scope(draft.name, { old: check === 'save' }));
    draft.report.addAll(`${pointer}/refuseWhen`, checked.problems);
    if (source.at !== undefined && !draft.fields.has(source.at)) {
      draft.report.add(`${pointer}/at`, 'METADATA_REFERENCE_MISSING', {
        kind: 'field',
        name: source.at,
        where: ` on ${draft.name}`,
        known: catalog.fieldHint(draft.name, source.at),
      });
    }
    for (const [i, type] of (source.recordTypes ?? []).entries()) {
      const types = Object.keys(draft.source.recordTypes ?? {});
      if (!types.includes(type)) {
        draft.report.add(`${pointer}/recordTypes/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
          kind: 'record type',
          name: type,
          where: ` on ${draft.name}`,
          known: known(types, type),
        });
      }
    }
    if (checked.expression === undefined) continue;
    const { on = ['save'], at, message, recordTypes } = source;
    result[name] = { name, check, on, refuseWhen: checked.expression, at, message, recordTypes };
  }
  return result;
}

/** What callers may do with a history. */
const onlyRead: ObjectVerbs = {
  create: false,
  update: false,
  delete: false,
  import: false,
  export: true,
  changeOwner: false,
  seeDeleted: true,
};

/** Of an object that the platform keeps. */
function keptParts({ source, report }: DraftObject): Pick<ObjectModel, 'kept' | 'keptOf' | 'allows'> {
  if (source.kept !== true) return {};
  const { historyOf } = source;
  if (report.originOf('/kept') !== 'platform')
    report.add('/kept', 'METADATA_REFERENCE_UNFIT', {
      reason: 'Only the platform writes such records, and only its own objects. Remove it.',
    });
  return { kept: true, allows: onlyRead, ...(historyOf === undefined ? {} : { keptOf: historyOf }) };
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
    validationRules: validationRules(draft, catalog),
    team: resolveTeam(draft, catalog),
    ...keptParts(draft),
    renamedFrom: source.renamedFrom ?? [],
    hash: '',
  };
}
