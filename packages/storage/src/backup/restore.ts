// Reads a backup into a tenant whose tables have just been made and are empty.
import { createHash } from 'node:crypto';
import { textOrNull } from '../row-text.ts';
import { fail, ident, keyword, Sql, sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { tenantSystemVersion } from '../system/tenant-tables.ts';
import { backupFormat, type BackupEnd, type BackupHeader, type BackupTable } from './format.ts';

const batchRows = 500;

/** The lines of a backup with its first one read. */
export interface OpenedBackup {
  readonly header: BackupHeader;
  readonly rest: AsyncIterator<string>;
  readonly firstLine: string;
}

const broken = (reason: string): Error => fail('BACKUP_INVALID', { reason });

/** Reads the header. Throws BACKUP_INVALID where it is no backup, or one of a newer format. */
export async function openBackup(lines: AsyncIterable<string>): Promise<OpenedBackup> {
  const rest = lines[Symbol.asyncIterator]();
  const first = await rest.next();
  if (first.done === true) throw broken('it is empty.');
  const header = parse(first.value) as Partial<BackupHeader>;
  if (header.tessera !== 'backup') throw broken('its first line is no header.');
  if (header.format !== backupFormat || (header.systemVersion ?? 0) > tenantSystemVersion)
    throw broken('it was made by a newer version of Tessera.');
  return { header: header as BackupHeader, rest, firstLine: first.value };
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw fail('BACKUP_INVALID', { reason: 'a line is no JSON.' }, {}, error);
  }
  throw broken('a line is no JSON object.');
}

interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Foreign keys stand against any order of the rows (people and departments point to each other), so they come back at the end. */
async function dropForeignKeys(transaction: Transaction, schema: string): Promise<readonly ForeignKey[]> {
  const { rows } = await transaction.query(
    toStatement(sql`
      select r.relname as table, c.conname as name, pg_get_constraintdef(c.oid) as definition
      from pg_catalog.pg_constraint c join pg_catalog.pg_class r on r.oid = c.conrelid join pg_catalog.pg_namespace n on n.oid = r.relnamespace
      where n.nspname = ${schema} and c.contype = 'f' order by r.relname, c.conname`),
  );
  const keys = rows.map((row) => ({ table: String(row['table']), name: String(row['name']), definition: String(row['definition']) }));
  for (const { table, name } of keys)
    await transaction.query(toStatement(sql`alter table ${ident(schema, table)} drop constraint ${ident(name)}`));
  return keys;
}

async function addForeignKeys(transaction: Transaction, schema: string, keys: readonly ForeignKey[]): Promise<void> {
  for (const { table, name, definition } of keys) {
    // What pg_get_constraintdef wrote is SQL of PostgreSQL's own.
    await transaction.query(toStatement(sql`alter table ${ident(schema, table)} add constraint ${ident(name)} ${new Sql([definition])}`));
  }
}

async function insertRows(transaction: Transaction, schema: string, table: BackupTable, rows: readonly string[]): Promise<void> {
  if (rows.length === 0) return;
  const target = ident(schema, table.table);
  const overriding = table.identity === null ? sql`` : keyword('overriding system value');
  await transaction.query(
    toStatement(
      sql`insert into ${target} ${overriding} select * from json_populate_recordset(null::${target}, ${`[${rows.join(',')}]`}::json)`,
    ),
  );
}

/** Behind the rows that were put in, an identity goes on counting. */
async function advanceIdentity(transaction: Transaction, schema: string, { table, identity }: BackupTable): Promise<void> {
  if (identity === null) return;
  const name = toStatement(ident(schema, table)).text;
  await transaction.query(
    toStatement(sql`
      select setval(pg_get_serial_sequence(${name}, ${identity}), m.last) from (select max(${ident(identity)}) as last from ${ident(schema, table)}) m where m.last is not null`),
  );
}

async function readTables(transaction: Transaction, schema: string, backup: OpenedBackup, onRows: (rows: number) => void): Promise<number> {
  const digest = createHash('sha256').update(`${backup.firstLine}\n`);
  let table: BackupTable | undefined;
  let waiting: string[] = [];
  let total = 0;
  const flush = async (): Promise<void> => {
    if (table !== undefined) await insertRows(transaction, schema, table, waiting);
    total += waiting.length;
    waiting = [];
    onRows(total);
  };
  for (;;) {
    const next = await backup.rest.next();
    if (next.done === true) throw broken('it is cut off: its last line is missing.');
    const line = next.value;
    if (line.startsWith('{"r":')) {
      digest.update(`${line}\n`);
      waiting.push(line.slice(5, -1));
      if (waiting.length >= batchRows) await flush();
      continue;
    }
    await flush();
    if (table !== undefined) await advanceIdentity(transaction, schema, table);
    const entry = parse(line);
    if (entry['end'] === true) {
      const { rows, sha256 } = entry as unknown as BackupEnd;
      if (rows !== total || sha256 !== digest.digest('hex')) throw broken('its contents were changed: the digest does not fit.');
      return total;
    }
    digest.update(`${line}\n`);
    table = { table: String(entry['table']), identity: textOrNull(entry['identity']) };
  }
}

/** Puts the rows into the tenant's empty tables; all or nothing. Gives their number. Throws BACKUP_INVALID. */
export async function restoreRows(
  cell: Cell,
  tenant: string,
  backup: OpenedBackup,
  onRows: (rows: number) => void = () => undefined,
): Promise<number> {
  const schema = tenantSchema(tenant);
  let begun = false;
  return cell.administer(tenant, async (transaction) => {
    // The lines can be read once: a second run would have nothing to read.
    if (begun) throw fail('TENANT_BUSY', { tenant });
    begun = true;
    const keys = await dropForeignKeys(transaction, schema);
    const total = await readTables(transaction, schema, backup, onRows);
    await addForeignKeys(transaction, schema, keys);
    return total;
  });
}
