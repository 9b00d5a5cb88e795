// Models that differ in tables only, written down in a few words: for the tests of the DDL planner.
import type { Column, ColumnType, FieldModel, KeyModel, Model, ObjectModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import { modelOf, objectModel, snake, type FieldSpec } from './model-fixture.ts';

export interface DdlField {
  readonly column: ColumnType | 'lookup';
  readonly to?: readonly string[];
  readonly type?: FieldModel['type'];
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
  readonly dormant?: boolean;
  readonly default?: Value;
  readonly options?: readonly string[];
  readonly renamedFrom?: readonly string[];
}

export interface DdlObject {
  readonly fields?: Readonly<Record<string, DdlField>>;
  readonly keys?: Readonly<Record<string, { readonly fields: readonly string[]; readonly unique?: boolean; readonly where?: Expression }>>;
  readonly renamedFrom?: readonly string[];
}

export const text: ColumnType = { kind: 'text' };
export const numeric = (precision = 18, scale = 2): ColumnType => ({ kind: 'numeric', precision, scale });

const names: Readonly<Record<ColumnType['kind'], FieldModel['type']>> = {
  text: 'text',
  numeric: 'number',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  uuid: 'file',
  textList: 'multiPicklist',
  json: 'json',
};

function fieldSpec(name: string, field: DdlField): FieldSpec {
  const { column, to, default: value } = field;
  const preset = value === undefined ? {} : { default: { node: 'literal' as const, type: { kind: 'text' as const }, value } };
  const columns: readonly Column[] = column === 'lookup' ? [] : [{ name: snake(name), type: column }];
  const type = field.type ?? (column === 'lookup' ? 'lookup' : names[column.kind]);
  const said = ['required', 'unique', 'indexed', 'options', 'renamedFrom'] as const;
  const rest = Object.fromEntries(said.flatMap((property) => (field[property] === undefined ? [] : [[property, field[property]]])));
  return { ...rest, ...preset, type, ...(to === undefined ? { columns } : { to }) };
}

function object(name: string, { fields = {}, keys = {}, renamedFrom = [] }: DdlObject): ObjectModel {
  const specs = Object.entries(fields).map(([field, spec]) => [field, fieldSpec(field, spec)] as const);
  const keyModels = Object.entries(keys).map(([key, { fields: of, unique = true, where }]): [string, KeyModel] => [
    key,
    { name: key, fields: of, unique, where, message: undefined },
  ]);
  const made = objectModel(name, { fields: Object.fromEntries(specs), keys: Object.fromEntries(keyModels) });
  const dormant = (field: string): boolean => fields[field]?.dormant === true;
  const part = (asleep: boolean): ObjectModel['fields'] =>
    Object.fromEntries(
      Object.entries(made.fields)
        .filter(([field]) => dormant(field) === asleep)
        .map(([field, model]) => [field, { ...model, renamedFrom: fields[field]?.renamedFrom ?? [] }]),
    );
  return { ...made, fields: part(false), dormantFields: part(true), renamedFrom };
}

/** A Model of these objects, and `user`, which owns records. */
export function ddlModel(objects: Readonly<Record<string, DdlObject>>): Model {
  const all = { user: {}, ...objects };
  return { ...modelOf({}), objects: Object.fromEntries(Object.entries(all).map(([name, spec]) => [name, object(name, spec)])) };
}
