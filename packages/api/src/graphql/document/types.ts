// The types of a schema that a translation asks for by name.
import { typeName } from '@tessera/metadata';
import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** The type of an object's records. */
export function recordTypeOf(schema: GraphQLSchema, object: string): GraphQLObjectType {
  const type = schema.getType(typeName(object));
  if (!isObjectType(type)) throw new TypeError(`The schema has no type for ${object}.`);
  return type;
}

/** The object type that a field gives, whatever lists and non-nulls are around it. */
export function objectTypeOf(field: GraphQLField<unknown, unknown> | undefined): GraphQLObjectType {
  const type = field === undefined ? undefined : getNamedType(field.type);
  if (!isObjectType(type)) throw new TypeError(`${field?.name ?? 'A field'} gives no object.`);
  return type;
}

/** The input object type of an argument. */
export function argumentTypeOf(field: GraphQLField<unknown, unknown> | undefined, name: string): GraphQLInputObjectType {
  const argument = field?.args.find((each) => each.name === name);
  const type = argument === undefined ? undefined : getNamedType(argument.type);
  if (!isInputObjectType(type)) throw new TypeError(`${field?.name ?? 'A field'} has no argument ${name}.`);
  return type;
}

export function inputTypeOf(type: GraphQLInputObjectType, name: string): GraphQLInputObjectType {
  const field = type.getFields()[name];
  const inner = field === undefined ? undefined : getNamedType(field.type);
  if (!isInputObjectType(inner)) throw new TypeError(`${type.name}.${name} is no input object.`);
  return inner;
}
