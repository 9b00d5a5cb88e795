// How votes add up: of an entry's people, and of a step's entries.
import type { NeedModel } from '@tessera/metadata';
import type { Entry, OpenApproval, Ticket, Turn } from './state.ts';
import type { ApprovalDefinition } from './definition.ts';

export type Standing = 'open' | 'approved' | 'rejected';

/** How many of so many must approve, where a number is needed. */
function needed(need: Exclude<NeedModel, 'all' | 'sequence'>, count: number): number {
  if (need === 'any') return 1;
  if ('of' in need) return Math.min(need.of, count);
  // Not 8 of 100 for 0.07: the product of doubles is a hair above 7.
  return Math.max(1, Math.ceil(Number((need.share * count).toFixed(9))));
}

/**
 * `all` and `sequence`: everybody has decided, and not everybody against it (whether one rejection is enough, the step says). A number: so
 * many have approved; rejected as soon as there cannot be as many any more.
 */
export function standingOf(need: NeedModel, parts: readonly Standing[]): Standing {
  const open = parts.filter((part) => part === 'open').length;
  const approved = parts.filter((part) => part === 'approved').length;
  if (need === 'all' || need === 'sequence') return open > 0 ? 'open' : approved > 0 ? 'approved' : 'rejected';
  const count = needed(need, parts.length);
  if (approved >= count) return 'approved';
  return approved + open < count ? 'rejected' : 'open';
}

export function ticketStanding({ turns }: Ticket): Standing {
  if (turns.some(({ vote }) => vote?.decision === 'reject')) return 'rejected';
  return turns.every(({ vote }) => vote !== null) ? 'approved' : 'open';
}

const needOf = (entry: Entry, { approvers }: ApprovalDefinition): NeedModel =>
  entry.instead ? 'any' : (approvers.find(({ name }) => name === entry.name)?.need ?? 'any');

export const entryStanding = (entry: Entry, definition: ApprovalDefinition): Standing =>
  standingOf(needOf(entry, definition), entry.tickets.map(ticketStanding));

/** Whether so many rejections of so many reject the step. */
function rejects(reject: ApprovalDefinition['reject'], rejected: number, count: number): boolean {
  if (reject === 'one') return rejected > 0;
  return reject === 'all' ? rejected === count : rejected * 2 > count;
}

export function approvalStanding({ entries }: OpenApproval, definition: ApprovalDefinition): Standing {
  const tickets = entries.flatMap((entry) => entry.tickets.map(ticketStanding));
  const rejected = tickets.filter((standing) => standing === 'rejected').length;
  if (tickets.length > 0 && rejects(definition.reject, rejected, tickets.length)) return 'rejected';
  return standingOf(
    definition.need,
    entries.map((entry) => entryStanding(entry, definition)),
  );
}

/** Whose turn it is in a ticket. */
const currentTurn = (ticket: Ticket): Turn | undefined =>
  ticketStanding(ticket) === 'open' ? ticket.turns.find(({ vote }) => vote === null) : undefined;

/** In a sequence the first that is open, else all that are. */
function asked<T>(need: NeedModel, parts: readonly T[], standing: (part: T) => Standing): readonly T[] {
  const open = parts.filter((part) => standing(part) === 'open');
  return need === 'sequence' ? open.slice(0, 1) : open;
}

export interface AskedTurn {
  readonly turn: Turn;
  readonly entry: string;
}

/** Whose turn it is on a step: nobody's in an entry that needs no more. */
export function askedTurns({ entries }: OpenApproval, definition: ApprovalDefinition): readonly AskedTurn[] {
  return asked(definition.need, entries, (entry) => entryStanding(entry, definition)).flatMap((entry) =>
    asked(needOf(entry, definition), entry.tickets, ticketStanding).flatMap((ticket) => {
      const turn = currentTurn(ticket);
      return turn === undefined ? [] : [{ turn, entry: entry.name }];
    }),
  );
}
