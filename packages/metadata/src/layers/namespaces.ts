// Whose name is it: a pack's namespace stands before, a tenant's mark behind.
import { problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import type { Layer } from './layer.ts';
import { isJsonObject } from './merge.ts';

type Json = Readonly<Record<string, unknown>>;

const tenantMark = '__c';

/** What the name should be, and why; undefined where it is right. */
function expectedName(layer: Layer, name: string): { readonly expected: string; readonly reason: string } | undefined {
  const marked = name.endsWith(tenantMark);
  if (layer.kind === 'tenant') {
    if (marked) return undefined;
    return { expected: `${name}${tenantMark}`, reason: 'what a tenant adds ends in __c, so that no pack ever takes the name.' };
  }
  if (marked) return { expected: name.slice(0, -tenantMark.length), reason: 'names that end in __c belong to tenants.' };
  if (layer.namespace === '') {
    if (!name.includes('__')) return undefined;
    return { expected: name.slice(name.indexOf('__') + 2), reason: `the pack ${layer.name} has no namespace.` };
  }
  if (name.startsWith(`${layer.namespace}__`)) return undefined;
  const bare = name.includes('__') ? name.slice(name.indexOf('__') + 2) : name;
  return { expected: `${layer.namespace}__${bare}`, reason: `the pack ${layer.name} has the namespace ${layer.namespace}.` };
}

/** Checks a name that a layer brings: `fmcg__visit` for the namespace fmcg, `visit__c` for a tenant, a bare name for the empty namespace. */
export function checkNamespace(layer: Layer, name: string, place: ProblemPlace): readonly Problem[] {
  const wrong = expectedName(layer, name);
  return wrong === undefined ? [] : [problem('METADATA_NAMESPACE', { name, ...wrong }, place)];
}

const poolMaps = ['members', 'administrators', 'reasons', 'recycle', 'rules', 'targets'];
const ownedMaps = [
  'fields',
  'recordTypes',
  'keys',
  'validationRules',
  'sections',
  'relatedLists',
  'items',
  'to',
  'inputs',
  'criteria',
  'thresholds',
  ...poolMaps,
];
/** The same of parts that have maps of their own. */
const ownedByParts: Readonly<Record<string, readonly string[]>> = { team: ['roles', 'rules'], trigger: ['inputs'] };
/** Maps whose entries have such maps in turn. */
const stepMaps = ['steps', 'cases', 'branches', 'otherwise'];
/** Maps of a stage. */
const stageMaps = ['enter', 'leave', 'tasks'];
const ownedBySteps = [...stepMaps, 'to', 'approvers'];

interface Extension {
  readonly delta: Json;
  /** The component before it. */
  readonly base: Json;
  readonly definedBy: (pointer: string) => string | undefined;
  readonly place: (pointer: string) => ProblemPlace;
}

/** What an extension adds to another layer's component, or to another's picklist, carries its layer's mark. */
export function checkAddedKeys({ layer, delta, base, definedBy, place }: Extension & { readonly layer: Layer }): Problem[] {
  const added = (map: unknown, known: unknown, at: string): Problem[] =>
    Object.entries(isJsonObject(map) ? map : {}).flatMap(([key, entry]) =>
      entry === null || (isJsonObject(known) && Object.hasOwn(known, key)) ? [] : checkNamespace(layer, key, place(`${at}/${key}`)),
    );
  const problems =
    definedBy('') === layer.name ? [] : ownedMaps.flatMap((property) => added(delta[property], base[property], `/${property}`));
  for (const [part, maps] of Object.entries(ownedByParts)) {
    const [changed, present] = [delta[part], base[part]];
    if (!isJsonObject(changed) || definedBy(`/${part}`) === layer.name) continue;
    const known = isJsonObject(present) ? present : {};
    problems.push(...maps.flatMap((property) => added(changed[property], known[property], `/${part}/${property}`)));
  }
  const ofSteps = (changed: Json, known: Json, at: string): Problem[] =>
    definedBy(at) === layer.name
      ? []
      : (at === '' ? stepMaps : ownedBySteps).flatMap((property) => added(changed[property], known[property], `${at}/${property}`));
  problems.push(...inSteps(delta, base, ofSteps));
  const stages = isJsonObject(base['stages']) ? base['stages'] : {};
  for (const [name, change] of Object.entries(isJsonObject(delta['stages']) ? delta['stages'] : {})) {
    const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
    const at = `/stages/${name}`;
    if (!isJsonObject(change) || !isJsonObject(stage) || definedBy(at) === layer.name) continue;
    problems.push(...stageMaps.flatMap((property) => added(change[property], stage[property], `${at}/${property}`)));
  }
  const { fields } = delta;
  const known = base['fields'];
  if (!isJsonObject(fields) || !isJsonObject(known)) return problems;
  for (const [name, change] of Object.entries(fields)) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    const at = `/fields/${name}`;
    if (!isJsonObject(change) || !isJsonObject(field) || definedBy(at) === layer.name) continue;
    problems.push(...added(change['options'], field['options'], `${at}/options`));
  }
  return problems;
}

/** What is found in a change and in the steps that it changes, each beside what is there already. */
function inSteps(delta: Json, base: Json, find: (delta: Json, base: Json, at: string) => Problem[], at = ''): Problem[] {
  const within = stepMaps.flatMap((property) => {
    const [changed, known] = [delta[property], base[property]];
    if (!isJsonObject(changed) || !isJsonObject(known)) return [];
    return Object.entries(changed).flatMap(([name, entry]) => {
      const present = Object.hasOwn(known, name) ? known[name] : undefined;
      return isJsonObject(entry) && isJsonObject(present) ? inSteps(entry, present, find, `${at}/${property}/${name}`) : [];
    });
  });
  return [...find(delta, base, at), ...within];
}

/** An entry with a `type` is a new field or step, in full: where there is one of that name, two layers want the same name. */
export function checkNewEntries({ component, delta, base, definedBy, place }: Extension & { readonly component: string }): Problem[] {
  const taken = (kind: string, property: string) => (changed: Json, present: Json, above: string) => {
    const [map, known] = [changed[property], present[property]];
    if (!isJsonObject(map) || !isJsonObject(known)) return [];
    return Object.entries(map).flatMap(([name, entry]): Problem[] => {
      if (!isJsonObject(entry) || entry['type'] === undefined || !Object.hasOwn(known, name)) return [];
      const at = `${above}/${property}/${name}`;
      const first = definedBy(at) ?? 'another layer';
      return [problem('METADATA_COLLISION', { kind, name: `${component}.${name}`, first }, place(at))];
    });
  };
  const steps = ['steps', 'otherwise'].flatMap((property) => inSteps(delta, base, taken('step', property)));
  return [...taken('field', 'fields')(delta, base, ''), ...steps];
}
