// Follows renames through clocks.
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export class RenamedClocks {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  clock(object: string, content: Json): Json {
    const keys = this.#keys;
    const rule: Follow = (source) => this.#rules.rule(source, { objects: [object] });
    const length = (entry: Json): Json => keys.all(entry, { before: rule, after: rule, repeat: repeat });
    const repeat: Follow = (entry) => (typeof entry === 'object' && entry !== null ? keys.set(entry as Json, 'every', rule) : entry);
    return keys.all(content, {
      calendar: keys.word((name) => this.#names.component('calendar', name)),
      start: rule,
      pause: rule,
      stop: rule,
      target: rule,
      thresholds: keys.map('/thresholds', undefined, length),
    });
  }
}
