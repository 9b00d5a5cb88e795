// From a request's document to an operation that may be run, against a Model as somebody sees it.
import type { PlannedRead, ReadRequest } from '@tessera/engine';
import { fail, problem, TesseraError } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  getOperationAST,
  getVariableValues,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { LateValues } from '../late-values.ts';
import { lateVariables } from './document/late-variables.ts';
import { queryPlan, type QueryPlan } from './document/read.ts';
import { Translation } from './document/translation.ts';
import { defaultLimits, type GraphqlLimits } from './limits.ts';
import { documentText, noPersistedDocuments, type NamedDocument, type PersistedDocuments } from './persisted.ts';
import { PreparedSchemas, type CheckedDocument, type PreparedSchema } from './prepared.ts';

/** A request as GraphQL over HTTP has it, its parameters not checked yet. */
export interface GraphqlRequest extends NamedDocument {
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly method: string;
}

export type Variables = Readonly<Record<string, unknown>>;

/** An operation that may be translated and run. */
export interface Ready {
  readonly prepared: PreparedSchema;
  readonly checked: CheckedDocument;
  readonly operation: OperationDefinitionNode;
  /** As they came. */
  readonly variables: Variables;
  readonly coerced: Variables;
  readonly limits: GraphqlLimits;
}

/** A document that is refused, or variables that are, with graphql-js's own errors. */
export class Refusal extends Error {
  readonly code: 'GRAPHQL_SYNTAX' | 'GRAPHQL_INVALID' | 'GRAPHQL_VARIABLES';
  readonly errors: readonly GraphQLError[];
  constructor(code: Refusal['code'], errors: readonly GraphQLError[]) {
    super('The document is refused.');
    this.code = code;
    this.errors = errors;
  }
}

export function translationOf({ prepared, checked, coerced, limits }: Ready, variables = coerced): Translation {
  const { schema, model } = prepared;
  return new Translation({ schema, model, fragments: checked.fragments, variables, limits });
}

/**
 * The read that a query is, with its values taken out; undefined where that is not to be kept. Where a plan is, nothing is translated. Its
 * key needs no language: that of a schema shows in descriptions, which only introspection tells.
 * @param refused told what stands against the translation
 */
export function plannedRead(ready: Ready, refused: (error: unknown) => void = () => undefined): PlannedRead | undefined {
  const { prepared, checked, operation, coerced } = ready;
  const plannable = checked.plannable(prepared.schema, operation);
  if (plannable === undefined) return undefined;
  const late = new LateValues();
  const variables = lateVariables(late, plannable, coerced);
  const roots = (): QueryPlan['roots'] => {
    try {
      return queryPlan(translationOf(ready, variables), operation.selectionSet).roots;
    } catch (error) {
      refused(error);
      throw error;
    }
  };
  return { modelHash: prepared.model.hash, key: `graphql ${plannable.key} ${late.key(variables)}`, givens: late.givens, roots };
}

function operationOf(document: DocumentNode, { operationName, method }: GraphqlRequest): OperationDefinitionNode {
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw fail('REQUEST_INVALID', { reason: 'operationName must be a string.' });
  }
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) {
    const reason = typeof operationName === 'string' ? `There is none called ${operationName}.` : 'Name one of them in operationName.';
    throw fail('GRAPHQL_OPERATION', { reason });
  }
  if (operation.operation === OperationTypeNode.MUTATION && method !== 'POST') {
    throw fail('METHOD_NOT_ALLOWED', { path: 'A mutation', method, allowed: 'POST' });
  }
  return operation;
}

export interface DocumentOptions {
  readonly limits?: Partial<GraphqlLimits>;
  /** Bytes that the schemas kept may take together; 100 MB where left out. */
  readonly schemaBytes?: number;
  readonly persisted?: PersistedDocuments;
}

/** All that is known of documents: schemas with what was checked against them, limits, documents that are named instead of sent. */
export class Documents {
  readonly limits: GraphqlLimits;
  readonly persisted: PersistedDocuments;
  readonly #schemas: PreparedSchemas;

  constructor({ limits, schemaBytes = 100_000_000, persisted = noPersistedDocuments }: DocumentOptions = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.persisted = persisted;
    this.#schemas = new PreparedSchemas(this.limits, schemaBytes);
  }

  schema(model: Model, languages: readonly string[]): PreparedSchema {
    return this.#schemas.of(model, languages);
  }

  /** The request's operation. @throws Refusal, and errors of the registry */
  ready(prepared: PreparedSchema, request: GraphqlRequest): Ready {
    const checked = prepared.document(documentText(request, this.persisted));
    if ('errors' in checked) throw new Refusal(checked.code, checked.errors);
    const operation = operationOf(checked.document, request);
    const variables = (request.variables ?? {}) as Variables;
    const { coerced, errors } = getVariableValues(prepared.schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 20,
      hideSuggestions: true,
    });
    if (errors !== undefined) throw new Refusal('GRAPHQL_VARIABLES', errors);
    return { prepared, checked, operation, variables, coerced, limits: this.limits };
  }

  /** The read that a request is for somebody who sees this Model. @throws errors of the registry, of what reads no records too */
  read(model: Model, languages: readonly string[], request: GraphqlRequest): PlannedRead | ReadRequest {
    const ready = this.#readyOrTold(this.schema(model, languages), request);
    if (ready.operation.operation !== OperationTypeNode.QUERY)
      throw fail('REQUEST_INVALID', { reason: 'it is no query, which alone reads.' });
    const planned = plannedRead(ready);
    if (planned !== undefined) return planned;
    const { roots } = queryPlan(translationOf(ready), ready.operation.selectionSet);
    if (roots.every(({ kind }) => kind === 'constant')) throw fail('REQUEST_INVALID', { reason: 'it reads no records.' });
    return { roots, modelHash: model.hash };
  }

  #readyOrTold(prepared: PreparedSchema, request: GraphqlRequest): Ready {
    try {
      return this.ready(prepared, request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const problems = error.errors.map(({ message }) => problem(error.code, { reason: message }));
      throw new TesseraError(problems[0] ?? problem(error.code), problems);
    }
  }
}
