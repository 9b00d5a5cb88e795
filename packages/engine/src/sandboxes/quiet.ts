// From a copy of a tenant nothing goes out: what would have is kept as sent, with a note that it was not.
import { isCopy } from '@tessera/storage';
import type { Sender, Senders } from '@tessera/workflow';

/** Whoever waits for an answer goes on with this one, as of a web server that has nothing to say. */
export const keptBack = { sandbox: true, status: 200, body: '' };

/** The name of a copy tells what it is, so no node has to be asked, and none can be mistaken. */
const quiet =
  (send: Sender): Sender =>
  (attempt) =>
    isCopy(attempt.tenant) ? Promise.resolve({ state: 'sent', answer: keptBack }) : send(attempt);

export const quietInCopies = (senders: Senders): Senders =>
  Object.fromEntries(Object.entries(senders).map(([kind, send]) => [kind, quiet(send)]));
