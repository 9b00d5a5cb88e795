// Objects as the prover knows them: read from the JSON of metadata by itself, so that no compiled Model stands between.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { platformFolder } from '../support/packs.ts';
import type { Json } from '../support/engine.ts';

export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'reference' | 'list' | 'secret';

export interface FieldShape {
  readonly name: string;
  /** As metadata has it: `text`, `currency`, `formula` … */
  readonly type: string;
  readonly kind: Kind;
  /** Decimals that a computed number is rounded to. */
  readonly scale: number | undefined;
  readonly to: readonly string[];
  readonly master: boolean;
  /** Whether a detail may move to another master. */
  readonly reparent: boolean;
  readonly formula: unknown;
  readonly aggregate: Json | undefined;
  readonly quote: { readonly through: string; readonly field: string } | undefined;
  readonly stored: boolean;
  readonly unique: boolean;
  readonly searchable: boolean;
  readonly history: boolean;
  readonly options: readonly string[] | undefined;
  readonly system: boolean;
  readonly asked: Asked;
}

/**
 * How far the oracle can judge a field: in any place of a request; in selections only; not its values, but who may see it; nothing.
 * Generated models have only fields of the first kind, a tenant's own metadata may have others.
 */
export type Asked = 'everywhere' | 'selected' | 'never' | 'unknown';

export interface ObjectShape {
  readonly name: string;
  readonly plural: string;
  readonly sharing: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent';
  readonly fields: Readonly<Record<string, FieldShape>>;
  readonly relations: Readonly<Record<string, { readonly object: string; readonly by: string }>>;
  readonly recordTypes: readonly string[];
  /** Whether the oracle can tell who sees its records. */
  readonly judged: boolean;
}

export type Shapes = Readonly<Record<string, ObjectShape>>;

const kinds: Readonly<Record<string, Kind>> = {
  number: 'number',
  currency: 'number',
  percent: 'number',
  integer: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  lookup: 'reference',
  masterDetail: 'reference',
  user: 'reference',
  department: 'reference',
  id: 'reference',
  multiPicklist: 'list',
  secret: 'secret',
};

const system = (type: string, more: Json = {}): Json => ({ type, ...more, system: true });

/** The fields of every record. */
const systemFields: Readonly<Record<string, Json>> = {
  id: system('id'),
  name: system('text', { searchable: true }),
  recordType: system('picklist'),
  owner: system('user', { history: true }),
  ownerDepartment: system('department'),
  createdAt: system('datetime'),
  createdBy: system('user'),
  updatedAt: system('datetime'),
  updatedBy: system('user'),
  version: system('integer'),
  deletedAt: system('datetime'),
  lifeStatus: system('picklist'),
  lockedBy: system('user'),
};

/** Those are at least `read` wherever the object is. */
export const alwaysReadable: readonly string[] = ['id', 'version', 'recordType', 'createdAt', 'updatedAt', 'deletedAt', 'lifeStatus'];

/** Those that callers may set among the fields of every record. */
export const settableSystem: readonly string[] = ['name', 'owner', 'recordType'];

function targets(source: Json): readonly string[] {
  if (source['type'] === 'user') return ['user'];
  if (source['type'] === 'department') return ['department'];
  const { to } = source;
  return Array.isArray(to) ? (to as readonly string[]) : typeof to === 'string' ? [to] : [];
}

const computed = ['formula', 'rollup', 'quote'];

function kindOf(source: Json): Kind {
  const { type } = source;
  if (type === 'formula') return kinds[String(source['returns'])] ?? 'text';
  return kinds[String(type)] ?? 'text';
}

function scaleOf(source: Json): number | undefined {
  if (typeof source['scale'] === 'number') return source['scale'];
  if (source['type'] !== 'formula') return undefined;
  return { currency: 2, percent: 4, number: 0 }[String(source['returns'])];
}

function fieldShape(name: string, source: Json): FieldShape {
  const type = String(source['type']);
  // No world has approval processes, so there is nothing to choose.
  const options = (source['optionsOf'] === 'approvalProcess' ? {} : source['options']) as Json | undefined;
  return {
    name,
    type,
    kind: kindOf(source),
    scale: scaleOf(source),
    to: targets(source),
    master: type === 'masterDetail',
    reparent: source['reparent'] === true,
    formula: source['formula'],
    aggregate: source['aggregate'] as Json | undefined,
    quote: type === 'quote' ? { through: String(source['through']), field: String(source['field']) } : undefined,
    stored: !computed.includes(type),
    unique: source['unique'] === true,
    searchable: source['searchable'] === true,
    history: source['history'] === true,
    options: options === undefined ? undefined : Object.keys(options),
    system: source['system'] === true,
    asked: 'everywhere',
  };
}

const tableOf = (value: unknown): Readonly<Record<string, Json>> => (value ?? {}) as Readonly<Record<string, Json>>;

function relationsOf(objects: Readonly<Record<string, Json>>, name: string): ObjectShape['relations'] {
  const found = Object.entries(objects).flatMap(([object, source]) =>
    Object.entries(tableOf(source['fields'])).flatMap(([by, field]) =>
      typeof field['inverse'] === 'string' && targets(field).includes(name) ? [[field['inverse'], { object, by }] as const] : [],
    ),
  );
  return Object.fromEntries(found);
}

/** What a roll-up or a quote shows is known once all plain fields are. */
function settled(field: FieldShape, own: ObjectShape, shapes: Shapes): FieldShape {
  if (field.quote !== undefined) {
    const [target = ''] = own.fields[field.quote.through]?.to ?? [];
    const quoted = shapes[target]?.fields[field.quote.field];
    return quoted === undefined ? field : { ...field, kind: quoted.kind, to: quoted.to, options: quoted.options };
  }
  if (field.aggregate === undefined) return field;
  const { of, function: name, value } = field.aggregate;
  if (name === 'count' || name === 'sum' || name === 'countDistinct') return { ...field, kind: 'number' };
  const child = shapes[own.relations[String(of)]?.object ?? ''];
  const path = (value as Json | undefined)?.['var'];
  return { ...field, kind: child?.fields[String(path)]?.kind ?? 'number' };
}

/** Whether GraphQL has a name for the field: none for a record type where there is none, nor for a picklist without options. */
export const isNamed = ({ name, options }: FieldShape, { recordTypes }: Pick<ObjectShape, 'recordTypes'>): boolean =>
  (name === 'recordType' ? recordTypes : options)?.length !== 0;

/** Shapes of objects by the JSON of each. */
export function shapesOf(objects: Readonly<Record<string, Json>>): Shapes {
  const plain = Object.entries(objects).map(([name, source]): [string, ObjectShape] => {
    const recordTypes = Object.keys(tableOf(source['recordTypes']));
    const fields = { ...systemFields, ...tableOf(source['fields']) };
    const own = Object.entries(fields).map(([field, each]) => {
      const isSystem = Object.hasOwn(systemFields, field) && field !== 'name';
      return [field, { ...fieldShape(field, each), system: isSystem }] as const;
    });
    return [
      name,
      {
        name,
        plural: typeof source['plural'] === 'string' ? source['plural'] : `${name}s`,
        sharing: (source['sharing'] ?? 'private') as ObjectShape['sharing'],
        fields: Object.fromEntries(own),
        relations: relationsOf(objects, name),
        recordTypes,
        judged: true,
      },
    ];
  });
  return settledAll(settledAll(settledAll(Object.fromEntries(plain))));
}

/** A quote of a roll-up of a roll-up takes as many rounds. */
function settledAll(shapes: Shapes): Shapes {
  const entries = Object.entries(shapes).map(([name, object]) => {
    const fields = Object.entries(object.fields).map(([field, each]) => [field, settled(each, object, shapes)] as const);
    return [name, { ...object, fields: Object.fromEntries(fields) }] as const;
  });
  return Object.fromEntries(entries);
}

function platformFiles(kind: string): readonly Json[] {
  const folder = join(platformFolder, kind);
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json);
}

/** The JSON of the platform's own objects. */
export const platformObjects = (): Readonly<Record<string, Json>> =>
  Object.fromEntries(platformFiles('objects').map((source) => [String(source['name']), source]));

/** What the platform itself grants. */
export const platformGrants = (): { readonly permissionSets: readonly Json[] } => ({ permissionSets: platformFiles('permissionSets') });
