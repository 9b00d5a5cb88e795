// Building blocks for whoever places conditions into checked rules: joining them, moving them to another frame, taking them out again.
import type {
  AggregateExpression,
  AggregateSource,
  Expression,
  LiteralExpression,
  PathExpression,
  PathRoot,
  PathStep,
} from './expression.ts';
import { boolean } from './types.ts';

/** The condition that always, or never, holds. */
export const always = (value: boolean): LiteralExpression => ({ node: 'literal', type: boolean, value });

const isLiteral = (expression: Expression, value: boolean): boolean => expression.node === 'literal' && expression.value === value;

function joined(operator: 'and' | 'or', expressions: readonly Expression[]): Expression {
  const neutral = operator === 'and';
  const parts = expressions
    .flatMap((part) => (part.node === 'call' && part.operator === operator ? part.arguments : [part]))
    .filter((part) => !isLiteral(part, neutral));
  const [first, ...more] = parts;
  if (first === undefined) return always(neutral);
  if (parts.some((part) => isLiteral(part, !neutral))) return always(!neutral);
  return more.length === 0 ? first : { node: 'call', type: boolean, operator, arguments: parts };
}

/** One condition that holds where all do; `true` of none. Nested ones are flattened, those that change nothing are dropped. */
export function allOf(expressions: readonly Expression[]): Expression {
  return joined('and', expressions);
}

/** One condition that holds where any does; `false` of none. Nested ones are flattened, those that change nothing are dropped. */
export function anyOf(expressions: readonly Expression[]): Expression {
  return joined('or', expressions);
}

/** What is made of the pieces of an expression that know of frames or of what security has placed. */
interface Rewriting {
  readonly path: (path: PathExpression) => PathExpression;
  readonly source: (source: AggregateSource) => AggregateSource;
  readonly frame: (frame: number) => number;
}

function rewrittenAggregate(aggregate: AggregateExpression, rewriting: Rewriting): AggregateExpression {
  const { value, where, sort, ...rest } = aggregate;
  return {
    ...rest,
    source: rewriting.source(aggregate.source),
    frame: rewriting.frame(aggregate.frame),
    ...(value === undefined ? {} : { value: rewritten(value, rewriting) }),
    ...(where === undefined ? {} : { where: rewritten(where, rewriting) }),
    ...(sort === undefined ? {} : { sort: sort.map((key) => ({ ...key, by: rewritten(key.by, rewriting) })) }),
  };
}

function rewritten(expression: Expression, rewriting: Rewriting): Expression {
  switch (expression.node) {
    case 'literal':
    case 'given':
      return expression;
    case 'path':
      return rewriting.path(expression);
    case 'call':
      return { ...expression, arguments: expression.arguments.map((argument) => rewritten(argument, rewriting)) };
    case 'aggregate':
      return rewrittenAggregate(expression, rewriting);
    case 'access':
      return { ...expression, root: rewriting.frame(expression.root) };
  }
}

/**
 * The same rule about the record `by` frames further in: a condition over frame 0 becomes one over an aggregate's records. Conditions and
 * computations that security has placed have frames of their own and stay as they are.
 */
export function reframed(expression: Expression, by: number): Expression {
  const root = (from: PathRoot): PathRoot => (typeof from === 'number' ? from + by : from);
  return rewritten(expression, {
    path: (path) => ({ ...path, root: root(path.root) }),
    source: (source) => (source.kind === 'object' ? source : { ...source, root: root(source.root) }),
    frame: (frame) => frame + by,
  });
}

const bareSteps = (steps: PathExpression['steps']): PathExpression['steps'] =>
  steps.map(({ object, field, target }) => ({ object, field, ...(target === undefined ? {} : { target }) }));

/**
 * The rule as it was asked for: without what security has placed on its paths. Equal for everybody who asks the same, whatever they may
 * see. Conditions joined to an aggregate's own stay: nothing tells them apart.
 */
export function withoutPlaced(expression: Expression): Expression {
  return rewritten(expression, {
    path: ({ node, type, root, steps }) => ({ node, type, root, steps: bareSteps(steps) }),
    source: (source) => (source.kind === 'object' ? source : { ...source, steps: bareSteps(source.steps) }),
    frame: (frame) => frame,
  });
}

/** Where a path goes on instead. */
export interface Rooted {
  readonly root: PathRoot;
  readonly steps: readonly PathStep[];
}

/** The same rule with other starts of its paths under `$steps`; `place` gives undefined where one stays. */
export function withOutcomesPlaced(
  expression: Expression,
  place: (steps: readonly PathStep[], object: string) => Rooted | undefined,
): Expression {
  return rewritten(expression, {
    path: (path) => {
      const placed = path.root === '$steps' ? place(path.steps, path.steps.at(-1)?.object ?? '') : undefined;
      return placed === undefined ? path : { ...path, ...placed };
    },
    source: (source) => {
      if (source.kind === 'object' || source.root !== '$steps') return source;
      const placed = place(source.steps, source.kind === 'children' ? source.parent : source.object);
      return placed === undefined ? source : { ...source, ...placed };
    },
    frame: (frame) => frame,
  });
}
