// What a newer version no longer brings, or takes away from a lower layer, and the tenant uses: it stays, and who uses it is told.
import type { Problem } from '@tessera/kernel';
import type { Assembled } from '../layers/assemble.ts';
import { readLayer } from '../layers/files.ts';
import type { KeptPart, Layer } from '../layers/layer.ts';
import { isJsonObject } from '../layers/merge.ts';
import { buildModel } from '../resolve/build.ts';
import { changedBy } from './deltas.ts';
import { placeId, pointerOf, sourceIn, valueAt, withoutValue, withValue, type Json } from './places.ts';
import { removedParts, type RemovedPart } from './removed-parts.ts';

export interface KeepInput {
  /** The layers below the tenant's as they were, in the names of `to`. */
  readonly from: readonly Layer[];
  readonly to: readonly Layer[];
  /** `to`, laid over one another. */
  readonly target: Assembled;
  /** In the names of `to`. */
  readonly tenant: Layer;
}

/** Parts with the places that use them. */
type Used = Map<RemovedPart, Set<string>>;

/** Above this many, parts that turn out not to be needed stay: each is tried by building the Model. */
const mostTried = 12;

function candidates({ from, to, target }: KeepInput): readonly RemovedPart[] {
  return to.flatMap((after) => {
    const before = from.find(({ kind, name }) => kind === after.kind && name === after.name);
    // What another layer or file brings instead is not gone.
    return removedParts(before, after).filter((part) => valueAt(sourceIn(target, part), part.keys) === undefined);
  });
}

function use(used: Used, part: RemovedPart, user: string): void {
  const users = used.get(part) ?? new Set<string>();
  used.set(part, users.add(user));
}

/** The tenant changes the part, or something within it. */
function noteChanged(used: Used, parts: readonly RemovedPart[], tenant: Layer): void {
  for (const file of readLayer(tenant, [], new Set())) {
    const changed = changedBy(file);
    if (changed === undefined || file.kind === 'settings') continue;
    for (const part of parts) {
      if (part.kind !== changed.kind || part.name !== changed.name) continue;
      // What the tenant takes away itself may go.
      if ((valueAt(file.content, part.keys) ?? null) !== null) use(used, part, `${file.path}#${pointerOf(part.keys)}`);
    }
  }
}

/** The names that a mistake speaks of are among them. */
export const wordsOf = ({ message, params = {} }: Problem): ReadonlySet<string> => {
  const texts = [message, ...Object.values(params).filter((value) => typeof value === 'string')];
  return new Set(texts.flatMap((text) => text.split(/[^A-Za-z0-9_]+/)));
};

/** The parts whose want a mistake tells: those of the object that it names, else those of that name. */
function wantedBy(problem: Problem, parts: readonly RemovedPart[]): readonly RemovedPart[] {
  const words = wordsOf(problem);
  const named = parts.filter(({ keys, name }) => words.has(keys.at(-1) ?? name));
  const exactly = named.filter(({ keys, name }) => keys.length === 0 || words.has(name));
  return exactly.length > 0 ? exactly : named;
}

/** The kept part in which a mistake is. */
const partOf = ({ file, pointer = '' }: Problem, used: Used): RemovedPart | undefined =>
  [...used.keys()].find((part) => file === `${part.layer}/${part.file}` && pointer.startsWith(pointerOf(part.keys)));

/** Who makes the mistake: a place of the tenant's files, or a part that is kept for them; undefined where it is somebody else. */
function userOf(problem: Problem, tenant: Layer, used: Used): string | undefined {
  const { file = '', pointer = '' } = problem;
  if (file.startsWith(`${tenant.name}/`)) return `${file.slice(tenant.name.length + 1)}#${pointer}`;
  const part = partOf(problem, used);
  return part && placeId(part);
}

/** The tenant's layer without its changes of these parts. */
function withoutChanges(tenant: Layer, parts: readonly RemovedPart[]): Layer {
  const files = readLayer(tenant, [], new Set()).flatMap((file): readonly (readonly [string, unknown])[] => {
    const changed = changedBy(file);
    const own = parts.filter(({ kind, name }) => kind === changed?.kind && name === changed.name);
    if (own.some(({ keys }) => keys.length === 0)) return [];
    return [[file.path, own.reduce((content, { keys }) => withoutValue(content, keys), file.content)]];
  });
  return { ...tenant, files: Object.fromEntries(files) };
}

/** Whoever else uses what the tenant changes: without it, and the changes, it would be wrong. */
function noteReferring(used: Used, to: readonly Layer[], tenant: Layer): void {
  const { problems } = buildModel([...to, withoutChanges(tenant, [...used.keys()])]);
  for (const problem of problems) {
    const user = userOf(problem, tenant, new Map());
    if (user === undefined) continue;
    const file = user.slice(0, user.indexOf('#') + 1);
    for (const part of wantedBy(problem, [...used.keys()])) {
      const users = used.get(part) ?? new Set<string>();
      if (![...users].some((known) => known.startsWith(file))) users.add(user);
    }
  }
}

/** The file that the part was in, unless the newer pack has made another's of it. */
function fileFor({ file, head, kind, name }: RemovedPart, files: Layer['files']): string {
  const there = files[file];
  const isFree = head === undefined || !isJsonObject(there) || (there['extends'] === head['extends'] && there['kind'] === head['kind']);
  return isFree ? file : `extensions/${kind}-${name}-kept.json`;
}

function withPart(content: Json, { keys, definition }: RemovedPart): unknown {
  if (keys.length === 0) return definition;
  return definition === undefined ? withoutValue(content, keys) : withValue(content, keys, definition);
}

function withParts(layer: Layer, used: Used, former: readonly KeptPart[]): Layer {
  const own = [...used].filter(([part]) => part.layer === layer.name);
  if (own.length === 0) return layer;
  const files: Record<string, unknown> = { ...layer.files };
  const kept = own.map(([part, users]): KeptPart => {
    const file = fileFor(part, files);
    const there = files[file];
    const content = isJsonObject(there) ? there : (part.head ?? {});
    files[file] = withPart(content, part);
    const { kind, name } = part;
    const pointer = pointerOf(part.keys);
    const before = former.find((known) => known.kind === kind && known.name === name && known.pointer === pointer);
    return { kind, name, pointer, removedIn: before?.removedIn ?? layer.version, users: [...users].sort() };
  });
  return { ...layer, files, kept };
}

/**
 * The new layers with whatever they no longer bring and the tenant's layer changes or refers to; what only another pack wants is missing
 * there, and told as its mistake.
 */
export function keepUsedParts(input: KeepInput): readonly Layer[] {
  const { from, to, tenant } = input;
  const parts = candidates(input);
  if (parts.length === 0) return to;
  const formerOf = (layer: Layer): readonly KeptPart[] => from.find(({ name }) => name === layer.name)?.kept ?? [];
  const laid = (used: Used): readonly Layer[] => to.map((layer) => withParts(layer, used, formerOf(layer)));
  const problemsWith = (used: Used): readonly Problem[] => buildModel([...laid(used), tenant]).problems;
  const used: Used = new Map();
  noteChanged(used, parts, tenant);
  if (used.size > 0) noteReferring(used, to, tenant);
  const guessed: RemovedPart[] = [];
  for (;;) {
    const before = used.size;
    for (const problem of problemsWith(used)) {
      const user = userOf(problem, tenant, used);
      if (user === undefined) continue;
      const itself = partOf(problem, used);
      for (const part of wantedBy(problem, parts)) {
        if (part === itself || (used.has(part) && !guessed.includes(part))) continue;
        if (!used.has(part)) guessed.push(part);
        use(used, part, user);
      }
    }
    if (used.size === before) break;
  }
  if (guessed.length <= mostTried) dropUnneeded(used, guessed, problemsWith);
  return laid(used);
}

/** A name that several parts bear brought all of them. */
function dropUnneeded(used: Used, guessed: readonly RemovedPart[], problemsWith: (used: Used) => readonly Problem[]): void {
  if (guessed.length < 2) return;
  const most = problemsWith(used).length;
  for (const part of guessed) {
    const users = used.get(part);
    if (users === undefined) continue;
    used.delete(part);
    if (problemsWith(used).length > most) used.set(part, users);
  }
}
