// A scenario at play: who its people are, what its records are called, and what its values mean.
import { fail } from '@tessera/kernel';
import { ruleScope, type ScenarioJson } from '@tessera/metadata';
import { checkRule, toJs, type JsEnvironment, type Value } from '@tessera/rules';
import type { Player, Reached, RecordRef, Sandbox, Values } from './sandbox.ts';

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that `{ "ref": … }` says; undefined where it is something else. */
export function refIn(value: unknown): string | undefined {
  if (!isMap(value) || typeof value['ref'] !== 'string') return undefined;
  return Object.keys(value).every((key) => key === 'ref' || key === '$comment') ? value['ref'] : undefined;
}

/** What people and records are called. */
export type Names = ReadonlyMap<string, RecordRef>;

export const people = 'user';

export class Play {
  readonly sandbox: Sandbox;
  readonly scenario: ScenarioJson;
  /** What was seen to have had its say. */
  readonly reached = new Set<Reached>();
  readonly #names = new Map<string, RecordRef>();
  readonly #players = new Map<string, Promise<Player>>();
  readonly #platform: Promise<Player>;
  /** Values that records of an object have unless a scenario says otherwise. */
  #fixtures: ReadonlyMap<string, Values> = new Map();

  constructor(sandbox: Sandbox, scenario: ScenarioJson, platform: Promise<Player>) {
    this.sandbox = sandbox;
    this.scenario = scenario;
    this.#platform = platform;
  }

  useFixtures(values: ReadonlyMap<string, Values>): void {
    this.#fixtures = values;
  }

  call(name: string, record: RecordRef): void {
    this.#names.set(name, record);
  }

  /** @throws SCENARIO_NAME_UNKNOWN */
  record(name: string, names: Names = this.#names): RecordRef {
    const found = names.get(name);
    if (found !== undefined) return found;
    throw fail('SCENARIO_NAME_UNKNOWN', { kind: 'record', name, known: [...names.keys()].join(', ') });
  }

  /** A person's id. @throws SCENARIO_NAME_UNKNOWN */
  person(name: string): string {
    const found = this.#names.get(name);
    if (found?.object === people) return found.id;
    const known = [...this.#names].flatMap(([key, { object }]) => (object === people ? [key] : []));
    throw fail('SCENARIO_NAME_UNKNOWN', { kind: 'person', name, known: known.join(', ') });
  }

  /** What somebody is called in the scenario; of somebody else the id. */
  nameOf(id: string | null): string {
    for (const [name, record] of this.#names) if (record.id === id) return name;
    return id ?? 'nobody';
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
    const entries = Object.entries(values).filter(([field]) => field !== '$comment');
    return Object.fromEntries(entries.map(([field, value]) => [field, this.value(value, this.#asReference(object, field), names)]));
  }

  /** Whether a field takes references of several objects, which then name theirs. */
  #asReference(object: string, field: string): boolean {
    return this.sandbox.model.objects[object]?.fields[field]?.wire === 'anyReference';
  }

  /** @param whole a reference with its object, instead of the id alone */
  value(value: unknown, whole = false, names: Names = this.#names): unknown {
    if (!isMap(value)) return value;
    const ref = refIn(value);
    if (ref !== undefined) return whole ? this.record(ref, names) : this.record(ref, names).id;
    if (Object.hasOwn(value, 'literal')) return this.#within(value['literal'], names);
    return this.#workedOut(value);
  }

  /** References in lists and objects that are meant as such. */
  #within(value: unknown, names: Names): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#within(each, names));
    const ref = refIn(value);
    if (ref !== undefined) return this.record(ref, names).id;
    return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#within(each, names)])) : value;
  }

  /** A rule in whose place of `{ "ref": … }` the ids stand. */
  rule(rule: unknown): unknown {
    return this.#within(rule, this.#names);
  }

  #workedOut(rule: unknown): Value {
    const { model } = this.sandbox;
    const { catalog, tenant } = ruleScope(model, people);
    const { expression, problems } = checkRule(rule, { catalog, ...(tenant === undefined ? {} : { tenant }) });
    if (expression === undefined) throw fail('SCENARIO_RULE_INVALID', { reason: problems.map(({ message }) => message).join(' ') });
    const { timeZone, currency } = model.settings;
    const environment: JsEnvironment = {
      now: this.sandbox.now(),
      timeZone,
      path: ({ steps }) => (steps[0]?.field === 'currency' ? currency : timeZone),
      aggregate: () => null,
    };
    return toJs(expression)(environment);
  }
}
