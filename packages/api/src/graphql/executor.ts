// Executes documents: a query is one read, a mutation's root fields are writes one after the other, a subscription is a stream of events.
import type { Engine, WriteResult } from '@tessera/engine';
import { fail, failAll, TesseraError, type Context } from '@tessera/kernel';
import {
  executeSync,
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { LateValues } from '../late-values.ts';
import { repoint } from '../rest/problem.ts';
import { textResult, type TextResult } from './answer.ts';
import { eventPlan } from './document/events.ts';
import { innerText, objectText } from './document/json-text.ts';
import { lateVariables, type PlannableOperation } from './document/late-variables.ts';
import { queryPlan, type QueryPlan } from './document/read.ts';
import { Translation } from './document/translation.ts';
import { writePlans, type Write, type WritePlan } from './document/writes.ts';
import { documentErrors, graphqlError, type Told } from './errors.ts';
import { eventStream } from './event-stream.ts';
import type { GraphqlLimits } from './limits.ts';
import type { CheckedDocument, PreparedSchema, PreparedSchemas } from './prepared.ts';

/** A request as GraphQL over HTTP has it, its parameters not checked yet. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly method: string;
  /** Whether the caller takes `text/event-stream`. */
  readonly streams: boolean;
}

type Variables = Readonly<Record<string, unknown>>;

/** An operation that may be translated and run. */
interface Ready {
  readonly prepared: PreparedSchema;
  readonly checked: CheckedDocument;
  readonly operation: OperationDefinitionNode;
  /** As they came. */
  readonly variables: Variables;
  readonly coerced: Variables;
  readonly limits: GraphqlLimits;
}

function translationOf({ prepared, checked, coerced, limits }: Ready, variables = coerced): Translation {
  const { schema, model } = prepared;
  return new Translation({ schema, model, fragments: checked.fragments, variables, limits });
}

/** A document that is refused, with its errors. */
class Refusal extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super('The document is refused.');
    this.errors = errors;
  }
}

const isModelChanged = (error: unknown): boolean => error instanceof TesseraError && error.code === 'MODEL_CHANGED';

function run(engine: Engine, context: Context, write: Write, modelHash: string): Promise<WriteResult> {
  switch (write.operation) {
    case 'records.create':
      return engine.run(write.operation, context, { ...write.input, modelHash });
    case 'records.update':
      return engine.run(write.operation, context, { ...write.input, modelHash });
    case 'records.upsert':
      return engine.run(write.operation, context, { ...write.input, modelHash });
    case 'records.delete':
      return engine.run(write.operation, context, { ...write.input, modelHash });
    case 'records.restore':
      return engine.run(write.operation, context, { ...write.input, modelHash });
  }
}

/** A filter is the engine's word; the argument that it was made from is `where`. */
function atWhere(error: unknown): never {
  if (!(error instanceof TesseraError)) throw error;
  throw repoint(error, (pointer) => pointer.replace(/\/filter(\/.*)?$/, '/where'));
}

/** What a single record was refused for, as one error. */
function refused({ results }: WriteResult): TesseraError | undefined {
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  const [only] = problems;
  if (only === undefined) return undefined;
  return problems.length === 1 ? new TesseraError(only) : failAll('RECORDS_INVALID', problems);
}

/** Introspection coerces the variables itself, so it gets them as they came. */
function introspect({ prepared, checked, operation, variables }: Ready, plan: QueryPlan): string {
  const { document } = checked;
  const selections = plan.introspection.flatMap(({ nodes }) => nodes);
  const asked: OperationDefinitionNode = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  const definitions = document.definitions.map((definition) => (definition === operation ? asked : definition));
  const result = executeSync({
    schema: prepared.schema,
    document: { ...document, definitions },
    variableValues: variables,
    operationName: operation.name?.value ?? null,
  });
  if (result.errors?.[0] !== undefined) throw result.errors[0];
  return JSON.stringify(result.data);
}

export class GraphqlExecutor {
  readonly #engine: Engine;
  readonly #limits: GraphqlLimits;
  readonly #schemas: PreparedSchemas;

  constructor(engine: Engine, limits: GraphqlLimits, schemas: PreparedSchemas) {
    this.#engine = engine;
    this.#limits = limits;
    this.#schemas = schemas;
  }

  /** Answers a request; failures are part of the answer. */
  async execute(context: Context, request: GraphqlRequest): Promise<TextResult | AsyncIterable<TextResult>> {
    const told: Told = { requestId: context.requestId, log: context.log };
    try {
      const ready = await this.#ready(context, request, told);
      switch (ready.operation.operation) {
        case OperationTypeNode.QUERY:
          return textResult(await this.#query(context, request, ready, told));
        case OperationTypeNode.MUTATION:
          return await this.#mutation(context, request, ready, told);
        case OperationTypeNode.SUBSCRIPTION:
          return this.#subscription(context, request, ready, told);
      }
    } catch (error) {
      return textResult(undefined, error instanceof Refusal ? error.errors : [graphqlError(error, told)]);
    }
  }

  async #schema(context: Context, fresh: boolean): Promise<PreparedSchema> {
    return this.#schemas.of(await this.#engine.view(context, { fresh }), context.languages);
  }

  /**
   * The request's operation against the tenant's Model.
   * @param fresh whether what this node knows of the Model has turned out to be old
   */
  async #ready(context: Context, request: GraphqlRequest, told: Told, fresh = false): Promise<Ready> {
    const prepared = await this.#schema(context, fresh);
    const checked = prepared.document(request.query);
    if ('errors' in checked) {
      // What does not fit may fit the Model that another node has just brought in.
      if (checked.code === 'GRAPHQL_INVALID' && !fresh && (await this.#schema(context, true)) !== prepared) {
        return this.#ready(context, request, told, true);
      }
      throw new Refusal(documentErrors(checked.code, checked.errors, told));
    }
    const operation = this.#operation(checked.document, request);
    const variables = (request.variables ?? {}) as Record<string, unknown>;
    const { coerced, errors } = getVariableValues(prepared.schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 20,
      hideSuggestions: true,
    });
    if (errors !== undefined) throw new Refusal(documentErrors('GRAPHQL_VARIABLES', errors, told));
    return { prepared, checked, operation, variables, coerced, limits: this.#limits };
  }

  #operation(document: DocumentNode, { operationName, method }: GraphqlRequest): OperationDefinitionNode {
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

  async #query(context: Context, request: GraphqlRequest, first: Ready, told: Told): Promise<string> {
    try {
      return await this.#read(context, first);
    } catch (error) {
      if (!isModelChanged(error)) throw error;
      return this.#read(context, await this.#ready(context, request, told, true));
    }
  }

  /** All root fields in one statement, so they show one moment. */
  async #read(context: Context, ready: Ready): Promise<string> {
    const plannable = ready.checked.plannable(ready.prepared.schema, ready.operation);
    return plannable === undefined ? this.#readUnplanned(context, ready) : this.#readPlanned(context, ready, plannable);
  }

  /**
   * Where the engine keeps a plan nothing is translated. Its key needs no language: that of a schema shows in descriptions, which only
   * introspection tells.
   */
  async #readPlanned(context: Context, ready: Ready, plannable: PlannableOperation): Promise<string> {
    const late = new LateValues();
    const variables = lateVariables(late, plannable, ready.coerced);
    let untranslatable: unknown;
    const roots = (): QueryPlan['roots'] => {
      try {
        return queryPlan(translationOf(ready, variables), ready.operation.selectionSet).roots;
      } catch (error) {
        untranslatable = error;
        throw error;
      }
    };
    const { hash: modelHash } = ready.prepared.model;
    const key = `graphql ${plannable.key} ${late.key(variables)}`;
    try {
      return await this.#engine.run('records.read', context, { modelHash, key, givens: late.givens, roots });
    } catch (error) {
      // What translation refuses points into the arguments already.
      throw error === untranslatable ? error : atWhere(error);
    }
  }

  async #readUnplanned(context: Context, ready: Ready): Promise<string> {
    const plan = queryPlan(translationOf(ready), ready.operation.selectionSet);
    const { roots } = plan;
    const constants = roots.flatMap((root) => (root.kind === 'constant' ? [[root.as, JSON.stringify(root.value)] as const] : []));
    const read =
      constants.length === roots.length
        ? objectText(constants)
        : await this.#engine.run('records.read', context, { roots, modelHash: ready.prepared.model.hash }).catch(atWhere);
    if (plan.introspection.length === 0) return read;
    const parts = [innerText(introspect(ready, plan)), innerText(read)];
    if (!plan.introspectionFirst) parts.reverse();
    return `{${parts.filter((part) => part !== '').join(',')}}`;
  }

  /** One field after the other, each a transaction; one that fails is null and does not stop the others (GraphQL §6.2.2). */
  async #mutation(context: Context, request: GraphqlRequest, first: Ready, told: Told): Promise<TextResult> {
    let ready = first;
    let plans = writePlans(translationOf(ready), ready.operation.selectionSet);
    const members: [string, string][] = [];
    const errors: GraphQLError[] = [];
    for (let i = 0; i < plans.length; i += 1) {
      const plan = plans[i];
      if (plan === undefined) break;
      try {
        const text = await this.#write(context, plan, ready).catch(async (error: unknown) => {
          if (!isModelChanged(error)) throw error;
          ready = await this.#ready(context, request, told, true);
          plans = writePlans(translationOf(ready), ready.operation.selectionSet);
          return this.#write(context, plans[i] ?? plan, ready);
        });
        members.push([plan.as, text]);
      } catch (error) {
        members.push([plan.as, 'null']);
        errors.push(...this.#fieldErrors(error, plan, told));
      }
    }
    return textResult(objectText(members), errors);
  }

  #fieldErrors(error: unknown, plan: WritePlan, told: Told): readonly GraphQLError[] {
    if (error instanceof Refusal) return error.errors;
    const moved = error instanceof TesseraError ? repoint(error, plan.pointer) : error;
    return [graphqlError(moved, told, { path: [plan.as] })];
  }

  async #write(context: Context, plan: WritePlan, { prepared }: Ready): Promise<string> {
    if (plan.write === undefined) return plan.render({ results: [] });
    const result = await run(this.#engine, context, plan.write, prepared.model.hash);
    const error = plan.bulk ? undefined : refused(result);
    if (error !== undefined) throw error;
    return plan.render(result);
  }

  #subscription(context: Context, { streams }: GraphqlRequest, ready: Ready, told: Told): AsyncIterable<TextResult> {
    if (!streams) throw fail('NOT_ACCEPTABLE', { type: 'text/event-stream' });
    const plan = eventPlan(translationOf(ready), ready.operation.selectionSet);
    return eventStream({
      open: (signal) => this.#engine.events(context, plan.input, signal),
      render: (event) => textResult(plan.render(event)),
      failed: (error) => textResult(undefined, [graphqlError(error, told)]),
      signal: context.signal,
    });
  }
}
