// Who is meant: entries of the vocabulary for people, read live for many subjects at once.
import type { PersonModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import { standInsOf } from '@tessera/storage';
import { chosenOf, headsAbove, managersAbove, type Met, type RankOrder } from './climb.ts';
import { departmentOf, namedBy, placesFor, teamKey, whoOf, type Asked, type PeopleSession, type Places } from './places.ts';
import type { LeftOut, PeopleFound, PeopleQuestion, ResolvedPerson, Why } from './question.ts';
import { standInFor } from './stand-ins.ts';

interface Meant {
  readonly user: string;
  readonly why: Why;
}

interface MeantBy {
  readonly entry: PersonModel;
  readonly meant: readonly Meant[];
  readonly leftOut: readonly LeftOut[];
}

/** The rule that an entry has, if any. */
function ruleOf(entry: PersonModel): Expression | undefined {
  switch (entry.kind) {
    case 'user':
      return entry.user;
    case 'field':
      return entry.path;
    case 'rule':
      return entry.rule;
    case 'managerOf':
    case 'headOf':
      return typeof entry.who === 'object' ? entry.who.path : undefined;
    case 'role':
    case 'group':
    case 'team':
    case 'chosen':
      return undefined;
  }
}

async function askedOf({ entries, subjects, evaluateAll }: PeopleQuestion): Promise<readonly Asked[]> {
  const rules = entries.flatMap((entry) => {
    const rule = ruleOf(entry);
    return rule === undefined ? [] : [[entry.name, rule] as const];
  });
  const none: Readonly<Record<string, Value>> = {};
  const values = rules.length === 0 ? [] : await evaluateAll(Object.fromEntries(rules));
  return subjects.map((subject, i) => ({ subject, values: values[i] ?? none }));
}

/** Ranks are the options of `user.rank`, the lowest first. */
function rankOrder({ target }: PeopleSession): RankOrder {
  const options = target.model.objects['user']?.fields['rank']?.options ?? {};
  return (rank) => (rank !== null && Object.hasOwn(options, rank) ? options[rank]?.order : undefined);
}

/** Those whom an entry means by one subject, as far as they are active. */
function meantBy(entry: PersonModel, asked: Asked, places: Places, orderOf: RankOrder): readonly Meant[] {
  const { kind } = entry;
  const { subject } = asked;
  const members = (found: readonly { readonly id: string }[] | undefined): readonly Meant[] =>
    (found ?? []).map(({ id }) => ({ user: id, why: { kind } }));
  const climbed = (from: string, met: readonly Met[], levels: Extract<PersonModel, { kind: 'headOf' }>['levels']): readonly Meant[] =>
    chosenOf(met, levels, orderOf).map(({ user, level }) => ({ user, why: { kind, from, level } }));
  switch (entry.kind) {
    case 'role': {
      const all = places.roles.get(entry.role);
      if (!entry.inDepartment) return members(all);
      const department = departmentOf(subject);
      return department === null ? [] : members(all?.filter((member) => member.department === department));
    }
    case 'group':
      return members(places.groups.get(entry.code));
    case 'team':
      return subject.record === undefined ? [] : members(places.teams.get(teamKey(subject.record.id, entry.role)));
    case 'managerOf': {
      const who = whoOf(entry, asked);
      return who === null ? [] : climbed(who, managersAbove(who, places.people), entry.levels);
    }
    case 'headOf': {
      const who = whoOf(entry, asked);
      const department = entry.who === 'department' ? departmentOf(subject) : (places.people.get(who ?? '')?.department ?? null);
      return department === null ? [] : climbed(department, headsAbove(department, places.departments, places.people), entry.levels);
    }
    case 'user':
    case 'field':
    case 'rule':
    case 'chosen':
      return members((namedBy(entry, asked) ?? []).filter((id) => places.people.get(id)?.active === true).map((id) => ({ id })));
  }
}

/** Those whom an entry names one by one and who are not there, each once. */
function leftOutBy(entry: PersonModel, asked: Asked, { people }: Places): readonly LeftOut[] {
  return [...new Set(namedBy(entry, asked) ?? [])].flatMap((user): readonly LeftOut[] => {
    const person = people.get(user);
    if (person?.active === true) return [];
    return [{ user, entry: entry.name, why: person === undefined ? 'gone' : 'inactive' }];
  });
}

function onePerUser(people: readonly ResolvedPerson[]): readonly ResolvedPerson[] {
  const seen = new Set<string>();
  return people.filter(({ user }) => !seen.has(user) && seen.add(user));
}

function foundOf(by: readonly MeantBy[], standIns: ReadonlyMap<string, string>): PeopleFound {
  const lists = by.map(({ entry: { name: entry }, meant }) => {
    const people = meant.map(({ user, why }): ResolvedPerson => {
      const other = standInFor(user, standIns);
      return other === undefined ? { user, entry, why } : { user: other, for: user, entry, why };
    });
    return [entry, onePerUser(people)] as const;
  });
  return {
    people: onePerUser(lists.flatMap(([, people]) => people)),
    byEntry: Object.fromEntries(lists),
    leftOut: by.flatMap(({ leftOut }) => leftOut),
  };
}

/** For each subject, in their order, who is meant: a handful of statements, whatever their number. */
export async function resolvePeople(session: PeopleSession, question: PeopleQuestion): Promise<readonly PeopleFound[]> {
  const { entries, standInsAt: at } = question;
  const asked = await askedOf(question);
  const places = await placesFor(session, entries, asked);
  const orderOf = rankOrder(session);
  const all = asked.map((each) =>
    entries.map((entry): MeantBy => ({
      entry,
      meant: meantBy(entry, each, places, orderOf),
      leftOut: leftOutBy(entry, each, places),
    })),
  );
  const ids = [...new Set(all.flatMap((by) => by.flatMap(({ meant }) => meant.map(({ user }) => user))))];
  const standIns = at === undefined ? new Map<string, string>() : await standInsOf(session.transaction, session.target, { ids, at });
  return all.map((by) => foundOf(by, standIns));
}
