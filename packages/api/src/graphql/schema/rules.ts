// What documents are validated by: the rules of the specification, of which one would have all types of a schema made.
import { GraphQLError, KnownTypeNamesRule, specifiedRules, type ASTVisitor, type ValidationContext, type ValidationRule } from 'graphql';

/** Names of types are known (GraphQL §5.5.1.2, §5.8.2): graphql's own rule lists all types of the schema. */
function knownTypeNames(context: ValidationContext): ASTVisitor {
  return {
    NamedType: (node) => {
      const { value } = node.name;
      if (context.getSchema().getType(value) === undefined)
        context.reportError(new GraphQLError(`Unknown type "${value}".`, { nodes: node }));
    },
  };
}

export const executableRules: readonly ValidationRule[] = specifiedRules.map((rule) =>
  rule === KnownTypeNamesRule ? knownTypeNames : rule,
);
