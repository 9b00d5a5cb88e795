// Follows renames through scenarios and fixtures: what records they make, change and expect. Documents of GraphQL are texts, and stay.
import type { ComponentKind } from '../kinds.ts';
import type { FormerNames } from './former-names.ts';
import type { Follow, FollowEntry, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedAutomations } from './renamed-automations.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Steps with those that are done at once. */
const stepsIn = (steps: unknown): readonly (readonly [string, Json])[] =>
  Object.entries(asJson(steps)).flatMap(([key, step]) => [[key, asJson(step)] as const, ...stepsIn(asJson(step)['steps'])]);

export class RenamedScenarios {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;
  readonly #automations: RenamedAutomations;

  constructor({ names, rules, keys }: Renames, automations: RenamedAutomations) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
    this.#automations = automations;
  }

  fixture(content: Json): Json {
    const { object, values } = this.#made(content, '');
    return this.#keys.all(content, { object, values, records: this.#records('/records') });
  }

  scenario(content: Json): Json {
    const keys = this.#keys;
    const objects = this.#objectsOf(content);
    const person: FollowEntry = (entry, _, at) =>
      keys.all(entry, {
        roles: keys.list((name) => this.#names.component('role', name)),
        permissionSets: keys.list((name) => this.#names.component('permissionSet', name)),
        values: this.#values('user', `${at}/values`),
      });
    const given: Follow = (value) =>
      keys.all(asJson(value), { people: keys.map('/given/people', undefined, person), records: this.#records('/given/records') });
    return keys.all(content, { given, steps: this.#steps(objects, '/steps') });
  }

  /** The object of each record that the scenario has a name for. */
  #objectsOf(content: Json): ReadonlyMap<string, string> {
    const given = Object.entries(asJson(asJson(content['given'])['records']));
    const objects = new Map<string, string>();
    for (const [key, entry] of [...given, ...stepsIn(content['steps'])]) {
      const { object, conversion } = asJson(entry);
      if (typeof object === 'string') objects.set(key, this.#names.component('object', object));
      const targets = asJson(this.#names.get('conversion', this.#names.component('conversion', wordOf(conversion)))['targets']);
      for (const [name, target] of Object.entries(targets)) objects.set(`${key}.${name}`, wordOf(asJson(target)['object']));
    }
    return objects;
  }

  #component(kind: ComponentKind): Follow {
    return this.#keys.word((name) => this.#names.component(kind, name));
  }

  #rule(object: string): Follow {
    return (source) => this.#rules.rule(source, { objects: [object] });
  }

  #values(object: string, at: string): Follow {
    return this.#automations.fieldValues(object, { objects: [object] }, at);
  }

  /** What says of which object it is. */
  #made(entry: Json, at: string): Readonly<Record<'object' | 'values', Follow>> {
    const object = this.#names.component('object', wordOf(entry['object']));
    return { object: this.#component('object'), values: this.#values(object, `${at}/values`) };
  }

  #records(at: string): Follow {
    return this.#keys.map(at, undefined, (entry, _, place) => this.#keys.all(entry, this.#made(entry, place)));
  }

  #steps(objects: ReadonlyMap<string, string>, at: string): Follow {
    return this.#keys.map(at, undefined, (step, _, place) => this.#step(step, objects, place));
  }

  #step(step: Json, objects: ReadonlyMap<string, string>, at: string): Json {
    const keys = this.#keys;
    const named = wordOf(step['object']);
    const object = named === '' ? (objects.get(wordOf(step['record'])) ?? '') : this.#names.component('object', named);
    const field = (name: string): string => this.#names.field(object, name);
    const path = keys.word((written) => this.#names.path(written, object).path);
    const figure: FollowEntry = (entry) => keys.all(entry, { path, where: this.#rule(object) });
    const refused: Follow = (value) =>
      keys.all(asJson(value), { at: keys.word(field), rule: keys.word((name) => this.#names.part(object, 'validationRules', name)) });
    return keys.all(step, {
      object: this.#component('object'),
      values: this.#values(object, `${at}/values`),
      edits: this.#values(object, `${at}/edits`),
      where: this.#rule(object),
      refused,
      process: this.#component('approvalProcess'),
      automation: this.#component('automation'),
      pool: this.#component('pool'),
      conversion: this.#component('conversion'),
      groupBy: keys.map(`${at}/groupBy`, undefined, figure),
      measures: keys.map(`${at}/measures`, undefined, figure),
      mapping: (mapping) =>
        keys.set(
          asJson(mapping),
          'columns',
          keys.map(`${at}/mapping/columns`, undefined, (column) => keys.set(column, 'field', keys.word(field))),
        ),
      records: keys.map(`${at}/records`, undefined, (entry, name, place) => this.#expected(entry, objects.get(name) ?? '', place)),
      counts: keys.map(`${at}/counts`, undefined, (entry) => {
        const counted = this.#names.component('object', wordOf(entry['object']));
        return keys.all(entry, { object: this.#component('object'), where: this.#rule(counted) });
      }),
      steps: this.#steps(objects, `${at}/steps`),
    });
  }

  /** What must be true of a record. */
  #expected(entry: Json, object: string, at: string): Json {
    const keys = this.#keys;
    const field = keys.word((name) => this.#names.field(object, name));
    return keys.all(entry, {
      values: this.#values(object, `${at}/values`),
      holds: this.#rule(object),
      approval: (approval) => keys.set(asJson(approval), 'process', this.#component('approvalProcess')),
      history: keys.map(`${at}/history`, undefined, (change) => keys.set(change, 'field', field)),
    });
  }
}
