// The packs of a tenant: listed, planned, put in force, taken away, and made of the tenant's own layer.
import { fail } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import {
  demandNewer,
  exportPack,
  installedPacks,
  packLayer,
  readPlatform,
  withoutPack,
  withPacks,
  type Composed,
  type InstalledPack,
} from '@tessera/packs';
import type { AppliedPlan, MetadataPlan, PackChange, PackExport } from '../types/metadata.ts';
import type { Session } from '../engine-parts.ts';
import { applied, layersOf, planned } from './metadata.ts';

export async function listPacks(session: Session): Promise<readonly InstalledPack[]> {
  return installedPacks(await layersOf(session));
}

/** Packs as they are to be put in, by a caller who has their files or their folders. */
export interface PacksToCome {
  readonly packs: readonly Layer[];
  /** The first must be installed, and these must be newer than those that are. */
  readonly newer?: boolean;
}

function demandOnce(packs: readonly Layer[]): void {
  const twice = packs.find(({ name }, i) => packs.findIndex((pack) => pack.name === name) < i);
  if (twice !== undefined) throw fail('PACK_REPEATED', { pack: twice.name });
}

/** The layers to come; with what the three-way merge found. */
export async function composed(
  session: Session,
  change: Omit<PackChange, 'files' | 'with' | 'uninstall'> & (PacksToCome | { readonly uninstall: string }),
): Promise<Composed> {
  const [from, platform] = [await layersOf(session), await readPlatform()];
  if ('uninstall' in change) return withoutPack(from, platform, change.uninstall);
  const { packs, newer = false, choices, prefer } = change;
  demandOnce(packs);
  const installed = new Set(installedPacks(from).map(({ name }) => name));
  // What comes along may be new: the newer version needs what its former one did not.
  if (newer) for (const [i, pack] of packs.entries()) if (i === 0 || installed.has(pack.name)) demandNewer(from, pack);
  return withPacks(from, platform, packs, {
    ...(choices === undefined ? {} : { choices }),
    ...(prefer === undefined ? {} : { prefer }),
  });
}

const composedOf = (session: Session, change: PackChange): Promise<Composed> =>
  composed(
    session,
    'uninstall' in change ? change : { ...change, packs: [change.files, ...(change.with ?? [])].map((files) => packLayer(files, 'pack')) },
  );

export async function planPack(session: Session, change: PackChange): Promise<MetadataPlan> {
  return planned(session, await composedOf(session, change));
}

/** What the version is to be called where nobody says why. */
export const reasonOf = ({ packs }: Composed): string =>
  packs.length === 0 ? 'packs as they were' : packs.map(({ name, after, change }) => `pack ${name} ${after?.version ?? change}`).join(', ');

/** A pack with the data that it brings; demo data are loaded from its folder, on the command line. */
export async function applyPack(session: Session, change: PackChange): Promise<AppliedPlan> {
  const come = await composedOf(session, change);
  return applied(session, come, { reason: change.reason ?? reasonOf(come), planHash: change.planHash });
}

export async function exportTenant(session: Session, input: PackExport): Promise<{ readonly files: Layer['files'] }> {
  return { files: exportPack(await layersOf(session), input) };
}
