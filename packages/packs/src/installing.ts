// A tenant's layers with a pack put in, exchanged or taken away: what a plan is then made of.
import { fail, failAll, problem, TesseraError, type Problem } from '@tessera/kernel';
import { buildModel, upgradeLayers, type Choice, type Conflict, type Layer } from '@tessera/metadata';
import { orderPacks } from './dependencies.ts';
import { isSeedConflict } from './seeds/conflict-ids.ts';
import { installedPacks, packDifferences, versionOrder, type PackDifference } from './lock.ts';

/** How conflicts with the tenant's own changes are decided. */
export interface Decisions {
  /** By the conflicts' ids. */
  readonly choices?: Readonly<Record<string, Choice>>;
  /** For those that nobody has chosen for. */
  readonly prefer?: 'tenant' | 'pack';
}

/** Layers to come, with how they came about. */
export interface Composed {
  /** The layers in force. */
  readonly from: readonly Layer[];
  readonly layers: readonly Layer[];
  readonly packs: readonly PackDifference[];
  /** All that the tenant and the packs have both changed; those without a choice stand in the way. */
  readonly conflicts: readonly Conflict[];
  /** How they are decided, and those about packs' data, which only a look at the records tells. */
  readonly decisions?: Decisions;
}

const packsOf = (layers: readonly Layer[]): readonly Layer[] => layers.filter(({ kind }) => kind === 'pack');
const tenantOf = (layers: readonly Layer[]): readonly Layer[] => layers.filter(({ kind }) => kind === 'tenant');

/** What bears the name of a pack and is somebody else's is not its other version. */
function demandSamePublisher(from: readonly Layer[], come: readonly Layer[]): void {
  const known = installedPacks(from);
  for (const { name, publisher } of installedPacks(come)) {
    const installed = known.find((pack) => pack.name === name)?.publisher ?? null;
    if (installed === null || publisher === installed) continue;
    throw fail(
      'PACK_PUBLISHER_OTHER',
      { pack: name, installed, publisher: publisher ?? 'nobody' },
      { file: `${name}/pack.json`, pointer: '/publisher' },
    );
  }
}

/**
 * Installs packs, or puts them in the place of their other versions, in a three-way merge with the tenant's own changes. Several at once are
 * those of which each needs the other's new version. Throws METADATA_INVALID where packs do not go together, PACK_PUBLISHER_OTHER,
 * PLAN_CHOICE_UNKNOWN.
 * @param platform the one that comes with the engine
 */
export function withPacks(from: readonly Layer[], platform: Layer, come: readonly Layer[], decisions: Decisions = {}): Composed {
  demandSamePublisher(from, come);
  const others = packsOf(from).filter(({ name }) => come.every((pack) => pack.name !== name));
  const to = [platform, ...orderPacks([...others, ...come])];
  const { layers, conflicts, strayChoices } = upgradeLayers({ from, to, ...decisions });
  const stray = strayChoices.filter((id) => !isSeedConflict(id));
  if (stray.length > 0) {
    throw failAll(
      'METADATA_INVALID',
      stray.map((id) => problem('PLAN_CHOICE_UNKNOWN', { id })),
    );
  }
  return { from, layers, packs: packDifferences(from, layers), conflicts, decisions };
}

/** Throws PACK_NOT_INSTALLED, PACK_NOT_NEWER: an upgrade leads from an older version of the pack to a newer one. */
export function demandNewer(from: readonly Layer[], { name, version }: Layer): void {
  const installed = found(from, name).version;
  if (versionOrder(version, installed) <= 0) throw fail('PACK_NOT_NEWER', { pack: name, installed, version });
}

function found(from: readonly Layer[], name: string): Layer {
  const packs = packsOf(from);
  const pack = packs.find((each) => each.name === name);
  const known = packs.length === 0 ? '' : `Installed: ${packs.map((each) => each.name).join(', ')}.`;
  if (pack === undefined) throw fail('PACK_NOT_INSTALLED', { pack: name, known });
  return pack;
}

/**
 * Takes a pack away; the tables of what goes are set aside, so that going back brings the records again.
 * Throws PACK_NOT_INSTALLED, and PACK_IN_USE with every place of other packs and of the tenant that needs it.
 */
export function withoutPack(from: readonly Layer[], platform: Layer, name: string): Composed {
  found(from, name);
  const left = packsOf(from).filter((pack) => pack.name !== name);
  const dependents = installedPacks(left).flatMap(({ name: pack, dependencies }): readonly Problem[] => {
    const range = dependencies[name];
    if (range === undefined) return [];
    const params = { pack, dependency: name, range, found: 'which would be gone' };
    return [problem('PACK_DEPENDENCY', params, { file: `${pack}/pack.json`, pointer: `/dependencies/${name}` })];
  });
  const layers = [platform, ...left, ...tenantOf(from)];
  const users = dependents.length > 0 ? dependents : buildModel(layers).problems;
  if (users.length > 0) throw new TesseraError(problem('PACK_IN_USE', { pack: name, count: users.length }), users);
  return { from, layers, packs: packDifferences(from, layers), conflicts: [] };
}
