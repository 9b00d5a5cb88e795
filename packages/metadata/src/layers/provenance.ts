// Where each part of an effective component comes from, so that a mistake found late is told at its file and pointer.

export interface Origin {
  readonly layer: string;
  readonly file: string;
  readonly pointer: string;
}

export const escapePointer = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

/** Origins by component and by JSON pointer within it. */
export class Provenance {
  readonly #places = new Map<string, Map<string, Origin>>();
  readonly #definers = new Map<string, string>();

  /** Says that everything at and below `pointer` now comes from `origin`. */
  set(component: string, pointer: string, origin: Origin): void {
    let places = this.#places.get(component);
    if (places === undefined) this.#places.set(component, (places = new Map<string, Origin>()));
    for (const known of places.keys()) if (known.startsWith(`${pointer}/`)) places.delete(known);
    places.set(pointer, origin);
    const key = component + pointer;
    if (!this.#definers.has(key)) this.#definers.set(key, origin.layer);
  }

  /** The origin of the deepest part at or above `pointer`, with the rest of the pointer behind its own. */
  find(component: string, pointer: string): Origin | undefined {
    const places = this.#places.get(component);
    let head = pointer;
    while (places !== undefined) {
      const origin = places.get(head);
      if (origin !== undefined) return { ...origin, pointer: origin.pointer + pointer.slice(head.length) };
      if (head === '') return undefined;
      head = head.slice(0, head.lastIndexOf('/'));
    }
    return undefined;
  }

  /** The layer that first brought the part at `pointer`, or the nearest part above it. */
  definedBy(component: string, pointer: string): string | undefined {
    for (let head = pointer; ; head = head.slice(0, head.lastIndexOf('/'))) {
      const layer = this.#definers.get(component + head);
      if (layer !== undefined || head === '') return layer;
    }
  }
}
