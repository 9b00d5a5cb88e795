// One of several people: the choice itself, without a database.
import type { AssignmentMethod } from '@tessera/metadata';

/** What is known of those who may get a record. */
export interface Standing {
  /** When each had the last turn, as numbers that grow. */
  readonly turns: ReadonlyMap<string, number>;
  /** How many records each has that count as load. */
  readonly load: ReadonlyMap<string, number>;
}

/** Whose turn was longest ago, or never; among those the first by id. */
function nextInTurn(people: readonly string[], turns: ReadonlyMap<string, number>): string | undefined {
  return [...people].sort((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0) || (a < b ? -1 : 1))[0];
}

export function choose(method: AssignmentMethod, people: readonly string[], { turns, load }: Standing): string | undefined {
  if (method === 'first') return people[0];
  if (method === 'roundRobin') return nextInTurn(people, turns);
  const least = Math.min(...people.map((id) => load.get(id) ?? 0));
  return nextInTurn(
    people.filter((id) => (load.get(id) ?? 0) === least),
    turns,
  );
}

/** As it stands after somebody has got a record. */
export function after({ turns, load }: Standing, person: string): Standing {
  const last = Math.max(0, ...turns.values());
  return { turns: new Map([...turns, [person, last + 1]]), load: new Map([...load, [person, (load.get(person) ?? 0) + 1]]) };
}
