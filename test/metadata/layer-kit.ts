// Layers written down in a few words, for the tests of what is made from them.
import { buildModel, type FieldModel, type Layer, type Model, type ObjectModel } from '@tessera/metadata';

export type Json = Readonly<Record<string, unknown>>;

/** An object with these fields. */
export const object = (name: string, fields: Json = {}, rest: Json = {}): Json => ({
  name,
  plural: `${name}s`,
  label: { en: name },
  fields,
  ...rest,
});

/** Files by path: `objects/account.json`. */
export const objects = (...all: readonly Json[]): Json =>
  Object.fromEntries(all.map((each) => [`objects/${String(each['name'])}.json`, each]));

export const platform: Layer = {
  kind: 'platform',
  name: 'platform',
  version: '1.0.0',
  namespace: '',
  files: objects(object('user', { rank: { type: 'picklist', options: { staff: {}, director: {} } } }), object('department')),
};

export function pack(name: string, files: Json, namespace = ''): Layer {
  return { kind: 'pack', name, version: '1.0.0', namespace, files };
}

export const tenant = (files: Json): Layer => ({ kind: 'tenant', name: 'tenant', version: '0', namespace: '', files });

/** The Model of the platform and these layers. */
export function model(...layers: readonly Layer[]): Model {
  const built = buildModel([platform, ...layers]);
  if (built.model === undefined)
    throw new TypeError(built.problems.map((found) => `${found.file ?? ''}#${found.pointer ?? ''} ${found.message}`).join('\n'));
  return built.model;
}

/** What is wrong with these layers above the platform, each as `CODE file#pointer`. */
export function problems(...layers: readonly Layer[]): string[] {
  return buildModel([platform, ...layers]).problems.map(({ code, file, pointer }) => `${code} ${file ?? ''}#${pointer ?? ''}`);
}

/** The sentences of what is wrong. */
export function messages(...layers: readonly Layer[]): string[] {
  return buildModel([platform, ...layers]).problems.map(({ message }) => message);
}

export function objectOf(built: Model, name: string): ObjectModel {
  const found = built.objects[name];
  if (found === undefined) throw new TypeError(`There is no object ${name}.`);
  return found;
}

export function fieldOf(built: Model, name: string, field: string): FieldModel {
  const found = objectOf(built, name).fields[field];
  if (found === undefined) throw new TypeError(`There is no field ${name}.${field}.`);
  return found;
}

/** The field `value` of an object of its own, made from its source. */
export function field(source: Json, others: Json = {}, more: readonly Json[] = []): FieldModel {
  return fieldOf(model(pack('one', objects(object('thing', { value: source, ...others }), ...more))), 'thing', 'value');
}
