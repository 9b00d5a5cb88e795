// The lines of a backup as they come: one is looked at before it is taken, and what was taken is in the digest.
import { createHash } from 'node:crypto';
import { fail } from '@tessera/kernel';

export class BackupLines {
  readonly #rest: AsyncIterator<string>;
  readonly #hash = createHash('sha256');
  #ahead: string | undefined;

  constructor(firstLine: string, rest: AsyncIterator<string>) {
    this.#rest = rest;
    this.#hash.update(`${firstLine}\n`);
  }

  /** The next line, which stays. Throws BACKUP_INVALID where there is none: the last line says that it is the last. */
  async peek(): Promise<string> {
    if (this.#ahead === undefined) {
      const next = await this.#rest.next();
      if (next.done === true) throw fail('BACKUP_INVALID', { reason: 'it is cut off: its last line is missing.' });
      this.#ahead = next.value;
    }
    return this.#ahead;
  }

  async next(): Promise<string> {
    const line = await this.peek();
    this.#ahead = undefined;
    this.#hash.update(`${line}\n`);
    return line;
  }

  /** SHA-256 of what was taken so far, hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
