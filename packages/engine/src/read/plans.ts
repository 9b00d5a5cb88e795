// Compiled reads, kept for requests that differ in given values only.
import { bind, BoundedCache, Given, TesseraError, type GivenValue, type Statement } from '@tessera/kernel';
import { GivenSlot } from '@tessera/rules';
import { LateCursor, type CursorPads, type RootQuery } from '@tessera/storage';
import type { RootRequest } from './request.ts';

type Givens = ReadonlyMap<string, GivenValue>;

/** A statement whose given values are slots. There are no ids, cursors or operands of anybody's request in it. */
export interface Plan {
  readonly statement: Statement;
  /** As `queryCost` counts it. */
  readonly cost: number;
  /** How each given value is read; also where what security placed has left no trace of it in the statement, since it is to be refused all the same. */
  readonly readings: readonly GivenSlot[];
  readonly cursors: readonly LateCursor[];
  /** Whether PostgreSQL may keep a plan of its own for it. */
  readonly preparable: boolean;
}

/** What opens the cursors of a caller. */
export interface CursorLock {
  readonly pads: CursorPads;
  readonly context: string;
}

interface Found {
  readonly given: Set<string>;
  readonly readings: Map<string, GivenSlot>;
  readonly cursors: Set<LateCursor>;
}

function collect(part: unknown, found: Found): void {
  if (part instanceof Given) found.given.add(part.name);
  else if (part instanceof GivenSlot) found.readings.set(part.slot, part);
  else if (part instanceof LateCursor) found.cursors.add(part);
  else if (typeof part === 'object' && part !== null) for (const inner of Object.values(part)) collect(inner, found);
}

/** From the request to the statement. */
export interface Compiled {
  readonly requests: readonly RootRequest[];
  /** As the caller asked for them. */
  readonly roots: readonly RootQuery[];
  readonly statement: Statement;
  readonly cost: number;
  readonly preparable: boolean;
}

/** Undefined where a given value of the request is not read by a slot: then what was made of it may be another thing for another value. */
export function planOf({ requests, roots, statement, cost, preparable }: Compiled): Plan | undefined {
  const found: Found = { given: new Set(), readings: new Map(), cursors: new Set() };
  for (const part of [requests, roots]) collect(part, found);
  const read = new Set([...found.readings.values(), ...found.cursors].map(({ given }) => given));
  if (![...found.given].every((name) => read.has(name))) return undefined;
  // The statement's own are among them, or the same value in another form.
  collect(statement.values, found);
  return { statement, cost, readings: [...found.readings.values()], cursors: [...found.cursors], preparable };
}

function cursorSlotsOf(cursor: LateCursor, text: GivenValue | undefined, lock: CursorLock): Readonly<Record<string, string>> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return cursor.bound(text, lock.pads, lock.context);
  } catch (error) {
    if (error instanceof TesseraError) return undefined;
    throw error;
  }
}

/** The plan's statement with everything in its slots; undefined where a given value is to be refused, or wants another statement. */
export function bound(
  { statement, readings, cursors }: Plan,
  slots: Readonly<Record<string, unknown>>,
  givens: Givens,
  lock: CursorLock,
): Statement | undefined {
  const all: Record<string, unknown> = { ...slots };
  for (const cursor of cursors) {
    const keys = cursorSlotsOf(cursor, givens.get(cursor.given), lock);
    if (keys === undefined) return undefined;
    Object.assign(all, keys);
  }
  for (const reading of readings) {
    const value = givens.get(reading.given);
    const parameter = value === undefined ? undefined : reading.bound(value);
    if (parameter === undefined) return undefined;
    all[reading.slot] = parameter;
  }
  return bind(statement, all);
}

/** Bytes that the plans of a node may take together. */
const keptBytes = 64_000_000;
/** What a plan takes beside its texts. */
const emptyBytes = 1_000;
/** A character of a text may take two bytes. */
const bytesOf = (text: string): number => 2 * text.length;
/** A statement that is run so often is one to prepare: each name stays with a connection for its life. */
const usesBeforeName = 16;

interface Kept {
  plan: Plan;
  uses: number;
}

/** The name only says that preparing is worth it: connections have names of their own. */
const prepared = (plan: Plan): Plan => ({ ...plan, statement: { ...plan.statement, name: 'plan' } });

/** The plans of a node, least recently used first to go. */
export class Plans {
  readonly #kept = new BoundedCache<string, Kept>(keptBytes);

  get(key: string): Plan | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    kept.uses += 1;
    if (kept.uses === usesBeforeName && kept.plan.preparable) kept.plan = prepared(kept.plan);
    return kept.plan;
  }

  /** What is kept, without it being used. */
  look(key: string): Plan | undefined {
    return this.#kept.get(key)?.plan;
  }

  keep(key: string, plan: Plan): void {
    const texts = [key, plan.statement.text, ...plan.readings.map(({ slot }) => slot)];
    this.#kept.set(
      key,
      { plan, uses: 0 },
      texts.reduce((sum, text) => sum + bytesOf(text), emptyBytes),
    );
  }
}
