// What a change of metadata is as a list of differences, on the way back to an earlier Model too.
import { diff, movedWords, type Change, type Model } from '@tessera/metadata';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const asJson = (value: unknown): Json => (isJson(value) ? value : {});

/** A list of former names. A field that is called like this is an object. */
const isFormerNames = (key: string, value: unknown): boolean => key === 'renamedFrom' && Array.isArray(value);

const named = (map: Json): Parameters<typeof movedWords>[0] =>
  Object.fromEntries(Object.entries(map).map(([key, entry]) => [key, asJson(entry)]));

function withoutFormerNames(part: Json): Json {
  const kept = Object.entries(part).filter(([key, value]) => !isFormerNames(key, value));
  return Object.fromEntries(kept.map(([key, value]) => [key, isJson(value) ? withoutFormerNames(value) : value]));
}

/** The part as it will be, in which everything that has another name now says which, whichever of the two Models tells it. */
function withPresentNames(before: Json, after: Json): Json {
  // Of several that became one, the first counts as renamed.
  const former = new Map([...movedWords(named(before), named(after), true)].reverse().map(([from, to]) => [to, from]));
  const entries = Object.entries(after).filter(([key, value]) => !isFormerNames(key, value));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (!isJson(value)) return [key, value];
      const from = former.get(key);
      const told = withPresentNames(asJson(before[from ?? key]), value);
      return [key, from === undefined ? told : { ...told, renamedFrom: [from] }];
    }),
  );
}

/**
 * The differences of two Models.
 * @param back `after` was in force before `before`: it cannot know what was renamed since, so that is said for it
 */
export function changesBetween(before: Model | undefined, after: Model, back: boolean): readonly Change[] {
  if (before === undefined || !back) return diff(before, after);
  const kinds = Object.entries(after.source).map(([kind, map]) => [kind, withPresentNames(before.source[kind] ?? {}, map)] as const);
  const known = Object.entries(before.source).map(([kind, map]) => [kind, withoutFormerNames(map)] as const);
  return diff({ ...before, source: Object.fromEntries(known) }, { ...after, source: Object.fromEntries(kinds) });
}
