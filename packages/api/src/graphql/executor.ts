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
import { repoint } from '../rest/problem.ts';
import { textResult, type TextResult } from './answer.ts';
import { eventPlan } from './document/events.ts';
import { innerText, objectText } from './document/json-text.ts';
import { queryPlan, type QueryPlan } from './document/read.ts';
import { Translation } from './document/translation.ts';
import { writePlans, type Write, type WritePlan } from './document/writes.ts';
import { documentErrors, graphqlError, type Told } from './errors.ts';
import { eventStream } from './event-stream.ts';
import type { GraphqlLimits } from './limits.ts';
import type { PreparedSchema, PreparedSchemas } from './prepared.ts';

/** A request as GraphQL over HTTP has it, its parameters not checked yet. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly method: string;
  /** Whether the caller takes `text/event-stream`. */
  readonly streams: boolean;
}

/** An operation that may be translated and run. */
interface Ready {
  readonly prepared: PreparedSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly translation: Translation;
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

function introspect({ prepared, document, operation, variables }: Ready, plan: QueryPlan): string {
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
    const { document, fragments } = checked;
    const { model } = prepared;
    const operation = this.#operation(document, request);
    const coerced = getVariableValues(
      prepared.schema,
      operation.variableDefinitions ?? [],
      (request.variables ?? {}) as Record<string, unknown>,
      { maxErrors: 20, hideSuggestions: true },
    );
    if (coerced.errors !== undefined) throw new Refusal(documentErrors('GRAPHQL_VARIABLES', coerced.errors, told));
    const variables = coerced.coerced;
    const translation = new Translation({ schema: prepared.schema, model, fragments, variables, limits: this.#limits });
    // Introspection coerces the variables itself, so it gets them as they came.
    return { prepared, document, operation, variables: (request.variables ?? {}) as Record<string, unknown>, translation };
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
    const plan = queryPlan(ready.translation, ready.operation.selectionSet);
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
    let plans = writePlans(ready.translation, ready.operation.selectionSet);
    const members: [string, string][] = [];
    const errors: GraphQLError[] = [];
    for (let i = 0; i < plans.length; i += 1) {
      const plan = plans[i];
      if (plan === undefined) break;
      try {
        const text = await this.#write(context, plan, ready).catch(async (error: unknown) => {
          if (!isModelChanged(error)) throw error;
          ready = await this.#ready(context, request, told, true);
          plans = writePlans(ready.translation, ready.operation.selectionSet);
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
    const plan = eventPlan(ready.translation, ready.operation.selectionSet);
    return eventStream({
      open: (signal) => this.#engine.events(context, plan.input, signal),
      render: (event) => textResult(plan.render(event)),
      failed: (error) => textResult(undefined, [graphqlError(error, told)]),
      signal: context.signal,
    });
  }
}
