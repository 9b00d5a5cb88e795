// Where the people stand whom entries speak of: read for all subjects at once, whatever their number.
import type { PersonModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import {
  membersOfGroups,
  membersOfRoles,
  membersOfTeams,
  placedDepartments,
  placedPeople,
  type Member,
  type TeamMember,
} from '@tessera/storage';
import type { Departments, People } from './climb.ts';
import type { PeopleSubject } from './question.ts';

export type PeopleSession = Pick<WriteSession, 'transaction' | 'target' | 'at'>;

/** A subject with what the rules of entries give for it, by entry. */
export interface Asked {
  readonly subject: PeopleSubject;
  readonly values: Readonly<Record<string, Value>>;
}

export interface Places {
  readonly people: People;
  readonly departments: Departments;
  readonly roles: ReadonlyMap<string, readonly Member[]>;
  readonly groups: ReadonlyMap<string, readonly Member[]>;
  /** By record and team role (`teamKey`). */
  readonly teams: ReadonlyMap<string, readonly TeamMember[]>;
}

export const teamKey = (recordId: string, role: string): string => `${recordId} ${role}`;

const idOf = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);

/** Ids of a rule's value: one user, or a list of them. */
export function idsOf(value: Value | undefined): readonly string[] {
  const each: readonly Value[] = Array.isArray(value) ? (value as readonly Value[]) : [value ?? null];
  return each.flatMap((one) => (typeof one === 'string' ? [one] : []));
}

export const departmentOf = ({ record }: PeopleSubject): string | null => idOf(record?.values['ownerDepartment']);

/** From whom an entry goes up. */
export function whoOf(entry: Extract<PersonModel, { kind: 'managerOf' | 'headOf' }>, { subject, values }: Asked): string | null {
  const { who } = entry;
  if (who === 'submitter') return subject.submitter ?? null;
  if (who === 'actor') return subject.actor;
  if (who === 'owner') return idOf(subject.record?.values['owner']);
  return who === 'department' ? null : idOf(values[entry.name]);
}

/** Those whom an entry names one by one; undefined where it does not. */
export function namedBy(entry: PersonModel, { subject, values }: Asked): readonly string[] | undefined {
  if (entry.kind === 'chosen') return subject.chosen?.[entry.step] ?? [];
  return entry.kind === 'user' || entry.kind === 'field' || entry.kind === 'rule' ? idsOf(values[entry.name]) : undefined;
}

const unique = (ids: readonly (string | null)[]): readonly string[] => [...new Set(ids.filter((id) => id !== null))];

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, keyOf);
}

const union = (...maps: readonly People[]): People => new Map(maps.flatMap((map) => [...map]));

type Kind<K extends PersonModel['kind']> = Extract<PersonModel, { kind: K }>;
const ofKind = <K extends PersonModel['kind']>(entries: readonly PersonModel[], kind: K): readonly Kind<K>[] =>
  entries.filter((entry): entry is Kind<K> => entry.kind === kind);

/** Teams of the records; those of one object are asked for together. */
async function teamsOf(
  { transaction, target, at }: PeopleSession,
  entries: readonly PersonModel[],
  asked: readonly Asked[],
): Promise<readonly TeamMember[]> {
  const roles = unique(ofKind(entries, 'team').map(({ role }) => role));
  if (roles.length === 0) return [];
  const byObject = grouped(
    asked.flatMap(({ subject: { record } }) => record ?? []),
    ({ object }) => object,
  );
  const found = await Promise.all(
    [...byObject].map(([object, records]) =>
      membersOfTeams(transaction, target, { object, recordIds: unique(records.map(({ id }) => id)), roles, at }),
    ),
  );
  return found.flat();
}

/** At most eight statements, and no more for more subjects of one object. */
export async function placesFor(session: PeopleSession, entries: readonly PersonModel[], asked: readonly Asked[]): Promise<Places> {
  const { transaction, target } = session;
  const heads = ofKind(entries, 'headOf');
  const starts = unique(ofKind(entries, 'managerOf').flatMap((entry) => asked.map((each) => whoOf(entry, each))));
  const named = entries.flatMap((entry) => asked.flatMap((each) => namedBy(entry, each) ?? []));
  const members = heads.flatMap((entry) => asked.map((each) => whoOf(entry, each)));
  const [above, plain, roles, groups, teams] = await Promise.all([
    placedPeople(transaction, target, { ids: starts, above: true }),
    placedPeople(transaction, target, { ids: unique([...named, ...members]), above: false }),
    membersOfRoles(transaction, target, unique(ofKind(entries, 'role').map(({ role }) => role))),
    membersOfGroups(transaction, target, unique(ofKind(entries, 'group').map(({ code }) => code))),
    teamsOf(session, entries, asked),
  ]);
  const own = members.map((id) => (id === null ? null : (plain.get(id)?.department ?? null)));
  const records = heads.some(({ who }) => who === 'department') ? asked.map(({ subject }) => departmentOf(subject)) : [];
  const departments = await placedDepartments(transaction, target, unique([...own, ...records]));
  const headIds = unique([...departments.values()].map(({ head }) => head)).filter((id) => !plain.has(id) && !above.has(id));
  const more = await placedPeople(transaction, target, { ids: headIds, above: false });
  return {
    people: union(above, plain, more),
    departments,
    roles: grouped(roles, ({ of }) => of),
    groups: grouped(groups, ({ of }) => of),
    teams: grouped(teams, ({ recordId, role }) => teamKey(recordId, role)),
  };
}
