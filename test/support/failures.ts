// What a promise is refused with, in the form that tests compare.
import { TesseraError } from '@tessera/kernel';

export interface Refusal {
  readonly code: string;
  readonly pointer: string | undefined;
}

/** The error that the work throws. Fails where it throws none, or one that is not of our registry. */
export async function failureOf(work: Promise<unknown>): Promise<TesseraError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TesseraError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

/** The codes of all that an error says is wrong; what is no error of our registry is thrown on. */
export function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof TesseraError)) throw error;
  return error.problems.length > 0 ? error.problems.map(({ code }) => code) : [error.code];
}

/** Code and pointer of each problem. */
export async function refusals(work: Promise<unknown>): Promise<readonly Refusal[]> {
  const failure = await failureOf(work);
  const problems = failure.problems.length > 0 ? failure.problems : [failure];
  return problems.map(({ code, pointer }) => ({ code, pointer }));
}
