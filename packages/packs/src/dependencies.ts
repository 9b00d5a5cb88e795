// Which packs go with which: dependency ranges, the engine's range, and the order in which they are laid over one another.
import { failAll, problem, type Problem } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { satisfies, validRange } from 'semver';

/** The version that packs name in `engine`. */
export const engineVersion = '0.1.0';

interface Manifest {
  readonly publisher?: string;
  readonly engine?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (pack: Layer): Manifest => pack.files['pack.json'] ?? {};

function check(pack: Layer, dependency: string, range: string, found: string | undefined): readonly Problem[] {
  const isRange = validRange(range) !== null;
  if (found !== undefined && isRange && satisfies(found, range, { includePrerelease: true })) return [];
  const there = found === undefined ? 'which is not installed: install it first, or with it' : `but there is ${found}`;
  const state = isRange ? there : 'which is no range of versions, as ^1.2.0 is one';
  const place = { file: `${pack.name}/pack.json`, pointer: dependency === 'the engine' ? '/engine' : `/dependencies/${dependency}` };
  return [problem('PACK_DEPENDENCY', { pack: pack.name, dependency, range, found: state }, place)];
}

/** Packs of several publishers that answer for the same names: those that say who makes them. */
function sharedNamespaces(packs: readonly Layer[]): readonly Problem[] {
  const first = new Map<string, Layer>();
  return packs.flatMap((pack): readonly Problem[] => {
    const { namespace } = pack;
    const other = first.get(namespace);
    const [publisher, otherPublisher] = [manifestOf(pack).publisher, other && manifestOf(other).publisher];
    if (other === undefined && publisher !== undefined) first.set(namespace, pack);
    if (other === undefined || publisher === undefined || publisher === otherPublisher) return [];
    const params = { namespace, pack: pack.name, publisher, other: other.name, otherPublisher };
    return [problem('PACK_NAMESPACE_TAKEN', params, { file: `${pack.name}/pack.json`, pointer: '/namespace' })];
  });
}

/** What the other layers of a tenant are called: places in files begin with it. */
const layerNames: ReadonlySet<string> = new Set(['platform', 'tenant']);

const reservedNames = (packs: readonly Layer[]): readonly Problem[] =>
  packs
    .filter(({ name }) => layerNames.has(name))
    .map(({ name }) => problem('PACK_NAME_RESERVED', { pack: name }, { file: `${name}/pack.json`, pointer: '/name' }));

/**
 * The packs, each after those that it needs. Throws METADATA_INVALID where one is missing, unfit, part of a circle or called as no pack may
 * be, and where a namespace is another publisher’s.
 */
export function orderPacks(packs: readonly Layer[]): readonly Layer[] {
  const byName = new Map(packs.map((pack) => [pack.name, pack]));
  const problems: Problem[] = [...reservedNames(packs), ...sharedNamespaces(packs)];
  const ordered: Layer[] = [];
  const visit = (pack: Layer, chain: readonly string[]): void => {
    if (chain.includes(pack.name)) {
      problems.push(
        problem(
          'METADATA_CYCLE',
          { chain: [...chain, pack.name].join(' → ') },
          { file: `${pack.name}/pack.json`, pointer: '/dependencies' },
        ),
      );
      return;
    }
    if (ordered.includes(pack)) return;
    const { engine, dependencies = {} } = manifestOf(pack);
    if (engine !== undefined) problems.push(...check(pack, 'the engine', engine, engineVersion));
    for (const [name, range] of Object.entries(dependencies)) {
      const needed = byName.get(name);
      problems.push(...check(pack, name, range, needed?.version));
      if (needed !== undefined) visit(needed, [...chain, pack.name]);
    }
    ordered.push(pack);
  };
  for (const pack of packs) visit(pack, []);
  if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
  return ordered;
}
