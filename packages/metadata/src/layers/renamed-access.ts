// Follows renames through who may see and change what: grants, sharing rules, teams.
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Renames {
  readonly names: FormerNames;
  readonly rules: RenamedRules;
  readonly keys: KeyRenames;
}

export class RenamedAccess {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  /** A role or a permission set. `*` is no name, so no name is behind it. */
  grants(content: Json): Json {
    const grants = this.#keys.map(
      '/objects',
      (name) => this.#names.component('object', name),
      (grant, object, at) => {
        const types = this.#keys.list((type) => this.#names.part(object, 'recordTypes', type));
        const fields = this.#keys.map(`${at}/fields`, (field) => this.#names.field(object, field));
        return this.#keys.set(this.#keys.set(grant, 'recordTypes', types), 'fields', fields);
      },
    );
    return this.#keys.set(content, 'objects', grants);
  }

  sharingRule(object: string, content: Json): Json {
    const records: Follow = (value) =>
      isJsonObject(value)
        ? this.#keys.set(
            this.#keys.set(value, 'ownedBy', (owners) => (isJsonObject(owners) ? this.#subject(owners) : owners)),
            'when',
            this.#rule(object),
          )
        : value;
    const to = this.#keys.map('/to', undefined, (subject) => this.#subject(subject));
    return this.#keys.set(this.#keys.set(content, 'records', records), 'to', to);
  }

  /** The team of an object. */
  team(object: string): Follow {
    const rules = this.#keys.map('/team/rules', undefined, (rule) =>
      this.#keys.set(this.#keys.set(rule, 'when', this.#rule(object)), 'member', this.#rule(object)),
    );
    return (team) => (isJsonObject(team) ? this.#keys.set(team, 'rules', rules) : team);
  }

  #rule(object: string): Follow {
    return (source) => this.#rules.rule(source, { objects: [object] });
  }

  #subject(subject: Json): Json {
    return this.#keys.set(
      subject,
      'role',
      this.#keys.word((role) => this.#names.component('role', role)),
    );
  }
}
