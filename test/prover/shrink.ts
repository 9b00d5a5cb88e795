// A difference made small: what of the request and of the records can go and leaves it standing.
import type { AggregateAsk, Ask, Filter, ListAsk } from './asks.ts';
import type { ModelSketch } from './models.ts';
import { Onlooker } from './oracle-records.ts';
import type { Given, Population } from './populations.ts';
import type { Site } from './site.ts';
import { trial, type Session } from './trial.ts';
import { noFigures } from './figures.ts';
import type { Constitution } from './world.ts';

interface Setting {
  readonly site: Site;
  readonly sketch: ModelSketch;
  readonly constitution: Constitution;
  readonly population: Population;
  readonly administrator: boolean;
  /** Worlds that may be made for it; left out: 120. */
  readonly tries?: number;
  /** Ends it with what was found until then. */
  readonly signal?: AbortSignal;
}

interface Attempt {
  readonly population: Population;
  /** With keys in the place of ids. */
  readonly ask: string;
  readonly difference: string;
}

/** Simpler forms of a request, each with one thing less. */
function simpler(ask: Ask): readonly Ask[] {
  switch (ask.kind) {
    case 'list':
      return listForms(ask);
    case 'aggregate':
      return aggregateForms(ask);
    case 'get':
      return [{ ...ask, children: undefined }, ...without(ask.fields).map((fields) => ({ ...ask, fields }))];
    case 'export':
      return [
        ...filterForms(ask.filter).map((filter) => ({ ...ask, filter })),
        { ...ask, sort: [] },
        ...without(ask.fields).map((fields) => ({ ...ask, fields })),
      ];
    case 'create':
    case 'update':
      return without(Object.entries(ask.values)).map((values) => ({ ...ask, values: Object.fromEntries(values) }));
    default:
      return [];
  }
}

/** Each list with one entry less, but never empty. */
const without = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length < 2 ? [] : all.map((_, i) => all.filter((__, j) => j !== i));

function filterForms(filter: Filter | undefined): readonly (Filter | undefined)[] {
  if (filter === undefined) return [];
  if (filter.kind === 'and' || filter.kind === 'or') return [undefined, ...filter.parts];
  return filter.kind === 'not' ? [undefined, filter.part] : [undefined];
}

function listForms(ask: ListAsk): readonly Ask[] {
  return [
    { ...ask, children: undefined },
    { ...ask, sort: [] },
    { ...ask, first: 50 },
    ...filterForms(ask.filter).map((filter) => ({ ...ask, filter })),
    ...(ask.fields === undefined ? [] : without(ask.fields).map((fields) => ({ ...ask, fields }))),
  ];
}

function aggregateForms(ask: AggregateAsk): readonly Ask[] {
  return [
    { ...ask, having: undefined },
    { ...ask, byCount: false },
    ...filterForms(ask.filter).map((filter) => ({ ...ask, filter })),
    ...without(ask.groups).map((groups) => ({ ...ask, groups })),
    ...(ask.having === undefined ? without(ask.measures).map((measures) => ({ ...ask, measures })) : []),
  ];
}

const refersTo = (value: Given, keys: ReadonlySet<string>): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return 'key' in value ? keys.has(value.key) : 'id' in value && keys.has(value.id.key);
};

/** Without records, and what they were masters of. */
function lacking(population: Population, keys: readonly string[], sketch: ModelSketch): Population {
  const gone = new Set(keys);
  const isMaster = (object: string, field: string): boolean => sketch.shapes[object]?.fields[field]?.master === true;
  const kept = population.creates.map(({ object, entries }) => ({
    object,
    entries: entries.filter((entry) => {
      const lost =
        gone.has(entry.key) || Object.entries(entry.values).some(([field, value]) => isMaster(object, field) && refersTo(value, gone));
      if (lost) gone.add(entry.key);
      return !lost;
    }),
  }));
  const bare = ({ object, entries }: Population['creates'][number]): Population['creates'][number] => ({
    object,
    entries: entries
      .filter((entry) => !gone.has(entry.key))
      .map((entry) => ({
        ...entry,
        values: Object.fromEntries(Object.entries(entry.values).map(([field, value]) => [field, refersTo(value, gone) ? null : value])),
      })),
  });
  return {
    creates: kept.map(bare),
    updates: population.updates.map(bare),
    deletes: population.deletes.map(({ object, keys }) => ({ object, keys: keys.filter((each) => !gone.has(each)) })),
    shares: population.shares.filter(({ record, subject }) => !gone.has(record) && !gone.has(subject.split(':')[1] ?? '')),
  };
}

const exchanged = (text: string, names: Iterable<readonly [string, string]>): string =>
  [...names].reduce((left, [from, to]) => left.replaceAll(`"${from}"`, `"${to}"`), text);

const idOf = (site: Site, key: string): string | undefined => [...site.keys()].find(([, each]) => each === key)?.[0];

/** Makes the world anew and asks again; undefined where all is well now, or where that world cannot be. */
async function again(setting: Setting, population: Population, ask: string, person: string): Promise<string | undefined> {
  const { site, sketch, constitution, administrator } = setting;
  try {
    const shares = await site.populate(population);
    const user = administrator ? site.administrator : (idOf(site, person) ?? '');
    const who = new Onlooker({ ...constitution, shapes: sketch.shapes, rows: await site.rows(), shares }, user, administrator);
    const named = [...site.keys()].map(([id, key]) => [`key:${key}`, id] as const);
    return await trial({ who, client: await site.client(user), site, figures: noFigures() }, JSON.parse(exchanged(ask, named)) as Ask);
  } catch {
    return undefined;
  }
}

/** What is left of a request and a world. Keys of the population stand for ids. */
export interface Smallest {
  readonly ask: Ask;
  readonly records: number;
  readonly difference: string;
  readonly population: Population;
}

/** The smallest form found within a number of tries; undefined where the difference does not come again in a fresh world. */
export async function shrunk(setting: Setting, { who, site }: Session, ask: Ask): Promise<Smallest | undefined> {
  const mostTries = (): number => (setting.signal?.aborted === true ? 0 : (setting.tries ?? 120));
  const keys = site.keys();
  const person = keys.get(who.user) ?? '';
  // JSON drops what is undefined, and asks have it everywhere alike.
  const keyed = exchanged(
    JSON.stringify(ask),
    [...keys].map(([id, key]) => [id, `key:${key}`] as const),
  );
  const first = await again(setting, setting.population, keyed, person);
  if (first === undefined) return undefined;
  let best: Attempt = { population: setting.population, ask: keyed, difference: first };
  let tries = 0;
  const attempt = async (population: Population, text: string): Promise<boolean> => {
    tries += 1;
    const difference = await again(setting, population, text, person);
    if (difference !== undefined) best = { population, ask: text, difference };
    return difference !== undefined;
  };
  for (let found = true; found && tries < mostTries();) {
    found = false;
    for (const form of simpler(JSON.parse(best.ask) as Ask)) {
      const text = JSON.stringify(form);
      if (text === best.ask || tries >= mostTries()) continue;
      if (await attempt(best.population, text)) {
        found = true;
        break;
      }
    }
  }
  const own = Object.keys(setting.sketch.objects);
  // What many records have in common goes at once: those of an object that the request does not name.
  for (const object of own) {
    const names = best.population.creates
      .filter((batch) => batch.object === object)
      .flatMap(({ entries }) => entries.map(({ key }) => key));
    const free = names.filter((key) => !best.ask.includes(`"key:${key}"`));
    if (free.length > 1 && tries < mostTries()) await attempt(lacking(best.population, free, setting.sketch), best.ask);
  }
  for (const key of setting.population.creates
    .filter(({ object }) => own.includes(object))
    .flatMap(({ entries }) => entries.map((entry) => entry.key))) {
    const isThere = best.population.creates.some(({ entries }) => entries.some((entry) => entry.key === key));
    if (isThere && !best.ask.includes(`"key:${key}"`) && tries < mostTries())
      await attempt(lacking(best.population, [key], setting.sketch), best.ask);
  }
  const records = best.population.creates
    .filter(({ object }) => own.includes(object))
    .reduce((sum, { entries }) => sum + entries.length, 0);
  return { ask: JSON.parse(best.ask) as Ask, records, difference: best.difference, population: best.population };
}
