// Engines that leak in one way each: the restricted query is changed back, in one place, to what was asked for.
import type { restrict } from '@tessera/security';

export type Restrict = typeof restrict;

interface Mutant {
  readonly name: string;
  /** Whether `key` of this part of the query is as the caller had it. */
  readonly frees: (holder: Readonly<Record<string, unknown>>, key: string) => boolean;
  /** What becomes of it instead; default: what the caller had. */
  readonly instead?: (restricted: unknown) => unknown;
}

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (holder: Part): boolean => 'page' in holder && 'orderBy' in holder;
const isAggregate = (holder: Part): boolean => 'measures' in holder && 'groupBy' in holder;

const nested = new Set(['list', 'aggregate']);

/** A junction becomes its opposite. */
function swapped(value: unknown): unknown {
  if (!isPart(value) || (value['operator'] !== 'and' && value['operator'] !== 'or')) return value;
  return { ...value, operator: value['operator'] === 'and' ? 'or' : 'and' };
}

export const mutants: readonly Mutant[] = [
  { name: 'lists everything', frees: (holder, key) => isList(holder) && key === 'where' },
  { name: 'counts and sums everything', frees: (holder, key) => isAggregate(holder) && key === 'where' },
  { name: 'gets any record by its id', frees: (holder, key) => holder['kind'] === 'record' && key === 'where' },
  {
    name: 'shows any record behind a lookup',
    frees: (holder, key) => 'object' in holder && 'selections' in holder && !('kind' in holder) && key === 'where',
  },
  { name: 'shows what is masked', frees: (_, key) => key === 'masked' },
  { name: 'works computed fields out of everything', frees: (_, key) => key === 'computed' },
  { name: 'sorts by what is not seen', frees: (holder, key) => isList(holder) && key === 'orderBy' },
  { name: 'groups by what is not seen', frees: (holder, key) => isAggregate(holder) && key === 'groupBy' },
  {
    name: 'takes either of two conditions for both',
    frees: (holder, key) => (isList(holder) || isAggregate(holder)) && key === 'where',
    instead: swapped,
  },
];

function mutated(mutant: Mutant, restricted: unknown, asked: unknown): unknown {
  if (Array.isArray(restricted)) return restricted.map((each, i) => mutated(mutant, each, Array.isArray(asked) ? asked[i] : undefined));
  if (!isPart(restricted)) return restricted;
  const given = isPart(asked) ? asked : {};
  const entries = Object.entries(restricted).flatMap(([key, value]): [string, unknown][] => {
    if (!mutant.frees(restricted, key))
      return [[key, nested.has(key) || Array.isArray(value) ? mutated(mutant, value, given[key]) : value]];
    const instead = mutant.instead === undefined ? given[key] : mutant.instead(value);
    return instead === undefined ? [] : [[key, instead]];
  });
  return Object.fromEntries(entries);
}

/** The mutant's way to restrict. */
export const restrictOf =
  (mutant: Mutant, real: Restrict): Restrict =>
  (...given) => {
    const restricted = real(...given);
    return mutated(mutant, restricted, given[1]) as ReturnType<Restrict>;
  };
