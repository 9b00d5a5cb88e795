// The GraphQL schema of a Model: every object's records, lists, aggregates, changes and events, with texts in the reader's language.
import type { Model } from '@tessera/metadata';
import { GraphQLSchema } from 'graphql';
import { SchemaBuilder } from './builder.ts';
import { recordOf } from './records.ts';
import { mutationType, queryType, subscriptionType } from './roots.ts';

/**
 * The schema of a Model, whole. It has no resolvers: documents are translated to operations, and what they answer is passed on.
 * It is taken to be valid, since no Model makes one that is not.
 * @param languages BCP 47, best first: the language of descriptions
 */
export function buildGraphqlSchema(model: Model, languages: readonly string[]): GraphQLSchema {
  const b = new SchemaBuilder(model, languages);
  const mutation = mutationType(b);
  return new GraphQLSchema({
    query: queryType(b),
    ...(mutation === undefined ? {} : { mutation }),
    subscription: subscriptionType(b),
    // An object's type is named even where only `node` could give it.
    types: b.objects.map((object) => recordOf(b, object)),
    assumeValid: true,
  });
}
