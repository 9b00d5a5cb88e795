// Writes a tenant's metadata and rows as NDJSON, all of one moment.
import { createHash } from 'node:crypto';
import { textOrNull } from '../row-text.ts';
import { fail, ident, sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { loadLayers, readState, type StoredLayer } from '../system/layers.ts';
import { tenantSystemVersion } from '../system/tenant-tables.ts';
import { backupFormat, passingTables, type BackupEnd, type BackupHeader, type BackupTable } from './format.ts';

export interface BackupProgress {
  readonly table: string;
  readonly rows: number;
}

export interface BackupOptions {
  /** RFC 3339. */
  readonly at: string;
  /** Takes a line without its line feed; the backup waits for it. */
  readonly write: (line: string) => Promise<void>;
  readonly onProgress?: (progress: BackupProgress) => void;
}

const pageRows = 1000;

/** Tables of the schema with their primary key; what is set aside stays where it is. */
async function tablesOf(transaction: Transaction, schema: string): Promise<readonly (BackupTable & { readonly key: readonly string[] })[]> {
  const { rows } = await transaction.query(
    toStatement(sql`
      select c.relname as name,
        (select a.attname from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attidentity <> '' limit 1) as identity,
        (select array_agg(a.attname::text order by k.n)
           from pg_catalog.pg_index i, unnest(i.indkey::smallint[]) with ordinality as k(attnum, n)
           join pg_catalog.pg_attribute a on a.attnum = k.attnum
          where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid) as key
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relkind = 'r' order by c.relname`),
  );
  return rows
    .map((row) => ({
      table: String(row['name']),
      identity: textOrNull(row['identity']),
      key: (row['key'] ?? []) as string[],
    }))
    .filter(({ table }) => !passingTables.has(table) && !table.startsWith('_gone_'));
}

/** Keyset pages by the primary key, all of them in the one snapshot. */
async function* rowsOf(transaction: Transaction, schema: string, table: string, key: readonly string[]): AsyncGenerator<string> {
  const columns = key.map((name) => ident('t', name));
  const list = columns.reduce((all, column) => sql`${all}, ${column}`);
  let after: string | undefined;
  for (;;) {
    const position =
      after === undefined
        ? sql`true`
        : sql`(${list}) > (select ${list} from json_populate_record(null::${ident(schema, table)}, ${after}::json) t)`;
    const { rows } = await transaction.query(
      toStatement(
        sql`select row_to_json(t)::text as row from ${ident(schema, table)} t where ${position} order by ${list} limit ${pageRows}`,
      ),
    );
    for (const row of rows) yield String(row['row']);
    if (rows.length < pageRows) return;
    after = String(rows.at(-1)?.['row']);
  }
}

async function writeAll(
  transaction: Transaction,
  schema: string,
  header: BackupHeader,
  { write, onProgress }: BackupOptions,
): Promise<number> {
  const digest = createHash('sha256');
  const line = async (text: string): Promise<void> => {
    digest.update(`${text}\n`);
    await write(text);
  };
  let total = 0;
  await line(JSON.stringify(header));
  for (const { table, identity, key } of await tablesOf(transaction, schema)) {
    let rows = 0;
    await line(JSON.stringify({ table, identity } satisfies BackupTable));
    for await (const row of rowsOf(transaction, schema, table, key)) {
      await line(`{"r":${row}}`);
      rows += 1;
    }
    total += rows;
    onProgress?.({ table, rows });
  }
  await write(JSON.stringify({ end: true, rows: total, sha256: digest.digest('hex') } satisfies BackupEnd));
  return total;
}

/**
 * Backs a tenant up; gives the number of rows. It reads one snapshot: writers go on, a change of metadata waits (and may answer
 * TENANT_BUSY) until it is done. Files on disk or in S3 are backed up by their own means.
 */
export async function backupTenant(cell: Cell, tenant: string, options: BackupOptions): Promise<number> {
  const schema = tenantSchema(tenant);
  const layers: readonly StoredLayer[] = await cell.control((control) => loadLayers(control, tenant));
  return cell.tenant(tenant).transaction(
    async (transaction) => {
      await transaction.query(toStatement(sql`set local transaction_isolation = 'repeatable read'`));
      const { modelHash } = await readState(transaction, schema);
      const header: BackupHeader = {
        tessera: 'backup',
        format: backupFormat,
        tenant,
        modelHash,
        systemVersion: tenantSystemVersion,
        at: options.at,
        layers,
      };
      const now = await cell.control((control) => loadLayers(control, tenant));
      if (JSON.stringify(now) !== JSON.stringify(layers)) throw fail('MODEL_CHANGED');
      return writeAll(transaction, schema, header, options);
    },
    { retries: 0 },
  );
}
