// Follows renames through matching rules and duplicate rules.
import type { FormerNames } from './former-names.ts';
import type { FollowEntry, KeyRenames } from './key-renames.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export class RenamedMatching {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  matchingRule(object: string, content: Json): Json {
    const own = (field: string): string => this.#names.field(object, field);
    const source: FollowEntry = (entry, name, at) =>
      this.#keys.set(
        entry,
        'fields',
        this.#keys.values(`${at}/fields`, own, (field) => (typeof field === 'string' ? this.#names.field(name, field) : field)),
      );
    const criterion: FollowEntry = (entry, _, at) => this.#keys.set(entry, 'fields', this.#keys.map(`${at}/fields`, own));
    return this.#keys.all(content, {
      sources: this.#keys.map('/sources', (name) => this.#names.component('object', name), source),
      where: (rule) => this.#rules.rule(rule, { objects: [object] }),
      criteria: this.#keys.map('/criteria', undefined, criterion),
    });
  }

  duplicateRule(object: string, content: Json): Json {
    return this.#keys.all(content, {
      matching: this.#keys.word((name) => this.#names.component('matchingRule', name)),
      when: (rule) => this.#rules.rule(rule, { objects: [object] }),
    });
  }
}
