// Random processes, with blocks in blocks, and the worlds that they run in.
import fc from 'fast-check';
import type { AskSpec, EntrySpec, StepSpec, Steps, World } from '../approval-scene.ts';
import { earlier } from './tree.ts';

export const people = ['ann', 'bob', 'cat', 'dan', 'sam'] as const;
const someone = fc.constantFrom(...people);

const need = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('any' as const, 'all' as const, 'sequence' as const) },
  { weight: 1, arbitrary: fc.record({ of: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ share: fc.constantFrom(0.3, 0.5, 0.67, 1) }) },
);
const entry: fc.Arbitrary<EntrySpec> = fc.record({ need, people: fc.uniqueArray(someone, { maxLength: 3 }) });
const mostly = fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const timeout = fc.record({ do: fc.constantFrom('remind', 'escalate', 'transfer', 'approve', 'reject') });

/** `lead`: where a rejection leads, as a number: how far among what there is to choose from. */
type Raw = Omit<AskSpec, 'back'> & { readonly lead: number };

const ask: fc.Arbitrary<StepSpec> = fc
  .record({
    entries: fc.oneof(fc.record({ e: entry }), fc.record({ e: entry, f: entry })),
    need,
    reject: fc.constantFrom('one', 'one', 'all', 'majority'),
    lead: fc.nat(9),
    then: fc.constantFrom('rerun', 'return'),
    nobody: fc.record({ do: fc.constantFrom('pass', 'administrator', 'ask', 'refuse') }),
    sameAsSubmitter: fc.constantFrom('skip', 'manager', 'keep'),
    repeated: fc.constantFrom('skip', 'keep'),
    editable: fc.constantFrom([], [], ['amount']),
    timeouts: fc.array(timeout, { maxLength: 3 }),
    allow: fc.constantFrom(['return', 'transfer', 'addSigner'], ['return', 'transfer', 'addSigner'], []),
    holds: mostly,
  })
  .map((raw) => raw as Raw);

const named = (all: readonly StepSpec[], letter: string): Steps =>
  Object.fromEntries(all.map((spec, i) => [`${letter}${String(i)}`, spec]));

function block(depth: number): fc.Arbitrary<Steps> {
  const size = { minLength: 1, maxLength: depth === 0 ? 2 : 4 };
  return fc.array(step(depth), size).map((all) => named(all, 's'));
}

function step(depth: number): fc.Arbitrary<StepSpec> {
  const errand = fc.record({ automation: fc.constantFrom('wait', 'go'), holds: mostly });
  const simple = [
    { weight: 12, arbitrary: ask },
    { weight: 1, arbitrary: errand },
    { weight: 1, arbitrary: fc.record({ notify: fc.constant(true as const), holds: mostly }) },
  ];
  if (depth === 0) return fc.oneof(...simple);
  const ways = fc.array(block(depth - 1), { minLength: 2, maxLength: 3 });
  const asWays = (all: readonly Steps[]): Readonly<Record<string, Steps>> =>
    Object.fromEntries(all.map((steps, i) => [`w${String(i)}`, steps]));
  return fc.oneof(
    ...simple,
    { weight: 2, arbitrary: fc.record({ cases: ways.map(asWays), otherwise: block(depth - 1), holds: mostly }) },
    { weight: 5, arbitrary: fc.record({ branches: ways.map(asWays), join: fc.constantFrom('all', 'any'), holds: mostly }) },
  );
}

/** Rejections led to where they may lead. */
function led(steps: Steps, whole: Steps, prefix = ''): Steps {
  const inWays = (ways: Readonly<Record<string, Steps>>, path: string): Readonly<Record<string, Steps>> =>
    Object.fromEntries(Object.entries(ways).map(([name, within]) => [name, led(within, whole, `${path}/${name}/`)]));
  const entries = Object.entries(steps).map(([name, spec]) => {
    const path = `${prefix}${name}`;
    if ('cases' in spec)
      return [name, { ...spec, cases: inWays(spec.cases, path), otherwise: led(spec.otherwise ?? {}, whole, `${path}/otherwise/`) }];
    if ('branches' in spec) return [name, { ...spec, branches: inWays(spec.branches, path) }];
    if (!('entries' in spec)) return [name, spec];
    const { lead, ...rest } = spec as Raw;
    const choices = [undefined, 'submitter', ...earlier(whole, path)];
    const back = choices[lead % choices.length];
    return [name, back === undefined ? rest : { ...rest, back }];
  });
  return Object.fromEntries(entries) as Steps;
}

export const processes: fc.Arbitrary<Steps> = block(2).map((steps) => led(steps, steps));

const pairs = fc.dictionary(someone, fc.constantFrom(...people, 'max'), { maxKeys: 3 });

/** Every case and branch of a process, by path. */
function waysOf(steps: Steps, prefix = ''): readonly string[] {
  return Object.entries(steps).flatMap(([name, spec]) => {
    const ways = 'cases' in spec ? spec.cases : 'branches' in spec ? spec.branches : {};
    return Object.entries(ways).flatMap(([way, within]) => {
      const path = `${prefix}${name}/${way}`;
      return [path, ...waysOf(within, `${path}/`)];
    });
  });
}

export const worlds = (steps: Steps): fc.Arbitrary<World> =>
  fc.record({
    holds: fc.record(Object.fromEntries(waysOf(steps).map((path) => [path, mostly]))),
    managers: pairs,
    standIns: pairs,
    administrators: fc.constantFrom(['root'], ['root', 'rita'], ['sam']),
    instead: fc.uniqueArray(someone, { maxLength: 2 }),
    transferTo: fc.uniqueArray(someone, { maxLength: 2 }),
    recall: fc.constantFrom('any', 'untouched', 'never'),
  });
