// joinTeam: who joins the team of a new record, as the object's team rules say.
import { isUuid } from '@tessera/kernel';
import { doorOf, putShares, type NewShare } from '@tessera/storage';
import { recordEnvironment } from '../rules/environment.ts';
import { fetchFacts, noFacts } from '../rules/facts.ts';
import type { Step, WriteItem } from '../write-set.ts';

export const joinTeam: Step = async (set) => {
  const { session, object } = set;
  const { team } = object;
  const rules = Object.values(team?.rules ?? {});
  const items = set.items.filter((item) => item.written !== undefined && item.old === undefined);
  if (set.kind !== 'create' || team === undefined || rules.length === 0 || items.length === 0) return set;
  const expressions = rules.flatMap(({ when, member }) => (when === undefined ? [member] : [when, member]));
  const facts = await fetchFacts(
    session,
    object,
    expressions,
    items.map((item) => ({ record: item.values })),
  );
  const membersOf = (item: WriteItem, i: number): readonly NewShare[] => {
    const environment = recordEnvironment(session, { object, record: item.values, facts: facts[i] ?? noFacts });
    return rules.flatMap(({ when, member, role }) => {
      if (when !== undefined && session.rules.evaluate(when, environment) !== true) return [];
      const user = session.rules.evaluate(member, environment);
      const access = team.roles[role]?.access;
      if (typeof user !== 'string' || !isUuid(user) || access === undefined) return [];
      return [
        {
          id: session.context.newId(),
          object: object.name,
          recordId: item.id,
          subject: `user:${user}`,
          access,
          origin: 'team',
          teamRole: role,
        },
      ];
    });
  };
  // The first rule that names a person decides what the person is in the team.
  const shares = new Map(
    items
      .flatMap(membersOf)
      .reverse()
      .map((share) => [`${share.recordId} ${share.subject}`, share]),
  );
  if (shares.size > 0) await putShares(doorOf(session.transaction, session.target.schema), [...shares.values()]);
  return set;
};
