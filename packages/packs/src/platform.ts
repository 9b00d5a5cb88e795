// A tenant's layers on the platform that comes with the engine, where the tenant has an older one.
import { contentHash, upgradeLayers, type Layer } from '@tessera/metadata';
import type { Composed } from './installing.ts';
import { packDifferences, versionOrder } from './lock.ts';

/** The layers on the platform given; undefined where the tenant has that one already, or one of a later version. */
export function withPlatform(from: readonly Layer[], platform: Layer): Composed | undefined {
  const present = from.find(({ kind }) => kind === 'platform');
  if (present === undefined || versionOrder(present.version, platform.version) > 0) return undefined;
  if (contentHash(present.files) === contentHash(platform.files)) return undefined;
  const to = [platform, ...from.filter(({ kind }) => kind === 'pack')];
  const { layers, conflicts } = upgradeLayers({ from, to });
  return { from, layers, packs: packDifferences(from, layers), conflicts };
}
