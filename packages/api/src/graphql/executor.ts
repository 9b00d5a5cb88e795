// Executes documents: a query is one read, a mutation's root fields are writes one after the other, a subscription is a stream of events.
import type { Engine, WriteResult } from '@tessera/engine';
import { fail, failAll, TesseraError, type Context } from '@tessera/kernel';
import { OperationTypeNode, type GraphQLError } from 'graphql';
import { repoint } from '../rest/problem.ts';
import { textResult, type TextResult } from './answer.ts';
import { eventPlan } from './document/events.ts';
import { objectText } from './document/json-text.ts';
import { mutationPlans, type RootPlan, type Write, type WritePlan } from './document/writes.ts';
import { documentErrors, graphqlError, type Told } from './errors.ts';
import { eventStream } from './event-stream.ts';
import { answerInParts, atWhere, performed } from './in-parts.ts';
import type { PreparedSchema } from './prepared.ts';
import { plannedRead, Refusal, translationOf, type Documents, type GraphqlRequest, type Ready } from './ready.ts';

export interface ExecutedRequest extends GraphqlRequest {
  /** Whether the caller takes `text/event-stream`. */
  readonly streams: boolean;
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
    case 'records.void':
    case 'records.unvoid':
      return engine.run(write.operation, context, { ...write.input, modelHash });
    case 'records.restore':
      return engine.run(write.operation, context, { ...write.input, modelHash });
  }
}

const errorsOf = (error: unknown, told: Told): readonly GraphQLError[] =>
  error instanceof Refusal ? documentErrors(error.code, error.errors, told) : [graphqlError(error, told)];

/** What a single record was refused for, as one error. */
function refused({ results }: WriteResult): TesseraError | undefined {
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  const [only] = problems;
  if (only === undefined) return undefined;
  return problems.length === 1 ? new TesseraError(only) : failAll('RECORDS_INVALID', problems);
}

export class GraphqlExecutor {
  readonly #engine: Engine;
  readonly #documents: Documents;

  constructor(engine: Engine, documents: Documents) {
    this.#engine = engine;
    this.#documents = documents;
  }

  /** Answers a request; failures are part of the answer. */
  async execute(context: Context, request: ExecutedRequest): Promise<TextResult | AsyncIterable<TextResult>> {
    const told: Told = { requestId: context.requestId, log: context.log };
    try {
      if (this.#documents.persisted.only) await this.#permit(context, request);
      const ready = await this.#ready(context, request);
      switch (ready.operation.operation) {
        case OperationTypeNode.QUERY:
          return await this.#query(context, request, ready, told);
        case OperationTypeNode.MUTATION:
          return await this.#mutation(context, request, ready, told);
        case OperationTypeNode.SUBSCRIPTION:
          return this.#subscription(context, request, ready, told);
      }
    } catch (error) {
      return textResult(undefined, errorsOf(error, told));
    }
  }

  /** Where documents are to be known beforehand, any text is for administrators. */
  async #permit(context: Context, { documentId }: ExecutedRequest): Promise<void> {
    const isNamed = documentId !== undefined && documentId !== null;
    if (!isNamed && !(await this.#engine.administers(context))) throw fail('GRAPHQL_DOCUMENTS_ONLY');
  }

  async #schema(context: Context, fresh: boolean): Promise<PreparedSchema> {
    return this.#documents.schema(await this.#engine.view(context, { fresh }), context.languages);
  }

  /**
   * The request's operation against the tenant's Model.
   * @param fresh whether what this node knows of the Model has turned out to be old
   */
  async #ready(context: Context, request: ExecutedRequest, fresh = false): Promise<Ready> {
    const prepared = await this.#schema(context, fresh);
    try {
      return this.#documents.ready(prepared, request);
    } catch (error) {
      // What does not fit may fit the Model that another node has just brought in.
      const mayFit = error instanceof Refusal && error.code === 'GRAPHQL_INVALID' && !fresh;
      if (mayFit && (await this.#schema(context, true)) !== prepared) return this.#ready(context, request, true);
      throw error;
    }
  }

  async #query(context: Context, request: ExecutedRequest, first: Ready, told: Told): Promise<TextResult> {
    try {
      return await this.#read(context, first, told);
    } catch (error) {
      if (!isModelChanged(error)) throw error;
      return this.#read(context, await this.#ready(context, request, true), told);
    }
  }

  /** All root fields in one statement, so they show one moment. */
  async #read(context: Context, ready: Ready, told: Told): Promise<TextResult> {
    let untranslatable: unknown;
    const planned = plannedRead(ready, (error) => (untranslatable = error));
    if (planned === undefined) return answerInParts(this.#engine, context, ready, told);
    try {
      return textResult(await this.#engine.run('records.read', context, planned));
    } catch (error) {
      // What translation refuses points into the arguments already.
      throw error === untranslatable ? error : atWhere(error);
    }
  }

  /** One field after the other, each a transaction; one that fails is null and does not stop the others (GraphQL §6.2.2). */
  async #mutation(context: Context, request: ExecutedRequest, first: Ready, told: Told): Promise<TextResult> {
    let ready = first;
    let plans = mutationPlans(translationOf(ready), ready.operation.selectionSet);
    const members: [string, string][] = [];
    const errors: GraphQLError[] = [];
    for (let i = 0; i < plans.length; i += 1) {
      const plan = plans[i];
      if (plan === undefined) break;
      const answer = await this.#rootField(context, plan, ready, told, async () => {
        ready = await this.#ready(context, request, true);
        plans = mutationPlans(translationOf(ready), ready.operation.selectionSet);
        return { plan: plans[i] ?? plan, ready };
      });
      members.push([plan.as, answer.text]);
      errors.push(...answer.errors);
    }
    return textResult(objectText(members), errors);
  }

  /** @param renewed the field against the present Model, where a write finds that it is another by now */
  async #rootField(
    context: Context,
    plan: RootPlan,
    ready: Ready,
    told: Told,
    renewed: () => Promise<{ readonly plan: RootPlan; readonly ready: Ready }>,
  ): Promise<{ readonly text: string; readonly errors: readonly GraphQLError[] }> {
    if ('run' in plan) return performed(this.#engine, context, plan, told);
    try {
      const text = await this.#write(context, plan, ready).catch(async (error: unknown) => {
        if (!isModelChanged(error)) throw error;
        const now = await renewed();
        if ('run' in now.plan) throw error;
        return this.#write(context, now.plan, now.ready);
      });
      return { text, errors: [] };
    } catch (error) {
      return { text: 'null', errors: this.#fieldErrors(error, plan, told) };
    }
  }

  #fieldErrors(error: unknown, plan: WritePlan, told: Told): readonly GraphQLError[] {
    if (error instanceof Refusal) return errorsOf(error, told);
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

  #subscription(context: Context, { streams }: ExecutedRequest, ready: Ready, told: Told): AsyncIterable<TextResult> {
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
