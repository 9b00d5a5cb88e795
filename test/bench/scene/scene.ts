// The scene under load: a tenant made by the engine, its tables filled by SQL, and two people who can sign in.
import { createHash } from 'node:crypto';
import { silentLogger } from '@tessera/kernel';
import { createTenant, engineParts, Identity } from '@tessera/engine';
import { migrateTenants, openCell, tenantSchema } from '@tessera/storage';
import type pg from 'pg';

import { password } from '../../support/engine.ts';
import { connected } from '../../support/postgres.ts';
import { postgraphileSchema } from '../peers/peer-setting.ts';
import { benchPack } from './pack.ts';
import { emailOf, middleManager, peopleStatements, personId } from './people.ts';
import { loadedBefore, rowStatements, sizesAt, writtenTables, type Sizes } from './rows.ts';

export const tenant = 'bench';
export const schema = tenantSchema(tenant);

/** All nodes of a tenant share it; tokens of one run are good for all of its servers. */
export const secret = 'a secret of the benchmark, long enough';

export const readers = {
  administrator: { email: 'admin@bench.example', password },
  /** Somebody in the middle of the tree of managers, who sees what the people below own and what is shared. */
  manager: { email: emailOf(middleManager), password },
} as const;

export interface Scene {
  /** As the superuser of the database. */
  readonly url: string;
  readonly sizes: Sizes;
  readonly loadMs: number;
}

async function makeTenant(url: string): Promise<void> {
  const cell = await openCell({ url, log: silentLogger });
  try {
    await migrateTenants(cell);
    const parts = engineParts({ cell, log: silentLogger, secret, clock: { now: () => Date.now() } });
    const administrator = { name: 'Administrator', ...readers.administrator };
    await createTenant(parts, new Identity(parts), { name: tenant, packs: [benchPack], administrator });
  } finally {
    await cell.close();
  }
}

interface Index {
  readonly name: string;
  readonly text: string;
}

/** Indexes that no constraint stands on: to fill a table first and index it then takes half the time. */
async function looseIndexes(client: pg.Client): Promise<readonly Index[]> {
  const { rows } = await client.query<Index>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as text
     from pg_index i join pg_class t on t.oid = i.indrelid
     where t.relnamespace = $1::regnamespace and t.relname = any($2) and not i.indisunique
     order by 1`,
    [schema, ['account', 'contact', 'opportunity', 'activity']],
  );
  return rows;
}

async function fill(client: pg.Client, sizes: Sizes): Promise<void> {
  // Rows that refer to one another by construction need no check of each reference.
  await client.query(`set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '512MB'`);
  for (const statement of peopleStatements(schema)) await client.query(statement);
  const indexes = await looseIndexes(client);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (const statement of rowStatements(schema, sizes)) await client.query(statement);
  for (const { text } of indexes) await client.query(text);
  await client.query(
    `insert into ${schema}._credential (user_id, email, hash)
     select $1, $2, c.hash from ${schema}._credential c where c.email = $3`,
    [personId(middleManager), readers.manager.email, readers.administrator.email],
  );
  for (const statement of postgraphileStatements) await client.query(statement);
  await client.query('set session_replication_role = origin');
}

/** PostGraphile takes ids from its callers or from here (the engine always brings its own), and sums by group from a function. */
const postgraphileStatements = [
  ...writtenTables.map((table) => `alter table ${schema}.${table} alter column id set default gen_random_uuid()`),
  `create schema ${postgraphileSchema}`,
  `create function ${postgraphileSchema}.stage_sums("from" date, "to" date) returns table (stage text, count bigint, amount numeric) stable language sql
   as $$ select o.stage, count(*), sum(o.amount) from ${schema}.opportunity o
     where o.deleted_at is null and o.close_date between $1 and $2 group by o.stage $$`,
];

/** What the scene is made of, in short: a folder that was filled by another version of it is of no use. */
const markOf = (sizes: Sizes): string =>
  createHash('sha256')
    .update(JSON.stringify([benchPack, peopleStatements(schema), rowStatements(schema, sizes), postgraphileStatements]))
    .digest('hex');

/** Whether the scene is there already. Throws where another one is. */
async function isLoaded(client: pg.Client, mark: string): Promise<boolean> {
  const { rows } = await client.query<{ readonly description: string | null }>(
    `select obj_description(to_regnamespace($1)::oid, 'pg_namespace') as description where to_regnamespace($1) is not null`,
    [schema],
  );
  const [found] = rows;
  if (found !== undefined && found.description !== mark) throw new Error('The folder holds another scene, or half of one. Remove it.');
  return found !== undefined;
}

/** Takes away what an earlier run has written. */
async function tidy(client: pg.Client): Promise<void> {
  await client.query('set session_replication_role = replica');
  for (const table of writtenTables)
    await client.query(`delete from ${schema}.${table} where created_at >= $1 or created_at is null`, [loadedBefore]);
  await client.query(`truncate ${schema}._history, ${schema}._session, tessera.outbox`);
  await client.query('set session_replication_role = origin');
}

/** Loads the scene into a database, or finds it loaded and takes away what earlier runs wrote. */
export async function loadScene(url: string, scale: number): Promise<Scene> {
  const since = performance.now();
  const sizes = sizesAt(scale);
  const mark = markOf(sizes);
  const loaded = await connected(url, (client) => isLoaded(client, mark));
  if (!loaded) await makeTenant(url);
  await connected(url, async (client) => {
    if (loaded) await tidy(client);
    else {
      await fill(client, sizes);
      await client.query(`comment on schema ${schema} is '${mark}'`);
    }
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
  });
  return { url, sizes, loadMs: performance.now() - since };
}
