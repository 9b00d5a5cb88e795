// What the tests of the DDL planner share: a connection with a schema of its own, and the way from one Model to the next.
import { toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import pg from 'pg';
import { typeParsers } from '../../packages/storage/src/cell/pg-types.ts';
import type { QueryResult, Transaction } from '../../packages/storage/src/database.ts';
import {
  applyDdl,
  createIndexes,
  drift,
  planDdl,
  prepareDdl,
  readPhysical,
  runDdlChecks,
  validateConstraints,
  type DdlFinding,
  type DdlPlan,
  type DdlTarget,
  type DriftFinding,
} from '../../packages/storage/src/ddl/index.ts';

export const schema = 't_test';

/** Rows of the tests come with what every record has. */
type Row = Readonly<Record<string, unknown>>;

export class Scene implements Transaction {
  readonly tenant = 'test';
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<Scene> {
    const client = new pg.Client({ connectionString: url, types: typeParsers });
    await client.connect();
    return new Scene(client);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** An empty schema. */
  async reset(): Promise<void> {
    await this.run(`drop schema if exists ${schema} cascade`);
    await this.run(`create schema ${schema}`);
  }

  async query(statement: Statement): Promise<QueryResult> {
    const result = await this.#client.query<Row>(statement.text, [...statement.values]);
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  }

  async run(text: string | Sql): Promise<readonly Row[]> {
    const statement = typeof text === 'string' ? { text, values: [] } : toStatement(text);
    return (await this.query(statement)).rows;
  }

  async plan(from: Model | undefined, to: Model, more: Partial<DdlTarget> = {}): Promise<DdlPlan> {
    return planDdl(from, to, { schema, existing: await readPhysical(this, schema), ...more });
  }

  /** The scene is its own door. */
  async administer<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await work(this);
  }

  /** Checks and applies in one transaction; with findings nothing is changed. */
  async apply(plan: DdlPlan): Promise<readonly DdlFinding[]> {
    await this.run('begin');
    try {
      const findings = await runDdlChecks(this, plan);
      if (findings.length === 0) await applyDdl(this, plan);
      await this.run(findings.length === 0 ? 'commit' : 'rollback');
      return findings;
    } catch (error) {
      await this.run('rollback');
      throw error;
    }
  }

  /** A plan on tables that are prepared for it. */
  async prepared(from: Model | undefined, to: Model, more: Partial<DdlTarget> = {}): Promise<DdlPlan> {
    await prepareDdl(this, await this.plan(from, to, more));
    return await this.plan(from, to, more);
  }

  /** Plan, checks, DDL, and what follows the commit. Throws where a row would break. */
  async go(from: Model | undefined, to: Model, more: Partial<DdlTarget> = {}): Promise<DdlPlan> {
    const plan = await this.prepared(from, to, more);
    const findings = await this.apply(plan);
    if (findings.length > 0) throw new Error(findings.map((finding) => finding.message).join(' '));
    await this.follow(plan);
    return plan;
  }

  async follow(plan: DdlPlan): Promise<void> {
    await validateConstraints(this, plan);
    await createIndexes(this, plan);
  }

  async drift(model: Model): Promise<readonly DriftFinding[]> {
    return await drift(this, model, schema);
  }

  async insert(table: string, row: Row): Promise<void> {
    const names = Object.keys(row);
    const values = names.map((_, i) => `$${i + 1}`).join(', ');
    await this.query({
      text: `insert into ${schema}."${table}" (${names.map((name) => `"${name}"`).join(', ')}) values (${values})`,
      values: Object.values(row),
    });
  }

  /** All rows of some columns, in the order of the ids. */
  async rows(table: string, ...columns: readonly string[]): Promise<readonly Row[]> {
    return await this.run(`select ${columns.join(', ')} from ${schema}."${table}" order by id`);
  }
}

/** A fixed id, told from others by a number. */
export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A plan's statements as text. */
export function textOf(plan: DdlPlan): readonly string[] {
  return plan.steps.flatMap((step) => step.statements.map((statement) => toStatement(statement).text));
}
