// Which migrations of packs an upgrade runs, and which a way back undoes.
import { problem, type Problem } from '@tessera/kernel';
import { resolveMigrations, type Layer, type MigrationModel, type Model } from '@tessera/metadata';
import type { DdlPlan, KeptMigration, RecordChanges } from '@tessera/storage';
import { versionOrder } from './lock.ts';

/** What the plan does to the records of an object. */
export interface PlannedMigration {
  readonly pack: string;
  readonly version: string;
  readonly name: string;
  readonly change: 'runs' | 'undone';
  readonly object: string;
  readonly fields: readonly string[];
  /** Records that change. */
  readonly rows: number;
  /** Of one that is undone: records that have been changed since, which stay as they are. */
  readonly others: number;
}

export const plannedMigrations = ({ steps }: Pick<DdlPlan, 'steps'>): readonly PlannedMigration[] =>
  steps.flatMap(({ object, migration }) => {
    if (migration === undefined) return [];
    const { rows = 0, others = 0, ...about } = migration;
    return [{ ...about, object, rows, others }];
  });

const isPack = ({ kind }: Layer): boolean => kind !== 'tenant';

/** By version, order and name; those of lower layers come first. */
const inOrder = (a: MigrationModel, b: MigrationModel): number =>
  versionOrder(a.version, b.version) || a.order - b.order || (a.name < b.name ? -1 : 1);

/**
 * Runs what belongs to a version above the one that the tenant has of the pack, up to the one that comes; of packs that come anew nothing.
 * Undoes what has run for versions above the one that is led to.
 * @param kept migrations that have run and were not undone
 */
export function recordChanges(from: readonly Layer[], to: readonly Layer[], after: Model, kept: readonly KeptMigration[]): RecordChanges {
  const { migrations } = resolveMigrations(to, after);
  // What a later version calls by the name of an earlier one is another.
  const hasRun = new Set(kept.map(({ pack, version, name }) => `${pack} ${version} ${name}`));
  const run = to.filter(isPack).flatMap((layer) => {
    const former = from.find((other) => isPack(other) && other.name === layer.name);
    if (former === undefined) return [];
    const due = migrations.filter(
      ({ pack, name, version }) =>
        pack === layer.name &&
        versionOrder(version, former.version) > 0 &&
        versionOrder(version, layer.version) <= 0 &&
        !hasRun.has(`${pack} ${version} ${name}`),
    );
    return due.sort(inOrder);
  });
  const undo = kept.filter(({ pack, version }) => {
    const layer = to.find((other) => isPack(other) && other.name === pack);
    return layer !== undefined && versionOrder(version, layer.version) > 0;
  });
  return { run, undo: undo.toReversed() };
}

/** Migrations for versions that the pack has not come to: no upgrade would run them. */
export function checkMigrations({ name, version, files }: Layer): readonly Problem[] {
  return Object.entries(files).flatMap(([path, content]): readonly Problem[] => {
    if (!path.startsWith('migrations/') || typeof content !== 'object' || content === null) return [];
    const needed = (content as { readonly version?: unknown }).version;
    if (typeof needed !== 'string' || versionOrder(needed, version) <= 0) return [];
    return [problem('MIGRATION_TOO_EARLY', { pack: name, version, needed }, { file: `${name}/${path}`, pointer: '/version' })];
  });
}
