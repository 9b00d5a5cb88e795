// Rows of the made-up objects, written by PostgreSQL itself; equal at each run.
import { tenantSchema } from '@tessera/storage';
import type pg from 'pg';
import { objectName } from '../synthetic-pack.ts';

export interface Filled {
  readonly tenant: string;
  /** The object's number in its pack. */
  readonly object: number;
  /** Records belong to them in turn, the first record to the first of them. */
  readonly owners: readonly string[];
  readonly rows: number;
}

/** The id of the record of this number. */
export const recordId = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const idOf = `('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const states = ['open', 'planned', 'running', 'done', 'dropped'];
const chance = (salt: number): string => `((hashint8extended(n, ${String(salt)}) & 16777215)::float8 / 16777216)`;

/** Fills an object's empty table. */
export async function fillRows(client: pg.Client, { tenant, object, owners, rows }: Filled): Promise<void> {
  const table = `${tenantSchema(tenant)}.${objectName(object)}`;
  await client.query('set synchronous_commit = off');
  await client.query(
    `insert into ${table}
       (id, name, created_at, updated_at, version, life_status, owner_id, _search, state, amount, start_date, end_date, quantity)
     select ${idOf}, 'Thing ' || n, at, at, 1, 'normal', ($1::uuid[])[1 + (n - 1) % cardinality($1::uuid[])], setweight(to_tsvector('simple', 'Thing ' || n), 'A'),
       (array['${states.join("','")}'])[1 + floor(5 * ${chance(1)})::integer], round((10000 * ${chance(2)})::numeric, 2),
       date '2023-01-01' + floor(700 * ${chance(3)})::integer, date '2025-01-01' + floor(700 * ${chance(4)})::integer, 1
     from generate_series(1::bigint, $2::bigint) n, lateral (select timestamptz '2023-01-01' + n * interval '1 second' as at) made`,
    [owners, rows],
  );
  await client.query(`vacuum (analyze) ${table}`);
}

/** Somebody with a role, who is no administrator; gives the person's id. */
export async function addPerson(client: pg.Client, tenant: string, role: string): Promise<string> {
  const { rows } = await client.query<{ readonly id: string }>(
    `insert into ${tenantSchema(tenant)}."user"
       (id, name, created_at, updated_at, version, life_status, email, active, roles, permission_sets)
     values (gen_random_uuid(), 'Somebody', now(), now(), 1, 'normal', 'somebody@bench.example', true, array[$1], '{}') returning id`,
    [role],
  );
  return rows[0]?.id ?? '';
}
