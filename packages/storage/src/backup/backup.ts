// Writes a tenant's metadata and rows as NDJSON, all of one moment, and then the bytes of its files.
import { createHash } from 'node:crypto';
import { textOrNull } from '../row-text.ts';
import { fail, ident, sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { loadLayers, readState, type StoredLayer } from '../system/layers.ts';
import { tenantSystemVersion } from '../system/tenant-tables.ts';
import { writeFiles, type ReadFile } from './file-lines.ts';
import { backupFormat, passingTables, type BackupCounts, type BackupEnd, type BackupHeader, type BackupTable } from './format.ts';

export interface BackupProgress {
  readonly table: string;
  readonly rows: number;
}

export interface BackupOptions {
  /** RFC 3339. */
  readonly at: string;
  /** Takes a line without its line feed; the backup waits for it. */
  readonly write: (line: string) => Promise<void>;
  readonly readFile: ReadFile;
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

type WriteLine = (line: string) => Promise<void>;

async function writeRows(
  transaction: Transaction,
  schema: string,
  line: WriteLine,
  onProgress: BackupOptions['onProgress'],
): Promise<number> {
  let total = 0;
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
  return total;
}

async function writeSnapshot(cell: Cell, tenant: string, line: WriteLine, { at, onProgress }: BackupOptions): Promise<number> {
  const schema = tenantSchema(tenant);
  const layers: readonly StoredLayer[] = await cell.control((control) => loadLayers(control, tenant));
  return cell.tenant(tenant).transaction(
    async (transaction) => {
      await transaction.query(toStatement(sql`set local transaction_isolation = 'repeatable read'`));
      const { modelHash } = await readState(transaction, schema);
      const now = await cell.control((control) => loadLayers(control, tenant));
      if (JSON.stringify(now) !== JSON.stringify(layers)) throw fail('MODEL_CHANGED');
      const header = { format: backupFormat, tenant, modelHash, systemVersion: tenantSystemVersion, at, layers };
      await line(JSON.stringify({ tessera: 'backup', ...header } satisfies BackupHeader));
      return writeRows(transaction, schema, line, onProgress);
    },
    { retries: 0 },
  );
}

/**
 * Backs a tenant up. Its rows are of one snapshot: writers go on, a change of metadata waits (and may answer TENANT_BUSY) until they are
 * written. The bytes of files follow; those that are not in the store are counted, not passed over in silence.
 */
export async function backupTenant(cell: Cell, tenant: string, options: BackupOptions): Promise<BackupCounts> {
  const { write, readFile, at } = options;
  const digest = createHash('sha256');
  const line: WriteLine = async (text) => {
    digest.update(`${text}\n`);
    await write(text);
  };
  const rows = await writeSnapshot(cell, tenant, line, options);
  const files = await writeFiles(cell.tenant(tenant), { since: at, read: readFile, write: line });
  await write(JSON.stringify({ end: true, rows, files: files.files, sha256: digest.digest('hex') } satisfies BackupEnd));
  return { rows, ...files };
}
