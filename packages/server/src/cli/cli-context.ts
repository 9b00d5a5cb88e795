// What every command is handed, and the question that comes before what cannot be undone.
import { fail } from '@tessera/kernel';
import type { CliActions } from './actions.ts';
import type { CliStreams } from './output.ts';

/** What a command gets beside its own arguments. */
export interface Cli {
  readonly actions: CliActions;
  readonly streams: CliStreams;
  /** Prints a result: as one line of JSON with `--json`, otherwise as text. */
  readonly print: (json: boolean, value: unknown, text: () => string) => Promise<void>;
}

/** Asks before what cannot be undone; nobody there to be asked is a no. */
export async function confirmed({ streams }: Cli, yes: boolean, question: string, expected: string): Promise<void> {
  if (yes) return;
  if (!streams.interactive) throw fail('REQUEST_INVALID', { reason: 'nobody is there to be asked. Say --yes.' });
  const answer = await streams.ask(`${question} `);
  if (answer.trim() !== expected) throw fail('REQUEST_INVALID', { reason: 'it was not confirmed; nothing was done.' });
}
