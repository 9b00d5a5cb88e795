// Follows renames through automations. An extension says but a part of a step: what the step works on is read off the whole.
import type { ComponentKind } from '../kinds.ts';
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { Renames } from './renamed-access.ts';
import type { Frames, RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Entries of a change, each laid over what is there. */
export function overlaid(base: unknown, change: unknown): Json {
  const below = asJson(base);
  const whole: Record<string, unknown> = { ...below };
  for (const [name, entry] of Object.entries(asJson(change))) whole[name] = { ...asJson(below[name]), ...asJson(entry) };
  return whole;
}

/** A step as it is written, and as it is as a whole. */
interface Step {
  readonly whole: Json;
  readonly frames: Frames;
  readonly at: string;
}

export class RenamedAutomations {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  automation(name: string, object: string, content: Json): Json {
    const base = this.#names.get('automation', name);
    const inputs = overlaid(asJson(base['trigger'])['inputs'], asJson(content['trigger'])['inputs']);
    const objects = Object.entries(inputs).map(([input, entry]) => [input, this.#pointed(asJson(entry))] as const);
    const frames: Frames = { objects: [object], inputs: Object.fromEntries(objects.filter(([, target]) => target !== '')) };
    return this.#keys.all(content, {
      when: this.#rule(frames),
      trigger: (trigger) => (isJsonObject(trigger) ? this.#trigger(trigger, object) : trigger),
      steps: this.#block(base['steps'], frames, '/steps'),
    });
  }

  /** The object that an input points to; none for other inputs. */
  #pointed({ type, to }: Json): string {
    return type === 'user' || type === 'department' ? type : this.#object(wordOf(to));
  }

  #object(name: string): string {
    return this.#names.component('object', name);
  }

  #rule(frames: Frames): Follow {
    return (source) => this.#rules.rule(source, frames);
  }

  #component(kind: ComponentKind): Follow {
    return this.#keys.word((name) => this.#names.component(kind, name));
  }

  #trigger(trigger: Json, object: string): Json {
    const frames: Frames = { objects: [object] };
    const field = (name: string): string => this.#names.field(object, name);
    const input = (entry: Json): Json => this.#keys.set(entry, 'to', this.#component('object'));
    return this.#keys.all(trigger, {
      changed: this.#keys.list(field),
      of: this.#keys.word(field),
      before: this.#rule(frames),
      after: this.#rule(frames),
      calendar: this.#component('calendar'),
      process: this.#component('approvalProcess'),
      clock: this.#component('clock'),
      visibleWhen: this.#rule(frames),
      inputs: this.#keys.map('/trigger/inputs', undefined, input),
    });
  }

  /** @param base the steps of the block that are there already */
  #block(base: unknown, outer: Frames, at: string): Follow {
    return (steps) => {
      const wholes = overlaid(base, steps);
      const objects = Object.entries(wholes).map(([name, whole]) => [name, this.#outcome(asJson(whole), outer)] as const);
      const known = Object.fromEntries(objects.filter(([, object]) => object !== ''));
      const frames: Frames = { ...outer, steps: { ...outer.steps, ...known } };
      return this.#keys.map(at, undefined, (step, name, pointer) => this.#step(step, { whole: asJson(wholes[name]), frames, at: pointer }))(
        steps,
      );
    };
  }

  /** The object of the record that is a step's outcome. */
  #outcome({ type, object, from, record }: Json, frames: Frames): string {
    if (type === 'update') return this.#rules.objectOf(record, frames);
    if (type === 'create' || type === 'find' || (type === 'upsert' && from === undefined)) return this.#object(wordOf(object));
    return '';
  }

  #inside(frames: Frames, object: string): Frames {
    return object === '' ? frames : { ...frames, objects: [...frames.objects, object] };
  }

  #step(step: Json, { whole, frames, at }: Step): Json {
    const { type } = whole;
    const object = this.#object(wordOf(whole['object']));
    const rule = this.#rule(frames);
    const over = this.#inside(frames, this.#object(wordOf(asJson(whole['over'])['object'])));
    const inner = type === 'forEach' ? this.#inside(frames, object) : frames;
    const cases = asJson(whole['cases']);
    const followers: Readonly<Record<string, Follow>> = {
      ...Object.fromEntries(
        ['when', 'record', 'amount', 'about', 'until', 'condition', 'asOf', 'for', 'address', 'submitter'].map((part) => [part, rule]),
      ),
      ...Object.fromEntries(['capacity', 'tier', 'weight'].map((part) => [part, this.#rule(over)])),
      scope: this.#rule(this.#inside(frames, object)),
      template: this.#component('template'),
      automation: this.#component('automation'),
      table: this.#component('decisionTable'),
      matching: this.#component('matchingRule'),
      process: this.#component('approvalProcess'),
      assignmentRule: this.#component('assignmentRule'),
      pool: this.#component('pool'),
      calendar: this.#component('calendar'),
      by: this.#keys.word((name) => this.#key(object, name)),
      at: this.#keys.word((name) => this.#names.field(frames.objects[0] ?? '', name)),
      to: this.#keys.map(`${at}/to`, undefined, (person) => this.person(person, frames)),
      values: this.#values({ whole, frames, at }),
      lock: (query) => this.#query(query, frames, `${at}/lock`),
      over: (query) => this.#query(query, frames, `${at}/over`),
      from: (source) => this.#source(source, whole, frames, at),
      into: (into) => this.#into(into, asJson(whole['into']), over, at),
      steps: this.#block(whole['steps'], inner, `${at}/steps`),
      otherwise: this.#block(whole['otherwise'], frames, `${at}/otherwise`),
      cases: this.#keys.map(`${at}/cases`, undefined, (one, name, pointer) =>
        this.#keys.all(one, { when: rule, steps: this.#block(asJson(cases[name])['steps'], frames, `${pointer}/steps`) }),
      ),
    };
    return this.#query(this.#keys.all(step, followers), frames, at, object);
  }

  #key(object: string, name: string): string {
    const key = this.#names.part(object, 'keys', name);
    return key === name ? this.#names.field(object, name) : key;
  }

  /** `object`, `where` and `sort`, as steps and their parts have them. */
  #query(query: unknown, frames: Frames, at: string, of?: string): Json {
    const source = asJson(query);
    const object = of ?? this.#object(wordOf(source['object']));
    const inside = this.#inside(frames, object);
    return this.#keys.all(source, {
      object: this.#component('object'),
      where: this.#rule(inside),
      sort: this.#keys.map(`${at}/sort`, (path) => this.#names.path(path, object).path),
    });
  }

  #source(source: unknown, whole: Json, frames: Frames, at: string): Json {
    const object = this.#object(wordOf(asJson(whole['from'])['object']));
    const rule = this.#rule(this.#inside(frames, object));
    const series: Follow = (value) => (isJsonObject(value) ? this.#keys.all(value, { start: rule, end: rule, every: rule }) : value);
    return this.#keys.set(this.#query(source, frames, `${at}/from`, object), 'series', series);
  }

  #into(into: unknown, whole: Json, over: Frames, at: string): Json {
    const object = this.#object(wordOf(whole['object']));
    return this.#keys.all(asJson(into), {
      object: this.#component('object'),
      by: this.#keys.word((name) => this.#key(object, name)),
      amount: this.#keys.word((name) => this.#names.field(object, name)),
      values: this.fieldValues(object, over, `${at}/into/values`),
    });
  }

  /** Values by field. */
  fieldValues(object: string, frames: Frames, at: string): Follow {
    const present = (name: string): string => this.#names.field(object, name);
    return this.#keys.values(at, present, (value, field) => this.#rules.value(value, { object, field }, frames));
  }

  /** Values of fields, of the inputs of a table, or of nobody's names. */
  #values({ whole, frames, at }: Step): Follow {
    const place = `${at}/values`;
    switch (whole['type']) {
      case 'set':
        return this.fieldValues(frames.objects[0] ?? '', frames, place);
      case 'create':
        return this.fieldValues(this.#object(wordOf(whole['object'])), frames, place);
      case 'update':
        return this.fieldValues(this.#rules.objectOf(whole['record'], frames), frames, place);
      case 'upsert': {
        const from = this.#object(wordOf(asJson(whole['from'])['object']));
        return this.fieldValues(this.#object(wordOf(whole['object'])), this.#inside(frames, from), place);
      }
      case 'decide':
        return this.tableValues(wordOf(whole['table']), frames, place);
      default:
        return this.#keys.values(place, undefined, (value) => this.#rules.rule(value, frames));
    }
  }

  /** Values by the inputs of a decision table. */
  tableValues(name: string, frames: Frames, at: string): Follow {
    const table = this.#names.get('decisionTable', this.#names.component('decisionTable', name));
    const object = this.#object(wordOf(table['object']));
    const fieldOf = (input: string): string => this.#names.field(object, wordOf(asJson(asJson(table['inputs'])[input])['field']));
    return this.#keys.values(at, undefined, (value, input) => this.#rules.value(value, { object, field: fieldOf(input) }, frames));
  }

  /** An entry of a map of people. */
  person(person: Json, frames: Frames): Json {
    const rule = this.#rule(frames);
    const path: Follow = (written) => this.#rules.path(written, frames);
    return this.#keys.all(person, {
      user: rule,
      rule,
      role: this.#component('role'),
      field: path,
      managerOf: path,
      headOf: (written) => (written === 'department' ? written : path(written)),
    });
  }
}
