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

const ownedMaps = ['fields', 'recordTypes', 'keys', 'validationRules', 'sections', 'relatedLists', 'items', 'to'];
const ownedByTeam = ['roles', 'rules'];

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
  const [team, present] = [delta['team'], base['team']];
  if (isJsonObject(team) && definedBy('/team') !== layer.name) {
    const parts = isJsonObject(present) ? present : {};
    problems.push(...ownedByTeam.flatMap((property) => added(team[property], parts[property], `/team/${property}`)));
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

/** An entry with a `type` is a new field, in full: where there is one of that name, two layers want the same name. */
export function checkNewFields({ object, delta, base, definedBy, place }: Extension & { readonly object: string }): Problem[] {
  const { fields } = delta;
  const known = base['fields'];
  if (!isJsonObject(fields) || !isJsonObject(known)) return [];
  return Object.entries(fields).flatMap(([name, entry]) => {
    if (!isJsonObject(entry) || entry['type'] === undefined || !Object.hasOwn(known, name)) return [];
    const at = `/fields/${name}`;
    return [
      problem('METADATA_COLLISION', { kind: 'field', name: `${object}.${name}`, first: definedBy(at) ?? 'another layer' }, place(at)),
    ];
  });
}
