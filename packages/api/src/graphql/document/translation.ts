// What translating an operation goes by, and how the fields of a selection set are gathered as GraphQL has it.
import { fail } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GraphqlLimits } from '../limits.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** One field of the answer: all nodes that ask for it under one response name, merged (GraphQL §6.3.2). */
export interface Picked {
  readonly as: string;
  readonly name: string;
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly nodes: readonly FieldNode[];
  readonly arguments: Arguments;
  /** The selection sets of all nodes, to be gathered together. */
  readonly sets: readonly SelectionSetNode[];
  /** JSON pointer of response names, `/opportunities/nodes`. */
  readonly at: string;
}

interface Operation {
  readonly schema: GraphQLSchema;
  readonly model: Model;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly limits: GraphqlLimits;
}

/** Gathers fields of one operation and keeps count of them. */
export class Translation {
  readonly schema: GraphQLSchema;
  readonly model: Model;
  readonly #operation: Operation;
  #fields = 0;

  constructor(operation: Operation) {
    this.schema = operation.schema;
    this.model = operation.model;
    this.#operation = operation;
  }

  /** The fields that the selection sets ask of a value of this type, in the order in which they come first. */
  pick(type: GraphQLObjectType, sets: readonly SelectionSetNode[], at: string): readonly Picked[] {
    this.#checkDepth(at);
    const found = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) this.#gather(type, set.selections, found, spread);
    return [...found].map(([as, nodes]) => this.#picked(type, as, nodes, at));
  }

  /** The root fields of the operation. */
  pickRoots(type: GraphQLObjectType, set: SelectionSetNode): readonly Picked[] {
    const picked = this.pick(type, [set], '');
    const { roots } = this.#operation.limits;
    if (picked.length > roots) throw fail('GRAPHQL_TOO_LARGE', { what: 'root fields', limit: roots });
    return picked;
  }

  #checkDepth(at: string): void {
    const { depth } = this.#operation.limits;
    if (at.split('/').length > depth) throw fail('GRAPHQL_TOO_LARGE', { what: 'levels', limit: depth }, { pointer: at });
  }

  #picked(type: GraphQLObjectType, as: string, nodes: readonly FieldNode[], at: string): Picked {
    const [node] = nodes;
    if (node === undefined) throw new TypeError('A response name has a field.');
    const name = node.name.value;
    const definition = type.getFields()[name];
    return {
      as,
      name,
      definition,
      nodes,
      // Nodes of one response name have the same arguments; validation saw to it.
      arguments: definition === undefined ? {} : getArgumentValues(definition, node, this.#operation.variables),
      sets: nodes.flatMap((each) => each.selectionSet ?? []),
      at: `${at}/${as}`,
    };
  }

  #gather(type: GraphQLObjectType, selections: readonly SelectionNode[], found: Map<string, FieldNode[]>, spread: Set<string>): void {
    for (const selection of selections) {
      if (!this.#included(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const as = selection.alias?.value ?? selection.name.value;
        this.#count();
        const nodes = found.get(as);
        if (nodes === undefined) found.set(as, [selection]);
        else nodes.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#spread(selection.name.value, spread);
      if (fragment !== undefined && this.#applies(type, fragment.typeCondition?.name.value)) {
        this.#gather(type, fragment.selectionSet.selections, found, spread);
      }
    }
  }

  #count(): void {
    this.#fields += 1;
    const { fields } = this.#operation.limits;
    if (this.#fields > fields) throw fail('GRAPHQL_TOO_LARGE', { what: 'fields', limit: fields });
  }

  /** The fragment of this name at its first spread. */
  #spread(name: string, spread: Set<string>): FragmentDefinitionNode | undefined {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.#operation.fragments[name];
  }

  #included(selection: SelectionNode): boolean {
    const { variables } = this.#operation;
    if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;
  }

  #applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const other = this.schema.getType(condition);
    return isAbstractType(other) && this.schema.isSubType(other, type);
  }
}
