// The connections that nobody uses, in the order of their use, and for each role those that are in it.
import type { Connection } from './connection.ts';

/** A connection's role does not change while it is here. */
export class IdleConnections implements Iterable<Connection> {
  readonly #all = new Set<Connection>();
  readonly #byRole = new Map<string, Connection[]>();

  get size(): number {
    return this.#all.size;
  }

  /** Least recently used first. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#all[Symbol.iterator]();
  }

  has(connection: Connection): boolean {
    return this.#all.has(connection);
  }

  /** The one of a role that was used last: what it has cached is still warm. */
  latest(role: string): Connection | undefined {
    return this.#byRole.get(role)?.at(-1);
  }

  add(connection: Connection): void {
    this.#all.add(connection);
    const { role } = connection;
    if (role === undefined) return;
    const same = this.#byRole.get(role);
    if (same === undefined) this.#byRole.set(role, [connection]);
    else same.push(connection);
  }

  delete(connection: Connection): void {
    const { role } = connection;
    if (!this.#all.delete(connection) || role === undefined) return;
    const same = this.#byRole.get(role) ?? [];
    if (same.at(-1) === connection) same.pop();
    else same.splice(same.indexOf(connection), 1);
    if (same.length === 0) this.#byRole.delete(role);
  }
}
