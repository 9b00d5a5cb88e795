// Who is meant in a world: WORKFLOW.md's "People" read literally, in plain JavaScript.
import type { LevelsModel, PersonModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import type { PeopleSubject } from '@tessera/workflow';
import { ranks, today, type Department, type Person, type World } from './people-world.ts';

const here = (person: Person | undefined): person is Person => person !== undefined && !person.gone;

class Oracle {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  person(id: string | null): Person | undefined {
    const found = this.#world.people.find((each) => each.id === id);
    return here(found) ? found : undefined;
  }

  department(id: string | null): Department | undefined {
    return this.#world.departments.find((each) => each.id === id && !each.gone);
  }

  isActive(id: string): boolean {
    return this.person(id)?.active === true;
  }

  inside(user: Person, id: string): boolean {
    const met: string[] = [];
    for (let at = this.department(user.department); at !== undefined && !met.includes(at.id); at = this.department(at.parent)) {
      if (at.id === id) return true;
      met.push(at.id);
    }
    return false;
  }

  /** Of those on the way up, nearest first, the ones that are meant. */
  climb(way: readonly Person[], levels: LevelsModel): readonly string[] {
    const met = way.filter(({ active }) => active);
    if (typeof levels === 'number') {
      const one = met[levels - 1] ?? met.at(-1);
      return one === undefined ? [] : [one.id];
    }
    const names: readonly string[] = ranks;
    const wanted = names.indexOf(levels.upTo);
    const found: string[] = [];
    for (const { id, rank } of met) {
      found.push(id);
      if (rank !== null && names.indexOf(rank) >= wanted) break;
    }
    return wanted < 0 ? [] : found;
  }

  managers(of: string | null): readonly Person[] {
    const found: Person[] = [];
    let at = this.person(of);
    while (at !== undefined) {
      const next = this.person(at.manager);
      if (next === undefined || next.id === of || found.includes(next)) break;
      found.push(next);
      at = next;
    }
    return found;
  }

  heads(of: string | null): readonly Person[] {
    const met: string[] = [];
    const found: Person[] = [];
    for (let at = this.department(of); at !== undefined && !met.includes(at.id); at = this.department(at.parent)) {
      met.push(at.id);
      const head = this.person(at.head);
      if (head !== undefined) found.push(head);
    }
    return found;
  }

  /** Active people, in the order of their ids. */
  those(which: (person: Person) => boolean): readonly string[] {
    return this.#world.people
      .filter((person) => this.isActive(person.id) && which(person))
      .map(({ id }) => id)
      .sort();
  }

  team(record: string, role: string): readonly string[] {
    const shares = this.#world.shares.filter((share) => share.record === record && share.role === role && !share.expired);
    return this.those((person) =>
      shares.some(({ subject }) => {
        const [kind = '', id = ''] = subject.split(':');
        if (kind === 'role') return person.roles.includes(id);
        if (kind === 'department') return person.department === id && this.department(id) !== undefined;
        return kind === 'below' ? this.inside(person, id) : person.id === id;
      }),
    );
  }

  group(code: string): readonly string[] {
    return this.those(({ id }) => this.#world.members.some((member) => member.group === code && member.user === id && !member.gone));
  }

  standIn(id: string): string | undefined {
    const next = (person: string): string | undefined => {
      const away = this.#world.absences
        .map((absence, i) => ({ ...absence, i }))
        .filter(
          (each) =>
            each.person === person && each.from <= today && today <= each.to && each.standIn !== null && this.isActive(each.standIn),
        )
        .sort((a, b) => (a.from === b.from ? b.i - a.i : a.from < b.from ? 1 : -1));
      return away[0]?.standIn ?? undefined;
    };
    const way = [id];
    for (let at = next(id); at !== undefined; at = next(at)) {
      if (way.includes(at)) return undefined;
      way.push(at);
    }
    return way.length === 1 ? undefined : way.at(-1);
  }
}

/** What a rule of a test gives for a subject: its literal names it. */
export type Given = Readonly<Record<string, string | null | readonly string[]>>;

export const givenName = (rule: Expression): string => (rule.node === 'literal' && typeof rule.value === 'string' ? rule.value : '');

export interface Expected {
  readonly user: string;
  readonly for?: string;
  readonly entry: string;
}

/** Who is meant, entry by entry, nobody twice. */
export function expectedOf(
  world: World,
  entries: readonly PersonModel[],
  subject: PeopleSubject,
  given: Given,
  standIns: boolean,
): readonly Expected[] {
  const oracle = new Oracle(world);
  const record = subject.record;
  const department = (record?.values['ownerDepartment'] ?? null) as string | null;
  const listed = (value: Given[string] | undefined): readonly string[] => (typeof value === 'string' ? [value] : (value ?? []));
  const meant = (entry: PersonModel): readonly string[] => {
    const who = (of: Extract<PersonModel, { kind: 'managerOf' | 'headOf' }>['who']): string | null => {
      if (of === 'actor') return subject.actor;
      if (of === 'submitter') return subject.submitter ?? null;
      if (of === 'owner') return (record?.values['owner'] ?? null) as string | null;
      return typeof of === 'object' ? (listed(given[givenName(of.path)])[0] ?? null) : null;
    };
    switch (entry.kind) {
      case 'user':
        return listed(given[givenName(entry.user)]).filter((id) => oracle.isActive(id));
      case 'field':
        return listed(given[givenName(entry.path)]).filter((id) => oracle.isActive(id));
      case 'rule':
        return listed(given[givenName(entry.rule)]).filter((id) => oracle.isActive(id));
      case 'chosen':
        return (subject.chosen?.[entry.step] ?? []).filter((id) => oracle.isActive(id));
      case 'role':
        return oracle.those(
          (person) =>
            person.roles.includes(entry.role) && (!entry.inDepartment || (department !== null && person.department === department)),
        );
      case 'group':
        return oracle.group(entry.code);
      case 'team':
        return record === undefined ? [] : oracle.team(record.id, entry.role);
      case 'managerOf':
        return oracle.climb(oracle.managers(who(entry.who)), entry.levels);
      case 'headOf': {
        const own = entry.who === 'department' ? department : (oracle.person(who(entry.who))?.department ?? null);
        return oracle.climb(oracle.heads(own), entry.levels);
      }
    }
  };
  const found: Expected[] = [];
  for (const entry of entries)
    for (const id of meant(entry)) {
      const other = standIns ? oracle.standIn(id) : undefined;
      const user = other ?? id;
      if (!found.some((each) => each.user === user)) found.push({ user, ...(other === undefined ? {} : { for: id }), entry: entry.name });
    }
  return found;
}
