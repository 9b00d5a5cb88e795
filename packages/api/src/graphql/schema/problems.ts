// What is wrong with a record, where that is part of an answer and no error.
import { GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { JsonScalar } from './scalars.ts';

export function problemType(b: SchemaBuilder): GraphQLObjectType {
  return b.type('problem', 'Problem', (name) => {
    return new GraphQLObjectType({
      name,
      fields: {
        code: { type: new GraphQLNonNull(GraphQLString), description: 'Stable: what programs may rely on.' },
        message: { type: new GraphQLNonNull(GraphQLString) },
        pointer: { type: GraphQLString, description: 'JSON pointer (RFC 6901) into the record as it was given.' },
        params: { type: JsonScalar },
        details: { type: JsonScalar, description: 'Of duplicates: the rule, and the matches that you may see.' },
      },
    });
  });
}
