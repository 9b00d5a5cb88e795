// What is said beside an approval, and what is asked of others: it changes nothing of who is to decide.
import { fail, TesseraError } from '@tessera/kernel';
import { objectOf, readHistory, sightOf, type WriteSession } from '@tessera/records';
import { asPlatform } from '../../automations/sessions.ts';
import { processOf } from './definitions.ts';
import { LiveFacts } from './facts.ts';
import { finish } from './finish.ts';
import { holdApproval } from './hold.ts';
import { checkPeople } from './people.ts';
import { editableOnTurns } from './pending.ts';
import { stateOf, subjectOf } from './rows.ts';

export interface Note {
  readonly approval: string;
  readonly by: string;
  readonly kind: 'comment' | 'ask' | 'answer';
  /** Whom to ask. */
  readonly to?: readonly string[] | undefined;
  readonly comment: string;
  readonly files?: readonly string[] | undefined;
}

const deeds = { comment: 'commented', ask: 'asked', answer: 'answered' } as const;

/** Whether somebody has asked this person, and got no answer yet. */
async function isAwaited(session: WriteSession, approval: string, assignee: string): Promise<boolean> {
  const [open] = await readHistory(session, objectOf(session, 'approvalTask'), [{ approval, assignee, kind: 'reply', state: 'open' }]);
  return open !== undefined;
}

/**
 * Whoever sees the record may comment; who is asked to decide, the submitter and administrators may ask others; and these answer.
 * @param given with the rights of whoever notes
 * @throws APPROVAL_NOT_FOUND, APPROVAL_ENDED, APPROVAL_NOT_ASKED, APPROVAL_UNFIT, APPROVAL_OUTDATED
 */
export async function noteOn(given: WriteSession, note: Note): Promise<void> {
  const { by, kind, comment, files } = note;
  const session = asPlatform(given, by);
  const { row, object, stored } = await holdApproval(session, note.approval);
  const process = await processOf(session, row);
  if (process instanceof TesseraError) throw process;
  const seen = given.access.policy.administrator || (await sightOf(given, object.name, [row.recordId]))(row.recordId).readable;
  if (!seen) throw fail('APPROVAL_NOT_FOUND', { approval: note.approval });
  const to = await checkPeople(session, object, note.to ?? [], '/to');
  if (kind === 'ask') {
    if (to.length === 0 || to.includes(by)) throw fail('APPROVAL_UNFIT', {}, { pointer: '/to' });
    const isTheirs = by === row.submitter || editableOnTurns(process, row, by) !== undefined;
    if (!isTheirs && !(await new LiveFacts(session).administrators()).includes(by)) throw fail('APPROVAL_NOT_ASKED');
  }
  if (kind === 'answer' && !(await isAwaited(session, row.id, by))) throw fail('APPROVAL_NOT_ASKED');
  const state = stateOf(row);
  const subject = subjectOf(object, row, stored ?? { id: row.recordId });
  const deed = { action: deeds[kind], by, comment, files, to: to.length === 0 ? undefined : to } as const;
  await finish(session, [{ approval: row, process, subject, before: state, after: state, effects: [], deed }]);
}
