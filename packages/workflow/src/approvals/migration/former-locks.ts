// What running approvals lock by versions of their processes that are in force no more: noted in the tenant's state, so that every write knows.
import { resolveApprovalAgainst, type Model } from '@tessera/metadata';
import { keepFormerLocks, loadDefinitions, pendingVersions, type WorkflowDoor } from '@tessera/storage';
import { isLockedAnyway, lockedWays, type LockedWays } from '../entering/detail-ways.ts';

/** As the tenant's state has it. */
export const formerWays = (text: string | null): readonly LockedWays[] => JSON.parse(text ?? '[]') as readonly LockedWays[];

/** In the transaction that puts metadata in force, when approvals have followed it; and when approvals have been brought from elsewhere. */
export async function followLocks(door: WorkflowDoor, after: Model): Promise<void> {
  const others = (await pendingVersions(door)).filter(({ process, definition }) => after.approvalProcesses[process]?.hash !== definition);
  const definitions = await loadDefinitions(
    door,
    others.map(({ definition }) => definition),
  );
  const former = others.flatMap(({ process: name, object, definition: hash }): readonly LockedWays[] => {
    const { process } = resolveApprovalAgainst(
      after,
      name,
      JSON.parse(definitions.get(hash)?.content ?? '{}') as Readonly<Record<string, unknown>>,
    );
    // Of what fits no more nobody knows what it has locked.
    const ways: LockedWays = process === undefined ? { object, locks: null } : lockedWays(process);
    return isLockedAnyway(after, ways) ? [] : [ways];
  });
  await keepFormerLocks(door, former.length === 0 ? null : JSON.stringify(former));
}
