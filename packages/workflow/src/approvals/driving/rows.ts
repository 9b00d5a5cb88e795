// What stands in the row of an approval, and what the machine's state puts there.
import type { ObjectModel } from '@tessera/metadata';
import type { HeldChange } from '@tessera/records';
import type { ApprovalChange, ApprovalRow, ApprovalStatus, RecordValues } from '@tessera/storage';
import type { ApprovalState, Effect, Status } from '../machine/index.ts';
import { openBlocks, type OpenBlock, type OpenStep, type Turn } from '../machine/state.ts';
import type { ApprovalSubject } from './happened.ts';

export const stateOf = ({ state }: Pick<ApprovalRow, 'state'>): ApprovalState => JSON.parse(state) as ApprovalState;

export const heldOf = ({ held }: Pick<ApprovalRow, 'held'>): HeldChange | undefined =>
  held === null ? undefined : (JSON.parse(held) as HeldChange);

function turnsOf(step: OpenStep): readonly Turn[] {
  if (step.kind === 'approval') return step.entries.flatMap(({ tickets }) => tickets.flatMap(({ turns }) => turns));
  return openBlocks(step).flatMap(turnsIn);
}

/** Those of the steps that stand open, and of those that it comes back to. */
function turnsIn({ step, resume }: OpenBlock): readonly Turn[] {
  const back: Turn[] = [];
  for (let next = resume; next !== null; next = next.next) back.push(...turnsOf(next.step));
  return [...turnsOf(step), ...back];
}

const undecided = ({ tree }: ApprovalState): readonly Turn[] => (tree === null ? [] : turnsIn(tree).filter(({ vote }) => vote === null));

const isOver = (status: ApprovalStatus): boolean => !['running', 'returned', 'failed'].includes(status);

/** What the row says of a state. @param at RFC 3339 */
export function changeOf(
  row: Pick<ApprovalRow, 'id' | 'definition' | 'held'>,
  state: ApprovalState,
  at: string,
  { status = state.status, problems = null }: { readonly status?: ApprovalStatus; readonly problems?: string | null } = {},
): ApprovalChange {
  const people = [...new Set(undecided(state).flatMap(({ person, assignee }) => [person, assignee]))];
  const { id, definition, held } = row;
  return { id, definition, status, state: JSON.stringify(state), people, held, problems, endedAt: isOver(status) ? at : null };
}

/** A state that is ended from outside of the machine, with what follows from it. */
export function closed(
  state: ApprovalState,
  outcome: Exclude<Status, 'running' | 'returned'>,
): readonly [ApprovalState, readonly Effect[]] {
  const after: ApprovalState = { ...state, status: outcome, version: state.version + 1, tree: null, returnTo: null };
  const released = undecided(state).map(({ key: turn }): Effect => ({ kind: 'released', turn }));
  return [after, [{ kind: 'ended', outcome }, ...released]];
}

/** Whether it is the record itself that is to go: into the bin, or out of all that counts. */
export const isGoing = ({ event }: Pick<ApprovalRow, 'event'>): boolean => event === 'delete' || event === 'void';

/** The record as it would be: what would be void is void. */
export const goneAs = (event: ApprovalRow['event'], stored: RecordValues): RecordValues =>
  event === 'void' ? { ...stored, lifeStatus: 'void' } : stored;

/** What an approval is about. @param stored the record as it is */
export function subjectOf(
  object: ObjectModel,
  { recordId: id, event, submitter, held }: Pick<ApprovalRow, 'recordId' | 'event' | 'submitter' | 'held'>,
  stored: RecordValues,
): ApprovalSubject {
  const changes = heldOf({ held })?.changes;
  if (changes === undefined)
    return { object, id, event, submitter, values: goneAs(event, stored), old: isGoing({ event }) ? stored : undefined };
  // Secrets are never read, not even by a rule.
  const shown = Object.entries(changes).filter(([name]) => object.fields[name]?.type !== 'secret');
  const values = { ...stored, ...Object.fromEntries(shown.map(([name, change]) => [name, change.new])) };
  return { object, id, event, submitter, values, old: stored };
}
