// What a change of metadata brings about in the tenant's own tables, in the transaction that puts it in force.
import type { ApplyInput } from '@tessera/packs';
import { followMetadata, followPools } from '@tessera/workflow';
import type { EngineParts } from './engine-parts.ts';

export const following = ({ clock, newId }: Pick<EngineParts, 'clock' | 'newId'>): Required<Pick<ApplyInput, 'also'>> => ({
  also: async (door, { before, after }) => {
    const changed = { before, after, now: new Date(clock.now()).toISOString(), newId };
    await followMetadata(door, changed);
    await followPools(door, changed);
  },
});
