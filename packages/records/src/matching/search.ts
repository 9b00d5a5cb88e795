// The duplicates of records, for whoever asks: what the object's duplicate rules would say if the records were written now.
import { objectOf, planOf, type WriteSession } from '../session.ts';
import { inLanguage } from '../steps/validate.ts';
import { duplicatesOf } from './duplicates.ts';
import { describedRecords, type Described } from './match.ts';
import { told } from './told.ts';

export interface FoundDuplicates {
  readonly rule: string;
  readonly action: 'warn' | 'block';
  readonly message: string | null;
  readonly matches: readonly Readonly<Record<string, unknown>>[];
  /** Whether there are others that the caller may not see, where the rule tells of those. */
  readonly hidden: boolean;
}

export async function findDuplicates(
  session: WriteSession,
  name: string,
  described: readonly Described[],
): Promise<readonly (readonly FoundDuplicates[])[]> {
  const object = objectOf(session, name);
  const sought = await describedRecords(session, name, described);
  if (planOf(session, object).duplicates === undefined) return sought.map(() => []);
  const records = sought.map(({ record, without }) => ({ id: without ?? session.context.newId(), values: record, old: undefined }));
  const restricted = !session.access.policy.administrator;
  const found = await duplicatesOf({ session, object, records, moment: 'search', restricted });
  return records.map(({ id }) =>
    (found.get(id) ?? []).flatMap(({ rule, candidates, hidden }): FoundDuplicates[] => {
      const unseen = hidden && rule.tellHidden;
      if (candidates.length === 0 && !unseen) return [];
      const message = rule.message === undefined ? null : inLanguage(rule.message, session.context.languages);
      return [{ rule: rule.name, action: rule.action, message, matches: candidates.map((each) => told(session, each)), hidden: unseen }];
    }),
  );
}
