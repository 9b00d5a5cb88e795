// Where each part of an effective component comes from, so that a mistake found late is told at its file and pointer.

export interface Origin {
  readonly layer: string;
  readonly file: string;
  readonly pointer: string;
  /** Whether all that is below is told there too: what nobody wrote has no place of its own. */
  readonly whole?: boolean;
}

/** Pointers within a file, of a key as it is now and as its author wrote it. */
export type Moves = ReadonlyMap<string, string>;

export const escapePointer = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

const above = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

/** Origins by component and by JSON pointer within it. */
export class Provenance {
  readonly #places = new Map<string, Map<string, Origin>>();
  readonly #removals = new Map<string, Origin>();
  readonly #definers = new Map<string, string>();
  readonly #moves = new Map<string, Moves>();

  /** Says that everything at and below `pointer` now comes from `origin`. */
  set(component: string, pointer: string, origin: Origin): void {
    let places = this.#places.get(component);
    if (places === undefined) this.#places.set(component, (places = new Map<string, Origin>()));
    for (const known of places.keys()) if (known.startsWith(`${pointer}/`)) places.delete(known);
    places.set(pointer, origin);
    const key = component + pointer;
    if (!this.#definers.has(key)) this.#definers.set(key, origin.layer);
  }

  /** Says that `origin` took away what was at `pointer`. Who puts it back brings it anew. */
  remove(component: string, pointer: string, origin: Origin): void {
    this.#removals.set(component + pointer, origin);
    this.#definers.delete(component + pointer);
  }

  /** Says which keys of a file were written with a former name. */
  moved(file: string, moves: Moves): void {
    if (moves.size > 0) this.#moves.set(file, moves);
  }

  /** The origin of the deepest part at or above `pointer`, with the rest of the pointer behind its own. */
  find(component: string, pointer: string): Origin | undefined {
    const places = this.#places.get(component);
    let head = pointer;
    while (places !== undefined) {
      const origin = places.get(head);
      if (origin?.whole === true) return this.#asWritten(origin);
      if (origin !== undefined) return this.#asWritten({ ...origin, pointer: origin.pointer + pointer.slice(head.length) });
      if (head === '') return undefined;
      head = above(head);
    }
    return undefined;
  }

  /** Where the part at `pointer` was taken away, if it was. */
  removal(component: string, pointer: string): Origin | undefined {
    const origin = this.#removals.get(component + pointer);
    return origin && this.#asWritten(origin);
  }

  /** The layer that first brought the part at `pointer`, or the nearest part above it. */
  definedBy(component: string, pointer: string): string | undefined {
    for (let head = pointer; ; head = above(head)) {
      const layer = this.#definers.get(component + head);
      if (layer !== undefined || head === '') return layer;
    }
  }

  #asWritten(origin: Origin): Origin {
    const moves = this.#moves.get(origin.file);
    if (moves === undefined) return origin;
    let { pointer } = origin;
    // From the inside out: keys further out may have moved as well.
    for (let head = pointer; head !== ''; head = above(head)) {
      const written = moves.get(head);
      if (written !== undefined) pointer = written + pointer.slice(head.length);
    }
    return { ...origin, pointer };
  }
}
