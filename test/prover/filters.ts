// Filters in the words of both surfaces.
import { pathText, type CompareOperator, type Filter, type Literal, type Path } from './asks.ts';
import type { Shapes } from './shapes.ts';

const operators: Readonly<Record<Exclude<CompareOperator, 'isNull'>, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  in: 'in',
  contains: 'contains',
};

/** JSON-Logic, as REST takes it; the oracle reads it too. */
export function logicOf(filter: Filter): unknown {
  switch (filter.kind) {
    case 'compare': {
      const name = { var: pathText(filter.path) };
      if (filter.operator !== 'isNull') return { [operators[filter.operator]]: [name, filter.value] };
      return { [filter.value === true ? '==' : '!=']: [name, null] };
    }
    case 'and':
    case 'or':
      return { [filter.kind]: filter.parts.map(logicOf) };
    case 'not':
      return { '!': logicOf(filter.part) };
    case 'relation':
      return { [filter.quantifier === 'every' ? 'all' : filter.quantifier]: [{ var: pathText(filter.path) }, logicOf(filter.part)] };
  }
}

type Where = Readonly<Record<string, unknown>>;

/** `['a', 'b:c', 'd']` around an entry: `{ a: { b: { c: { d: … } } } }`. */
function wrapped(steps: Path, inner: Where): Where {
  return steps.reduceRight<Where>((within, step) => {
    const [field = '', target] = step.split(':');
    return { [field]: target === undefined ? within : { [target]: within } };
  }, inner);
}

/** GraphQL's `where`. `object` is what the filter is over. */
export function whereOf(filter: Filter, shapes: Shapes, object: string): Where {
  switch (filter.kind) {
    case 'compare': {
      const holder = objectAt(shapes, object, filter.path.slice(0, -1));
      const name = filter.path.at(-1) ?? '';
      const field = shapes[holder]?.fields[name];
      const called = field?.kind === 'reference' && field.stored && field.type !== 'id' ? `${name}Id` : name;
      return wrapped(filter.path.slice(0, -1), { [called]: { [filter.operator]: filter.value } });
    }
    case 'and':
    case 'or':
      return { [filter.kind]: filter.parts.map((part) => whereOf(part, shapes, object)) };
    case 'not':
      return { not: whereOf(filter.part, shapes, object) };
    case 'relation': {
      const holder = objectAt(shapes, object, filter.path.slice(0, -1));
      const child = shapes[holder]?.relations[filter.path.at(-1) ?? '']?.object ?? '';
      const condition = { [filter.quantifier]: whereOf(filter.part, shapes, child) };
      return wrapped(filter.path.slice(0, -1), { [filter.path.at(-1) ?? '']: condition });
    }
  }
}

/** The object behind a path of lookups. */
export function objectAt(shapes: Shapes, object: string, steps: Path): string {
  return steps.reduce((at, step) => {
    const [field = '', target] = step.split(':');
    return target ?? shapes[at]?.fields[field]?.to[0] ?? '';
  }, object);
}

export const literals = (value: Literal | readonly Literal[]): readonly Literal[] =>
  Array.isArray(value) ? (value as readonly Literal[]) : [value as Literal];
