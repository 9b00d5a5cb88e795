// A condition taken apart: each part of it with what it gave, and the values that it was worked out from.
import type { ObjectModel } from '@tessera/metadata';
import { fetchFacts, noFacts, recordEnvironment, type WriteSession } from '@tessera/records';
import { pathText, walk, type Expression, type JsEnvironment, type PathExpression, type Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

export interface ConditionPart {
  /** `and`, `==` and so on; `value` where the part is a field or a roll-up alone. */
  readonly operator: string;
  readonly value: Value;
  /** What a comparison read, by path. */
  readonly reads: readonly { readonly path: string; readonly value: Value }[];
  /** Of `and`, `or` and `!`. */
  readonly parts: readonly ConditionPart[];
}

/** Operators that join conditions, so that each of these is told by itself. */
const joining: ReadonlySet<string> = new Set(['and', 'or', '!', '!!', 'if']);

function valueOf(session: WriteSession, expression: Expression, environment: JsEnvironment): Value {
  return session.rules.evaluate(expression, environment);
}

/** Paths of aggregates stand for each of their records, so the aggregate is told as a whole. */
function readBy(session: WriteSession, expression: Expression, environment: JsEnvironment): ConditionPart['reads'] {
  const reads = new Map<string, Value>();
  const inner = new Set<Expression>();
  walk(expression, (node) => {
    if (inner.has(node)) return;
    if (node.node === 'aggregate') {
      walk(node, (within) => void inner.add(within));
      reads.set(`${node.function} of ${node.source.object}`, valueOf(session, node, environment));
    } else if (node.node === 'path') reads.set(nameOf(node), valueOf(session, node, environment));
  });
  return [...reads].map(([path, value]) => ({ path, value }));
}

const nameOf = (path: PathExpression): string => (path.steps.length === 0 ? '$record' : pathText(path));

function partOf(session: WriteSession, expression: Expression, environment: JsEnvironment): ConditionPart {
  const operator = expression.node === 'call' ? expression.operator : 'value';
  const value = valueOf(session, expression, environment);
  if (expression.node === 'call' && joining.has(operator))
    return { operator, value, reads: [], parts: expression.arguments.map((argument) => partOf(session, argument, environment)) };
  return { operator, value, reads: readBy(session, expression, environment), parts: [] };
}

/** What lies beyond the record (behind lookups, in other records) is read as it is now. */
export async function explainCondition(
  session: WriteSession,
  object: ObjectModel,
  condition: Expression,
  { values, old }: { readonly values: RecordValues; readonly old: RecordValues | undefined },
): Promise<ConditionPart> {
  const [facts] = await fetchFacts(session, object, [condition], [{ record: values, old }]);
  return partOf(session, condition, recordEnvironment(session, { object, record: values, old, facts: facts ?? noFacts }));
}
