// Timers by which approvals are looked at again when those who are asked leave, come back, are away, or are back.
import type { WriteSession } from '@tessera/records';
import type { NewTimer } from '@tessera/storage';

export const peopleKind = 'approvalPeople';

/** Whose approvals are looked at, or which one. */
export interface PeopleTimer {
  /** What concerns this person concerns those for whom the person may stand in. */
  readonly person?: string;
  /** Everybody who is asked in this one. */
  readonly approval?: string;
  /** Those who are still to be gone through, and behind which approval the first of them goes on. */
  readonly rest?: { readonly people: readonly string[]; readonly after: string | null };
}

export const peopleTimer = (session: WriteSession, key: string, dueAt: string, content: PeopleTimer): NewTimer => ({
  id: session.context.newId(),
  key: `${peopleKind}/${key}`,
  kind: peopleKind,
  dueAt,
  runId: null,
  object: null,
  recordId: null,
  content: JSON.stringify(content),
});
