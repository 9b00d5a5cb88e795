// What a copy of a tenant has changed, brought to the tenant as it is by now: a three-way merge over the layers that both had at the copy.
import { assemble } from '../layers/assemble.ts';
import type { Layer } from '../layers/layer.ts';
import { inPresentNames } from '../layers/renames.ts';
import { canonicalJson } from '../canonical.ts';
import { buildModel } from '../resolve/build.ts';
import { wordsOf } from './kept-parts.ts';
import { mergeTenantLayers, type TenantMerge } from './merge-tenants.ts';
import { choiceFor, upgradeLayers, type Choice, type Conflict, type Upgrade } from './upgrade.ts';

export interface PromotionInput {
  /** The tenant's layers at the copy, lowest first. */
  readonly base: readonly Layer[];
  /** The copy's. */
  readonly copy: readonly Layer[];
  /** The tenant's. */
  readonly tenant: readonly Layer[];
  /** What is to be below the tenant's own layer, lowest first. */
  readonly to: readonly Layer[];
  /** By the conflicts' ids: `pack` is the copy's value, `tenant` the tenant's. */
  readonly choices?: Readonly<Record<string, Choice>>;
  readonly prefer?: 'tenant' | 'pack';
}

const noLayer: Layer = { kind: 'tenant', name: 'tenant', version: '0', namespace: '', files: {} };

const ownOf = (layers: readonly Layer[]): Layer => layers.find(({ kind }) => kind === 'tenant') ?? noLayer;

/** Moved onto the same layers, every side differs in its own layer only. */
const moved = (from: readonly Layer[], { to }: PromotionInput, choices: PromotionInput['choices'] = {}): Upgrade =>
  upgradeLayers({ from: [...from.filter(({ kind }) => kind !== 'tenant'), ownOf(from)], to, prefer: 'tenant', choices });

const keyOf = ({ id, tenant }: Conflict): string => `${id} ${canonicalJson(tenant)}`;

/**
 * Conflicts of the tenant's own changes with packs that the copy has exchanged, as the copy did not see them: what stood there at the copy
 * was decided in the copy.
 */
function conflictsWithPacks(input: PromotionInput, base: Upgrade, tenant: Upgrade): readonly Conflict[] {
  const decided = new Set(base.conflicts.map(keyOf));
  return tenant.conflicts.flatMap((conflict): readonly Conflict[] => {
    if (decided.has(keyOf(conflict))) return [];
    const { id, reason, why, file, pointer, before, pack, tenant: own } = conflict;
    const choice = choiceFor(id, reason, input);
    const values = { ...(before === undefined ? {} : { before }), ...(pack === undefined ? {} : { pack }), tenant: own };
    const more = { ...(why === undefined ? {} : { why }), ...(choice === undefined ? {} : { choice }) };
    return [{ id, reason, file, pointer, ...values, ...more }];
  });
}

/** Of three layers in their own names, each in the names that the others have given to what it calls by former ones. */
function inSameNames(lower: readonly Layer[], sides: { readonly base: Layer; readonly copy: Layer; readonly tenant: Layer }): typeof sides {
  const { components: copied } = assemble([...lower, sides.copy]);
  const { components: present } = assemble([...lower, sides.tenant]);
  return {
    base: inPresentNames(inPresentNames(sides.base, copied), present),
    copy: inPresentNames(sides.copy, present),
    tenant: inPresentNames(sides.tenant, copied),
  };
}

/** What one side took away and the other has come to use is asked about: the merge alone would leave it wanting. */
function merged(sides: Parameters<typeof mergeTenantLayers>[0], lower: readonly Layer[], input: PromotionInput): TenantMerge {
  const merge = mergeTenantLayers(sides, input);
  const { problems } = buildModel([...lower, { ...sides.tenant, files: merge.files }]);
  const own = problems.filter(({ file = '' }) => file.startsWith(`${sides.tenant.name}/`));
  const words = new Set(own.flatMap((problem) => [...wordsOf(problem)]));
  const missed = merge.removed.filter((id) => words.has(/([^/#]+)#?$/.exec(id)?.[1] ?? ''));
  return missed.length === 0 ? merge : mergeTenantLayers(sides, { ...input, missed: new Set(missed) });
}

/** The layers to come; what is undecided is as the tenant has it. Mistakes of the result are told by `buildModel`. */
export function promoteLayers(input: PromotionInput): Upgrade {
  const base = moved(input.base, input);
  const first = moved(input.tenant, input);
  const withPacks = conflictsWithPacks(input, base, first);
  const chosen = withPacks.flatMap(({ id, choice }) => (choice === undefined ? [] : [[id, choice] as const]));
  const tenant = chosen.length === 0 ? first : moved(input.tenant, input, Object.fromEntries(chosen));
  const copy = moved(input.copy, input);
  const lower = tenant.layers.filter(({ kind }) => kind !== 'tenant');
  const own = inSameNames(lower, { base: ownOf(base.layers), copy: ownOf(copy.layers), tenant: ownOf(tenant.layers) });
  const { files, conflicts } = merged(own, lower, input);
  const all = [...withPacks, ...conflicts];
  const known = new Set(all.map(({ id }) => id));
  const strayChoices = Object.keys(input.choices ?? {}).filter((id) => !known.has(id));
  const isThere = Object.keys(files).length > 0 || input.tenant.some(({ kind }) => kind === 'tenant');
  return { layers: isThere ? [...lower, { ...own.tenant, files }] : lower, conflicts: all, strayChoices };
}
