// A schema whose types are made as documents ask for them: most of a large Model's types are in no document that anybody sends.
import type { Model } from '@tessera/metadata';
import {
  GraphQLSchema,
  isInterfaceType,
  isUnionType,
  specifiedScalarTypes,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { SchemaBuilder } from './builder.ts';
import { recordOf } from './records.ts';
import { mutationType, queryType, subscriptionType } from './roots.ts';
import { ownScalars } from './scalars.ts';
import { recordTypeName } from './type-names.ts';

type Roots = Readonly<Record<'query' | 'mutation' | 'subscription', () => GraphQLObjectType | undefined>>;

/** Makes it at the first call. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Has a type make what it refers to. */
function unfold(type: GraphQLNamedType): void {
  if ('getFields' in type) type.getFields();
  else if (isUnionType(type)) type.getTypes();
}

/** What a field of a schema takes in bytes, a type beside its fields, and a field of the Model that the schema holds on to; all measured. */
const [bytesOfField, bytesOfType, bytesOfModelField] = [500, 1_000, 2_000];

function bytesOfModel({ objects }: Model): number {
  return Object.values(objects).reduce((bytes, { fields }) => bytes + bytesOfModelField * Object.keys(fields).length, 0);
}

/** About how many bytes a schema takes that has all its types. */
export function bytesOfSchema(schema: GraphQLSchema): number {
  let bytes = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    bytes += bytesOfType;
    const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] =
      'getFields' in type ? Object.values(type.getFields()) : [];
    for (const field of fields) bytes += bytesOfField * (1 + ('args' in field ? field.args.length : 0));
  }
  return bytes;
}

export class LazySchema extends GraphQLSchema {
  readonly #builder: SchemaBuilder;
  readonly #roots: Roots;
  readonly #whole: () => GraphQLSchema;
  readonly #bytesOfModel: number;
  readonly #scalars: ReadonlyMap<string, GraphQLNamedType>;

  /**
   * @param languages BCP 47, best first: the language of descriptions
   * @param whole the same schema with all its types, for introspection
   */
  constructor(model: Model, languages: readonly string[], whole: () => GraphQLSchema) {
    super({ assumeValid: true });
    const b = new SchemaBuilder(model, languages);
    this.#builder = b;
    this.#whole = whole;
    this.#bytesOfModel = bytesOfModel(model);
    this.#roots = { query: once(() => queryType(b)), mutation: once(() => mutationType(b)), subscription: once(() => subscriptionType(b)) };
    this.#scalars = new Map([...specifiedScalarTypes, ...ownScalars].map((scalar) => [scalar.name, scalar]));
  }

  /** About how many bytes it takes by now, with its Model. */
  get bytes(): number {
    return this.#bytesOfModel + this.#builder.fieldCount * bytesOfField + this.#builder.typeCount * bytesOfType;
  }

  override getQueryType(): GraphQLObjectType | undefined {
    return this.#roots.query();
  }

  override getMutationType(): GraphQLObjectType | undefined {
    return this.#roots.mutation();
  }

  override getSubscriptionType(): GraphQLObjectType | undefined {
    return this.#roots.subscription();
  }

  override getTypeMap(): ReturnType<GraphQLSchema['getTypeMap']> {
    return this.#whole().getTypeMap();
  }

  override getType(name: string): GraphQLNamedType | undefined {
    return this.#known(name) ?? this.#found(name);
  }

  override getImplementations(type: GraphQLInterfaceType): ReturnType<GraphQLSchema['getImplementations']> {
    const b = this.#builder;
    // There is one interface, and all records implement it.
    return isInterfaceType(type)
      ? { objects: b.objects.map((object) => recordOf(b, object)), interfaces: [] }
      : { objects: [], interfaces: [] };
  }

  #known(name: string): GraphQLNamedType | undefined {
    // The map of the base class has what introspection brings.
    return this.#builder.named(name) ?? this.#scalars.get(name) ?? super.getTypeMap()[name];
  }

  /** Looks for a type that nobody has asked for: first among those of the objects that it may belong to by its name. */
  #found(name: string): GraphQLNamedType | undefined {
    const b = this.#builder;
    for (const object of b.objects) recordOf(b, object);
    const owners = b.objects.map(recordTypeName).filter((owner) => name.startsWith(owner));
    const roots = Object.values(this.#roots).flatMap((root) => root() ?? []);
    const root = roots.find((type) => type.name === name);
    return (
      root ?? this.#foundAmong(name, (type) => owners.some((owner) => type.name.startsWith(owner))) ?? this.#foundAmong(name, () => true)
    );
  }

  #foundAmong(name: string, wanted: (type: GraphQLNamedType) => boolean): GraphQLNamedType | undefined {
    for (const type of this.#builder.types) {
      const found = this.#builder.named(name);
      if (found !== undefined) return found;
      if (wanted(type)) unfold(type);
    }
    return this.#builder.named(name);
  }
}
