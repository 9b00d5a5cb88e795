// A tenant's layers and versions in the control schema, and the state that every read and write is guarded by.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { textOrNull } from '../row-text.ts';
import type { Queryable } from '../database.ts';
import { tenantSchema } from '../cell/names.ts';

/** A layer as it is stored, with its files by path. */
export type StoredLayer = Layer;

export interface StoredVersion {
  readonly number: number;
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
}

const asLayer = (content: unknown): StoredLayer => JSON.parse(String(content)) as StoredLayer;

/** Lowest first. */
export async function loadLayers(control: Queryable, tenant: string): Promise<readonly StoredLayer[]> {
  const { rows } = await control.query(toStatement(sql`select content from tessera.layer where tenant = ${tenant} order by position`));
  return rows.map((row) => asLayer(row['content']));
}

/** Tenants that have another text of this layer; what it means may be the same. */
export async function tenantsOnOther(control: Queryable, layer: StoredLayer): Promise<readonly string[]> {
  const { rows } = await control.query(
    toStatement(sql`
      select tenant from tessera.layer where kind = ${layer.kind} and name = ${layer.name} and content::text <> ${JSON.stringify(layer)} order by tenant`),
  );
  return rows.map((row) => String(row['tenant']));
}

/** Puts these in the place of all layers of the tenant. */
export async function saveLayers(control: Queryable, tenant: string, layers: readonly StoredLayer[]): Promise<void> {
  await control.query(toStatement(sql`delete from tessera.layer where tenant = ${tenant}`));
  for (const [position, layer] of layers.entries()) {
    await control.query(
      toStatement(sql`
        insert into tessera.layer (tenant, kind, name, position, version, content)
        values (${tenant}, ${layer.kind}, ${layer.name}, ${position}, ${layer.version}, ${JSON.stringify(layer)}::json)`),
    );
  }
}

export interface NewVersion {
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly plan: unknown;
  readonly layers: readonly StoredLayer[];
}

/** Adds the next version; gives its number. */
export async function addVersion(control: Queryable, tenant: string, version: NewVersion): Promise<number> {
  const { rows } = await control.query(
    toStatement(sql`
      insert into tessera.version (tenant, number, model_hash, author, reason, plan, layers)
      select ${tenant}, coalesce(max(v.number), 0) + 1, ${version.modelHash}, ${version.author}, ${version.reason},
        ${JSON.stringify(version.plan)}::jsonb, ${JSON.stringify(version.layers)}::json
      from tessera.version v where v.tenant = ${tenant}
      returning number`),
  );
  return Number(rows[0]?.['number']);
}

/** What a version keeps of its plan; undefined where there is no such version. */
export async function planOfVersion(
  control: Queryable,
  tenant: string,
  number: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { rows } = await control.query(
    toStatement(sql`select plan::text as plan from tessera.version where tenant = ${tenant} and number = ${number}::bigint`),
  );
  const [row] = rows;
  return row === undefined ? undefined : (JSON.parse(String(row['plan'])) as Readonly<Record<string, unknown>>);
}

/** Newest first. */
export async function listVersions(control: Queryable, tenant: string): Promise<readonly StoredVersion[]> {
  const { rows } = await control.query(
    toStatement(sql`
      select number, model_hash, author, reason, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
      from tessera.version where tenant = ${tenant} order by number desc`),
  );
  return rows.map((row) => ({
    number: Number(row['number']),
    modelHash: String(row['model_hash']),
    author: textOrNull(row['author']),
    reason: textOrNull(row['reason']),
    createdAt: String(row['created_at']),
  }));
}

/** The layers that a version led to; undefined where there is no such version. */
export async function layersOfVersion(control: Queryable, tenant: string, number: number): Promise<readonly StoredLayer[] | undefined> {
  const { rows } = await control.query(
    toStatement(sql`select layers from tessera.version where tenant = ${tenant} and number = ${number}::bigint`),
  );
  const [row] = rows;
  return row === undefined ? undefined : (JSON.parse(String(row['layers'])) as StoredLayer[]);
}

/** What every statement of a tenant is guarded by. */
export interface TenantState {
  readonly modelHash: string;
  /** A bigint as text. */
  readonly access: string;
  /** What running approvals lock beyond what the Model says, as those versions of their processes have it; null: nothing. */
  readonly formerLocks: string | null;
}

export async function readState(tenant: Queryable, schema: string): Promise<TenantState> {
  const { rows } = await tenant.query(
    toStatement(sql`select model, access::text as access, former_locks from ${ident(schema, '_state')}`, 'tenant-state'),
  );
  const [row] = rows;
  return {
    modelHash: textOrNull(row?.['model']) ?? '',
    access: textOrNull(row?.['access']) ?? '0',
    formerLocks: textOrNull(row?.['former_locks']),
  };
}

export async function writeModelHash(owner: Queryable, tenant: string, modelHash: string): Promise<void> {
  await owner.query(toStatement(sql`update ${ident(tenantSchema(tenant), '_state')} set model = ${modelHash}`));
}

/** Makes every node read permissions and sessions anew before its next statement. */
export async function bumpAccess(tenant: Queryable, schema: string): Promise<void> {
  await tenant.query(toStatement(sql`update ${ident(schema, '_state')} set access = access + 1`));
}

/** Nodes hear on this channel which tenant's metadata has changed. */
export const metadataChannel = 'tessera_metadata';

export async function notifyMetadata(control: Queryable, tenant: string): Promise<void> {
  await control.query(toStatement(sql`select pg_notify(${metadataChannel}, ${tenant})`));
}

/** Notes that a tenant's tables are being changed beyond one transaction: whoever finds the note after a crash has to finish that. */
export async function noteUnfinished(control: Queryable, tenant: string): Promise<void> {
  await control.query(
    toStatement(sql`insert into tessera.plan (id, tenant, base_hash, content) values (gen_random_uuid(), ${tenant}, '', '{}')`),
  );
}

export async function clearUnfinished(control: Queryable, tenant: string): Promise<void> {
  await control.query(toStatement(sql`delete from tessera.plan where tenant = ${tenant}`));
}

export async function unfinishedTenants(control: Queryable): Promise<readonly string[]> {
  const { rows } = await control.query(toStatement(sql`select distinct tenant from tessera.plan order by tenant`));
  return rows.map((row) => String(row['tenant']));
}
