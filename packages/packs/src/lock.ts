// What is installed: packs with their versions and the hashes of their files, and how one such list differs from another.
import { createHash } from 'node:crypto';
import { contentHash, type KeptPart, type Layer } from '@tessera/metadata';
import { compare, valid } from 'semver';

/** A pack as a tenant has it. */
export interface InstalledPack {
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  readonly publisher: string | null;
  /** `sha256-…` of the files as they came, null where the pack was installed without. */
  readonly integrity: string | null;
  /** Names of other packs → the versions that will do. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What its newer versions no longer bring, kept for the tenant that uses it. */
  readonly kept: readonly KeptPart[];
}

/** How a pack differs from the one that is installed; `altered`: other files under the same version. */
export interface PackDifference {
  readonly name: string;
  readonly change: 'installed' | 'upgraded' | 'downgraded' | 'altered' | 'removed';
  readonly before: Pick<InstalledPack, 'version' | 'integrity'> | null;
  readonly after: Pick<InstalledPack, 'version' | 'integrity'> | null;
}

interface Manifest {
  readonly publisher?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * The hash of a pack: of its JSON as it is meant (order and white space are nothing), of other files byte by byte.
 * @param others hashes of files that are no JSON, by path
 */
export function integrityOf(files: Layer['files'], others: ReadonlyMap<string, string> = new Map()): string {
  const hashes = [...Object.entries(files).map(([path, content]) => [path, contentHash(content)] as const), ...others];
  const lines = hashes.map(([path, hash]) => `${path} ${hash}\n`).sort();
  return `sha256-${createHash('sha256').update(lines.join('')).digest('base64')}`;
}

/** The packs of layers, in their order; the platform comes with the engine and is none of them. */
export function installedPacks(layers: readonly Layer[]): readonly InstalledPack[] {
  return layers
    .filter(({ kind }) => kind === 'pack')
    .map(({ name, version, namespace, files, integrity, kept = [] }) => {
      const { publisher, dependencies = {} } = (files['pack.json'] ?? {}) as Manifest;
      return { name, version, namespace, publisher: publisher ?? null, integrity: integrity ?? null, dependencies, kept };
    });
}

/** Above 0 where the first is the later one. Versions that are none have no order: their mistake is told with those of all files. */
export const versionOrder = (a: string, b: string): number => (valid(a) === null || valid(b) === null ? 0 : compare(a, b));

function changeOf(before: InstalledPack, after: InstalledPack): PackDifference['change'] | undefined {
  const order = versionOrder(after.version, before.version);
  if (order !== 0) return order > 0 ? 'upgraded' : 'downgraded';
  return after.integrity === before.integrity ? undefined : 'altered';
}

const brief = ({ version, integrity }: InstalledPack): Pick<InstalledPack, 'version' | 'integrity'> => ({ version, integrity });

/** From the packs in force to others. */
export function packDifferences(before: readonly Layer[], after: readonly Layer[]): readonly PackDifference[] {
  const [known, next] = [installedPacks(before), installedPacks(after)];
  const changed = next.flatMap((pack): readonly PackDifference[] => {
    const former = known.find(({ name }) => name === pack.name);
    const change = former === undefined ? 'installed' : changeOf(former, pack);
    return change === undefined
      ? []
      : [{ name: pack.name, change, before: former === undefined ? null : brief(former), after: brief(pack) }];
  });
  const gone = known.filter(({ name }) => next.every((pack) => pack.name !== name));
  return [...changed, ...gone.map((pack): PackDifference => ({ name: pack.name, change: 'removed', before: brief(pack), after: null }))];
}
