// The book of seed data: which record of a pack is which record of the tenant.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Queryable, TenantDatabase } from '../database.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

/** A record of a pack's data as it came to the tenant. */
export interface Seeded {
  readonly pack: string;
  readonly set: string;
  /** Its name in the set. */
  readonly key: string;
  readonly owner: 'pack' | 'once' | 'demo';
  readonly object: string;
  readonly id: string;
  /** JSON text of the values as the pack wrote them; null of demo data. */
  readonly source: string | null;
  /** JSON text of the record as it stood when they had been written; null of demo data. */
  readonly given: string | null;
}

const table = ({ schema }: Door): Sql => ident(schema, '_seed');

async function select(door: Door, where: Sql): Promise<readonly Seeded[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select pack, set_name, key, owner, object, record_id::text as id, source::text as source, given::text as given
      from ${table(door)} where ${where} order by at, pack, set_name, key`),
  );
  return rows.map(({ set_name: set, ...row }) => ({ ...row, set }) as unknown as Seeded);
}

/** Those that are called so, whichever pack and set has brought them; the latest last. */
export const seedsCalled = (door: Door, keys: readonly string[]): Promise<readonly Seeded[]> =>
  select(door, sql`key = any(${keys}::text[])`);

/** @param packs left out: of all */
export const seedsOf = (door: Door, packs?: readonly string[]): Promise<readonly Seeded[]> =>
  select(door, packs === undefined ? sql`true` : sql`pack = any(${packs}::text[])`);

/** Notes records, in the place of what is noted of them. @param at RFC 3339 */
export async function noteSeeds(door: Door, seeds: readonly Seeded[], at: string): Promise<void> {
  if (seeds.length === 0) return;
  await door.query(
    toStatement(sql`
      insert into ${table(door)} (pack, set_name, key, owner, object, record_id, source, given, at)
      select r.pack, r.set, r.key, r.owner, r.object, r.id, r.source::json, r.given::json, ${at}::timestamptz
      from json_to_recordset(${JSON.stringify(seeds)}::json)
        as r(pack text, set text, key text, owner text, object text, id uuid, source text, given text)
      on conflict (pack, set_name, key) do update
         set owner = excluded.owner, object = excluded.object, record_id = excluded.record_id, source = excluded.source, given = excluded.given, at = excluded.at`),
  );
}

export async function forgetSeeds(door: Door, seeds: readonly Pick<Seeded, 'pack' | 'set' | 'key'>[]): Promise<void> {
  if (seeds.length === 0) return;
  await door.query(
    toStatement(sql`
      delete from ${table(door)} t using json_to_recordset(${JSON.stringify(seeds)}::json) as r(pack text, set text, key text)
      where t.pack = r.pack and t.set_name = r.set and t.key = r.key`),
  );
}

/** All that is known of packs that are gone. */
export async function forgetPacks(door: Door, packs: readonly string[]): Promise<void> {
  if (packs.length > 0) await door.query(toStatement(sql`delete from ${table(door)} where pack = any(${packs}::text[])`));
}
