// The packs of a tenant: listed, planned, put in force, taken away, and made of the tenant's own layer.
import type { Layer } from '@tessera/metadata';
import {
  demandNewer,
  exportPack,
  installedPacks,
  packLayer,
  readPlatform,
  withoutPack,
  withPack,
  type Composed,
  type InstalledPack,
} from '@tessera/packs';
import type { AppliedPlan, MetadataPlan, PackChange, PackExport } from '../metadata-types.ts';
import type { Session } from '../engine-parts.ts';
import { applied, layersOf, planned } from './metadata.ts';

export async function listPacks(session: Session): Promise<readonly InstalledPack[]> {
  return installedPacks(await layersOf(session));
}

/** A pack as it is to be put in, by a caller who has its files or its folder. */
export interface PackToCome {
  readonly pack: Layer;
  /** It must be installed, and this must be the newer version. */
  readonly newer?: boolean;
}

/** The layers to come; with what the three-way merge found. */
export async function composed(
  session: Session,
  change: Omit<PackChange, 'files' | 'uninstall'> & (PackToCome | { readonly uninstall: string }),
): Promise<Composed> {
  const [from, platform] = [await layersOf(session), await readPlatform()];
  if ('uninstall' in change) return withoutPack(from, platform, change.uninstall);
  const { pack, newer = false, choices, prefer } = change;
  if (newer) demandNewer(from, pack);
  return withPack(from, platform, pack, {
    ...(choices === undefined ? {} : { choices }),
    ...(prefer === undefined ? {} : { prefer }),
  });
}

const composedOf = (session: Session, change: PackChange): Promise<Composed> =>
  composed(session, 'uninstall' in change ? change : { ...change, pack: packLayer(change.files, 'pack') });

export async function planPack(session: Session, change: PackChange): Promise<MetadataPlan> {
  return planned(session, await composedOf(session, change));
}

/** What the version is to be called where nobody says why. */
export const reasonOf = ({ packs: [first] }: Composed): string =>
  first === undefined ? 'packs as they were' : `pack ${first.name} ${first.after?.version ?? first.change}`;

/** The metadata of a pack; its data are loaded from its folder, on the command line. */
export async function applyPack(session: Session, change: PackChange): Promise<AppliedPlan> {
  const come = await composedOf(session, change);
  return applied(session, come, { reason: change.reason ?? reasonOf(come), planHash: change.planHash });
}

export async function exportTenant(session: Session, input: PackExport): Promise<{ readonly files: Layer['files'] }> {
  return { files: exportPack(await layersOf(session), input) };
}
