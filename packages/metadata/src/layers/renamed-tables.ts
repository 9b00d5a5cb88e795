// Follows renames through message templates and decision tables.
import { withPaths } from '../placeholders.ts';
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import { isJsonObject } from './merge.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export class RenamedTables {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  template(object: string, content: Json): Json {
    const present = (path: string): string => String(this.#rules.path(path, { objects: [object] }));
    const text: Follow = (value) => (typeof value === 'string' ? withPaths(value, present) : value);
    const texts = this.#keys.values('', undefined, text);
    const message: Follow = (value) => (isJsonObject(value) ? this.#keys.all(value, { subject: texts, body: texts }) : value);
    return this.#keys.all(content, { inApp: message, email: message });
  }

  decisionTable(object: string, content: Json): Json {
    const present = (name: string): string => this.#names.field(object, name);
    const field = this.#keys.word(present);
    const path = (written: string): string => this.#names.path(written, object).path;
    return this.#keys.all(content, {
      inputs: this.#keys.map('/inputs', undefined, (input) => this.#keys.all(input, { field, from: field, to: field })),
      outputs: this.#keys.list(present),
      sort: this.#keys.map('/sort', path),
      validFrom: field,
      validTo: field,
      values: this.#keys.values('/values', present, (value, name) => this.#rules.value(value, { object, field: name }, { objects: [''] })),
    });
  }
}
