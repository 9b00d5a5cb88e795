// One of those who have their say at the moments of writes.
import type { Moments, WriteSession } from '@tessera/records';

type WriteMoments = Moments<WriteSession>;

/** What it leaves out is no matter of it. */
export type MomentsPart = Pick<WriteMoments, 'concerns' | 'afterSave'> &
  Partial<Pick<WriteMoments, 'before' | 'writes' | 'holder' | 'openFields' | 'masters' | 'lockedBelow'>>;
