// What the makers of types share: the Model, the reader's language, the names of types and the types made so far.
import type { FieldModel, Label, Model, ObjectModel, RelationModel } from '@tessera/metadata';
import type { GraphQLFieldConfig, GraphQLInputFieldConfig, GraphQLNamedType } from 'graphql';
import { labelText } from '../label-text.ts';
import { type Names, objectType, fieldType, relationType, reservedNames, type FieldTypeKind, type ObjectTypeKind } from './type-names.ts';

export class SchemaBuilder {
  readonly model: Model;
  readonly #languages: readonly string[];
  readonly #names: Names;
  readonly #reserved: ReadonlyMap<string, string>;
  readonly #types = new Map<string, GraphQLNamedType>();
  readonly #byName = new Map<string, GraphQLNamedType>();
  #fields = 0;

  constructor(model: Model, languages: readonly string[]) {
    this.model = model;
    this.#languages = languages;
    const { names, reserved } = reservedNames(model);
    this.#names = names;
    this.#reserved = reserved;
  }

  get objects(): readonly ObjectModel[] {
    return Object.values(this.model.objects);
  }

  object(name: string): ObjectModel {
    const object = this.model.objects[name];
    if (object === undefined) throw new TypeError(`The model has no object ${name}.`);
    return object;
  }

  /** The types made so far; those that are made while somebody goes through them come last. */
  get types(): Iterable<GraphQLNamedType> {
    return this.#types.values();
  }

  named(name: string): GraphQLNamedType | undefined {
    return this.#byName.get(name);
  }

  get typeCount(): number {
    return this.#types.size;
  }

  /** How many fields and arguments the types made so far have, as far as anybody has looked at them. */
  get fieldCount(): number {
    return this.#fields;
  }

  /** The type of this key, made at the first call. `wanted` is its name unless that is taken. */
  type<T extends GraphQLNamedType>(key: string, wanted: string, make: (name: string) => T): T {
    const made = this.#types.get(key);
    // A key belongs to one maker, hence to one class.
    if (made !== undefined) return made as T;
    const type = make(this.#reserved.get(key) ?? this.#names.claim(wanted));
    this.#types.set(key, type);
    this.#byName.set(type.name, type);
    return type;
  }

  /** `OpportunityFilter` */
  objectType<T extends GraphQLNamedType>(object: ObjectModel, kind: ObjectTypeKind, make: (name: string) => T): T {
    return this.#given(objectType(object, kind), make);
  }

  /** `OpportunityStage` */
  fieldType<T extends GraphQLNamedType>(field: FieldModel, kind: FieldTypeKind, make: (name: string) => T): T {
    return this.#given(fieldType(field, kind), make);
  }

  /** What is handed in for the records of a child relation. */
  relationType<T extends GraphQLNamedType>(parent: ObjectModel, relation: RelationModel, make: (name: string) => T): T {
    return this.#given(relationType(parent, relation), make);
  }

  #given<T extends GraphQLNamedType>({ key, wanted }: { readonly key: string; readonly wanted: string }, make: (name: string) => T): T {
    return this.type(key, wanted, make);
  }

  /** Fields that are made when somebody looks at them, and counted. */
  lazily<Fields extends Readonly<Record<string, GraphQLFieldConfig<unknown, unknown> | GraphQLInputFieldConfig>>>(
    make: () => Fields,
  ): () => Fields {
    return () => {
      const fields = make();
      for (const field of Object.values(fields)) this.#fields += 1 + ('args' in field ? Object.keys(field.args ?? {}).length : 0);
      return fields;
    };
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
