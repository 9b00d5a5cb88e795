// In the transaction that puts metadata in force: approvals follow the names of their processes, and move to new versions that say so.
import { contentHash, type Model } from '@tessera/metadata';
import {
  hastenTimers,
  keepDefinitions,
  pendingVersions,
  renameProcesses,
  saveApprovals,
  setTimers,
  wakeStatement,
  type ApprovalRow,
  type NewTimer,
  type WorkflowDoor,
} from '@tessera/storage';
import type { MetadataChanged } from '../../triggers/follow-metadata.ts';
import { definitionOf } from '../driving/definitions.ts';
import { changeOf } from '../driving/rows.ts';
import { timeoutKind } from '../timeouts/timers.ts';
import { followLocks } from './former-locks.ts';
import { movedTimer } from './timers.ts';
import { movingOf, renamedProcesses, standingOf, type Standing } from './versions.ts';

/** Moves all of a version; gives those that have moved. The plan has seen to it that all of them fit. */
async function move(door: WorkflowDoor, standing: Standing, now: string): Promise<readonly string[]> {
  const { process } = standing;
  const moved: string[] = [];
  if (process === undefined) return moved;
  for await (const page of movingOf(door, standing)) {
    const changes = page.flatMap(({ approval, migrated }) => {
      if (!migrated.ok) throw new TypeError(`The approval ${approval.id} has no place in the new version of its process.`);
      const row: ApprovalRow = { ...approval, definition: process.hash };
      const { status, problems } = approval;
      return [changeOf(row, migrated.state, now, { status, problems })];
    });
    await saveApprovals(door, changes);
    moved.push(...changes.map(({ id }) => id));
  }
  return moved;
}

/** Approvals whose tasks and timers follow in one transaction. */
const partSize = 50;

function timersFor(standing: Standing, ids: readonly string[], { now, newId }: MetadataChanged): readonly NewTimer[] {
  const parts = Math.ceil(ids.length / partSize);
  return Array.from({ length: parts }, (_, i) => {
    const some = ids.slice(i * partSize, (i + 1) * partSize);
    return movedTimer(newId(), now, { process: standing.name, approvals: some });
  });
}

/** What durations hang on. */
const timeOf = ({ source, settings }: Model): string =>
  contentHash({ calendars: source['calendar'] ?? null, parameters: source['parameter'] ?? null, zone: settings.timeZone });

export async function followApprovals(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after, now } = changed;
  if (before === undefined) return;
  const versions = await pendingVersions(door);
  const timers: NewTimer[] = [];
  for (const version of versions) {
    const standing = standingOf(before, after, version);
    if (standing.kind !== 'moves' || standing.process === undefined) continue;
    await keepDefinitions(door, [definitionOf(after, standing.process)], now);
    timers.push(...timersFor(standing, await move(door, standing, now), changed));
  }
  await renameProcesses(door, renamedProcesses(before, after));
  await followLocks(door, after);
  if (versions.length === 0) return;
  const isMoved = timeOf(before) !== timeOf(after);
  if (isMoved) await hastenTimers(door, timeoutKind, now);
  if (timers.length === 0 && !isMoved) return;
  await setTimers(door, timers, now);
  await door.query(wakeStatement(['work'], now));
}
