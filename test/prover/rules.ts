// The prover's own reading of rules (OPERATORS.md), straight on their JSON, for the operators that its generator uses.
import { Decimal } from './decimal.ts';
import type { FieldShape } from './shapes.ts';
import type { Row, Value, World } from './world.ts';

/** Whose eyes a rule looks through. */
export interface Sight {
  readonly user: string | null;
  sees(row: Row): boolean;
}

/** Rules of metadata, and administrators. */
export const everything = (user: string | null): Sight => ({ user, sees: () => true });

interface Scope {
  readonly world: World;
  readonly sight: Sight;
  /** The record, then what aggregates run over; a bare name is of the last. */
  readonly frames: readonly Row[];
}

type Args = readonly unknown[];

const truth = (value: Value): boolean => value === true;

/** -1, 0, 1; both are of one kind and not null. */
export function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new TypeError(`No order between ${JSON.stringify(a)} and ${JSON.stringify(b)}.`);
}

export function same(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'object' && !(a instanceof Decimal)) return JSON.stringify(a) === JSON.stringify(b);
  return typeof a === typeof b && compareValues(a, b) === 0;
}

function numbers(values: readonly Value[]): readonly Decimal[] | undefined {
  const found = values.filter((value) => value instanceof Decimal);
  return found.length === values.length ? found : undefined;
}

function folded(values: readonly Value[], work: (a: Decimal, b: Decimal) => Decimal | undefined): Value {
  const [first, ...rest] = numbers(values) ?? [];
  if (first === undefined) return null;
  return rest.reduce<Decimal | undefined>((all, each) => (all === undefined ? undefined : work(all, each)), first) ?? null;
}

function ordered(values: readonly Value[], holds: (order: number) => boolean): boolean {
  return values.slice(1).every((b, i) => {
    const a = values[i] ?? null;
    return a !== null && b !== null && holds(compareValues(a, b));
  });
}

export function textOf(value: Value): string {
  return value === null ? '' : typeof value === 'string' ? value : String(value);
}

const bothTexts = (values: readonly Value[], holds: (a: string, b: string) => boolean): boolean => {
  const [a, b] = values;
  return typeof a === 'string' && typeof b === 'string' && holds(a, b);
};

/** Operators whose arguments are worked out first. */
export const strict: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  '==': ([a = null, b = null]) => same(a, b),
  '!=': ([a = null, b = null]) => !same(a, b),
  '<': (values) => ordered(values, (order) => order < 0),
  '<=': (values) => ordered(values, (order) => order <= 0),
  '>': (values) => ordered(values, (order) => order > 0),
  '>=': (values) => ordered(values, (order) => order >= 0),
  '+': (values) => folded(values, (a, b) => a.plus(b)),
  '-': (values) => folded(values.length === 1 ? [new Decimal(0n, 0), ...values] : values, (a, b) => a.minus(b)),
  '*': (values) => folded(values, (a, b) => a.times(b)),
  '/': (values) => folded(values, (a, b) => a.dividedBy(b)),
  '!': ([value = null]) => !truth(value),
  not: ([value = null]) => !truth(value),
  and: (values) => values.every(truth),
  or: (values) => values.some(truth),
  round: ([value = null, scale]) =>
    value instanceof Decimal ? value.rounded(scale instanceof Decimal ? Number(scale.toString()) : 0) : null,
  coalesce: (values) => values.find((value) => value !== null) ?? null,
  concat: (values) => values.map(textOf).join(''),
  isBlank: ([value = null]) => value === null || value === '' || (Array.isArray(value) && value.length === 0),
  contains: (values) => bothTexts(values, (a, b) => a.includes(b)),
  startsWith: (values) => bothTexts(values, (a, b) => a.startsWith(b)),
};

function literal(value: unknown): Value {
  if (typeof value === 'number') return Decimal.of(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  throw new TypeError(`No literal of the prover: ${JSON.stringify(value)}`);
}

/** The value of a rule. */
export function evaluate(rule: unknown, scope: Scope): Value {
  if (typeof rule !== 'object' || rule === null) return literal(rule);
  const [entry] = Object.entries(rule);
  if (entry === undefined) throw new TypeError('An empty rule.');
  const [operator, given] = entry as [string, unknown];
  const args: Args = Array.isArray(given) ? (given as Args) : [given];
  switch (operator) {
    case 'var':
      return variable(String(args[0]), scope);
    case 'if':
      return branch(args, scope);
    case 'in':
      return within(args, scope);
    case 'some':
    case 'all':
    case 'none':
      return quantified(operator, args, scope);
    case 'aggregate':
      return aggregated(given as Aggregate, scope);
    default: {
      const work = strict[operator];
      if (work === undefined) throw new TypeError(`The prover does not know ${operator}.`);
      return work(args.map((each) => evaluate(each, scope)));
    }
  }
}

function branch(args: Args, scope: Scope): Value {
  for (let i = 0; i + 1 < args.length; i += 2) if (truth(evaluate(args[i], scope))) return evaluate(args[i + 1], scope);
  return args.length % 2 === 1 ? evaluate(args.at(-1), scope) : null;
}

/** Of a list that is written down. */
function within([value, list]: Args, scope: Scope): boolean {
  const sought = evaluate(value, scope);
  return sought !== null && (list as Args).some((each) => same(sought, literal(each)));
}

/** Where a name begins, and what is left of it. */
function rooted(path: string, scope: Scope): { readonly row: Row | undefined; readonly steps: readonly string[] } {
  const steps = path.split('.');
  const [first] = steps;
  if (first === '$user') return { row: scope.world.rows.get(scope.sight.user ?? ''), steps: steps.slice(1) };
  if (first === '$record') return { row: scope.frames[0], steps: steps.slice(1) };
  return { row: scope.frames.at(-1), steps };
}

function variable(path: string, scope: Scope): Value {
  const { row, steps } = rooted(path, scope);
  if (row === undefined) return null;
  if (steps.length === 0) return row.id;
  const holder = follow(row, steps.slice(0, -1), scope);
  return holder === undefined ? null : valueOf(scope.world, holder, steps.at(-1) ?? '', scope.sight);
}

/** The record behind lookups; undefined where one is empty, in the bin, or not seen. */
function follow(row: Row, steps: readonly string[], { world, sight }: Pick<Scope, 'world' | 'sight'>): Row | undefined {
  let at: Row | undefined = row;
  for (const step of steps) {
    const [field = '', target] = step.split(':');
    const id: Value = valueOf(world, at, field, sight);
    at = typeof id === 'string' ? world.rows.get(id) : undefined;
    if (at === undefined || at.deleted || !sight.sees(at) || (target !== undefined && at.object !== target)) return undefined;
  }
  return at;
}

/** What a record has in a field, as these eyes have it. */
export function valueOf(world: World, row: Row, name: string, sight: Sight): Value {
  const field = world.shapes[row.object]?.fields[name];
  if (field === undefined) throw new TypeError(`There is no ${row.object}.${name}.`);
  if (field.kind === 'secret') return null;
  if (field.stored) return row.values[name] ?? null;
  return computedValue(world, row, field, sight);
}

function computedValue(world: World, row: Row, field: FieldShape, sight: Sight): Value {
  const { quote, aggregate } = field;
  if (quote !== undefined) {
    const target = follow(row, [quote.through], { world, sight });
    return target === undefined ? null : valueOf(world, target, quote.field, sight);
  }
  // What a record in the bin had come to, the page leaves to the engine: it keeps what it stored.
  if (aggregate !== undefined && row.deleted && Object.hasOwn(row.values, field.name)) return row.values[field.name] ?? null;
  // A roll-up counts all records, by definition.
  const scope: Scope = { world, sight: aggregate === undefined ? sight : everything(sight.user), frames: [row] };
  const value = aggregate === undefined ? evaluate(field.formula, scope) : aggregated(aggregate as unknown as Aggregate, scope);
  return value instanceof Decimal && field.scale !== undefined ? value.rounded(field.scale) : value;
}

/** The records of a child relation, behind lookups where the path has any. */
function children(path: string, scope: Scope): readonly Row[] {
  const { world, sight } = scope;
  const { row, steps } = rooted(path, scope);
  const parent = row === undefined ? undefined : follow(row, steps.slice(0, -1), scope);
  if (parent === undefined) return [];
  const relation = world.shapes[parent.object]?.relations[steps.at(-1) ?? ''];
  if (relation === undefined) throw new TypeError(`There is no relation ${parent.object}.${path}.`);
  return [...world.rows.values()].filter(
    (child) => child.object === relation.object && !child.deleted && child.values[relation.by] === parent.id && sight.sees(child),
  );
}

function quantified(quantifier: 'some' | 'all' | 'none', [relation, condition]: Args, scope: Scope): boolean {
  const holds = (row: Row): boolean => truth(evaluate(condition, { ...scope, frames: [...scope.frames, row] }));
  const rows = children((relation as { readonly var: string }).var, scope);
  return quantifier === 'some' ? rows.some(holds) : quantifier === 'all' ? rows.every(holds) : !rows.some(holds);
}

interface Aggregate {
  readonly of: string;
  readonly function: string;
  readonly value?: unknown;
  readonly where?: unknown;
}

function aggregated(aggregate: Aggregate, scope: Scope): Value {
  const inner = (row: Row): Scope => ({ ...scope, frames: [...scope.frames, row] });
  const rows = children(aggregate.of, scope).filter((row) => aggregate.where === undefined || truth(evaluate(aggregate.where, inner(row))));
  const values = rows.map((row) => (aggregate.value === undefined ? true : evaluate(aggregate.value, inner(row))));
  return figure(aggregate.function, values);
}

/** A function of aggregates over values. */
export function figure(name: string, all: readonly Value[]): Value {
  const values = all.filter((value) => value !== null);
  const count = new Decimal(BigInt(values.length), 0);
  switch (name) {
    case 'count':
      return count;
    case 'countDistinct':
      return new Decimal(BigInt(new Set(values.map(textOf)).size), 0);
    case 'sum':
      return folded([new Decimal(0n, 0), ...values], (a, b) => a.plus(b));
    case 'avg':
      return values.length === 0 ? null : folded([figure('sum', values), count], (a, b) => a.dividedBy(b));
    case 'min':
    case 'max': {
      const sign = name === 'min' ? 1 : -1;
      return values.reduce<Value>((best, each) => (best === null || sign * compareValues(each, best) < 0 ? each : best), null);
    }
    default:
      throw new TypeError(`The prover does not know the function ${name}.`);
  }
}

/** Whether a condition holds of a record. */
export const holds = (world: World, condition: unknown, row: Row, sight: Sight): boolean =>
  truth(evaluate(condition, { world, sight, frames: [row] }));
