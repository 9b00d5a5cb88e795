// Which variables of an operation are values that change nothing but what a statement is bound to, and how they are taken out.
import {
  getNamedType,
  isInputObjectType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ExecutableDefinitionNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableNode,
} from 'graphql';
import type { LateValues } from '../../late-values.ts';
import { fieldMeaning, inputMeaning } from '../schema/meaning.ts';
import { LateNodeId, nodeIdParts } from './node-id.ts';

/** Comparisons whose operand is only bound; `within` and `isNull` decide how the condition looks. */
const operands: ReadonlySet<string> = new Set([
  ...['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte'],
  ...['contains', 'startsWith', 'endsWith', 'includes'],
]);

/** Where a variable stands: what of its value is late. A filter, or the comparisons of one field, are late in part. */
type Place =
  | { readonly kind: 'operand' | 'id' | 'nodeId' | 'cursor' | 'comparisons' }
  | { readonly kind: 'filter'; readonly type: GraphQLInputObjectType };

export interface PlannableOperation {
  /** Tells the operation from all others. */
  readonly key: string;
  readonly places: ReadonlyMap<string, Place>;
}

interface Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  /** All of the document: what one of them does with a variable counts, spread or not. */
  readonly fragments: readonly FragmentDefinitionNode[];
  readonly key: string;
}

type Note = (variable: VariableNode, place: Place) => void;

const inputTypeOf = (type: GraphQLInputType): GraphQLInputObjectType | undefined => {
  const named = getNamedType(type);
  return isInputObjectType(named) ? named : undefined;
};

/** Variables within a value that stands where a filter does. */
function noteFilter(value: ValueNode, type: GraphQLInputObjectType, note: Note): void {
  if (value.kind === Kind.VARIABLE) note(value, { kind: 'filter', type });
  else if (value.kind === Kind.LIST) for (const entry of value.values) noteFilter(entry, type, note);
  else if (value.kind === Kind.OBJECT) {
    for (const { name, value: inner } of value.fields) {
      const field = type.getFields()[name.value];
      const below = field === undefined ? undefined : inputTypeOf(field.type);
      if (field !== undefined && inputMeaning(field)?.kind === 'compare') noteComparisons(inner, note);
      else if (below !== undefined) noteFilter(inner, below, note);
    }
  }
}

function noteComparisons(value: ValueNode, note: Note): void {
  if (value.kind === Kind.VARIABLE) note(value, { kind: 'comparisons' });
  if (value.kind !== Kind.OBJECT) return;
  for (const { name, value: operand } of value.fields)
    if (operand.kind === Kind.VARIABLE && operands.has(name.value)) note(operand, { kind: 'operand' });
}

/** Variables in an argument of a field that is read. */
function noteArgument(field: GraphQLField<unknown, unknown>, { name, type }: GraphQLArgument, value: ValueNode, note: Note): void {
  const filter = name === 'where' ? inputTypeOf(type) : undefined;
  if (filter !== undefined) noteFilter(value, filter, note);
  if (value.kind !== Kind.VARIABLE) return;
  const kind = fieldMeaning(field)?.kind;
  if (name === 'id' && kind === 'record') note(value, { kind: 'id' });
  if (name === 'id' && kind === 'node') note(value, { kind: 'nodeId' });
  if ((name === 'after' || name === 'before') && (kind === 'list' || kind === 'children')) note(value, { kind: 'cursor' });
}

const samePlace = (a: Place, b: Place): boolean => a.kind === b.kind && (a.kind !== 'filter' || b.kind !== 'filter' || a.type === b.type);

/** Variables all of whose uses are known here, and alike. */
function placesOf(uses: readonly VariableNode[], known: ReadonlyMap<VariableNode, Place>): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const others = new Set<string>();
  for (const use of uses) {
    const name = use.name.value;
    const place = known.get(use);
    const before = places.get(name);
    if (place === undefined || (before !== undefined && !samePlace(before, place))) others.add(name);
    else places.set(name, place);
  }
  for (const name of others) places.delete(name);
  return places;
}

/** Undefined for what is no query, and for what the schema alone or an operation of its own answers. */
export function plannableOperation({ schema, operation, fragments, key }: Operation): PlannableOperation | undefined {
  const names: string[] = [];
  const uses: VariableNode[] = [];
  const known = new Map<VariableNode, Place>();
  const actions: string[] = [];
  const info = new TypeInfo(schema);
  const look = (definition: ExecutableDefinitionNode): unknown =>
    visit(
      definition,
      visitWithTypeInfo(info, {
        VariableDefinition: () => false,
        Field: ({ name }) => {
          names.push(name.value);
          const field = info.getFieldDef();
          if (field !== null && field !== undefined && fieldMeaning(field)?.kind === 'action') actions.push(name.value);
        },
        Variable: (use) => void uses.push(use),
        Argument: ({ value }) => {
          const [field, argument] = [info.getFieldDef(), info.getArgument()];
          const isDirective = info.getDirective() !== null && info.getDirective() !== undefined;
          if (!isDirective && field !== null && field !== undefined && argument !== null && argument !== undefined)
            noteArgument(field, argument, value, (use, place) => void known.set(use, place));
        },
      }),
    );
  for (const definition of [operation, ...fragments]) look(definition);
  const isRead = operation.operation === OperationTypeNode.QUERY && names.some((name) => !name.startsWith('__'));
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  // Names that JavaScript knows of every object are no keys of a caller's values.
  const isOdd = names.some((name) => name === '__schema' || name === '__type') || declared.includes('__proto__');
  return isRead && !isOdd && actions.length === 0 ? { key, places: placesOf(uses, known) } : undefined;
}

type Values = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const mapped = (value: Values, map: (name: string, entry: unknown) => unknown): Values =>
  Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, map(name, entry)]));

function lateComparisons(late: LateValues, at: string, value: unknown): unknown {
  if (!isMap(value)) return value;
  return mapped(value, (name, operand) => (operands.has(name) ? late.operand(`${at}.${name}`, operand) : operand));
}

function lateFilter(late: LateValues, at: string, type: GraphQLInputObjectType, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown, i) => lateFilter(late, `${at}.${String(i)}`, type, entry));
  if (!isMap(value)) return value;
  return mapped(value, (name, entry) => {
    const field = type.getFields()[name];
    const below = field === undefined ? undefined : inputTypeOf(field.type);
    if (field !== undefined && inputMeaning(field)?.kind === 'compare') return lateComparisons(late, `${at}.${name}`, entry);
    return below === undefined ? entry : lateFilter(late, `${at}.${name}`, below, entry);
  });
}

function lateNodeId(late: LateValues, name: string, value: unknown): unknown {
  const node = nodeIdParts(value);
  if (node === undefined) return value;
  const id = late.id(name, node.id);
  return typeof id === 'string' ? value : new LateNodeId(node.object, id);
}

function lateValue(late: LateValues, name: string, place: Place, value: unknown): unknown {
  switch (place.kind) {
    case 'operand':
      return late.operand(name, value);
    case 'id':
      return late.id(name, value);
    case 'nodeId':
      return lateNodeId(late, name, value);
    case 'cursor':
      return late.cursor(name, value);
    case 'comparisons':
      return lateComparisons(late, name, value);
    case 'filter':
      return lateFilter(late, name, place.type, value);
  }
}

/** Coerced variables with given values in the place of late ones. */
export function lateVariables(late: LateValues, { places }: PlannableOperation, variables: Values): Values {
  return mapped(variables, (name, value) => {
    const place = places.get(name);
    return place === undefined ? value : lateValue(late, name, place, value);
  });
}
