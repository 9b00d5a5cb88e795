// What the makers of types share: the Model, the reader's language, the names taken and the types made so far.
import type { FieldModel, Label, Model, ObjectModel } from '@tessera/metadata';
import { typeName } from '@tessera/metadata';
import type { GraphQLNamedType } from 'graphql';
import { labelText } from '../label-text.ts';

/** Names within one scope; a second claim of a name gets an underscore, so that no metadata can break the schema. */
export class Names {
  readonly #taken = new Set<string>();

  claim(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name += '_';
    this.#taken.add(name);
    return name;
  }
}

export class SchemaBuilder {
  readonly model: Model;
  readonly #languages: readonly string[];
  readonly #names = new Names();
  readonly #types = new Map<string, GraphQLNamedType>();

  constructor(model: Model, languages: readonly string[]) {
    this.model = model;
    this.#languages = languages;
    // Objects first: their names come from metadata, all others from them.
    for (const object of Object.keys(model.objects)) this.#names.claim(typeName(object));
  }

  get objects(): readonly ObjectModel[] {
    return Object.values(this.model.objects);
  }

  object(name: string): ObjectModel {
    const object = this.model.objects[name];
    if (object === undefined) throw new TypeError(`The model has no object ${name}.`);
    return object;
  }

  /** The type of this key, made at the first call. `wanted` is its name unless that is taken. */
  type<T extends GraphQLNamedType>(key: string, wanted: string, make: (name: string) => T): T {
    const made = this.#types.get(key);
    // A key belongs to one maker, hence to one class.
    if (made !== undefined) return made as T;
    const type = make(this.#names.claim(wanted));
    this.#types.set(key, type);
    return type;
  }

  /** The type of an object's records; its name was claimed at the start. */
  recordType<T extends GraphQLNamedType>(object: ObjectModel, make: (name: string) => T): T {
    const key = `record:${object.name}`;
    const made = this.#types.get(key);
    if (made !== undefined) return made as T;
    const type = make(typeName(object.name));
    this.#types.set(key, type);
    return type;
  }

  text(label: Label): string {
    return labelText(label, this.#languages);
  }

  /** A field's label, and its help where it has one. */
  describe(field: FieldModel): string {
    const label = this.text(field.label);
    return field.help === undefined ? label : `${label}. ${this.text(field.help)}`;
  }
}
