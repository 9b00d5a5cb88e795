// What a run knows between its steps: its row's variables, kept as JSON and as small as they can be.
import type { Value } from '@tessera/rules';
import type { RecordValues, Run } from '@tessera/storage';
import type { Watches } from './step-work.ts';

export type Outcomes = Readonly<Record<string, unknown>>;

/** A forEach under way: its items are done in chunks, each step for the whole chunk. */
export interface Block {
  /** The path of the forEach. */
  readonly path: string;
  /** Those that are still to be done, the chunk under way first: the place of the frame around each, and the record's id. */
  readonly items: readonly (readonly [parent: number, id: string])[];
  /** Outcomes of the steps within, for each item of the chunk. */
  readonly outcomes: readonly Outcomes[];
}

/** What a frame has come to at a step that not all frames of its run are done with. */
export interface Left {
  readonly kept?: unknown;
  /** It is done with the step. */
  readonly done?: { readonly outcome?: unknown };
}

/** A step that was left: it waits, or failed and has kept something. */
export interface Waiting {
  /** RFC 3339. */
  readonly since: string;
  readonly timed: boolean;
  readonly watches: Watches;
  readonly events: readonly string[];
  /** By the frame's place; of one that is neither done nor has kept anything, null. */
  readonly frames: readonly (Left | null)[];
}

export interface Variables {
  /** The record as it was before what started the run. */
  readonly old?: RecordValues;
  readonly inputs?: Readonly<Record<string, Value>>;
  readonly outcomes: Outcomes;
  /** From the outermost. */
  readonly blocks: readonly Block[];
  readonly waiting?: Waiting;
}

/** Items of a block that are done together. */
export const chunkSize = 200;

/** A run with what it knows. */
export interface RunState {
  readonly run: Run;
  readonly variables: Variables;
}

export const startVariables = (given: Pick<Variables, 'old' | 'inputs'>): Variables => ({ ...given, outcomes: {}, blocks: [] });

export const stateOf = (run: Run): RunState => ({ run, variables: JSON.parse(run.variables) as Variables });

/** The chunk of a block that is under way. */
export const chunkOf = ({ items }: Block): Block['items'] => items.slice(0, chunkSize);

/** Where the frames of a run stand: for each the item of each block around it, by its place in the block's chunk. */
export function placesOf({ blocks }: Variables): readonly (readonly number[])[] {
  let places: readonly (readonly number[])[] = [[]];
  for (const block of blocks) {
    const outer = places;
    places = chunkOf(block).map(([parent], i) => [...(outer[parent] ?? []), i]);
  }
  return places;
}

/** The outcomes that a frame sees. */
export function outcomesAt({ outcomes, blocks }: Variables, place: readonly number[]): Outcomes {
  return Object.assign({}, outcomes, ...place.map((item, level) => blocks[level]?.outcomes[item] ?? {})) as Outcomes;
}

/** The same with the outcome of a step for some of the frames, by their places. */
export function withOutcomes(variables: Variables, path: string, found: ReadonlyMap<number, unknown>): Variables {
  const { blocks, outcomes } = variables;
  const block = blocks.at(-1);
  if (block === undefined) {
    return found.has(0) ? { ...variables, outcomes: { ...outcomes, [path]: found.get(0) } } : variables;
  }
  const within = chunkOf(block).map((_, i): Outcomes => {
    const before = block.outcomes[i] ?? {};
    return found.has(i) ? { ...before, [path]: found.get(i) } : before;
  });
  return { ...variables, blocks: [...blocks.slice(0, -1), { ...block, outcomes: within }] };
}

/** The same without what a step was left with. */
export function withoutWaiting({ old, inputs, outcomes, blocks }: Variables): Variables {
  return { ...(old === undefined ? {} : { old }), ...(inputs === undefined ? {} : { inputs }), outcomes, blocks };
}
