// A tenant's layers on the platform that comes with the engine, where they were made on an older one.
import { contentHash, upgradeLayers, type Layer } from '@tessera/metadata';
import type { Composed } from './installing.ts';
import { packDifferences, versionOrder } from './lock.ts';

/** Layers of an earlier version on the platform in force: no engine goes back with them. */
export function keepingPlatform(from: readonly Layer[], layers: readonly Layer[]): readonly Layer[] {
  const platform = from.find(({ kind }) => kind === 'platform');
  const was = layers.find(({ kind }) => kind === 'platform');
  if (platform === undefined || was === undefined || contentHash(platform.files) === contentHash(was.files)) return layers;
  const to = [platform, ...layers.filter(({ kind }) => kind === 'pack')];
  return upgradeLayers({ from: layers, to, prefer: 'tenant' }).layers;
}

/** The layers on the platform given; undefined where the tenant has that one already, or one of a later version. */
export function withPlatform(from: readonly Layer[], platform: Layer): Composed | undefined {
  const present = from.find(({ kind }) => kind === 'platform');
  if (present === undefined || versionOrder(present.version, platform.version) > 0) return undefined;
  if (contentHash(present.files) === contentHash(platform.files)) return undefined;
  const to = [platform, ...from.filter(({ kind }) => kind === 'pack')];
  const { layers, conflicts } = upgradeLayers({ from, to });
  return { from, layers, packs: packDifferences(from, layers), conflicts };
}
