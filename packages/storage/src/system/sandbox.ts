// Sandboxes: tenants for trying things out, which are taken back to how they were made as often as one likes.
import { ident, join, sql, textLiteral, toStatement, type Sql } from '@tessera/kernel';
import type { Queryable, Transaction } from '../database.ts';
import { sandboxPrefix, tenantSchema } from '../cell/names.ts';

/** How a sandbox was made. */
export interface Baseline {
  readonly schema: string;
  /** All tables but the state, which only goes on. */
  readonly tables: readonly string[];
  /** Tables that had rows, with the tables that keep these. */
  readonly kept: readonly (readonly [table: string, copy: string])[];
}

const state = '_state';
const copyPrefix = '_baseline_';

async function tablesOf(transaction: Transaction, schema: string): Promise<readonly string[]> {
  const { rows } = await transaction.query(
    toStatement(sql`
      select c.relname as name from pg_catalog.pg_class c
       where c.relnamespace = ${schema}::regnamespace and c.relkind = 'r' and c.relname <> ${state}
         and not starts_with(c.relname::text, ${copyPrefix})
       order by c.relname`),
  );
  return rows.map((row) => String(row['name']));
}

async function filled(transaction: Transaction, schema: string, tables: readonly string[]): Promise<readonly string[]> {
  const looks = tables.map((table) => sql`select ${textLiteral(table)} as name where exists (select from ${ident(schema, table)})`);
  const { rows } = await transaction.query(toStatement(join(looks, ' union all ')));
  return rows.map((row) => String(row['name']));
}

/**
 * Keeps what a tenant holds by now; timers that are no record's are dropped. In a transaction of `Cell.administer`.
 * @param number of the baseline, where the sandbox has several
 */
export async function takeBaseline(transaction: Transaction, tenant: string, number = 0): Promise<Baseline> {
  const schema = tenantSchema(tenant);
  await transaction.query(toStatement(sql`delete from ${ident(schema, '_timer')} where record_id is null`));
  const tables = await tablesOf(transaction, schema);
  const kept: (readonly [string, string])[] = [];
  for (const [i, table] of (await filled(transaction, schema, tables)).entries()) {
    const copy = `${copyPrefix}${String(number)}_${String(i)}`;
    await transaction.query(toStatement(sql`create table ${ident(schema, copy)} as table ${ident(schema, table)}`));
    kept.push([table, copy]);
  }
  return { schema, tables, kept };
}

/** What it has kept goes. In a transaction of `Cell.administer`. */
export async function dropBaseline(transaction: Transaction, { schema, kept }: Baseline): Promise<void> {
  if (kept.length === 0) return;
  await transaction.query(toStatement(sql`drop table ${join(kept.map(([, copy]) => ident(schema, copy)))}`));
}

/** All in one statement: what refers to one another goes and comes together. */
const together = (parts: readonly Sql[]): Sql =>
  sql`with ${join(parts.map((part, i) => sql`${ident(`p${String(i)}`)} as (${part})`))} select 1`;

/** Makes of a sandbox again what it was. In a transaction of `Cell.administer`. */
export async function backToBaseline(transaction: Transaction, tenant: string, { schema, tables, kept }: Baseline): Promise<void> {
  await transaction.query(toStatement(together(tables.map((table) => sql`delete from ${ident(schema, table)}`))));
  const back = kept.map(
    ([table, copy]) => sql`insert into ${ident(schema, table)} overriding system value select * from ${ident(schema, copy)}`,
  );
  if (back.length > 0) await transaction.query(toStatement(together(back)));
  // Who might do what before is nobody's business any more.
  await transaction.query(toStatement(sql`update ${ident(schema, state)} set access = access + 1`));
  await transaction.query(
    toStatement(sql`delete from tessera.outbox where tenant = (select t.role from tessera.tenant t where t.name = ${tenant})`),
  );
}

/** Names of the sandboxes that there are, of processes that have died too. */
export async function listSandboxes(control: Queryable): Promise<readonly string[]> {
  const { rows } = await control.query(
    toStatement(sql`select name from tessera.tenant where starts_with(name, ${sandboxPrefix}) order by name`),
  );
  return rows.map((row) => String(row['name']));
}
