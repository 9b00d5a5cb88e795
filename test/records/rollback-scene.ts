// A tenant that changes its metadata and goes back: what the tests of rollbacks share. Names are written without their suffix.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from '@tessera/metadata';
import { openFileStore } from '@tessera/records';
import { drift, loadLayers } from '@tessera/storage';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { streamOf } from './files-scene.ts';

/** `{ renamedFrom: … }`. */
export const was = (...names: readonly string[]): Json => (names.length === 0 ? {} : { renamedFrom: names.map((name) => `${name}__c`) });
export const field = (type: string, from: readonly string[] = [], more: Json = {}): Json => ({
  type,
  label: { en: 'Field' },
  ...was(...from),
  ...more,
});
export const text = (...from: readonly string[]): Json => field('text', from, { history: true });
export const amount = (...from: readonly string[]): Json => field('number', from, { precision: 12, scale: 0 });
export const serial = (...from: readonly string[]): Json => field('autoNumber', from, { format: 'N-{0000}' });

const suffixed = (values: Json): Readonly<Record<string, never>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${key}__c`, value as never]));

/** The file of an object. */
export function object(name: string, fields: Json, more: Json = {}): Json {
  const own = { name: `${name}__c`, plural: `${name}s__c`, label: { en: name }, fields: suffixed(fields) };
  return { [`objects/${name}__c.json`]: { ...own, ...more } };
}
export const without = (name: string): Json => ({ [`objects/${name}__c.json`]: null });

interface Plan {
  readonly changes: readonly {
    readonly change: string;
    readonly name: string;
    readonly path: readonly string[];
    readonly before?: unknown;
  }[];
  readonly steps: readonly { readonly kind: string; readonly risk: string }[];
}
export const renamesOf = ({ changes }: Plan): readonly unknown[] =>
  changes.filter(({ change }) => change === 'renamed').map(({ name, path, before }) => [before, path.at(-1) ?? name]);
export const kindsOf = ({ steps }: Plan): readonly string[] => steps.map(({ kind }) => kind);

interface Entry {
  readonly field: string | null;
  readonly new: unknown;
}

export class RollbackScene {
  readonly engine: TestEngine;
  readonly tenant: TestTenant;
  readonly #root: string;

  constructor(engine: TestEngine, tenant: TestTenant, root: string) {
    this.engine = engine;
    this.tenant = tenant;
    this.#root = root;
  }

  static async open(): Promise<RollbackScene> {
    const root = await mkdtemp(join(tmpdir(), 'tessera-rollbacks-'));
    const engine = await testEngine({ files: openFileStore({ kind: 'disk', root }) });
    return new RollbackScene(engine, await engine.tenant('acme', [pack('base', { anchor: { fields: {} } })]), root);
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Gives the number of the version that the change led to. */
  async applied(files: Json): Promise<number> {
    return (await this.tenant.run('metadata.apply', { files })).version;
  }

  /** Goes back to a version; throws where tables, indexes and constraints are not what its Model says. */
  async back(version: number): Promise<Plan> {
    const plan = await this.tenant.run('metadata.rollback', { version });
    const drifted = await this.engine.cell.control(async (control) => {
      const { model } = buildModel(await loadLayers(control, this.tenant.name));
      return model === undefined ? ['no model'] : await drift(control, model, this.tenant.schema);
    });
    if (drifted.length > 0) throw new Error(JSON.stringify(drifted));
    return plan;
  }

  create(name: string, values: Json): Promise<string> {
    return this.tenant.create(`${name}__c`, { name: 'Any', ...suffixed(values) });
  }

  update(name: string, id: string, values: Json): Promise<number> {
    return this.tenant.update(`${name}__c`, id, suffixed(values));
  }

  async read(name: string, id: string, ...fields: readonly string[]): Promise<Json> {
    const found = await this.tenant.read(`${name}__c`, id, ...fields.map((each) => `${each}__c`));
    return Object.fromEntries(Object.entries(found ?? {}).map(([key, value]) => [key.replace('__c', ''), value]));
  }

  /** What was written into a field, newest first. */
  async historyOf(name: string, id: string, of: string): Promise<readonly unknown[]> {
    const answer = JSON.parse(await this.tenant.run('records.history', { object: `${name}__c`, id })) as {
      readonly entries: readonly Entry[];
    };
    return answer.entries.filter((entry) => entry.field === `${of}__c`).map((entry) => entry.new);
  }

  async upload(content: string): Promise<string> {
    return (await this.tenant.run('files.upload', { name: 'paper.txt', content: streamOf(content) })).id;
  }

  async contentOf(id: string): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await this.tenant.run('files.download', { id })).content) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  /** Sets a running number. */
  async count(name: string, of: string, value: number): Promise<void> {
    const key = [value, `${name}__c`, `${of}__c`];
    await this.engine.sql(`update ${this.tenant.schema}._counter set value = $1 where object = $2 and field = $3`, key);
  }
}
