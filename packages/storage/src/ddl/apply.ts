// Carries a plan out: checks before, statements inside the caller's transaction, validations and indexes after the commit.
import { toStatement, type Sql, type Statement } from '@tessera/kernel';
import { mayRunAgain } from '../cell/pg-errors.ts';
import type { Queryable, QueryResult, Transaction } from '../database.ts';
import type { DdlCheck, DdlPlan, DdlStep, Preparation, RowCount } from './step.ts';

/** Rows that keep a plan from being applied. */
export interface DdlFinding {
  readonly object: string;
  readonly field: string | undefined;
  /** The step on the tables that they stand in the way of; left out where it is something else. */
  readonly kind?: DdlStep['kind'];
  /** What lists them, by the names of before the plan; where no rule can tell them, by the ids of the first 200. */
  readonly query?: { readonly object: string; readonly filter: unknown };
  readonly count: number;
  /** At most ten of the rows. */
  readonly sample: readonly { readonly id: string; readonly value: string | null }[];
  readonly message: string;
}

/** The ways to a tenant's tables that a change needs, all as their owner. */
export interface DdlDoor {
  /** One statement on its own, outside a transaction and without lock_timeout. */
  query(statement: Statement): Promise<QueryResult>;
  /** `cell.administer` of the tenant. */
  administer<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

const nobody = '00000000-0000-0000-0000-000000000000';
const fillAttempts = 10;

/**
 * Makes and fills the columns that large tables need for a change, in small parts while readers and writers go on. Then comes the
 * transaction: in it plan again on the tables as they are now, check, and `applyDdl`. If that is given up, `undoPreparations`; what a crash
 * leaves behind is used or removed by the next plan.
 */
export async function prepareDdl(door: DdlDoor, plan: Pick<DdlPlan, 'preparations'>): Promise<void> {
  for (const preparation of plan.preparations) {
    await door.administer(async (transaction) => {
      await run(transaction, preparation.drop);
      await run(transaction, preparation.add);
    });
    for (let last: unknown = nobody; typeof last === 'string';) last = await fillNext(door, preparation, last);
  }
}

async function fillNext(door: DdlDoor, preparation: Preparation, after: string): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await door.query(toStatement(preparation.fill(after)));
      return rows[0]?.['last'];
    } catch (error) {
      if (!mayRunAgain(error) || attempt === fillAttempts) throw error;
    }
  }
}

/** Removes what `prepareDdl` made, for a change that is given up. */
export async function undoPreparations(door: DdlDoor, plan: Pick<DdlPlan, 'preparations'>): Promise<void> {
  for (const preparation of plan.preparations) await door.administer((transaction) => run(transaction, preparation.drop));
}

/** Looks for rows that would break; none found means that the plan goes through unless rows change meanwhile. */
export async function runDdlChecks(queryable: Queryable, plan: DdlPlan): Promise<readonly DdlFinding[]> {
  const findings: DdlFinding[] = [];
  for (const step of plan.steps) {
    const finding = await runCheck(queryable, step);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** The plan with the numbers of rows in its summaries. */
export async function countRows(queryable: Queryable, plan: DdlPlan): Promise<DdlPlan> {
  const counted = new Map<Sql, QueryResult['rows'][number]>();
  for (const { rows } of plan.steps) {
    if (rows !== undefined && !counted.has(rows.of)) counted.set(rows.of, (await queryable.query(toStatement(rows.of))).rows[0] ?? {});
  }
  return {
    ...plan,
    steps: plan.steps.map((step) => (step.rows === undefined ? step : withCounts(step, step.rows, counted.get(step.rows.of) ?? {}))),
  };
}

function withCounts(step: DdlStep, { count, other = '' }: RowCount, row: QueryResult['rows'][number]): DdlStep {
  const [rows, others] = [Number(row[count] ?? 0), Number(row[other] ?? 0)];
  const summary = step.summary.replace('{count}', String(rows)).replace('{other}', String(others));
  return { ...step, summary, ...(step.migration === undefined ? {} : { migration: { ...step.migration, rows, others } }) };
}

async function runCheck(queryable: Queryable, step: DdlStep): Promise<DdlFinding | undefined> {
  if (step.check === undefined) return undefined;
  const counted = await queryable.query(toStatement(step.check.count));
  const count = Number(counted.rows[0]?.['count'] ?? 0);
  if (count === 0) return undefined;
  const { rows } = await queryable.query(toStatement(step.check.sample));
  const sample = rows.map((row) => ({ id: String(row['id']), value: typeof row['value'] === 'string' ? row['value'] : null }));
  const query = { object: step.check.of, filter: await filterOf(queryable, step.check) };
  const { kind, object, field } = step;
  return { kind, object, field, query, count, sample, message: step.check.message.replace('{count}', String(count)) };
}

async function filterOf(queryable: Queryable, { where, list }: DdlCheck): Promise<unknown> {
  if (where !== undefined) return where;
  const { rows } = await queryable.query(toStatement(list));
  return { in: [{ var: 'id' }, rows.map((row) => String(row['id']))] };
}

/**
 * Runs the plan's statements one by one in the caller's transaction (`cell.administer`: it holds the tenant's lock exclusively, gives up a
 * lock that is not had within 500 ms, and begins anew). Run the checks before, in the same transaction.
 * Whatever fails, the transaction is rolled back: tables and metadata are then as they were.
 */
export async function applyDdl(transaction: Transaction, plan: DdlPlan): Promise<void> {
  for (const statement of plan.steps.flatMap((step) => step.statements)) await run(transaction, statement);
}

/**
 * Validates the constraints that came NOT VALID: the job after the commit. May be run again after a crash; each statement stands alone,
 * outside a transaction. Readers and writers go on. Fails with PostgreSQL's error where rows break a constraint.
 */
export async function validateConstraints(queryable: Queryable, plan: Pick<DdlPlan, 'validations'>): Promise<void> {
  for (const statement of plan.validations) await run(queryable, statement);
}

/**
 * Builds the indexes of large tables while readers and writers go on: the job after the commit. May be run again after a crash.
 * @param queryable statements outside a transaction and without lock_timeout: the building waits for transactions that are older than
 * itself, holding up nobody
 */
export async function createIndexes(queryable: Queryable, plan: Pick<DdlPlan, 'concurrently'>): Promise<void> {
  for (const index of plan.concurrently) {
    // What a broken attempt leaves behind is invalid and holds the name.
    await run(queryable, index.drop);
    await run(queryable, index.create);
  }
}

async function run(queryable: Queryable, statement: Sql): Promise<void> {
  await queryable.query(toStatement(statement));
}
