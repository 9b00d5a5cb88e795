// What a write says of each record.
import type { Problem } from '@tessera/kernel';
import type { Entered } from './moments.ts';
import { versionOf } from './session.ts';
import type { WriteSet } from './write-set.ts';

export type RecordOutcome =
  | {
      readonly ok: true;
      readonly id: string;
      readonly version: number;
      readonly created: boolean;
      /** What the write waits for: a new record is there and not in force, of a change nothing is written, what is deleted stays. */
      readonly approval?: Entered;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** One outcome per record, in the order of the input. */
export function outcomesOf(set: WriteSet): readonly RecordOutcome[] {
  return set.items.map((item) =>
    item.written === undefined
      ? { ok: false, problems: item.problems }
      : {
          ok: true,
          id: item.id,
          version: versionOf(set.session, set.object.name, item.id, item.written),
          created: item.old === undefined,
          ...(item.entered === undefined ? {} : { approval: item.entered }),
        },
  );
}
