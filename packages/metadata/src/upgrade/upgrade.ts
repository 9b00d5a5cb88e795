// Three-way merge: the layers below a tenant's are exchanged for newer ones, and no change of the tenant's is lost or passed over.
import { canonicalJson } from '../canonical.ts';
import { assemble, type Assembled } from '../layers/assemble.ts';
import { componentId } from '../layers/components.ts';
import type { Layer } from '../layers/layer.ts';
import { isJsonObject } from '../layers/merge.ts';
import { inPresentNames } from '../layers/renames.ts';
import { buildModel } from '../resolve/build.ts';
import { deltasOf, type Delta } from './deltas.ts';
import { keepUsedParts } from './kept-parts.ts';
import { placeId, pointerOf, sourceIn, valueAt, withoutValue, withValue, type Json } from './places.ts';

/** Whose value holds: the tenant's, the pack's, or a third. */
export type Choice = 'tenant' | 'pack' | { readonly value: unknown };

/**
 * A property that both have changed, or that the tenant has changed and the pack has locked, or made something else of, so that the tenant's
 * value makes no Model (`unfit`). Left-out values are not there.
 */
export interface Conflict {
  /** What choices name it by: `objects/account#/fields/phone/maxLength`. */
  readonly id: string;
  readonly reason: 'changed' | 'locked' | 'unfit';
  /** What is wrong with the tenant's value, where it is unfit. */
  readonly why?: string;
  /** The tenant's file. */
  readonly file: string;
  readonly pointer: string;
  /** The value of the packs in force, which the tenant's change was made against. */
  readonly before?: unknown;
  /** The value of the new packs. */
  readonly pack?: unknown;
  /** Null takes it away. */
  readonly tenant: unknown;
  /** Left out while nobody has decided. */
  readonly choice?: Choice;
}

export interface UpgradeInput {
  /** The layers in force, lowest first, with the tenant's. */
  readonly from: readonly Layer[];
  /** What is to be below the tenant's layer, lowest first. */
  readonly to: readonly Layer[];
  /** By the conflicts' ids. */
  readonly choices?: Readonly<Record<string, Choice>>;
  /** For conflicts that nobody has chosen for. */
  readonly prefer?: 'tenant' | 'pack';
}

export interface Upgrade {
  /** With the tenant's; what is undecided is as the tenant has it, or as the pack has it where the tenant's cannot stand. */
  readonly layers: readonly Layer[];
  readonly conflicts: readonly Conflict[];
  /** Choices for what is no conflict. */
  readonly strayChoices: readonly string[];
}

/** What a part was called before is not what it is. */
function withoutFormerNames(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key, entry]) => key !== 'renamedFrom' || !Array.isArray(entry));
  return Object.fromEntries(kept.map(([key, entry]) => [key, withoutFormerNames(entry)]));
}

const textOf = (value: unknown): string => canonicalJson(withoutFormerNames(value) ?? null);

const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/** What has been said about a conflict, where it can be had. */
export function choiceFor(
  id: string,
  reason: Conflict['reason'],
  { choices = {}, prefer }: Pick<UpgradeInput, 'choices' | 'prefer'>,
): Choice | undefined {
  const said = Object.hasOwn(choices, id) ? choices[id] : undefined;
  // A rule for all conflicts takes nothing away that nobody has looked at.
  if (reason === 'unfit') return said === 'tenant' ? undefined : said;
  const choice = said ?? prefer;
  // What is locked is the pack's.
  return reason === 'locked' && choice !== 'pack' ? undefined : choice;
}

/** What is wrong with deltas as the tenant has them. */
type Unfit = ReadonlyMap<string, string>;

const placeIn = ({ file, inFile }: Delta): string => `${file}#${pointerOf(inFile)}`;

function conflictOf(delta: Delta, sides: readonly [Assembled, Assembled], input: UpgradeInput, unfit: Unfit): Conflict | undefined {
  const [before, after] = sides;
  const was = valueAt(sourceIn(before, delta), delta.keys);
  const will = valueAt(sourceIn(after, delta), delta.keys);
  // Texts in other languages stay free.
  const isLocked = delta.isText !== true && after.locked.has(componentId(delta.kind, delta.name));
  const why = unfit.get(placeIn(delta));
  const reason = isLocked ? 'locked' : why === undefined ? 'changed' : 'unfit';
  if (reason === 'changed' && (same(was, will) || same(delta.value, will))) return undefined;
  const id = placeId(delta);
  const choice = choiceFor(id, reason, input);
  return {
    id,
    reason,
    ...(why === undefined ? {} : { why }),
    file: delta.file,
    pointer: pointerOf(delta.inFile),
    ...(was === undefined ? {} : { before: was }),
    ...(will === undefined ? {} : { pack: will }),
    tenant: delta.value,
    ...(choice === undefined ? {} : { choice }),
  };
}

/** The tenant's file with the decision in it; undefined where nothing of it is left. */
function decided(content: Json, { inFile: keys }: Delta, choice: Choice): Json | undefined {
  if (choice === 'tenant') return content;
  if (choice !== 'pack') return withValue(content, keys, choice.value);
  const { extends: target, kind, ...delta } = withoutValue(content, keys);
  const left = Object.keys(delta).some((key) => !key.startsWith('$') && key !== 'language');
  return left ? { ...(target === undefined ? {} : { extends: target }), ...(kind === undefined ? {} : { kind }), ...delta } : undefined;
}

function withDecision(tenant: Layer, delta: Delta, choice: Choice): Layer {
  const content = tenant.files[delta.file];
  if (choice === 'tenant' || !isJsonObject(content)) return tenant;
  const next = decided(content, delta, choice);
  const files = Object.entries({ ...tenant.files, [delta.file]: next }).filter(([, file]) => file !== undefined);
  return { ...tenant, files: Object.fromEntries(files) };
}

interface Decided {
  readonly tenant: Layer;
  readonly conflicts: readonly Conflict[];
}

function decide(deltas: readonly Delta[], moved: Layer, conflictWith: (delta: Delta) => Conflict | undefined): Decided {
  let tenant = moved;
  const conflicts: Conflict[] = [];
  for (const delta of deltas) {
    const conflict = conflictWith(delta);
    if (conflict === undefined) continue;
    conflicts.push(conflict);
    tenant = withDecision(tenant, delta, conflict.choice ?? (conflict.reason === 'changed' ? 'tenant' : 'pack'));
  }
  return { tenant, conflicts };
}

/** The deltas that make no Model, where all that is wrong is theirs; else it is told by whoever builds the Model. */
function unfitDeltas(deltas: readonly Delta[], tenant: Layer, lower: readonly Layer[]): Unfit {
  const unfit = new Map<string, string>();
  for (const { file, pointer = '', message } of buildModel([...lower, tenant]).problems) {
    const own = deltas.filter((delta) => file === `${tenant.name}/${delta.file}`);
    const at = own.filter(({ inFile }) => pointer === pointerOf(inFile) || pointer.startsWith(`${pointerOf(inFile)}/`));
    const wrong = at.length > 0 ? at : own.filter(({ inFile }) => pointerOf(inFile).startsWith(`${pointer}/`));
    if (wrong.length === 0) return new Map();
    for (const delta of wrong) unfit.set(placeIn(delta), message);
  }
  return unfit;
}

/**
 * Exchanges the layers below a tenant's.
 *
 * - What only the tenant changed stays as it is, what only the packs changed is theirs, and where both agree nothing is asked.
 * - Both changed one property: a conflict, with the three values; undecided ones keep the tenant's.
 * - What of the tenant's makes no Model any more is one too, in which the pack's, or a third value, must be chosen.
 * - What the packs no longer bring and the tenant's layer uses stays in the pack's layer (`kept`), until nothing uses it any more.
 * - Whatever is renamed is compared, kept and decided under its new name, which the tenant's layer is moved to.
 *
 * Mistakes of the result are told by `buildModel`.
 */
export function upgradeLayers(input: UpgradeInput): Upgrade {
  const { from, to, choices = {} } = input;
  const owner = from.find(({ kind }) => kind === 'tenant');
  if (owner === undefined) return { layers: to, conflicts: [], strayChoices: Object.keys(choices) };
  const target = assemble(to);
  const former = from.filter(({ kind }) => kind !== 'tenant').map((layer) => inPresentNames(layer, target.components));
  const moved = assemble([...to, owner]).layers.at(-1) ?? owner;
  const lower = keepUsedParts({ from: former, to, target, tenant: moved });
  const sides = [assemble(former), lower === to ? target : assemble(lower)] as const;
  const deltas = deltasOf(moved, sides);
  const decidedWith = (unfit: Unfit): Decided => decide(deltas, moved, (delta) => conflictOf(delta, sides, input, unfit));
  const unfit = new Map<string, string>();
  let decided = decidedWith(unfit);
  // What is wrong with one delta may hide what is wrong with others.
  for (;;) {
    const found = [...unfitDeltas(deltas, decided.tenant, lower)].filter(([place]) => !unfit.has(place));
    if (found.length === 0) break;
    for (const [place, why] of found) unfit.set(place, why);
    decided = decidedWith(unfit);
  }
  const { tenant, conflicts } = decided;
  const known = new Set(conflicts.map(({ id }) => id));
  return { layers: [...lower, tenant], conflicts, strayChoices: Object.keys(choices).filter((id) => !known.has(id)) };
}
