// A tenant's effective metadata as the prover knows it: objects and rules as JSON, who is granted what, whom sharing rules mean.
import type { Model } from '@tessera/metadata';
import type { Json } from '../support/engine.ts';
import { flagNames, type Constitution, type Grant, type GrantSet, type SharingRule, type Subject } from './world.ts';

type Table = Readonly<Record<string, Json>>;

const tableOf = (value: unknown): Table => (value ?? {}) as Table;
const active = (table: Table): Table => Object.fromEntries(Object.entries(table).filter(([, each]) => each['active'] !== false));

/** Rules as one text each: named rules, parameters and the default of a `var` are written out. */
class Wording {
  readonly #rules: Table;
  readonly #parameters: Table;

  constructor(model: Model) {
    this.#rules = tableOf(model.source['rule']);
    this.#parameters = tableOf(model.source['parameter']);
  }

  of(rule: unknown): unknown {
    if (Array.isArray(rule)) return rule.map((each) => this.of(each));
    if (typeof rule !== 'object' || rule === null) return rule;
    const entries = Object.entries(rule) as [string, unknown][];
    const [operator, given] = (entries.length === 1 ? entries[0] : undefined) ?? ['', undefined];
    if (operator === 'param') return this.#parameters[String(given)]?.['value'] ?? null;
    if (operator === 'rule') return this.#named(String(given)) ?? rule;
    if (operator === 'var' && Array.isArray(given)) {
      const [path, other] = given as readonly unknown[];
      return other === undefined ? { var: path } : { coalesce: [{ var: path }, this.of(other)] };
    }
    return Object.fromEntries(entries.map(([name, each]) => [name, operator === 'var' ? each : this.of(each)]));
  }

  /** A rule's `$record` is what it stands on, which the place where it is put may not call so. */
  #named(name: string): unknown {
    const body = this.#rules[name]?.['rule'];
    if (body === undefined) return undefined;
    return JSON.stringify(body).includes('"$') ? undefined : this.of(body);
  }
}

/** Only what is active, rules written out, numbers with the decimals that they are rounded to. */
function objectJson(model: Model, source: Json, wording: Wording): Json {
  const object = model.objects[String(source['name'])];
  const fields = Object.entries(active(tableOf(source['fields']))).map(([name, field]): [string, Json] => {
    const { formula, aggregate, options } = field;
    const scale = object?.fields[name]?.decimal?.scale;
    return [
      name,
      {
        ...field,
        ...(scale === undefined ? {} : { scale }),
        ...(formula === undefined ? {} : { formula: wording.of(formula) }),
        ...(aggregate === undefined ? {} : { aggregate: wording.of(aggregate) }),
        ...(options === undefined ? {} : { options: active(tableOf(options)) }),
      },
    ];
  });
  return { ...source, fields: Object.fromEntries(fields), recordTypes: active(tableOf(source['recordTypes'])) };
}

/** The tenant's objects as JSON, those of the platform too. */
export function tenantObjects(model: Model): Table {
  const wording = new Wording(model);
  return Object.fromEntries(
    Object.entries(tableOf(model.source['object'])).map(([name, each]) => [name, objectJson(model, each, wording)]),
  );
}

const grantOf = (source: Json): Grant => ({
  flags: flagNames.filter((flag) => source[flag] === true),
  ...(source['recordTypes'] === undefined ? {} : { recordTypes: source['recordTypes'] as readonly string[] }),
  fields: (source['fields'] ?? {}) as Grant['fields'],
});

const setOf = (kind: GrantSet['kind'], source: Json): GrantSet => ({
  name: String(source['name']),
  kind,
  administrator: source['administrator'] === true,
  everyone: source['everyone'] === true,
  objects: Object.fromEntries(Object.entries(tableOf(source['objects'])).map(([object, each]) => [object, grantOf(each)])),
});

function subjectOf({ user, role, group, department, below }: Json): Subject {
  if (typeof user === 'string') return { kind: 'user', email: user };
  if (typeof role === 'string') return { kind: 'role', role };
  if (typeof group === 'string') return { kind: 'group', code: group };
  return { kind: 'department', code: String(department), below: below === true };
}

function ruleOf(source: Json, wording: Wording): SharingRule {
  const { ownedBy, when } = source['records'] as Json;
  return {
    name: String(source['name']),
    object: String(source['object']),
    records: ownedBy === undefined ? { when: wording.of(when) } : { ownedBy: subjectOf(ownedBy as Json) },
    to: Object.values(tableOf(source['to'])).map(subjectOf),
    access: source['access'] === 'edit' ? 'edit' : 'read',
  };
}

/** Who may do what by the tenant's own metadata. */
export function tenantConstitution(model: Model): Constitution {
  const wording = new Wording(model);
  const settings = tableOf(model.source['settings'])['settings'] ?? {};
  return {
    sets: [
      ...Object.values(tableOf(model.source['role'])).map((each) => setOf('role', each)),
      ...Object.values(tableOf(model.source['permissionSet'])).map((each) => setOf('permissionSet', each)),
    ],
    rules: Object.values(tableOf(model.source['sharingRule'])).map((each) => ruleOf(each, wording)),
    departmentHeads: (settings['departmentHeads'] ?? 'withBelow') as Constitution['departmentHeads'],
  };
}

/** What requests and answers are made of beside metadata. */
const wordsOfRequests = `api v1 records objects search history export access aggregate query mutation answer where orderBy first after deleted
  count countDistinct fields filter sort groupBy measures name function path bucket month year having format csv ndjson totalCount pageInfo
  hasNextPage endCursor nodes children childCount group some none every contains isNull descending ascending value errors message code
  extensions status detail title instance requestId pointer problems typename schema introspection variables graphql invalid unknown`;

/** Names that are there once, and are part of no other name: exchanged in a text they change nothing else. */
export function distinctNames(model: Model): ReadonlySet<string> {
  const names: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, each] of Object.entries(value)) {
      names.push(key);
      collect(each);
    }
  };
  const objects = Object.values(model.objects);
  const own = objects.flatMap(({ name, plural, fields, relations }) => [name, plural, ...Object.keys(fields), ...Object.keys(relations)]);
  for (const kind of ['role', 'permissionSet', 'sharingRule', 'rule', 'parameter', 'layout', 'listView', 'app'])
    names.push(...Object.keys(tableOf(model.source[kind])));
  for (const { fields, recordTypes } of objects) {
    names.push(...Object.keys(recordTypes));
    for (const field of Object.values(fields)) collect(field.options);
  }
  const all = [...own, ...names].map((name) => name.toLowerCase());
  const fixed = wordsOfRequests.toLowerCase();
  return new Set(
    own.filter((name) => {
      const low = name.toLowerCase();
      return low.length > 3 && !fixed.includes(low) && all.filter((other) => other.includes(low)).length === 1;
    }),
  );
}
