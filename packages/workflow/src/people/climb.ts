// Going up from somebody: the managers above, the heads of the departments above, and who of them is meant.
import type { LevelsModel } from '@tessera/metadata';
import type { PlacedDepartment, PlacedPerson } from '@tessera/storage';

export type People = ReadonlyMap<string, PlacedPerson>;
export type Departments = ReadonlyMap<string, PlacedDepartment>;

/** One whom one meets on the way up; those who are inactive are passed over, and count as no level. */
export interface Met {
  readonly user: string;
  readonly rank: string | null;
  /** From 1. */
  readonly level: number;
}

/** How high a rank is; undefined where there is no such rank, or none. */
export type RankOrder = (rank: string | null) => number | undefined;

/** What lies above, nearest first. It ends where nothing is above, where what is above is in the bin, and where a circle closes. */
function above<T>(start: string, of: ReadonlyMap<string, T>, up: (item: T) => string | null): readonly T[] {
  const seen = new Set([start]);
  const found: T[] = [];
  const first = of.get(start);
  for (let at = first === undefined ? null : up(first); at !== null && !seen.has(at);) {
    const item = of.get(at);
    if (item === undefined) break;
    seen.add(at);
    found.push(item);
    at = up(item);
  }
  return found;
}

const numbered = (people: readonly PlacedPerson[]): readonly Met[] =>
  people.filter(({ active }) => active).map(({ id, rank }, i) => ({ user: id, rank, level: i + 1 }));

/** The managers of somebody; nobody is above oneself. */
export const managersAbove = (person: string, people: People): readonly Met[] => numbered(above(person, people, ({ manager }) => manager));

/** The heads of a department and of those above it. One without a head is passed over. */
export function headsAbove(department: string, departments: Departments, people: People): readonly Met[] {
  const own = departments.get(department);
  const all = own === undefined ? [] : [own, ...above(department, departments, ({ parent }) => parent)];
  return numbered(all.flatMap(({ head }) => (head === null ? [] : (people.get(head) ?? []))));
}

/**
 * Who of those on the way up is meant. There are fewer than asked for: the last one. Up to a rank: all until the first who has it or a
 * higher one, or to the top; a rank that there is not is nobody's.
 */
export function chosenOf(met: readonly Met[], levels: LevelsModel, orderOf: RankOrder): readonly Met[] {
  if (typeof levels === 'number') return met.slice(0, levels).slice(-1);
  const wanted = orderOf(levels.upTo);
  if (wanted === undefined) return [];
  const last = met.findIndex(({ rank }) => (orderOf(rank) ?? -Infinity) >= wanted);
  return last < 0 ? met : met.slice(0, last + 1);
}
