// What a change of metadata brings about in the tenant's own tables, in the transaction that puts it in force.
import { isoNow } from '@tessera/kernel';
import { carryOutSeeds, type ApplyInput, type LayerPlan, type PlanInput } from '@tessera/packs';
import { runWithin } from '@tessera/records';
import type { AdministeringTransaction } from '@tessera/storage';
import { approvalFindings, followApprovals, followClocks, followMetadata, followPools, followStages } from '@tessera/workflow';
import type { EngineParts } from './engine-parts.ts';
import { platformContext, sessionOn } from './identity/platform-session.ts';

type Also = NonNullable<ApplyInput['also']>;

/** Makes timers and the like what the metadata asks for. */
export async function follow(
  { clock, newId }: Pick<EngineParts, 'clock' | 'newId'>,
  door: Parameters<Also>[0],
  { before, after, ddl }: Pick<LayerPlan, 'before' | 'after'> & Partial<Pick<LayerPlan, 'ddl'>>,
): Promise<void> {
  const migrated = new Set(ddl?.migrated.map(({ object }) => object));
  const changed = { before, after, now: isoNow({ clock }), newId, migrated };
  await followMetadata(door, changed);
  await followPools(door, changed);
  await followClocks(door, changed);
  await followStages(door, changed);
  await followApprovals(door, changed);
}

/** What has begun and would have nothing to go on with. */
export const checking: Required<Pick<PlanInput, 'check'>> = { check: approvalFindings };

/** Writes the data that packs bring, as the platform does. */
async function seed(parts: EngineParts, transaction: AdministeringTransaction, plan: LayerPlan): Promise<void> {
  const { tenant, after, layers, seeds } = plan;
  const runtime = parts.runtimes.of(after, layers);
  const input = sessionOn(parts, platformContext(parts, tenant), { database: parts.cell.tenant(tenant), runtime });
  await transaction.asTenant(() => runWithin(input, transaction, (session) => carryOutSeeds(session, seeds)));
}

export const following = (parts: EngineParts): Required<Pick<ApplyInput, 'also' | 'check'>> => ({
  ...checking,
  also: async (door, plan, transaction) => {
    await follow(parts, door, plan);
    const { work, removed, forgotten, gone } = plan.seeds;
    if (work.length + removed.length + forgotten.length + gone.length > 0) await seed(parts, transaction, plan);
  },
});
