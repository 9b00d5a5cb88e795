// Small Models made by hand, and the plain tables that fit them: for tests of what stands on a Model.
import type { Column, ColumnType, FieldModel, FieldTypeName, Model, ObjectModel, RelationModel, WireKind } from '@tessera/metadata';
import type { AggregateExpression, Expression, PathExpression, PathRoot, RuleType } from '@tessera/rules';

/** `closeDate` → `close_date` */
export const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

interface Form {
  readonly column: ColumnType | undefined;
  readonly rule: RuleType;
  readonly wire: WireKind;
}

const text: Form = { column: { kind: 'text' }, rule: { kind: 'text' }, wire: 'text' };
const decimal: Form = { column: { kind: 'numeric', precision: 18, scale: 2 }, rule: { kind: 'number' }, wire: 'number' };
const uuid: ColumnType = { kind: 'uuid' };

const forms: Partial<Record<FieldTypeName, Form>> = {
  text,
  textarea: text,
  email: text,
  number: decimal,
  currency: { ...decimal, rule: { kind: 'number', currency: 'EUR' } },
  boolean: { column: { kind: 'boolean' }, rule: { kind: 'boolean' }, wire: 'boolean' },
  date: { column: { kind: 'date' }, rule: { kind: 'date' }, wire: 'date' },
  datetime: { column: { kind: 'datetime' }, rule: { kind: 'datetime' }, wire: 'datetime' },
  time: { column: { kind: 'time' }, rule: { kind: 'time' }, wire: 'time' },
  json: { column: { kind: 'json' }, rule: { kind: 'json' }, wire: 'json' },
  secret: { ...text, wire: 'secret' },
  file: { column: uuid, rule: { kind: 'text' }, wire: 'reference' },
  id: { column: uuid, rule: { kind: 'reference', to: [] }, wire: 'reference' },
  integer: { column: { kind: 'integer' }, rule: { kind: 'number' }, wire: 'integer' },
};

/** What of a field is worth saying; the rest follows from its type. */
export type FieldSpec = { readonly type: FieldTypeName; readonly to?: readonly string[]; readonly options?: readonly string[] } & Partial<
  Omit<FieldModel, 'options' | 'type' | 'object' | 'name'>
>;

function optionForm(spec: FieldSpec): Form {
  const rule: RuleType = { kind: 'text', options: spec.options ?? [] };
  if (spec.type === 'picklist') return { ...text, rule };
  return { column: { kind: 'textList' }, rule: { kind: 'list', of: rule }, wire: 'textList' };
}

function columnsOf(name: string, spec: FieldSpec, form: Form): readonly Column[] {
  const { to } = spec;
  if (to !== undefined) {
    const one = to.length === 1;
    return to.map((target) => ({ name: one ? `${snake(name)}_id` : `${snake(name)}_${target}_id`, type: uuid, references: target }));
  }
  return form.column === undefined ? [] : [{ name: snake(name), type: form.column }];
}

function formOf(spec: FieldSpec): Form {
  if (spec.to !== undefined)
    return { column: uuid, rule: { kind: 'reference', to: spec.to }, wire: spec.to.length === 1 ? 'reference' : 'anyReference' };
  if (spec.options !== undefined) return optionForm(spec);
  return forms[spec.type] ?? { column: undefined, rule: spec.ruleType ?? { kind: 'null' }, wire: spec.wire ?? 'text' };
}

export function fieldModel(object: string, name: string, spec: FieldSpec): FieldModel {
  const { to, options, ...rest } = spec;
  const form = formOf(spec);
  const lookup: Partial<FieldModel> =
    to === undefined ? {} : { lookup: { to, inverse: undefined, onDelete: 'restrict', reparent: true, filter: undefined } };
  const named: Partial<FieldModel> =
    options === undefined
      ? {}
      : { options: Object.fromEntries(options.map((each, i) => [each, { name: each, label: {}, order: i, active: true }])) };
  return {
    object,
    name,
    label: { en: name },
    help: undefined,
    origin: 'platform',
    system: false,
    columns: columnsOf(name, spec, form),
    ruleType: form.rule,
    wire: form.wire,
    required: false,
    readOnly: false,
    default: undefined,
    unique: false,
    history: false,
    searchable: false,
    indexed: false,
    renamedFrom: [],
    ...rest,
    ...named,
    ...lookup,
  };
}

const systemFields: Readonly<Record<string, FieldSpec>> = {
  id: { type: 'id', system: true },
  name: { type: 'text', system: true },
  owner: { type: 'user', to: ['user'], system: true },
  createdAt: { type: 'datetime', system: true },
  version: { type: 'integer', system: true },
  deletedAt: { type: 'datetime', system: true },
  lifeStatus: { type: 'picklist', options: ['normal', 'inApproval', 'draft', 'void'], system: true },
};

export interface ObjectSpec {
  readonly fields: Readonly<Record<string, FieldSpec>>;
  /** Child relations by name: the object that points here, and its lookup. */
  readonly relations?: Readonly<Record<string, { readonly object: string; readonly by: string }>>;
  readonly keys?: ObjectModel['keys'];
}

export function objectModel(name: string, spec: ObjectSpec): ObjectModel {
  const fields = Object.entries({ ...systemFields, ...spec.fields }).map(
    ([field, each]) => [field, fieldModel(name, field, each)] as const,
  );
  const relations = Object.entries(spec.relations ?? {}).map(([relation, to]): [string, RelationModel] => [
    relation,
    { name: relation, ...to },
  ]);
  return {
    name,
    plural: `${name}s`,
    label: { en: name },
    pluralLabel: { en: `${name}s` },
    description: undefined,
    icon: undefined,
    color: undefined,
    origin: 'platform',
    table: snake(name),
    sharing: 'private',
    appendOnly: false,
    fields: Object.fromEntries(fields),
    dormantFields: {},
    relations: Object.fromEntries(relations),
    recordTypes: {},
    keys: spec.keys ?? {},
    validationRules: {},
    team: undefined,
    renamedFrom: [],
    hash: name,
  };
}

export function modelOf(objects: Readonly<Record<string, ObjectSpec>>, languages: readonly string[] = ['en']): Model {
  return {
    hash: 'fixture',
    layers: [],
    settings: {
      languages,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      currencies: ['EUR'],
      departmentHeads: 'withBelow',
      passwords: { minLength: 12, minKinds: 1, remember: 5, maxAgeDays: undefined },
      secondFactor: 'optional',
      impersonation: false,
      auditDays: 730,
    },
    objects: Object.fromEntries(Object.entries(objects).map(([name, spec]) => [name, objectModel(name, spec)])),
    layouts: {},
    listViews: {},
    apps: {},
    parameters: {},
    rules: {},
    roles: {},
    permissionSets: {},
    sharingRules: {},
    automations: {},
    approvalProcesses: {},
    calendars: {},
    templates: {},
    decisionTables: {},
    stageFlows: {},
    clocks: {},
    matchingRules: {},
    duplicateRules: {},
    pools: {},
    assignmentRules: {},
    conversions: {},
    source: {},
  };
}

const sqlTypes: Readonly<Record<ColumnType['kind'], string>> = {
  text: 'text',
  numeric: 'numeric',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz',
  time: 'time',
  uuid: 'uuid',
  textList: 'text[]',
  json: 'jsonb',
};

/** Statements that make a schema with a model's tables (no constraints but the key) and its `_state`. */
export function tableStatements(model: Model, schema: string): readonly string[] {
  const tables = Object.values(model.objects).map((object) => {
    const columns = Object.values(object.fields).flatMap((field) =>
      field.columns.map((column) => {
        const primary = column.name === 'id' ? ' primary key' : '';
        const preset = { created_at: ' not null default now()', version: ' not null default 1', life_status: ` not null default 'normal'` }[
          column.name
        ];
        return `"${column.name}" ${sqlTypes[column.type.kind]}${primary}${preset ?? ''}`;
      }),
    );
    return `create table "${schema}"."${object.table}" (${columns.join(', ')})`;
  });
  const state = [
    `create table "${schema}"._state (model text not null, access bigint not null)`,
    `insert into "${schema}"._state values ('${model.hash}', 7)`,
  ];
  return [`create schema "${schema}"`, ...tables, ...state];
}

/** A path from a frame: `pathOf(model, 'opportunity', 'account.name')`. */
export function pathOf(model: Model, object: string, path: string, root: PathRoot = 0): PathExpression {
  const steps = [];
  let at = object;
  let type: RuleType = { kind: 'null' };
  for (const name of path.split('.')) {
    const [field = '', target] = name.split(':');
    const found = model.objects[at]?.fields[field];
    if (found === undefined) throw new TypeError(`No field ${at}.${field}`);
    steps.push({ object: at, field, ...(target === undefined ? {} : { target }) });
    type = found.ruleType;
    at = target ?? found.lookup?.to[0] ?? at;
  }
  return { node: 'path', type, root, steps };
}

export const literal = (type: RuleType, value: string | boolean | null): Expression => ({ node: 'literal', type, value });

export const call = (operator: string, ...args: readonly Expression[]): Expression => ({
  node: 'call',
  type: ['+', '-', '*', '/'].includes(operator) ? { kind: 'number' } : { kind: 'boolean' },
  operator,
  arguments: args,
});

/** An aggregate over a child relation of frame 0. */
export function childrenAggregate(
  model: Model,
  object: string,
  relation: string,
  rest: Omit<AggregateExpression, 'node' | 'source' | 'frame' | 'type'> & { readonly type?: RuleType },
): AggregateExpression {
  const to = model.objects[object]?.relations[relation];
  if (to === undefined) throw new TypeError(`No relation ${object}.${relation}`);
  const source = { kind: 'children', root: 0, steps: [], relation, parent: object, object: to.object, by: to.by } as const;
  return { node: 'aggregate', type: { kind: 'number' }, source, frame: 1, ...rest };
}
