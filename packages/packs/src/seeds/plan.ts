// What a change of packs does to their data in a tenant: records that come, that change, that go, and what both sides have changed.
import { failAll, problem } from '@tessera/kernel';
import type { Conflict, Layer, Model } from '@tessera/metadata';
import { referrersOf, type Queryable } from '@tessera/storage';
import type { Decisions } from '../installing.ts';
import type { PackDifference } from '../lock.ts';
import { compareSeed, type Compared } from './compare.ts';
import { isSeedConflict } from './conflict-ids.ts';
import { isUntouched, knownSeeds, type KnownInput, type KnownSeed } from './known.ts';
import { SeedNames } from './names.ts';
import { refsOf, type DataSet } from './sets.ts';
import { dataSetsFor } from './taken-away.ts';

/** Records of a set that come or change, in the order in which they are written. */
export interface SetWork {
  readonly set: DataSet;
  readonly records: readonly { readonly key: string; readonly known?: KnownSeed; readonly compared?: Compared }[];
}

/** A record that its pack no longer brings and that stays; `changed` by the tenant, or `used` by other records. */
export interface KeptSeed {
  readonly key: string;
  readonly reason: 'changed' | 'used';
}

/** What happens to the records of a set. */
export interface SeedTally {
  readonly pack: string;
  readonly set: string;
  readonly object: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly kept: readonly KeptSeed[];
}

export interface SeedPlan {
  readonly tally: readonly SeedTally[];
  readonly conflicts: readonly Conflict[];
  readonly work: readonly SetWork[];
  /** Those that go, the last first. */
  readonly removed: readonly KnownSeed[];
  /** What is known of these is known no more. */
  readonly forgotten: readonly KnownSeed[];
  /** Packs that go: what is left of their data is the tenant's. */
  readonly gone: readonly string[];
}

export const noSeeds: SeedPlan = { tally: [], conflicts: [], work: [], removed: [], forgotten: [], gone: [] };

export interface SeedPlanInput extends KnownInput {
  readonly after: Model;
  readonly layers: readonly Layer[];
  readonly packs: readonly PackDifference[];
  readonly decisions: Decisions;
  /** RFC 3339. */
  readonly now: string;
}

const idOf = ({ pack, set, key }: Pick<KnownSeed, 'pack' | 'set' | 'key'>): string => JSON.stringify([pack, set, key]);

/** The known one that a record of a set is: under its name, or where it has moved from another set. */
function knownOf(known: readonly KnownSeed[], sets: readonly DataSet[]): (set: DataSet, key: string) => KnownSeed | undefined {
  const byName = new Map(known.map((seed) => [idOf(seed), seed]));
  const has = ({ pack, set, key }: KnownSeed): boolean =>
    sets.some((each) => each.pack === pack && each.name === set && Object.hasOwn(each.records, key));
  return (set, key) => {
    const own = byName.get(idOf({ pack: set.pack, set: set.name, key }));
    return own ?? known.find((seed) => seed.pack === set.pack && seed.key === key && seed.object === set.object && !has(seed));
  };
}

async function workOf(
  queryable: Queryable,
  set: DataSet,
  known: readonly KnownSeed[],
  find: ReturnType<typeof knownOf>,
  input: SeedPlanInput,
): Promise<SetWork> {
  const { after, schema, decisions, now } = input;
  const object = after.objects[set.object];
  const names = await SeedNames.read({ schema, query: (statement) => queryable.query(statement) }, set.pack, refsOf(set));
  const hasCome = known.some((seed) => seed.pack === set.pack && seed.set === set.name);
  const records = Object.keys(set.records).flatMap((key): SetWork['records'] => {
    const seed = find(set, key);
    // What comes once comes with its set.
    if (seed === undefined) return set.owner === 'once' && hasCome ? [] : [{ key }];
    // What the tenant has deleted stays so.
    if (set.owner === 'once' || seed.record === undefined || object === undefined) return [];
    const unfit = (reason: string): Error => new TypeError(reason);
    const scope = { model: after, now: Date.parse(now), naming: names.naming(set.name), unfit, object, decisions };
    const compared = compareSeed(set, key, seed, scope);
    return compared.isNew || seed.set !== set.name ? [{ key, known: seed, compared }] : [];
  });
  return { set, records };
}

/** Those of the tenant that packs no longer bring: which of them go, and which stay for what reason. */
async function leaving(
  queryable: Queryable,
  seeds: readonly KnownSeed[],
  { before, after, schema }: SeedPlanInput,
): Promise<ReadonlyMap<KnownSeed, KeptSeed['reason'] | undefined>> {
  const found = new Map<KnownSeed, KeptSeed['reason'] | undefined>();
  for (const seed of seeds) {
    const object = after.objects[seed.object];
    if (seed.record !== undefined && object !== undefined) found.set(seed, isUntouched(object, seed) ? undefined : 'changed');
  }
  if (before === undefined) return found;
  const going = (): readonly KnownSeed[] => [...found].flatMap(([seed, reason]) => (reason === undefined ? [seed] : []));
  for (let all = going(); all.length > 0;) {
    const ids = new Set(all.map(({ id }) => id));
    for (const name of new Set(all.map(({ former }) => former))) {
      const own = all.filter(({ former }) => former === name);
      // Tables have their former names until the plan is carried out.
      const uses = await referrersOf(
        queryable,
        { model: before, schema },
        name,
        own.map(({ id }) => id),
      );
      const used = new Set(uses.filter(({ by }) => !ids.has(by)).map(({ id }) => id));
      for (const seed of own) if (used.has(seed.id)) found.set(seed, 'used');
    }
    const left = going();
    if (left.length === all.length) break;
    all = left;
  }
  return found;
}

function talliesOf(work: readonly SetWork[], left: ReadonlyMap<KnownSeed, KeptSeed['reason'] | undefined>): readonly SeedTally[] {
  const places = new Map<string, Pick<SeedTally, 'pack' | 'set' | 'object'>>();
  for (const { set } of work) places.set(JSON.stringify([set.pack, set.name]), { pack: set.pack, set: set.name, object: set.object });
  for (const { pack, set, object } of left.keys()) {
    const place = JSON.stringify([pack, set]);
    if (!places.has(place)) places.set(place, { pack, set, object });
  }
  return [...places.values()].flatMap((place): readonly SeedTally[] => {
    const records = work.filter(({ set }) => set.pack === place.pack && set.name === place.set).flatMap((each) => each.records);
    const own = [...left].filter(([{ pack, set }]) => pack === place.pack && set === place.set);
    const added = records.filter(({ known }) => known === undefined).length;
    const changed = records.filter(({ compared }) => Object.keys(compared?.values ?? {}).length > 0).length;
    const removed = own.filter(([, reason]) => reason === undefined).length;
    const kept = own.flatMap(([{ key }, reason]) => (reason === undefined ? [] : [{ key, reason }]));
    return added + changed + removed + kept.length === 0 ? [] : [{ ...place, added, changed, removed, kept }];
  });
}

function refuseStray({ choices = {} }: Decisions, conflicts: readonly Conflict[]): void {
  const known = new Set(conflicts.map(({ id }) => id));
  const stray = Object.keys(choices).filter((id) => isSeedConflict(id) && !known.has(id));
  if (stray.length === 0) return;
  throw failAll(
    'METADATA_INVALID',
    stray.map((id) => problem('PLAN_CHOICE_UNKNOWN', { id })),
  );
}

/** Throws PLAN_CHOICE_UNKNOWN. */
export async function planSeeds(queryable: Queryable, input: SeedPlanInput): Promise<SeedPlan> {
  const { packs, layers, decisions } = input;
  const gone = packs.filter(({ change }) => change === 'removed').map(({ name }) => name);
  const come = packs.map(({ name }) => name).filter((name) => !gone.includes(name));
  if (packs.length === 0) return noSeeds;
  const all = dataSetsFor(
    layers.filter(({ kind, name }) => kind === 'pack' && come.includes(name)),
    layers,
    input.after,
  );
  const sets = all.filter(({ owner }) => owner !== 'demo');
  const known = await knownSeeds(queryable, [...come, ...gone], input);
  const find = knownOf(known, sets);
  const work: SetWork[] = [];
  for (const set of sets) work.push(await workOf(queryable, set, known, find, input));
  const brought = new Set(sets.flatMap((set) => Object.keys(set.records).flatMap((key) => find(set, key) ?? [])));
  const others = known.filter((seed) => seed.owner === 'pack' && !brought.has(seed));
  const left = await leaving(queryable, others, input);
  const conflicts = work.flatMap(({ records }) => records.flatMap(({ compared }) => compared?.conflicts ?? []));
  refuseStray(decisions, conflicts);
  return {
    tally: talliesOf(work, left),
    conflicts,
    work: work.filter(({ records }) => records.length > 0),
    removed: [...left].flatMap(([seed, reason]) => (reason === undefined ? [seed] : [])).reverse(),
    forgotten: others.filter((seed) => seed.record === undefined),
    gone,
  };
}

/** What of it a plan's hash covers. */
export const seedSummary = ({ work, removed, gone }: SeedPlan): unknown => ({
  work: work.map(({ set, records }) => [
    set.pack,
    set.name,
    records.map(({ key, compared }) => [key, compared === undefined ? (set.records[key] ?? null) : compared.values]),
  ]),
  removed: removed.map(idOf),
  gone,
});
