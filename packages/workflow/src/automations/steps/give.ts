// What the steps assign and pool have alike: the record goes to another owner, with the platform's rights where the step has the record's own.
import { updateRecords } from '@tessera/records';
import type { StepModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { StepWork } from '../step-work.ts';
import { allWritten, roundsOf } from '../writing.ts';

interface Given {
  readonly id: string;
  readonly input: Readonly<Record<string, Value>>;
}

/** To give is what the metadata says: nobody needs the right to change owners for it. Of a record that is given twice the last counts. */
export async function giveTo(
  { platform, step }: StepWork<StepModel & { readonly object: string }>,
  given: readonly Given[],
): Promise<void> {
  for (const round of roundsOf(given.map(({ id }) => id))) {
    const changes = round.flatMap((i) => given[i] ?? []).map(({ id, input }) => ({ pointer: '', id, input }));
    allWritten(await updateRecords(platform, step.object, changes, { allOrNone: true, internal: true }));
  }
}
