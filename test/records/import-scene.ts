// What the tests of import and export share: a tenant with a Model's tables, and files made of texts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ident, silentLogger, sql, toStatement, uuidv7Source, type Context, type Sql } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  importRecords,
  RuleCache,
  runInSession,
  type ImportDeps,
  type ImportInput,
  type ImportStatus,
  type WriteSession,
} from '@tessera/records';
import { administratorPolicy } from '@tessera/security';
import { applyDdl, openCell, planDdl, readPhysical, type Cell, type TenantDatabase } from '@tessera/storage';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';

/** The form of a data file of a pack, as far as the tests read it. */
export interface DataFile {
  readonly object: string;
  readonly by?: string;
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly records?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export class ImportScene {
  readonly database: TenantDatabase;
  readonly model: Model;
  readonly context: Context;
  readonly cell: Cell;
  readonly #test: TestDatabase;
  readonly #rules = new RuleCache();

  constructor(test: TestDatabase, cell: Cell, model: Model) {
    this.#test = test;
    this.cell = cell;
    this.model = model;
    this.database = cell.tenant('acme');
    const clock = { now: () => Date.now() };
    this.context = {
      tenant: 'acme',
      actor: { kind: 'system', userId: null },
      clock,
      newId: uuidv7Source(() => clock.now()),
      log: silentLogger,
      languages: ['en'],
      requestId: 'test',
    };
  }

  static async open(model: Model): Promise<ImportScene> {
    const test = await testDatabase();
    const cell = await openCell({ url: test.url, log: silentLogger });
    await cell.createTenant('acme');
    const { schema } = cell.tenant('acme');
    await cell.administer('acme', async (transaction) => {
      await applyDdl(transaction, planDdl(undefined, model, { schema, existing: await readPhysical(transaction, schema) }));
      await transaction.query(toStatement(sql`update ${ident(schema, '_state')} set model = ${model.hash}`));
    });
    return new ImportScene(test, cell, model);
  }

  async close(): Promise<void> {
    await this.cell.close();
    await this.#test.drop();
  }

  run<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    const { context, database, model } = this;
    return runInSession(
      {
        context,
        database,
        model,
        accessVersion: undefined,
        formerLocks: null,
        access: { policy: administratorPolicy(null), view: model },
        rules: this.#rules,
        sealer: { seal: (text) => `sealed:${text}` },
      },
      work,
    );
  }

  deps(more: Partial<ImportDeps> = {}): ImportDeps {
    const { context, database, model } = this;
    return { context, database, model, run: (work) => this.run(work), ...more };
  }

  import(input: ImportInput): Promise<ImportStatus> {
    return importRecords(this.deps(), input);
  }

  async rows(fragment: Sql): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.database.query(toStatement(fragment))).rows;
  }

  table(name: string): Sql {
    return ident(this.database.schema, name);
  }

  async one(fragment: Sql): Promise<Readonly<Record<string, unknown>>> {
    return (await this.rows(fragment))[0] ?? {};
  }

  /** Empties tables, as the owner. */
  async empty(...tables: readonly string[]): Promise<void> {
    await this.cell.administer('acme', async (transaction) => {
      for (const table of tables) await transaction.query(toStatement(sql`truncate ${this.table(table)} cascade`));
    });
  }
}

/** A data file of crm-base and the content beside it. */
export function dataFile(name: string): DataFile {
  return JSON.parse(readFileSync(join(exampleFolder('crm-base'), 'data', `${name}.json`), 'utf8')) as DataFile;
}

export function contentOf(file: string): Buffer {
  return readFileSync(join(exampleFolder('crm-base'), 'data', file));
}

/** Bytes in pieces of an odd size, so that pieces end anywhere. */
// eslint-disable-next-line @typescript-eslint/require-await
export async function* pieces(content: string | Uint8Array, size = 1009): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
