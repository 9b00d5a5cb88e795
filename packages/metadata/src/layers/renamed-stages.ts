// Follows renames through stage flows.
import type { FormerNames } from './former-names.ts';
import type { Follow, KeyRenames } from './key-renames.ts';
import type { Renames } from './renamed-access.ts';
import type { RenamedRules } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;

export class RenamedStages {
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys: KeyRenames;

  constructor({ names, rules, keys }: Renames) {
    this.#names = names;
    this.#rules = rules;
    this.#keys = keys;
  }

  /** @param base the flow that is extended, else the flow itself */
  stageFlow(object: string, content: Json, base: Json): Json {
    const keys = this.#keys;
    const field = (name: string): string => this.#names.field(object, name);
    const staged = field(String(content['field'] ?? base['field']));
    const option = (name: string): string => this.#names.option(object, staged, name);
    const rule: Follow = (source) => this.#rules.rule(source, { objects: [object] });
    const move = (entry: Json): Json => keys.set(entry, 'when', rule);
    const conditions = (at: string): Follow =>
      keys.map(at, undefined, (entry) => keys.all(entry, { refuseWhen: rule, at: keys.word(field) }));
    const tasks = (at: string): Follow =>
      keys.map(at, undefined, (entry) => keys.all(entry, { fields: keys.list(field), where: this.#where(object, entry['relation']) }));
    const moves: Follow = (entry) => (typeof entry === 'object' && entry !== null ? move(entry as Json) : entry);
    const stages = keys.map('/stages', option, (entry, _, at) =>
      keys.all(entry, {
        moves: keys.map(`${at}/moves`, option, move),
        enter: conditions(`${at}/enter`),
        leave: conditions(`${at}/leave`),
        required: keys.list(field),
        tasks: tasks(`${at}/tasks`),
        probability: rule,
        allowedDays: rule,
        approval: keys.word((name) => this.#names.component('approvalProcess', name)),
      }),
    );
    return keys.all(content, {
      field: keys.word(field),
      recordTypes: keys.list((type) => this.#names.part(object, 'recordTypes', type)),
      skip: moves,
      back: moves,
      reopen: moves,
      stages,
    });
  }

  /** A condition over the records of a child relation. */
  #where(object: string, relation: unknown): Follow {
    const child = typeof relation === 'string' ? this.#names.child(object, relation) : undefined;
    return (source) => (child === undefined ? source : this.#rules.rule(source, { objects: [object, child] }));
  }
}
