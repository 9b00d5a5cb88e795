// A cache that forgets what was used longest ago, once what it holds weighs too much.

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
}

export class BoundedCache<K, V> {
  readonly #limit: number;
  // A Map keeps the order of insertion: the first entry is the one used longest ago.
  readonly #entries = new Map<K, Entry<V>>();
  #weight = 0;

  /** @param limit the most that all entries together may weigh */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Of all entries together. */
  get weight(): number {
    return this.#weight;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V, weight = 1): void {
    this.#drop(key);
    if (weight > this.#limit) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#limit) break;
      this.#drop(oldest);
    }
  }

  #drop(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}
