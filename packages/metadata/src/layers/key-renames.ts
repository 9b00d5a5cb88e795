// Puts present names in the place of former ones, and remembers which keys of a file it moved.
import { isJsonObject } from './merge.ts';
import { escapePointer } from './provenance.ts';

type Json = Readonly<Record<string, unknown>>;
export type Follow = (value: unknown) => unknown;
export type FollowEntry = (entry: Json, name: string, at: string) => Json;

export class KeyRenames {
  /** Pointers of the keys that were moved, with where the author wrote them. */
  readonly moves = new Map<string, string>();

  /** `content` with one property followed, where it is said. */
  set(content: Json, property: string, follow: Follow): Json {
    if (!Object.hasOwn(content, property) || content[property] === null) return content;
    return { ...content, [property]: follow(content[property]) };
  }

  /** A map whose keys may be former names; two keys that come to mean the same are laid over one another. */
  map(at: string, rename?: (key: string) => string, visit: FollowEntry = (entry) => entry): Follow {
    return this.values(at, rename, (entry, name, pointer) => (isJsonObject(entry) ? visit(entry, name, pointer) : entry));
  }

  /** The same of a map whose entries are no parts but values. */
  values(
    at: string,
    rename: (key: string) => string = (key) => key,
    follow: (value: unknown, name: string, at: string) => unknown,
  ): Follow {
    return (map) => {
      if (!isJsonObject(map)) return map;
      const result: Record<string, unknown> = {};
      for (const [key, entry] of Object.entries(map)) {
        const name = rename(key);
        const pointer = `${at}/${escapePointer(name)}`;
        if (name !== key) this.moves.set(pointer, `${at}/${escapePointer(key)}`);
        result[name] = follow(entry, name, pointer);
      }
      return result;
    };
  }

  /** `content` with each of these properties followed, where it is said. */
  all(content: Json, followers: Readonly<Record<string, Follow>>): Json {
    return Object.entries(followers).reduce((result, [property, follow]) => this.set(result, property, follow), content);
  }

  list(rename: (name: string) => string): Follow {
    return (list) => (Array.isArray(list) ? list.map((item: unknown) => (typeof item === 'string' ? rename(item) : item)) : list);
  }

  word(rename: (name: string) => string): Follow {
    return (word) => (typeof word === 'string' ? rename(word) : word);
  }
}
