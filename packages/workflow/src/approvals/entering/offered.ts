// What a person may hand a record in to: the processes whose entry holds, as far as they show themselves to that person.
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { isShown } from '../../triggers/conditions.ts';
import { frameOf } from '../automations/submitter-rules.ts';
import type { ApprovalSubject } from '../driving/happened.ts';
import { allEntered, firstEntered, processesFor } from './choose.ts';

type Subject = Omit<ApprovalSubject, 'event'>;

/** What a draft would have to enter as a new record, if there is such a process: it does not come into force by an easier one. */
export async function dueProcess(session: WriteSession, { object, id, old, values }: Subject): Promise<ApprovalProcessModel | undefined> {
  if (values['lifeStatus'] !== 'draft') return undefined;
  return (await firstEntered(session, object, processesFor(session.model, object, 'create'), [{ id, old, values }])).get(id);
}

/** Those whose button is shown to the session's person. */
export async function shownProcesses(
  session: WriteSession,
  processes: readonly ApprovalProcessModel[],
  subject: Subject,
): Promise<readonly ApprovalProcessModel[]> {
  const frame = frameOf({ ...subject, event: 'submit' });
  const shown: ApprovalProcessModel[] = [];
  for (const process of processes) if (await isShown(session, process.button?.visibleWhen, frame)) shown.push(process);
  return shown;
}

/** The first is the one that is entered where none is named. The caller has seen to it that the person may change the record. */
export async function offeredProcesses(session: WriteSession, subject: Subject): Promise<readonly ApprovalProcessModel[]> {
  const { object, id, old, values } = subject;
  // What is void counts for nothing, and comes to count by no approval.
  if (values['lifeStatus'] === 'void') return [];
  const due = await dueProcess(session, subject);
  const open =
    due === undefined ? await allEntered(session, object, processesFor(session.model, object, 'submit'), { id, old, values }) : [due];
  return shownProcesses(session, open, subject);
}
