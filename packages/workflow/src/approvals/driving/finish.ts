// Finishes acts whose states are written in their rows: the ends of those that are over, then what follows.
import type { Problem } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';
import { saveApprovals, type ApprovalRow } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import type { Outcome } from '../machine/index.ts';
import { tellAfter } from './after.ts';
import { endApprovals, type Ending } from './ends.ts';
import type { Happened } from './happened.ts';

/** `approval`: as the machine's state has it. */
export interface Acted extends Omit<Happened, 'problems'> {
  /** Whether the record is not there any more: nothing is to be done to it. */
  readonly gone?: boolean | undefined;
}

const endingOf = ({ approval: row, subject, gone }: Acted): readonly Ending[] =>
  row.endedAt === null || gone === true ? [] : [{ row, subject, outcome: row.status as Outcome }];

const failedRow = (row: ApprovalRow, problems: readonly Problem[]): ApprovalRow => ({
  ...row,
  status: 'failed',
  problems: JSON.stringify(problems),
  endedAt: null,
});

/** State row → ends → tasks, histories and messages → time-outs → automations. Gives the rows as they are then. The session is the platform's. */
export async function finish(session: WriteSession, acted: readonly Acted[]): Promise<readonly ApprovalRow[]> {
  if (acted.length === 0) return [];
  const failed = await endApprovals(session, acted.flatMap(endingOf));
  const happened = acted.map((one): Happened => {
    const problems = failed.get(one.approval.id);
    return problems === undefined ? one : { ...one, approval: failedRow(one.approval, problems), problems };
  });
  const rows = happened.map(({ approval }) => approval);
  await saveApprovals(
    doorIn(session),
    rows.filter(({ id }) => failed.has(id)),
  );
  await tellAfter(session, happened);
  return rows;
}
