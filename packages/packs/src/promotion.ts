// A tenant's layers with the changes of its sandbox put in: what a plan is then made of.
import { failAll, problem } from '@tessera/kernel';
import { contentHash, promoteLayers, type Conflict, type Layer } from '@tessera/metadata';
import { orderPacks } from './dependencies.ts';
import type { Composed, Decisions } from './installing.ts';
import { packDifferences } from './lock.ts';
import { isSeedConflict } from './seeds/conflict-ids.ts';

interface Promotion {
  /** The tenant's layers at the copy. */
  readonly base: readonly Layer[];
  readonly sandbox: readonly Layer[];
  /** In force. */
  readonly from: readonly Layer[];
}

const packIn = (layers: readonly Layer[], name: string): Layer | undefined =>
  layers.find((layer) => layer.kind === 'pack' && layer.name === name);

const same = (a: Layer | undefined, b: Layer | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.version === b.version && contentHash(a.files) === contentHash(b.files);

interface ChosenPack {
  readonly pack: Layer | undefined;
  readonly conflict?: Conflict;
}

/** Whoever exchanged the pack since the copy; both, to different ones: a conflict of its versions, in which a third is no choice. */
function chosenPack({ base, sandbox, from }: Promotion, name: string, { choices = {}, prefer }: Decisions): ChosenPack {
  const [was, theirs, ours] = [base, sandbox, from].map((layers) => packIn(layers, name));
  if (same(theirs, was) || same(theirs, ours)) return { pack: ours };
  if (same(ours, was)) return { pack: theirs };
  const id = `packs/${name}`;
  const said = Object.hasOwn(choices, id) ? choices[id] : prefer;
  const choice = typeof said === 'string' ? said : undefined;
  const conflict: Conflict = {
    id,
    reason: 'changed',
    file: `${name}/pack.json`,
    pointer: '/version',
    ...(was === undefined ? {} : { before: was.version }),
    ...(theirs === undefined ? {} : { pack: theirs.version }),
    tenant: ours?.version ?? null,
    ...(choice === undefined ? {} : { choice }),
  };
  return { pack: choice === 'pack' ? theirs : ours, conflict };
}

/**
 * The tenant's layers with all that its sandbox has changed since it was copied, in a three-way merge with what the tenant has changed
 * since. Throws METADATA_INVALID where packs do not go together, PLAN_CHOICE_UNKNOWN.
 */
export function withSandbox(promotion: Promotion, decisions: Decisions = {}): Composed {
  const { base, sandbox, from } = promotion;
  const names = [...new Set([...from, ...sandbox].filter(({ kind }) => kind === 'pack').map(({ name }) => name))];
  const chosen = names.map((name) => chosenPack(promotion, name, decisions));
  const packs = chosen.flatMap(({ pack }) => pack ?? []);
  const to = [...from.filter(({ kind }) => kind === 'platform'), ...orderPacks(packs)];
  const { layers, conflicts, strayChoices } = promoteLayers({ base, copy: sandbox, tenant: from, to, ...decisions });
  const ofPacks = chosen.flatMap(({ conflict }) => conflict ?? []);
  const stray = strayChoices.filter((id) => !isSeedConflict(id) && !ofPacks.some((conflict) => conflict.id === id));
  if (stray.length > 0) {
    throw failAll(
      'METADATA_INVALID',
      stray.map((id) => problem('PLAN_CHOICE_UNKNOWN', { id })),
    );
  }
  return { from, layers, packs: packDifferences(from, layers), conflicts: [...ofPacks, ...conflicts], decisions };
}
