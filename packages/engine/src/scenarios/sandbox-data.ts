// The states of a sandbox: as it was made, and with the demo data that scenarios ask for, each loaded once and kept while it is asked for.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash, type Model } from '@tessera/metadata';
import { loadSets, type DataSet } from '@tessera/packs';
import { backToBaseline, dropBaseline, takeBaseline, type Baseline } from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import { follow } from '../following.ts';
import { seedDeps } from '../seeding.ts';

interface SandboxDataParts {
  readonly parts: EngineParts;
  readonly tenant: string;
  readonly model: Model;
  /** As the sandbox was made. */
  readonly first: Baseline;
  readonly folderOf: (pack: string) => string;
}

export class SandboxData {
  readonly #own: SandboxDataParts;
  /** With demo data, by these and the time that they were loaded at. */
  readonly #states = new Map<string, Baseline>();
  /** Keys of those that the run has asked for. */
  readonly #asked = new Set<string>();
  /** What is in the files of the run, by their paths. */
  readonly #contents = new Map<string, string>();
  #taken = 0;

  constructor(own: SandboxDataParts) {
    this.#own = own;
  }

  /** A run of scenarios: files are looked at anew, and states that it has not asked for go with its end. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#asked.clear();
    this.#contents.clear();
    const result = await run();
    await this.#dropUnasked();
    return result;
  }

  /** Makes of the sandbox what it was, with these data as of the time that the parts' clock shows. */
  async back(sets: readonly DataSet[]): Promise<void> {
    const { parts, tenant, first, folderOf } = this.#own;
    if (sets.length === 0) return this.#to(first);
    const files = await Promise.all(sets.map((set) => this.#contentOf(set)));
    const key = contentHash({ at: parts.clock.now(), sets, files });
    this.#asked.add(key);
    let state = this.#states.get(key);
    if (state === undefined) {
      await this.#to(first);
      await loadSets(await seedDeps(parts, tenant), sets, { folderOf });
      this.#taken += 1;
      state = await parts.cell.administer(tenant, (transaction) => takeBaseline(transaction, tenant, this.#taken));
      this.#states.set(key, state);
    }
    return this.#to(state);
  }

  /** Of the file beside a set; null where there is none, and where it cannot be read, which the load tells. */
  async #contentOf({ pack, file }: DataSet): Promise<string | null> {
    if (file === undefined) return null;
    const path = join(this.#own.folderOf(pack), 'data', file);
    const known = this.#contents.get(path);
    if (known !== undefined) return known;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return null;
    const content = createHash('sha256').update(bytes).digest('hex');
    this.#contents.set(path, content);
    return content;
  }

  async #dropUnasked(): Promise<void> {
    const { parts, tenant } = this.#own;
    const unasked = [...this.#states].filter(([key]) => !this.#asked.has(key));
    if (unasked.length === 0) return;
    await parts.cell.administer(tenant, async (transaction) => {
      for (const [, state] of unasked) await dropBaseline(transaction, state);
    });
    for (const [key] of unasked) this.#states.delete(key);
  }

  async #to(baseline: Baseline): Promise<void> {
    const { parts, tenant, model } = this.#own;
    await parts.cell.administer(tenant, async (transaction) => {
      await backToBaseline(transaction, tenant, baseline);
      // Schedules begin by the scenario's clock.
      const door = { schema: baseline.schema, query: transaction.query.bind(transaction) };
      await follow(parts, door, { before: undefined, after: model });
    });
    await parts.runtimes.refresh(tenant);
  }
}
