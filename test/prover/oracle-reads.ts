// ACCESS.md "Reading", read literally: what each request for data must answer.
import type { AggregateAsk, ChildrenAsk, Filter, ListAsk, Measure, Path, Sort, Surface } from './asks.ts';
import { pathText } from './asks.ts';
import { Decimal } from './decimal.ts';
import { HiddenText, type Expected } from './expectations.ts';
import { logicOf } from './filters.ts';
import { masked } from './oracle-fields.ts';
import { seenRows, type Onlooker } from './oracle-records.ts';
import { compareValues, evaluate, figure, holds, same, textOf, valueOf } from './rules.ts';
import { rowsOf, type Row, type Value } from './world.ts';

function valueOut(value: Value): Expected {
  return value === null || typeof value !== 'object' || value instanceof Decimal ? value : [...value];
}

/** A field in a selection. */
function fieldOut(who: Onlooker, row: Row, name: string): Expected {
  const field = who.world.shapes[row.object]?.fields[name];
  if (field?.kind === 'secret') return row.values[name] === null ? null : new HiddenText();
  if (who.rights.shows(row.object, name) === 'masked') {
    const value = row.values[name];
    return typeof value === 'string' ? masked(value) : null;
  }
  const value = valueOf(who.world, row, name, who);
  if (field?.kind !== 'reference' || field.to.length < 2 || typeof value !== 'string') return valueOut(value);
  const object = who.world.rows.get(value)?.object ?? '';
  return { object: who.rights.readable(object) ? object : null, id: value };
}

/** The selected paths of a record as JSON. */
export function recordOut(who: Onlooker, row: Row, paths: readonly Path[], surface: Surface): Readonly<Record<string, Expected>> {
  const heads = [...new Set(paths.map(([head = '']) => head))];
  const entries = heads.map((head): [string, Expected] => {
    const rests = paths.filter((path) => path[0] === head && path.length > 1).map((path) => path.slice(1));
    if (rests.length === 0) return [head, fieldOut(who, row, head)];
    const id = row.values[head];
    const target = typeof id === 'string' ? who.world.rows.get(id) : undefined;
    if (target === undefined || target.deleted || !who.sees(target)) return [head, null];
    const several = (who.world.shapes[row.object]?.fields[head]?.to.length ?? 1) > 1;
    const inner = recordOut(who, target, rests, surface);
    return [head, several && surface === 'rest' ? { object: target.object, ...inner } : inner];
  });
  return Object.fromEntries(entries);
}

/** Every field that the person may read, in a list without `fields`. Secrets are nobody's to read. */
export function readablePaths(who: Onlooker, object: string): readonly Path[] {
  const fields = Object.values(who.world.shapes[object]?.fields ?? {});
  return fields.filter(({ name, kind }) => kind !== 'secret' && who.rights.shows(object, name) !== undefined).map(({ name }) => [name]);
}

const fits = (who: Onlooker, filter: Filter | undefined, row: Row): boolean =>
  filter === undefined || holds(who.world, logicOf(filter), row, who);

const at = (who: Onlooker, path: Path, row: Row): Value =>
  evaluate({ var: pathText(path) }, { world: who.world, sight: who, frames: [row] });

/** Nulls last going up, first going down. */
function byValue(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === descending ? -1 : 1;
  const order = Array.isArray(a) || Array.isArray(b) ? 0 : compareValues(a, b);
  return descending ? -order : order;
}

export function inOrder(who: Onlooker, rows: readonly Row[], sort: readonly Sort[]): readonly Row[] {
  const last = sort.at(-1)?.descending === true;
  return [...rows].sort((a, b) => {
    for (const { path, descending } of sort) {
      const order = byValue(at(who, path, a), at(who, path, b), descending);
      if (order !== 0) return order;
    }
    return (a.id < b.id ? -1 : 1) * (last ? -1 : 1);
  });
}

export function childrenOut(who: Onlooker, parent: Row, ask: ChildrenAsk): Readonly<Record<string, Expected>> {
  const relation = who.world.shapes[parent.object]?.relations[ask.relation];
  const children = seenRows(who, relation?.object ?? '').filter(
    (row) => row.values[relation?.by ?? ''] === parent.id && fits(who, ask.filter, row),
  );
  const nodes = inOrder(who, children, ask.sort).slice(0, ask.first);
  const count = new Decimal(BigInt(children.length), 0);
  return {
    children: { totalCount: count, nodes: nodes.map((row) => recordOut(who, row, ask.fields, 'graphql')) },
    ...(ask.counted ? { childCount: [{ count }] } : {}),
  };
}

/** The records that a list has, in its order. */
export function listed(
  who: Onlooker,
  ask: Pick<ListAsk, 'object' | 'filter' | 'sort'> & { readonly deleted?: ListAsk['deleted'] },
): readonly Row[] {
  const { object, filter, sort, deleted } = ask;
  const all = rowsOf(who.world, object).filter((row) => (row.deleted ? deleted !== undefined : deleted !== 'only') && who.sees(row));
  return inOrder(
    who,
    all.filter((row) => fits(who, filter, row)),
    sort,
  );
}

export function listOut(who: Onlooker, ask: ListAsk): readonly Expected[] {
  const fields = ask.fields ?? readablePaths(who, ask.object);
  return listed(who, ask).map((row) => ({
    ...recordOut(who, row, fields, ask.surface),
    ...(ask.children === undefined ? {} : childrenOut(who, row, ask.children)),
  }));
}

function bucketed(value: Value, bucket: 'month' | 'year' | undefined): Value {
  if (bucket === undefined || typeof value !== 'string') return value;
  return bucket === 'month' ? `${value.slice(0, 7)}-01` : `${value.slice(0, 4)}-01-01`;
}

function measured(who: Onlooker, measure: Measure, rows: readonly Row[]): Value {
  const taken = rows.filter((row) => fits(who, measure.filter, row));
  return figure(
    measure.function,
    taken.map((row) => (measure.field === undefined ? true : valueOf(who.world, row, measure.field, who))),
  );
}

interface Group {
  readonly keys: readonly Value[];
  readonly figures: readonly Value[];
}

function kept({ figures }: Group, having: AggregateAsk['having']): boolean {
  if (having === undefined) return true;
  const figureOf = figures[having.measure] ?? null;
  if (!(figureOf instanceof Decimal)) return false;
  const order = figureOf.compare(Decimal.of(having.value));
  return having.operator === 'gt' ? order > 0 : order <= 0;
}

function groupsOf(who: Onlooker, ask: AggregateAsk): readonly Group[] {
  const rows = listed(who, { ...ask, sort: [] });
  const groups = new Map<string, { readonly keys: readonly Value[]; readonly rows: Row[] }>();
  if (ask.groups.length === 0) groups.set('[]', { keys: [], rows: [] });
  for (const row of rows) {
    const keys = ask.groups.map(({ path, bucket }) => bucketed(at(who, path, row), bucket));
    const name = JSON.stringify(keys.map((each) => (each === null ? null : textOf(each))));
    const group = groups.get(name) ?? { keys, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()].map((group) => ({
    keys: group.keys,
    figures: ask.measures.map((measure) => measured(who, measure, group.rows)),
  }));
}

/** Each group as `{ g0 …, m0 … }`. */
export function aggregateOut(who: Onlooker, ask: AggregateAsk): readonly Readonly<Record<string, Expected>>[] {
  const groups = groupsOf(who, ask).filter((group) => kept(group, ask.having));
  const sorted = [...groups].sort((a, b) => {
    const [x = null, y = null] = [a.figures[0], b.figures[0]];
    if (ask.byCount && !same(x, y)) return byValue(x, y, true);
    for (const [i, key] of a.keys.entries()) {
      const order = byValue(key, b.keys[i] ?? null, false);
      if (order !== 0) return order;
    }
    return 0;
  });
  return sorted.map(({ keys, figures }) =>
    Object.fromEntries([
      ...keys.map((key, i) => [`g${String(i)}`, valueOut(key)] as const),
      ...figures.map((value, i) => [`m${String(i)}`, valueOut(value)] as const),
    ]),
  );
}

/** Ids of what a word finds, by object; objects that may not be searched are not there. */
export function searchOut(who: Onlooker, q: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const shape of Object.values(who.world.shapes).filter(({ judged }) => judged)) {
    const fields = Object.values(shape.fields).filter(({ name, searchable }) => searchable && who.rights.reads(shape.name, name));
    const has = (row: Row): boolean =>
      fields.some(({ name }) =>
        textOf(row.values[name] ?? null)
          .split(/[\s@.]+/)
          .includes(q),
      );
    const ids = seenRows(who, shape.name)
      .filter(has)
      .map(({ id }) => id);
    if (ids.length > 0) found.set(shape.name, [...ids].sort());
  }
  return found;
}
