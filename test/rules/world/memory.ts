// The world's records in memory, and the environment that JavaScript rules are worked out in.
import {
  aggregateValues,
  compareMembers,
  toJs,
  type AggregateExpression,
  type Expression,
  type JsEnvironment,
  type PathExpression,
  type PathStep,
  type Value,
} from '@tessera/rules';

export type Row = Readonly<Record<string, Value>> & { readonly id: string };

export interface World {
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** What deals were before, by id. */
  readonly old: ReadonlyMap<string, Row>;
  readonly user: string;
  readonly roles: readonly string[];
  readonly now: string;
  readonly timeZone: string;
}

const find = (world: World, object: string, id: Value | undefined): Row | undefined => world.rows[object]?.find((row) => row.id === id);

/** How expressions are made functions; a test may put in a wrong one. */
export type Compile = (expression: Expression) => (environment: JsEnvironment) => Value;

export function environmentOf(world: World, frames: readonly (Row | undefined)[], compile: Compile = toJs): JsEnvironment {
  const start = (root: PathExpression['root']): Row | undefined => {
    if (typeof root === 'number') return frames[root];
    return root === '$old' ? world.old.get(frames[0]?.id ?? '') : find(world, 'user', world.user);
  };
  const follow = (root: PathExpression['root'], steps: readonly PathStep[]): Row | undefined =>
    steps.reduce(
      (row: Row | undefined, step) => row && find(world, step.target ?? targets[step.field] ?? '', row[step.field]),
      start(root),
    );
  const holder = (root: PathExpression['root'], steps: readonly PathStep[]): Row | undefined => follow(root, steps);

  const members = ({ source }: AggregateExpression): readonly Row[] => {
    if (source.kind === 'object') return world.rows[source.object] ?? [];
    const from = holder(source.root, source.steps);
    if (from === undefined) return [];
    if (source.kind === 'children') return (world.rows[source.object] ?? []).filter((row) => row[source.by] === from.id);
    const above: Row[] = [];
    for (let at = find(world, source.object, from[source.by]); at; at = find(world, source.object, at[source.by])) above.push(at);
    return above;
  };

  return {
    now: Date.parse(world.now),
    timeZone: world.timeZone,
    roles: world.roles,
    path(path) {
      if (path.root === '$tenant') return world.timeZone;
      const last = path.steps.at(-1);
      const row = holder(path.root, path.steps.slice(0, -1));
      const value = last && row?.[last.field];
      if (last?.target !== undefined && find(world, last.target, value) === undefined) return null;
      return value ?? null;
    },
    aggregate(aggregate) {
      const inside = (row: Row): JsEnvironment => environmentOf(world, [...frames.slice(0, aggregate.frame), row], compile);
      const { where, value, sort = [] } = aggregate;
      const chosen = members(aggregate).filter((row) => where === undefined || compile(where)(inside(row)) === true);
      const keyed = chosen.map((row) => ({ row, keys: sort.map(({ by }) => compile(by)(inside(row))) }));
      // Children without `sort` are in the order of their ids; `toSorted` is stable, so ancestors stay nearest first.
      const byId = aggregate.source.kind === 'ancestors' ? keyed : keyed.toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1));
      const sorted = byId.toSorted((a, b) => compareMembers(sort, a.keys, b.keys)).slice(0, aggregate.first);
      return aggregateValues(
        aggregate.function,
        value?.type ?? { kind: 'boolean' },
        sorted.map(({ row }) => (value === undefined ? true : compile(value)(inside(row)))),
      );
    },
  };
}

/** Where the world's lookups lead. */
export const targets: Readonly<Record<string, string>> = {
  account: 'account',
  rival: 'account',
  parent: 'account',
  owner: 'user',
  manager: 'user',
  deal: 'deal',
};

/** A rule's value for one deal. */
export function valueFor(expression: Expression, world: World, deal: Row, compile: Compile = toJs): Value {
  return compile(expression)(environmentOf(world, [deal], compile));
}
