// mark: the life status that records are to have which are made void, or count again; and what rules say against making them void.
import { formerLifeStatement } from '@tessera/storage';
import { ruleObjections } from '../rules/rule-objections.ts';
import { mapSound, replaceItems, soundItems, withProblems, type Step, type WriteItem } from '../write-set.ts';

const isVoid = ({ old }: WriteItem): boolean => old?.['lifeStatus'] === 'void';

const marked = (item: WriteItem, lifeStatus: string): WriteItem => ({
  ...item,
  input: { lifeStatus },
  values: { ...item.values, lifeStatus },
});

/** What is void already stays as it is. */
export const markVoid: Step = (set) => mapSound(set, (item) => (isVoid(item) ? item : marked(item, 'void')));

/** What was a draft is one again: it comes into force by no other way than before. */
export const markCounting: Step = async (set) => {
  const { session, object } = set;
  const items = soundItems(set).filter(isVoid);
  if (items.length === 0) return set;
  const { rows } = await session.transaction.query(
    formerLifeStatement(
      session.target,
      object,
      items.map(({ id }) => id),
    ),
  );
  const drafts = new Set(rows.flatMap((row) => (row['life'] === 'draft' ? [String(row['id'])] : [])));
  return replaceItems(
    set,
    items.map((item) => marked(item, drafts.has(item.id) ? 'draft' : 'normal')),
  );
};

export const askVoidRules: Step = async (set) => {
  const items = soundItems(set).filter((item) => !isVoid(item));
  const found = await ruleObjections(set.session, set.object, 'void', items);
  return mapSound(set, (item) => {
    const against = found.get(item.id);
    return against === undefined ? item : withProblems(item, [against]);
  });
};
