// What is known of a Model's callers, kept as long as its Runtime and no longer: a view holds on to its Model.
import type { Actor } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { Access } from '@tessera/records';
import type { Policy } from '@tessera/security';

/** What was found for a caller, and for how long it holds. */
export interface Kept {
  readonly tenant: string;
  readonly accessVersion: string;
  readonly modelHash: string;
  readonly until: number;
  readonly access: Access;
}

/** What all callers with the same permissions have in common. */
export interface Shape {
  readonly objects: Policy['objects'];
  readonly view: Model;
}

/** What they take at most, as measured: a caller beside the ids of its slots, an id, a field of a view with its share of everything else. */
const [bytesOfCaller, bytesOfId, bytesOfField] = [1_000, 60, 900];

function bytesOfSlots({ access: { policy } }: Kept): number {
  let bytes = bytesOfCaller;
  for (const ids of Object.values(policy.slots)) bytes += bytesOfId * (1 + ids.length);
  return bytes;
}

function bytesOfView({ objects }: Model): number {
  let bytes = bytesOfCaller;
  for (const { fields } of Object.values(objects)) bytes += bytesOfField * Object.keys(fields).length;
  return bytes;
}

export class KeptAccesses {
  readonly #model: Model;
  readonly #most: number;
  #bytes = 0;
  #callers = new Map<string, Kept>();
  /** Tokens that come again bring the same actor. */
  #latest = new WeakMap<Actor, Kept>();
  #shapes = new Map<string, Shape>();

  /** @param most bytes that all of it may take; what comes beyond has everything forgotten */
  constructor(model: Model, most: number) {
    this.#model = model;
    this.#most = most;
  }

  /** About how many bytes it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  latest(actor: Actor): Kept | undefined {
    return this.#latest.get(actor);
  }

  caller(key: string): Kept | undefined {
    return this.#callers.get(key);
  }

  keepCaller(key: string, actor: Actor, kept: Kept): void {
    const before = this.#callers.get(key);
    if (before !== kept) {
      this.#add(bytesOfSlots(kept) - (before === undefined ? 0 : bytesOfSlots(before)));
      this.#callers.set(key, kept);
    }
    this.#latest.set(actor, kept);
  }

  /** By the shape of its policies. */
  shape(name: string): Shape | undefined {
    return this.#shapes.get(name);
  }

  keepShape(name: string, shape: Shape): void {
    // An administrator's view is the Model itself, which is counted already.
    this.#add(shape.view === this.#model ? bytesOfCaller : bytesOfView(shape.view));
    this.#shapes.set(name, shape);
  }

  #add(bytes: number): void {
    if (this.#bytes + bytes > this.#most) {
      this.#bytes = 0;
      this.#callers = new Map();
      this.#latest = new WeakMap();
      this.#shapes = new Map();
    }
    this.#bytes += bytes;
  }
}
