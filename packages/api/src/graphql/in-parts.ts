// A query that is answered in parts: what is read, by one statement; what operations of their own answer; what the schema itself does.
import type { Engine } from '@tessera/engine';
import { TesseraError, type Context } from '@tessera/kernel';
import { executeSync, Kind, type GraphQLError, type OperationDefinitionNode } from 'graphql';
import { repoint } from '../rest/problem.ts';
import { textResult, type TextResult } from './answer.ts';
import type { ActionPlan } from './document/actions.ts';
import { memberTexts, objectText } from './document/json-text.ts';
import { queryPlan, type QueryPlan } from './document/read.ts';
import { graphqlError, type Told } from './errors.ts';
import { perform } from './perform.ts';
import { translationOf, type Ready } from './ready.ts';

/** A filter is the engine's word; the argument that it was made from is `where`. */
export function atWhere(error: unknown): never {
  if (!(error instanceof TesseraError)) throw error;
  throw repoint(error, (pointer) => pointer.replace(/\/filter(\/.*)?$/, '/where'));
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

/** A field that an operation answers: null, and its error beside it, where that fails. */
export async function performed(
  engine: Engine,
  context: Context,
  plan: ActionPlan,
  told: Told,
): Promise<{ readonly text: string; readonly errors: readonly GraphQLError[] }> {
  const path = [plan.as];
  try {
    const { text, failed } = await perform({ engine, context }, plan);
    return { text, errors: failed === undefined ? [] : [graphqlError(failed, told, { path })] };
  } catch (error) {
    return { text: 'null', errors: [graphqlError(error, told, { path })] };
  }
}

async function readPart(engine: Engine, context: Context, { roots }: QueryPlan, modelHash: string): Promise<string> {
  const constants = roots.flatMap((root) => (root.kind === 'constant' ? [[root.as, JSON.stringify(root.value)] as const] : []));
  if (constants.length === roots.length) return objectText(constants);
  return engine.run('records.read', context, { roots, modelHash }).catch(atWhere);
}

export async function answerInParts(engine: Engine, context: Context, ready: Ready, told: Told): Promise<TextResult> {
  const plan = queryPlan(translationOf(ready), ready.operation.selectionSet);
  const read = await readPart(engine, context, plan, ready.prepared.model.hash);
  if (plan.names.length === plan.roots.length) return textResult(read);
  const texts = new Map(memberTexts(read));
  if (plan.introspection.length > 0) {
    const schema = introspect(ready, plan);
    if (plan.names.length === plan.introspection.length) return textResult(schema);
    for (const [name, text] of memberTexts(schema)) texts.set(name, text);
  }
  const errors: GraphQLError[] = [];
  for (const action of plan.actions) {
    const answer = await performed(engine, context, action, told);
    texts.set(action.as, answer.text);
    errors.push(...answer.errors);
  }
  return textResult(objectText(plan.names.map((name) => [name, texts.get(name) ?? 'null'])), errors);
}
