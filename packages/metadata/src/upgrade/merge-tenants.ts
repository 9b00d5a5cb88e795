// Three versions of a tenant's own layer made one, property by property: as it was, as a copy has changed it, as the tenant has it by now.
import { canonicalJson } from '../canonical.ts';
import { fileOf, type Layer } from '../layers/layer.ts';
import { keyedProperties, nestedProperties, wholeEntries } from '../layers/keyed-properties.ts';
import { isJsonObject } from '../layers/merge.ts';
import { placeId, pointerOf, type Json, type Place } from './places.ts';
import type { Choice, Conflict, UpgradeInput } from './upgrade.ts';

/** The same place in each of the three; undefined where there is nothing. */
interface Sides {
  readonly base: unknown;
  readonly copy: unknown;
  readonly tenant: unknown;
}

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : canonicalJson(value));

const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

const within = ({ base, copy, tenant }: Sides, key: string): Sides => {
  const at = (side: unknown): unknown => (isJsonObject(side) && Object.hasOwn(side, key) ? side[key] : undefined);
  return { base: at(base), copy: at(copy), tenant: at(tenant) };
};

/** What stands in an object is merged: properties by what they are (`part`), entries of a map (`map`, `whole`), texts at any depth (`texts`). */
type Manner = 'part' | 'map' | 'whole' | 'texts';

/** How what stands under a key is merged; undefined: it is one value. */
function mannerOf(manner: Manner, key: string): Manner | undefined {
  if (manner === 'map') return 'part';
  if (manner === 'texts') return 'texts';
  if (manner === 'whole') return undefined;
  if (keyedProperties.has(key)) return wholeEntries.has(key) ? 'whole' : 'map';
  return nestedProperties.has(key) ? 'part' : undefined;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/**
 * Half of a text laid over half of a number would be neither: where one side has made something else of it, the other may have changed only
 * what that has too.
 */
function areAlike(base: unknown, copy: Json, tenant: Json): boolean {
  if (same(copy['type'], tenant['type'])) return true;
  const was = isJsonObject(base) ? base : {};
  const [stayed, turned] = same(tenant['type'], was['type']) ? [tenant, copy] : [copy, tenant];
  const changed = [...new Set([...Object.keys(was), ...Object.keys(stayed)])].filter((key) => !same(was[key], stayed[key]));
  return changed.every((key) => Object.hasOwn(turned, key) && key !== 'type');
}

/** How what both have changed is decided. */
export interface MergeInput extends Pick<UpgradeInput, 'choices' | 'prefer'> {
  /** Ids of what one has taken away and the other has left as it was, which are to be decided all the same. */
  readonly missed?: ReadonlySet<string>;
}

class FileMerge {
  readonly conflicts: Conflict[] = [];
  /** Ids of what one has taken away and the other has left as it was. */
  readonly removed: string[] = [];
  readonly #file: string;
  readonly #idOf: (keys: readonly string[]) => string;
  readonly #input: MergeInput;

  constructor(file: string, idOf: (keys: readonly string[]) => string, input: MergeInput) {
    this.#file = file;
    this.#idOf = idOf;
    this.#input = input;
  }

  merged(sides: Sides, keys: readonly string[], manner: Manner | undefined): unknown {
    const { base, copy, tenant } = sides;
    if (same(copy, tenant)) return tenant;
    const areBoth = manner !== undefined && isJsonObject(copy) && isJsonObject(tenant);
    if (this.#isMissed(keys) && !areBoth) return this.#decided(sides, keys);
    const within = areBoth && this.#hasMissed(keys);
    if (!within && (same(copy, base) || same(tenant, base))) {
      this.#note(base, same(copy, base) ? tenant : copy, keys, manner);
      return same(copy, base) ? tenant : copy;
    }
    if (areBoth && areAlike(base, copy, tenant)) return this.#properties(copy, tenant, sides, keys, manner);
    // Whatever either was called, it is that.
    if (keys.at(-1) === 'renamedFrom' && isList(copy) && isList(tenant)) return [...new Set([...tenant, ...copy])];
    return this.#decided(sides, keys);
  }

  #isMissed(keys: readonly string[]): boolean {
    return this.#input.missed?.has(this.#idOf(keys)) === true;
  }

  #hasMissed(keys: readonly string[]): boolean {
    const id = this.#idOf(keys);
    return [...(this.#input.missed ?? [])].some((missed) => missed.startsWith(`${id}/`));
  }

  /** What of the base is gone on a side that alone has changed it. */
  #note(base: unknown, side: unknown, keys: readonly string[], manner: Manner | undefined): void {
    if (base !== undefined && side === undefined) this.removed.push(this.#idOf(keys));
    if (manner === undefined || !isJsonObject(base) || !isJsonObject(side)) return;
    for (const [key, value] of Object.entries(base)) {
      const next = Object.hasOwn(side, key) ? side[key] : undefined;
      this.#note(value, next, [...keys, key], mannerOf(manner, key));
    }
  }

  #properties(copy: Json, tenant: Json, sides: Sides, keys: readonly string[], manner: Manner): Json {
    const names = [...new Set([...Object.keys(tenant), ...Object.keys(copy)])];
    const entries = names.map((key) => [key, this.merged(within(sides, key), [...keys, key], mannerOf(manner, key))] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  #decided({ base, copy, tenant }: Sides, keys: readonly string[]): unknown {
    const { choices = {}, prefer } = this.#input;
    const id = this.#idOf(keys);
    const choice: Choice | undefined = Object.hasOwn(choices, id) ? choices[id] : prefer;
    this.conflicts.push({
      id,
      reason: 'changed',
      file: this.#file,
      pointer: pointerOf(keys),
      ...(base === undefined ? {} : { before: base }),
      ...(copy === undefined ? {} : { pack: copy }),
      tenant: tenant ?? null,
      ...(choice === undefined ? {} : { choice }),
    });
    if (choice === 'pack') return copy;
    return choice === undefined || choice === 'tenant' ? tenant : choice.value;
  }
}

const kindIn = (content: Json): string => (typeof content['kind'] === 'string' ? content['kind'] : 'object');

const targetOf = (content: unknown): string => (isJsonObject(content) ? `${kindIn(content)} ${String(content['extends'])}` : '');

/** Extensions of a component by their paths, where a side has one for it. */
function extensionPaths({ files }: Layer): ReadonlyMap<string, string> {
  const paths = Object.entries(files).filter(([path]) => fileOf(path)?.kind === 'extension');
  const byTarget = Map.groupBy(paths, ([, content]) => targetOf(content));
  return new Map(
    [...byTarget].flatMap(([target, [first, ...more]]) => (first === undefined || more.length > 0 ? [] : [[target, first[0]] as const])),
  );
}

/** Files of the copy are called as the tenant calls them: an extension may be called anything. */
function calledAlike(layer: Layer, tenant: Layer): Layer {
  const [own, theirs] = [extensionPaths(layer), extensionPaths(tenant)];
  const paths = new Map([...own].flatMap(([target, path]) => (theirs.has(target) ? [[path, theirs.get(target) ?? path] as const] : [])));
  const files = Object.entries(layer.files).map(([path, content]) => [paths.get(path) ?? path, content] as const);
  return { ...layer, files: Object.fromEntries(files) };
}

function idOf(path: string, content: unknown): (keys: readonly string[]) => string {
  const file = fileOf(path);
  if (file?.kind === 'extension' && isJsonObject(content)) {
    const kind = kindIn(content) as Place['kind'];
    return (keys) => placeId({ kind, name: String(content['extends']), keys });
  }
  return (keys) => `${path.replace(/\.json$/, '')}#${pointerOf(keys)}`;
}

const mannerOfFile = (path: string): Manner | undefined => {
  const kind = fileOf(path)?.kind;
  if (kind === 'translation') return 'texts';
  return kind === 'data' || kind === 'fixture' || kind === 'scenario' || kind === 'migration' ? undefined : 'part';
};

export interface TenantMerge {
  readonly files: Layer['files'];
  readonly conflicts: readonly Conflict[];
  /** Ids of what one has taken away and the other has left as it was. */
  readonly removed: readonly string[];
}

/** All three in the same names. What is undecided is as the tenant has it. */
export function mergeTenantLayers(
  sides: { readonly base: Layer; readonly copy: Layer; readonly tenant: Layer },
  input: MergeInput,
): TenantMerge {
  const { tenant } = sides;
  const [base, copy] = [calledAlike(sides.base, tenant), calledAlike(sides.copy, tenant)];
  const files: Record<string, unknown> = {};
  const [conflicts, removed]: [Conflict[], string[]] = [[], []];
  for (const path of new Set([...Object.keys(tenant.files), ...Object.keys(copy.files)])) {
    const at: Sides = within({ base: base.files, copy: copy.files, tenant: tenant.files }, path);
    const merge = new FileMerge(path, idOf(path, at.tenant ?? at.copy), input);
    const content = merge.merged(at, [], mannerOfFile(path));
    if (content !== undefined) files[path] = content;
    conflicts.push(...merge.conflicts);
    removed.push(...merge.removed);
  }
  return { files, conflicts, removed };
}
