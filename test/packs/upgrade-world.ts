// Random packs, upgrades of them and tenants' changes: written as data, so that what must come of them can be told without the merge.
import { buildModel, type Layer } from '@tessera/metadata';
import fc from 'fast-check';
import { changes, crm, object, objects, platform, tenant, type Json } from './upgrade-kit.ts';

type Value = string | number;

/** A field of a pack: by its type it has limits or options. */
export interface FieldWorld {
  readonly limit: number;
  readonly help: string | undefined;
  readonly options: readonly string[];
  /** In an upgrade: it had another name before. */
  readonly renamed: boolean;
}

/** Fields of the objects `a`, `b` by name; undefined: not there. */
export type PackWorld = Readonly<Record<string, Readonly<Record<string, FieldWorld | undefined>> | undefined>>;

/** One change of a tenant. */
export interface Edit {
  readonly object: string;
  readonly field: string;
  readonly what: 'limit' | 'help' | 'label' | 'remove' | 'add' | 'rule';
  readonly value: Value;
}

export const objectNames = ['a', 'b'] as const;
export const fieldNames = ['t1', 't2', 'n1', 'p1'] as const;
const optionNames = ['o1', 'o2', 'o3'] as const;

const field: fc.Arbitrary<FieldWorld> = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  help: fc.constantFrom(undefined, 'one', 'two'),
  options: fc.subarray([...optionNames], { minLength: 1 }),
  renamed: fc.boolean(),
});

const fields = fc.record(Object.fromEntries(fieldNames.map((name) => [name, fc.option(field, { nil: undefined, freq: 4 })])));

export const packWorld: fc.Arbitrary<PackWorld> = fc.record({ a: fields, b: fc.option(fields, { nil: undefined, freq: 3 }) });

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    object: fc.constantFrom(...objectNames),
    field: fc.constantFrom(...fieldNames),
    what: fc.constantFrom('limit', 'help', 'label', 'remove', 'add', 'rule'),
    value: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 6 },
);

/** What the limit of a field is called. */
export const limitOf = (name: string): string => (name.startsWith('t') ? 'maxLength' : name.startsWith('n') ? 'precision' : 'label');

function fieldJson(name: string, { limit, help, options }: FieldWorld, renamedFrom: string | undefined): Json {
  const label = { en: name.startsWith('p') ? `Limit ${limit}` : 'Field' };
  const common = {
    label,
    ...(help === undefined ? {} : { help: { en: help } }),
    ...(renamedFrom === undefined ? {} : { renamedFrom: [renamedFrom] }),
  };
  if (name.startsWith('t')) return { type: 'text', maxLength: 10 + limit, ...common };
  if (name.startsWith('n')) return { type: 'number', precision: 10 + limit, scale: 0, ...common };
  return { type: 'picklist', options: Object.fromEntries(options.map((option) => [option, { label: { en: option } }])), ...common };
}

/** In an upgrade, `t1` may have become `t1x`. */
export const nameIn = (name: string, world: FieldWorld, former: PackWorld | undefined, object: string): string =>
  world.renamed && former?.[object]?.[name] !== undefined ? `${name}x` : name;

/** @param former of which it is the upgrade */
export function packOf(version: string, world: PackWorld, former?: PackWorld): Layer {
  const all = Object.entries(world).flatMap(([name, own]) => {
    if (own === undefined) return [];
    const entries = Object.entries(own).flatMap(([key, each]) => {
      if (each === undefined) return [];
      const now = nameIn(key, each, former, name);
      return [[now, fieldJson(key, each, now === key ? undefined : key)] as const];
    });
    return [object(name, Object.fromEntries(entries))];
  });
  return crm(version, objects(...all));
}

/** The edits that mean something for a pack, the last of each place. */
export function effectiveEdits(list: readonly Edit[], world: PackWorld): readonly Edit[] {
  const last = new Map<string, Edit>();
  for (const edit of list) {
    if (world[edit.object] === undefined) continue;
    if (edit.what !== 'add' && world[edit.object]?.[edit.field] === undefined) continue;
    // What is removed is neither changed nor named.
    const gone = edit.what === 'remove';
    for (const [key, other] of last) {
      const same = other.object === edit.object && other.field === edit.field && other.what !== 'add';
      if (same && edit.what !== 'add' && (gone || other.what === 'remove')) last.delete(key);
    }
    last.set(`${edit.object}.${edit.field}.${edit.what === 'label' ? 'limit' : edit.what}`, edit);
  }
  return [...last.values()];
}

/** Where an edit stands in its object, with the value there. */
export function placeOf({ field: name, what, value }: Edit): { readonly keys: readonly string[]; readonly value: unknown } {
  const at = ['fields', name];
  switch (what) {
    case 'limit':
    case 'label':
      return name.startsWith('p') || what === 'label'
        ? { keys: [...at, 'label', 'en'], value: `Limit ${value}` }
        : { keys: [...at, limitOf(name)], value: 10 + Number(value) };
    case 'help':
      return { keys: [...at, 'help', 'en'], value: value === 1 ? 'one' : `own ${value}` };
    case 'remove':
      return { keys: at, value: null };
    case 'add':
      return { keys: ['fields', `${name}__c`], value: { type: 'text', label: { en: 'Own' } } };
    case 'rule':
      return {
        keys: ['validationRules', `${name}__c`],
        value: { refuseWhen: { isBlank: [{ var: name }] }, message: { en: `No ${value}` } },
      };
  }
}

function put(map: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) map[key] = value;
  else put((map[key] ??= {}) as Record<string, unknown>, rest, value);
}

/** The files of a tenant that makes these edits. */
export function filesOf(list: readonly Edit[]): Json {
  const deltas: Record<string, Record<string, unknown>> = {};
  for (const edit of list) {
    const { keys, value } = placeOf(edit);
    put((deltas[edit.object] ??= {}), keys, value);
  }
  return Object.assign({}, ...Object.entries(deltas).map(([name, delta]) => changes(name, delta))) as Json;
}

/** Whether a tenant may have these layers: a rule, for one, may not name what is removed. */
export const isWhole = (pack: Layer, files: Json): boolean => buildModel([platform, pack, tenant(files)]).problems.length === 0;
