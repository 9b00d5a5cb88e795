// Follows renames through approval processes: rules and fields of the object, people, and the components that steps name.
import type { ComponentKind } from '../kinds.ts';
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedAutomations } from './renamed-automations.ts';
import type { Frames, RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export class RenamedApprovals {
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

  process(object: string, content: Json): Json {
    const frames: Frames = { objects: [object] };
    const action = (part: string): Follow => this.#part({ ...this.#called(frames, `/${part}`), set: this.#set(frames, `/${part}/set`) });
    return this.#keys.all(content, {
      entry: this.#rule(frames),
      button: this.#part({ visibleWhen: this.#rule(frames) }),
      nobody: this.#nobody(frames, '/nobody'),
      steps: this.#block(frames, '/steps'),
      locks: this.#keys.map('/locks', undefined, (lock, path) => {
        const detail = path.split('.').reduce((at, relation) => this.#names.child(at, relation) ?? '', object);
        return this.#keys.all(lock, { editable: this.#keys.list((name) => this.#names.field(detail, name)) });
      }),
      ...Object.fromEntries(['onSubmit', 'onApproved', 'onRejected', 'onRecalled'].map((part) => [part, action(part)])),
    });
  }

  #rule(frames: Frames): Follow {
    return (source) => this.#rules.rule(source, frames);
  }

  #component(kind: ComponentKind): Follow {
    return this.#keys.word((name) => this.#names.component(kind, name));
  }

  #part(followers: Readonly<Record<string, Follow>>): Follow {
    return (part) => (isJsonObject(part) ? this.#keys.all(part, followers) : part);
  }

  #set(frames: Frames, at: string): Follow {
    return this.#automations.fieldValues(frames.objects[0] ?? '', frames, at);
  }

  /** The automation that is called, with its inputs. */
  #called(frames: Frames, at: string): Readonly<Record<string, Follow>> {
    return {
      automation: this.#component('automation'),
      values: this.#keys.values(`${at}/values`, undefined, (value) => this.#rules.rule(value, frames)),
    };
  }

  #people(frames: Frames, at: string): Follow {
    return this.#keys.map(at, undefined, (person) => this.#automations.person(person, frames));
  }

  #nobody(frames: Frames, at: string): Follow {
    return this.#part({ to: this.#people(frames, `${at}/to`) });
  }

  #timeout(frames: Frames, at: string): Follow {
    return (timeout) =>
      this.#part({
        after: this.#rule(frames),
        calendar: this.#component('calendar'),
        to: this.#people(frames, `${at}/to`),
        then: this.#timeout(frames, `${at}/then`),
      })(timeout);
  }

  #block(frames: Frames, at: string): Follow {
    return (steps) => this.#keys.map(at, undefined, (step, _, pointer) => this.#step(step, frames, pointer))(steps);
  }

  #step(step: Json, frames: Frames, at: string): Json {
    const rule = this.#rule(frames);
    const ways = (property: string): Follow =>
      this.#keys.map(`${at}/${property}`, undefined, (way, _, pointer) =>
        this.#keys.all(way, { when: rule, steps: this.#block(frames, `${pointer}/steps`) }),
      );
    return this.#keys.all(step, {
      when: rule,
      approvers: this.#people(frames, `${at}/approvers`),
      nobody: this.#nobody(frames, `${at}/nobody`),
      editable: this.#keys.list((name) => this.#names.field(frames.objects[0] ?? '', name)),
      timeout: this.#timeout(frames, `${at}/timeout`),
      cases: ways('cases'),
      branches: ways('branches'),
      otherwise: this.#block(frames, `${at}/otherwise`),
      to: this.#people(frames, `${at}/to`),
      template: this.#component('template'),
      about: rule,
      ...this.#called(frames, at),
    });
  }
}
