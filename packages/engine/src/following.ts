// What a change of metadata brings about in the tenant's own tables, in the transaction that puts it in force.
import type { ApplyInput, LayerPlan, PlanInput } from '@tessera/packs';
import { approvalFindings, followApprovals, followClocks, followMetadata, followPools, followStages } from '@tessera/workflow';
import type { EngineParts } from './engine-parts.ts';

type Also = NonNullable<ApplyInput['also']>;

/** Makes timers and the like what the metadata asks for. */
export async function follow(
  { clock, newId }: Pick<EngineParts, 'clock' | 'newId'>,
  door: Parameters<Also>[0],
  { before, after }: Pick<LayerPlan, 'before' | 'after'>,
): Promise<void> {
  const changed = { before, after, now: new Date(clock.now()).toISOString(), newId };
  await followMetadata(door, changed);
  await followPools(door, changed);
  await followClocks(door, changed);
  await followStages(door, changed);
  await followApprovals(door, changed);
}

/** What has begun and would have nothing to go on with. */
export const checking: Required<Pick<PlanInput, 'check'>> = { check: approvalFindings };

export const following = (parts: Pick<EngineParts, 'clock' | 'newId'>): Required<Pick<ApplyInput, 'also' | 'check'>> => ({
  ...checking,
  also: (door, plan) => follow(parts, door, plan),
});
