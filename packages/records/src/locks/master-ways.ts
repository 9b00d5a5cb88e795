// The ways up from details to the records whose approvals may lock them, level by level: records on several ways are read once.
import type { Column, FieldModel, ObjectModel } from '@tessera/metadata';
import { placeOf, type MasterLevel, type MasterLevels, type RecordValues } from '@tessera/storage';
import type { MasterRoute } from '../moments.ts';
import { referenceTo } from '../references.ts';

/** A level on the way, and at which place the rows below it have its ids. */
interface Rung {
  readonly level: number;
  readonly place: number;
}

export interface Way {
  readonly route: MasterRoute;
  /** The lookup of the details themselves. */
  readonly first: MasterRoute['up'][number];
  readonly rungs: readonly Rung[];
}

export interface MasterWays {
  readonly masters: MasterLevels;
  readonly ways: readonly Way[];
}

function columnFor({ columns, name }: FieldModel, to: ObjectModel): Column {
  const found = columns.find(({ references }) => references === to.name);
  if (found === undefined) throw new TypeError(`${name} does not lead to ${to.name}.`);
  return found;
}

/** The levels of all ways, in the order in which they were met. */
class Levels {
  readonly all: MasterLevel[] = [];
  readonly #known = new Map<string, number>();

  /** @param below undefined: the details themselves */
  put(below: number | undefined, { field, to }: MasterRoute['up'][number], locks: boolean): number {
    // Whichever lookup of the details leads there: their ids are known.
    const key = below === undefined ? to.name : `${String(below)} ${field.name} ${to.name}`;
    const level = this.#known.get(key) ?? this.all.length;
    this.#known.set(key, level);
    const known = this.all[level];
    const found = known ?? { object: to, below: below === undefined ? undefined : { level: below, column: columnFor(field, to) }, locks };
    this.all[level] = { ...found, locks: found.locks || locks };
    return level;
  }
}

export function waysUp(routes: readonly MasterRoute[]): MasterWays {
  const levels = new Levels();
  const climbed = routes.map((route) => {
    const rungs: number[] = [];
    for (const [i, step] of route.up.entries()) rungs.push(levels.put(rungs.at(-1), step, i === route.up.length - 1));
    return { route, rungs };
  });
  const masters: MasterLevels = { levels: levels.all };
  const ways = climbed.flatMap(({ route, rungs }): readonly Way[] => {
    const [first] = route.up;
    return first === undefined ? [] : [{ route, first, rungs: rungs.map((level) => ({ level, place: placeOf(masters, level) })) }];
  });
  return { masters, ways };
}

/** The masters that a detail names itself, at the beginning of a way. */
export const namedBy = ({ first: { field, to } }: Way, versions: readonly RecordValues[]): readonly string[] =>
  versions.flatMap((values) => referenceTo(field, to.name, values) ?? []);

/** By level, the ids that are known before anything is read. */
export function firstIds(
  { ways }: MasterWays,
  details: readonly { readonly versions: readonly RecordValues[] }[],
): ReadonlyMap<number, readonly string[]> {
  const ids = new Map<number, Set<string>>();
  for (const way of ways) {
    const level = way.rungs[0]?.level ?? 0;
    const own = ids.get(level) ?? new Set<string>();
    ids.set(level, own);
    for (const { versions } of details) for (const id of namedBy(way, versions)) own.add(id);
  }
  return new Map([...ids].map(([level, own]) => [level, [...own].sort()]));
}
