// Which details an approval locks with its record, and what of them stays open to whom.
import { TesseraError } from '@tessera/kernel';
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { MasterRoute, WriteSession } from '@tessera/records';
import type { ApprovalRow } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import { processOf } from '../driving/definitions.ts';
import { editableOnTurns, pendingOf } from '../driving/pending.ts';
import { heldOf, isGoing } from '../driving/rows.ts';

/** Who has it back corrects the details with the record; of a held change, or what is to go, there is nothing to correct. */
const isBack = (row: ApprovalRow, user: string | null): boolean =>
  row.status === 'returned' && row.submitter === user && heldOf(row) === undefined && !isGoing(row);

/** Undefined: these details are not locked. */
function openBelow(
  process: ApprovalProcessModel | TesseraError,
  row: ApprovalRow,
  { path, byMasterDetail }: MasterRoute,
  user: string | null,
): readonly string[] | undefined {
  if (isBack(row, user)) return undefined;
  // Of what fits no more nobody knows what it has locked.
  if (process instanceof TesseraError) return [];
  if (process.locks === undefined) return byMasterDetail ? [] : undefined;
  const { editable } = process.locks[path] ?? {};
  if (editable === undefined) return Object.keys(process.locks).some((named) => named.startsWith(`${path}.`)) ? [] : undefined;
  if (editable.length === 0 || user === null || row.status !== 'running') return [];
  return editableOnTurns(process, row, user) === undefined ? [] : editable;
}

export async function lockedBelow(
  session: WriteSession,
  route: MasterRoute,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const locked = new Map<string, readonly string[]>();
  for (const [id, row] of await pendingOf(doorIn(session), route.master.name, ids)) {
    const open = openBelow(await processOf(session, row), row, route, session.access.policy.userId);
    if (open !== undefined) locked.set(id, open);
  }
  return locked;
}
