// Follows renames through pools, assignment rules and conversions. An extension says but a part of a target: what it makes is read off the whole.
import type { ComponentKind } from '../kinds.ts';
import type { FormerNames } from './former-names.ts';
import type { Follow, FollowEntry, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { Renames } from './renamed-access.ts';
import { overlaid, type RenamedAutomations } from './renamed-automations.ts';
import type { Frames, RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export class RenamedPools {
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

  #rule(frames: Frames): Follow {
    return (source) => this.#rules.rule(source, frames);
  }

  #component(kind: ComponentKind): Follow {
    return this.#keys.word((name) => this.#names.component(kind, name));
  }

  pool(object: string, content: Json): Json {
    const keys = this.#keys;
    const rule = this.#rule({ objects: [object] });
    const subject: FollowEntry = (entry) => keys.set(entry, 'role', this.#component('role'));
    const recycling: FollowEntry = (entry) =>
      keys.all(entry, {
        since: keys.list((name) => this.#names.field(object, name)),
        when: rule,
        calendar: this.#component('calendar'),
        template: this.#component('template'),
      });
    return keys.all(content, {
      enter: rule,
      members: keys.map('/members', undefined, subject),
      administrators: keys.map('/administrators', undefined, subject),
      assign: this.#component('assignmentRule'),
      limits: (limits) => (isJsonObject(limits) ? keys.set(limits, 'counts', rule) : limits),
      recycle: keys.map('/recycle', undefined, recycling),
    });
  }

  assignmentRule(name: string, object: string, content: Json): Json {
    const keys = this.#keys;
    const frames: Frames = { objects: [object] };
    const base = this.#names.get('assignmentRule', name);
    const table = wordOf(asJson(content['decide'])['table'] ?? asJson(base['decide'])['table']);
    const entry: FollowEntry = (one, _, at) =>
      keys.all(one, {
        when: this.#rule(frames),
        to: keys.map(`${at}/to`, undefined, (person) => this.#automations.person(person, frames)),
      });
    return keys.all(content, {
      decide: (decide) =>
        isJsonObject(decide)
          ? keys.all(decide, {
              table: this.#component('decisionTable'),
              values: this.#automations.tableValues(table, frames, '/decide/values'),
            })
          : decide,
      rules: keys.map('/rules', undefined, entry),
      load: this.#rule(frames),
    });
  }

  conversion(name: string, object: string, content: Json): Json {
    const keys = this.#keys;
    const wholes = overlaid(this.#names.get('conversion', name)['targets'], content['targets']);
    const made = Object.entries(wholes).map(([key, whole]) => [key, this.#object(asJson(whole)['object'])] as const);
    const frames: Frames = { objects: [object], steps: Object.fromEntries(made.filter(([, target]) => target !== '')) };
    return keys.all(content, {
      when: this.#rule(frames),
      targets: keys.map('/targets', undefined, (entry, key, at) => this.#target(entry, asJson(wholes[key]), frames, at)),
      set: this.#automations.fieldValues(object, frames, '/set'),
    });
  }

  #object(name: unknown): string {
    return name === undefined ? '' : this.#names.component('object', wordOf(name));
  }

  #target(entry: Json, whole: Json, frames: Frames, at: string): Json {
    const keys = this.#keys;
    const object = this.#object(whole['object']);
    const source = frames.objects[0] ?? '';
    const key = (name: string): string => {
      const found = this.#names.part(object, 'keys', name);
      return found === name ? this.#names.field(object, name) : found;
    };
    return keys.all(entry, {
      object: this.#component('object'),
      when: this.#rule(frames),
      values: this.#automations.fieldValues(object, frames, `${at}/values`),
      by: keys.word(key),
      matching: this.#component('matchingRule'),
      find: this.#rule({ ...frames, objects: [...frames.objects, object] }),
      link: keys.word((name) => this.#names.field(source, name)),
      children: keys.map(`${at}/children`, undefined, (one, name, place) =>
        this.#children(one, asJson(asJson(whole['children'])[name]), frames, place),
      ),
    });
  }

  #children(entry: Json, known: Json, frames: Frames, at: string): Json {
    const whole = { ...known, ...entry };
    const child = this.#names.child(frames.objects[0] ?? '', wordOf(whole['relation'])) ?? '';
    const inside: Frames = child === '' ? frames : { ...frames, objects: [...frames.objects, child] };
    const object = whole['object'] === undefined ? child : this.#object(whole['object']);
    return this.#keys.all(entry, {
      object: this.#component('object'),
      when: this.#rule(inside),
      values: this.#automations.fieldValues(object, inside, `${at}/values`),
    });
  }
}
