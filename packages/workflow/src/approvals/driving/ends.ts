// What becomes of the record when its approval is over: its lock goes, its held change is written, it is in force or not.
import { failAll, type Problem, type TesseraError } from '@tessera/kernel';
import { attempt, commitChecks, deleteRecords, markRecords, voidRecords, type Mark, type WriteSession } from '@tessera/records';
import type { ApprovalRow } from '@tessera/storage';
import type { Outcome } from '../machine/index.ts';
import type { ApprovalSubject } from './happened.ts';
import { asSubmitter, writeHeld } from './held-change.ts';
import { heldOf, isGoing } from './rows.ts';

export interface Ending {
  readonly row: ApprovalRow;
  readonly subject: ApprovalSubject;
  readonly outcome: Outcome;
}

/** The life status that the record has then; undefined: it stays as it is. */
function lifeStatusOf({ row: { former }, outcome }: Ending): Mark['lifeStatus'] {
  if (former === null) return undefined;
  return outcome === 'approved' || former !== 'draft' ? 'normal' : 'draft';
}

function markOf(ending: Ending): Mark {
  const lifeStatus = lifeStatusOf(ending);
  return { id: ending.subject.id, lockedBy: null, ...(lifeStatus === undefined ? {} : { lifeStatus }) };
}

const writesSomething = ({ row: { event }, outcome }: Ending): boolean =>
  outcome === 'approved' && (event === 'update' || isGoing({ event }));

const problemsOf = ({ problems, code, message, params, pointer }: TesseraError): readonly Problem[] =>
  problems.length > 0 ? problems : [{ code, message, params, ...(pointer === undefined ? {} : { pointer }) }];

/** Writes what was held, as the submitter's. Gives what stood against it; then nothing of it is written, and the lock stays. */
async function carryOut(session: WriteSession, ending: Ending): Promise<readonly Problem[]> {
  const { object, id, submitter } = ending.subject;
  const tried = await attempt(session, async () => {
    const writing = await asSubmitter(session, object, id, submitter);
    // What the change brings about by itself finds the record free.
    await markRecords(session, object, [markOf(ending)]);
    const held = heldOf(ending.row);
    if (held !== undefined) return writeHeld(writing, object, id, held);
    const named = [{ pointer: '', id }];
    const [outcome] = await (ending.row.event === 'void'
      ? voidRecords(writing, object.name, named, { allOrNone: true })
      : deleteRecords(writing, object.name, named));
    if (outcome?.ok === false) throw failAll('RECORDS_INVALID', outcome.problems);
    return commitChecks(writing);
  });
  return 'refused' in tried ? problemsOf(tried.refused) : [];
}

/** By the approval's id, what stood against held changes that could not be written: these approvals have failed. The session is the platform's. */
export async function endApprovals(session: WriteSession, endings: readonly Ending[]): Promise<ReadonlyMap<string, readonly Problem[]>> {
  const failed = new Map<string, readonly Problem[]>();
  const freed = Map.groupBy(
    endings.filter((ending) => !writesSomething(ending)),
    ({ subject }) => subject.object,
  );
  for (const [object, some] of freed) await markRecords(session, object, some.map(markOf));
  for (const ending of endings.filter(writesSomething)) {
    const problems = await carryOut(session, ending);
    if (problems.length > 0) failed.set(ending.row.id, problems);
  }
  return failed;
}
