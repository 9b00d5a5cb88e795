// Whose name is it: a pack's namespace stands before, a tenant's mark behind.
import { problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import type { Layer } from './layer.ts';

const tenantMark = '__c';

/** Checks a name that a layer brings: `fmcg__visit` for the namespace fmcg, `visit__c` for a tenant, a bare name for the empty namespace. */
export function checkNamespace(layer: Layer, name: string, place: ProblemPlace): readonly Problem[] {
  if (layer.kind === 'tenant') {
    if (name.endsWith(tenantMark)) return [];
    return [
      problem(
        'METADATA_NAMESPACE',
        { name, expected: `${name}${tenantMark}`, reason: 'what a tenant adds ends in __c, so that no pack ever takes the name.' },
        place,
      ),
    ];
  }
  if (name.endsWith(tenantMark)) {
    return [
      problem(
        'METADATA_NAMESPACE',
        { name, expected: name.slice(0, -tenantMark.length), reason: 'names that end in __c belong to tenants.' },
        place,
      ),
    ];
  }
  if (layer.namespace !== '' && !name.startsWith(`${layer.namespace}__`)) {
    return [
      problem(
        'METADATA_NAMESPACE',
        { name, expected: `${layer.namespace}__${name}`, reason: `the pack ${layer.name} has the namespace ${layer.namespace}.` },
        place,
      ),
    ];
  }
  if (layer.namespace === '' && name.includes('__')) {
    return [
      problem(
        'METADATA_NAMESPACE',
        { name, expected: name.slice(name.indexOf('__') + 2), reason: `the pack ${layer.name} has no namespace.` },
        place,
      ),
    ];
  }
  return [];
}
