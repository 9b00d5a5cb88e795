// What a command shows: answers on standard output, progress and failures on standard error.
import { fail, TesseraError, type Problem } from '@tessera/kernel';
import { codeOf } from '../error-code.ts';
import type { Progress } from './actions.ts';

/** Where a command reads and writes; tests hand in their own. */
export interface CliStreams {
  /** A promise is awaited: the reader at the other end of a pipe may be slow. */
  readonly out: (text: string) => unknown;
  readonly err: (text: string) => unknown;
  /** Whether somebody is looking: bars and questions are for people. */
  readonly interactive: boolean;
  /** One line that somebody types, or that comes by standard input. `hidden`: without showing it. */
  readonly ask: (question: string, hidden?: boolean) => Promise<string>;
}

const barWidth = 30;

/** Draws one line over and over; `done` ends it. */
export class ProgressBar {
  readonly #streams: CliStreams;
  readonly #label: string;
  #shown = '';

  constructor(streams: CliStreams, label: string) {
    this.#streams = streams;
    this.#label = label;
  }

  readonly update: Progress = (done, total) => {
    if (!this.#streams.interactive) return;
    const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
    const filled = Math.round((share ?? 0) * barWidth);
    const bar = share === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(share * 100)} % `;
    const text = `${this.#label} ${bar}${done}${total === undefined ? '' : `/${total}`}`;
    if (text === this.#shown) return;
    this.#streams.err(`\r${text.padEnd(this.#shown.length)}`);
    this.#shown = text;
  };

  done(): void {
    if (this.#shown !== '') this.#streams.err('\n');
    this.#shown = '';
  }
}

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder.',
  EACCES: 'this user may not open it.',
  EISDIR: 'it is a folder.',
  ENOTDIR: 'a part of the path is no folder.',
  ENOSPC: 'the disk is full.',
};

/** What the system says of a file that was named on the command line, as a failure of ours. */
function ofFile(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof TesseraError || code === undefined || !(error instanceof Error) || !('path' in error)) return error;
  return fail('REQUEST_INVALID', { reason: `${String(error.path)}: ${fileReasons[code] ?? code}` }, {}, error);
}

/** `rental/objects/item.json:12:5 #/fields/name`, as far as it is known. */
export function placeText({ file, line, column, pointer }: Problem): string {
  const at = line === undefined ? '' : `:${String(line)}:${String(column)}`;
  const within = pointer === undefined || pointer === '' ? '' : file === undefined ? pointer : `#${pointer}`;
  return [`${file ?? ''}${at}`, within].filter((part) => part !== '').join(at === '' ? '' : ' ');
}

/** A failure in words, all its problems below it; of our own failures without a stack. */
export function failureText(caught: unknown): string {
  const error = ofFile(caught);
  if (!(error instanceof TesseraError)) return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  const lines = error.problems.map((problem) => {
    const place = placeText(problem);
    return `  ${place === '' ? '' : `${place}: `}${problem.message}`;
  });
  // A mistake that stands alone has been thrown as what it is.
  const [only] = error.problems;
  const isSaid = error.problems.length === 1 && only?.file !== undefined && only.message === error.message;
  return `${[...(isSaid ? [] : [error.message]), ...lines].join('\n')}\n`;
}

/** The same for programs. */
export function failureJson(caught: unknown): string {
  const error = ofFile(caught);
  if (!(error instanceof TesseraError)) return `${JSON.stringify({ error: { code: 'INTERNAL', message: String(error) } })}\n`;
  const problems = error.problems.map(({ code, message, file, pointer, line, column }) => ({ code, message, file, pointer, line, column }));
  return `${JSON.stringify({ error: { code: error.code, message: error.message, problems } })}\n`;
}

/** Columns under headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
