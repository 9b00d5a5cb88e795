// Fields of older versions, which migrations read beside those of now.
import type { MigrationJson } from '../generated/types.ts';
import { known } from '../known.ts';
import type { FormerFieldModel } from '../migration-models.ts';
import type { ColumnType, FieldModel, FieldTypeName, Model, ObjectModel } from '../model.ts';
import { snakeCase } from '../names.ts';
import type { RuleType } from '@tessera/rules';
import type { Report } from './report.ts';

type FormerFields = NonNullable<MigrationJson['former']>;
type FormerType = FormerFields[string]['type'];

interface Kind {
  readonly type: FieldTypeName;
  readonly column: ColumnType;
  readonly rule: RuleType;
  readonly wire: FieldModel['wire'];
}

/** As wide as any column of the kind. */
const kinds: Readonly<Record<FormerType, Kind>> = {
  text: { type: 'textarea', column: { kind: 'text' }, rule: { kind: 'text' }, wire: 'text' },
  list: { type: 'multiPicklist', column: { kind: 'textList' }, rule: { kind: 'list', of: { kind: 'text' } }, wire: 'textList' },
  number: { type: 'number', column: { kind: 'numeric', precision: 58, scale: 20 }, rule: { kind: 'number' }, wire: 'decimal' },
  boolean: { type: 'boolean', column: { kind: 'boolean' }, rule: { kind: 'boolean' }, wire: 'boolean' },
  date: { type: 'date', column: { kind: 'date' }, rule: { kind: 'date' }, wire: 'date' },
  datetime: { type: 'datetime', column: { kind: 'datetime' }, rule: { kind: 'datetime' }, wire: 'datetime' },
  time: { type: 'time', column: { kind: 'time' }, rule: { kind: 'time' }, wire: 'time' },
  lookup: { type: 'lookup', column: { kind: 'uuid' }, rule: { kind: 'reference', to: [] }, wire: 'reference' },
  json: { type: 'json', column: { kind: 'json' }, rule: { kind: 'json' }, wire: 'json' },
};

const longestColumn = 63;

function fieldOf(object: string, name: string, former: string, { type, to }: FormerFields[string]): FieldModel {
  const kind = kinds[type];
  const targets = to === undefined ? [] : [to];
  const column = `_former_${type}_${snakeCase(former)}`.slice(0, longestColumn);
  return {
    object,
    name,
    type: kind.type,
    label: { en: name },
    help: undefined,
    origin: '',
    system: false,
    columns: [{ name: column, type: kind.column, ...(to === undefined ? {} : { references: to }) }],
    ruleType: kind.rule.kind === 'reference' ? { kind: 'reference', to: targets } : kind.rule,
    wire: kind.wire,
    required: false,
    readOnly: false,
    default: undefined,
    unique: false,
    history: false,
    searchable: false,
    indexed: false,
    renamedFrom: [],
    ...(type === 'lookup' ? { lookup: { to: targets, inverse: undefined, onDelete: 'restrict', reparent: false, filter: undefined } } : {}),
  };
}

/**
 * By the names that rules use; mistakes are told.
 * @param kept fields that no pack brings any more, and that stay for the tenant (`account/fields/fax`): they are former ones all the same
 */
export function formerFields(
  written: FormerFields,
  object: ObjectModel,
  { model, kept, report }: { readonly model: Model; readonly kept: ReadonlySet<string>; readonly report: Report },
): Readonly<Record<string, FormerFieldModel>> {
  const fields: Record<string, FormerFieldModel> = {};
  for (const [name, source] of Object.entries(written)) {
    const at = `/former/${name}`;
    const unfit = (pointer: string, reason: string): void => {
      report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
    };
    const isThere = object.fields[name] !== undefined || object.dormantFields[name] !== undefined;
    if (isThere && !kept.has(`${object.name}/fields/${name}`)) {
      const remedy = `Call the former one otherwise, and say in \`names\` what it was called: "names": ["${name}"].`;
      unfit(at, `${object.name} has a field ${name}. ${remedy}`);
      continue;
    }
    if (source.type === 'lookup' && source.to === undefined) unfit(at, `${name} is a lookup: say in \`to\` which object it points to.`);
    if (source.type !== 'lookup' && source.to !== undefined) unfit(`${at}/to`, `${name} is no lookup, so it points to nothing.`);
    if (source.to !== undefined && model.objects[source.to] === undefined) {
      const params = { kind: 'object', name: source.to, where: '', known: known(Object.keys(model.objects), source.to) };
      report.add(`${at}/to`, 'METADATA_REFERENCE_MISSING', params);
      continue;
    }
    const names = source.names ?? [name];
    fields[name] = { names, field: fieldOf(object.name, name, names[0] ?? name, source) };
  }
  return fields;
}
