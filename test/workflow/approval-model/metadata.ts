// Random processes of the model test as metadata of a tenant: whoever stands behind an entry is a group.
import type { AskSpec, EntrySpec, StepSpec, Steps } from '../approval-scene.ts';
import type { Json } from '../../support/engine.ts';

const holding = (holds: boolean): Json => ({ '==': [1, holds ? 1 : 2] });
const conditional = (holds: boolean | undefined): Json => (holds === undefined ? {} : { when: holding(holds) });

const peopleOf = (entry: EntrySpec): readonly string[] => ('people' in entry ? entry.people : entry);

/** The code of the group that these people make up. */
export const groupOf = (people: readonly string[]): string => `g_${[...people].sort().join('_')}`;

function timeoutOf(timeouts: AskSpec['timeouts'] = [], to: Json): Json {
  const [first, ...rest] = timeouts;
  if (first === undefined) return {};
  // After a decision nobody is asked any more.
  const then = first.do === 'approve' || first.do === 'reject' ? {} : timeoutOf(rest, to);
  const whom = first.do === 'transfer' ? { to } : {};
  return { timeout: { after: 'P30D', do: first.do, ...whom, ...('timeout' in then ? { then: then['timeout'] } : {}) } };
}

function ask(spec: AskSpec): Json {
  const { entries, back, then = 'rerun', holds: condition, timeouts, nobody, allow, need, reject, sameAsSubmitter, repeated } = spec;
  const approvers = Object.entries(entries).map(([name, entry]) => [
    name,
    { group: groupOf(peopleOf(entry)), need: 'people' in entry ? entry.need : 'any' },
  ]);
  const instead = { instead: { group: groupOf(['ann', 'bob']) } };
  const to = back === undefined ? undefined : (back.split('/').at(-1) ?? back);
  return {
    type: 'approval',
    approvers: Object.fromEntries(approvers) as Json,
    ...conditional(condition),
    ...Object.fromEntries(Object.entries({ need, reject, sameAsSubmitter, repeated }).filter(([, value]) => value !== undefined)),
    ...(to === undefined ? {} : { onReject: { to, then } }),
    ...(nobody === undefined ? {} : { nobody: nobody.do === 'ask' ? { to: instead } : nobody.do }),
    ...(allow === undefined ? {} : { allow }),
    ...timeoutOf(timeouts, instead),
  };
}

/** Cases that hold: all but the first, so that a later one is looked for. */
const holds = (name: string): boolean => name !== 'w0';

const ways = (map: Readonly<Record<string, Steps>>, more: (path: string) => Json): Json =>
  Object.fromEntries(Object.entries(map).map(([name, steps]) => [name, { ...more(name), steps: stepsOf(steps) }]));

function stepOf(spec: StepSpec): Json {
  if ('entries' in spec) return ask(spec);
  if ('cases' in spec)
    return {
      type: 'branch',
      ...conditional(spec.holds),
      cases: ways(spec.cases, (name) => ({ when: holding(holds(name)) })),
      otherwise: stepsOf(spec.otherwise ?? {}),
    };
  if ('branches' in spec)
    return { type: 'parallel', join: spec.join ?? 'all', ...conditional(spec.holds), branches: ways(spec.branches, () => ({})) };
  // Errands and messages are no matter of who decides.
  return { type: 'approval', approvers: { errand: { group: groupOf(['dan']) } } };
}

export const stepsOf = (steps: Steps): Json =>
  Object.fromEntries(Object.entries(steps).map(([name, spec], i) => [name, { order: i + 1, ...stepOf(spec) }]));

/** Whether the conditions of steps and cases hold, by path. */
export function conditionsOf(steps: Steps, prefix = ''): ReadonlyMap<string, boolean> {
  return new Map(
    Object.entries(steps).flatMap(([name, spec]): readonly (readonly [string, boolean])[] => {
      const path = `${prefix}${name}`;
      const own =
        spec.holds === undefined || (!('entries' in spec) && !('cases' in spec) && !('branches' in spec))
          ? []
          : [[path, spec.holds] as const];
      const inner = 'cases' in spec ? { ...spec.cases, otherwise: spec.otherwise ?? {} } : 'branches' in spec ? spec.branches : {};
      const cases = 'cases' in spec ? Object.keys(spec.cases).map((way) => [`${path}/${way}`, holds(way)] as const) : [];
      return [...own, ...cases, ...Object.entries(inner).flatMap(([way, within]) => [...conditionsOf(within, `${path}/${way}/`)])];
    }),
  );
}

/** Everybody who stands behind entries of the processes, as groups. */
export function groupsIn(all: readonly Steps[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map([groupOf(['ann', 'bob']), groupOf(['dan'])].map((code) => [code, code.slice(2).split('_')] as const));
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { entries } = part as { readonly entries?: AskSpec['entries'] };
    for (const entry of Object.values(entries ?? {})) {
      const people = peopleOf(entry);
      if (people.length > 0) found.set(groupOf(people), [...people].sort());
    }
    for (const inner of Object.values(part)) walk(inner);
  };
  for (const steps of all) walk(steps);
  return found;
}
