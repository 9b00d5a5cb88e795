// A scenario at play: who its people are, what its records are called, and what its values mean.
import { fail } from '@tessera/kernel';
import type { Seeded } from '@tessera/storage';
import { givenValues, people, withIds, type GivenScope, type RecordRef, type Values } from '../given-values.ts';
import { seedCalled } from '../seeds/names.ts';
import type { Scenario } from './read.ts';
import type { Player, Reached, Sandbox } from './sandbox.ts';

/** What people and records are called. */
export type Names = ReadonlyMap<string, RecordRef>;

export class Play {
  readonly sandbox: Sandbox;
  readonly scenario: Scenario;
  /** What was seen to have had its say. */
  readonly reached = new Set<Reached>();
  readonly #names = new Map<string, RecordRef>();
  readonly #players = new Map<string, Promise<Player>>();
  readonly #platform: Promise<Player>;
  /** Values that records of an object have unless a scenario says otherwise. */
  #fixtures: ReadonlyMap<string, Values> = new Map();
  /** What the packs' data have brought; the scenario's own names go before theirs. */
  #seeds: readonly Seeded[] = [];

  constructor(sandbox: Sandbox, scenario: Scenario, platform: Promise<Player>) {
    this.sandbox = sandbox;
    this.scenario = scenario;
    this.#platform = platform;
  }

  useFixtures(values: ReadonlyMap<string, Values>): void {
    this.#fixtures = values;
  }

  useSeeds(seeds: readonly Seeded[]): void {
    this.#seeds = seeds;
  }

  call(name: string, record: RecordRef): void {
    this.#names.set(name, record);
  }

  /** @throws SCENARIO_NAME_UNKNOWN */
  record(name: string, names: Names = this.#names): RecordRef {
    const found = names.get(name) ?? seedCalled(this.#seeds, this.scenario.layer, name);
    if (found !== undefined) return found;
    throw fail('SCENARIO_NAME_UNKNOWN', { kind: 'record', name, known: [...names.keys()].join(', ') });
  }

  /** A person's id. @throws SCENARIO_NAME_UNKNOWN */
  person(name: string): string {
    const found = this.#names.get(name) ?? seedCalled(this.#seeds, this.scenario.layer, name);
    if (found?.object === people) return found.id;
    const known = [...this.#names].flatMap(([key, { object }]) => (object === people ? [key] : []));
    throw fail('SCENARIO_NAME_UNKNOWN', { kind: 'person', name, known: known.join(', ') });
  }

  /** What somebody is called in the scenario; of somebody else the id. */
  nameOf(id: string | null): string {
    for (const [name, record] of this.#names) if (record.id === id) return name;
    return this.#seeds.find((seed) => seed.id === id)?.key ?? id ?? 'nobody';
  }

  /** Whoever does a step. */
  as(name: string | undefined): Promise<Player> {
    if (name === undefined) return this.#platform;
    let player = this.#players.get(name);
    if (player === undefined) this.#players.set(name, (player = this.sandbox.player(this.person(name))));
    return player;
  }

  /** With the values of fixtures that it does not have itself. */
  withFixtures(object: string, values: Values): Values {
    return { ...this.#fixtures.get(object), ...values };
  }

  /** Values by field as a caller gives them. */
  values(object: string, values: Values, names: Names = this.#names): Values {
    return givenValues(object, values, this.#scope(names));
  }

  /** A rule in whose place of `{ "ref": … }` the ids stand. */
  rule(rule: unknown): unknown {
    return withIds(rule, (name) => this.record(name));
  }

  #scope(names: Names): GivenScope {
    return {
      model: this.sandbox.model,
      now: this.sandbox.now(),
      naming: (name) => this.record(name, names),
      unfit: (reason) => fail('SCENARIO_RULE_INVALID', { reason }),
    };
  }
}
