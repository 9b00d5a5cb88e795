// Data of packs in a scenario: which demo sets it asks for, and what it may call their records.
import type { Model, ScenarioJson } from '@tessera/metadata';
import { people } from '../given-values.ts';
import { partsOfRef, setCalled, withNeeded, type DataSet } from '../seeds/sets.ts';

/** Whether the people of a scenario are those of the demo data. */
export const hasDemoPeople = ({ people: persons }: NonNullable<ScenarioJson['given']>): boolean => typeof persons === 'string';

/**
 * The demo sets that a scenario asks for, with those that they need, in the order in which they are loaded. Throws COMPONENT_UNKNOWN.
 * @param all of all packs, in that order
 */
export function demoSetsOf({ given = {} }: ScenarioJson, all: readonly DataSet[], model: Model): readonly DataSet[] {
  const named = (given.data ?? []).map((name) => setCalled(all, name));
  const persons = hasDemoPeople(given) ? all.filter(({ object }) => object === people) : [];
  return withNeeded(all, [...named, ...persons], model).filter(({ owner }) => owner === 'demo');
}

/** What records of data may be called, as far as their files say it. */
export class KnownSeeds {
  readonly #layer: string;
  readonly #sets: readonly DataSet[];

  /** @param layer whose scenario it is */
  constructor(layer: string, sets: readonly DataSet[]) {
    this.#layer = layer;
    this.#sets = sets;
  }

  /** Rows of a file have names that only the load tells. @param object of that object */
  mayBe(name: string, object?: string): boolean {
    const { pack, key } = partsOfRef(name);
    const has = (set: DataSet): boolean => Object.hasOwn(set.records, key) || set.refColumn !== undefined;
    const found = this.#sets.filter((set) => has(set) && (pack === undefined || pack === set.pack));
    const own = found.filter((set) => set.pack === this.#layer && Object.hasOwn(set.records, key));
    return (own.length > 0 ? own : found).some((set) => object === undefined || set.object === object);
  }
}
