// Reads a backup into a tenant whose tables have just been made and are empty.
import { textOrNull } from '../row-text.ts';
import { fail, ident, keyword, Sql, sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { tenantSystemVersion } from '../system/tenant-tables.ts';
import { fileExistsStatement } from '../files/files.ts';
import { fileLine } from './file-lines.ts';
import { backupFormat, sampleSize, type BackupCounts, type BackupEnd, type BackupHeader, type BackupTable } from './format.ts';
import { BackupLines } from './lines.ts';

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
  if (!((header.format ?? Infinity) <= backupFormat) || (header.systemVersion ?? 0) > tenantSystemVersion)
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

export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Foreign keys stand against any order of the rows (people and departments point to each other), so they come back at the end. */
export async function dropForeignKeys(transaction: Transaction, schema: string): Promise<readonly ForeignKey[]> {
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

export async function addForeignKeys(transaction: Transaction, schema: string, keys: readonly ForeignKey[]): Promise<void> {
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

/** Where the files of a restored tenant go. */
export interface FileSink {
  /** The key under which the restored tenant keeps a file: none that any other tenant has, wherever its original is. */
  keyOf(fileId: string): string;
  write(storageKey: string, content: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface RestoreOptions {
  readonly files: FileSink;
  readonly onRows?: (rows: number) => void;
}

class Restore {
  readonly #transaction: Transaction;
  readonly #schema: string;
  readonly #lines: BackupLines;
  readonly #options: RestoreOptions;
  #rows = 0;
  /** Files that have rows. */
  #known = 0;
  readonly #missingSample: string[] = [];

  constructor(transaction: Transaction, schema: string, lines: BackupLines, options: RestoreOptions) {
    this.#transaction = transaction;
    this.#schema = schema;
    this.#lines = lines;
    this.#options = options;
  }

  async run(): Promise<BackupCounts> {
    for (let table = await this.#table(); table !== undefined; table = await this.#table()) {
      await this.#readRows(table);
      await advanceIdentity(this.#transaction, this.#schema, table);
    }
    const { inBackup, stored } = await this.#readFiles();
    const sha256 = this.#lines.digest();
    const end = parse(await this.#lines.next()) as Partial<BackupEnd>;
    if (end.end !== true) throw broken('a line is none that a backup has.');
    const whole = end.rows === this.#rows && (end.files ?? 0) === inBackup && end.sha256 === sha256;
    if (!whole) throw broken('its contents were changed: the digest does not fit.');
    return { rows: this.#rows, files: stored, missing: this.#known - stored, missingSample: this.#missingSample };
  }

  async #table(): Promise<BackupTable | undefined> {
    if (!(await this.#lines.peek()).startsWith('{"table":')) return undefined;
    const entry = parse(await this.#lines.next());
    return { table: String(entry['table']), identity: textOrNull(entry['identity']) };
  }

  async #readRows(table: BackupTable): Promise<void> {
    let waiting: string[] = [];
    const flush = async (): Promise<void> => {
      await insertRows(this.#transaction, this.#schema, table, waiting);
      waiting = [];
      this.#options.onRows?.(this.#rows);
    };
    while ((await this.#lines.peek()).startsWith('{"r":')) {
      const row = this.#rowOf(table, (await this.#lines.next()).slice(5, -1));
      this.#rows += 1;
      if (row !== undefined) waiting.push(row);
      if (waiting.length >= batchRows) await flush();
    }
    await flush();
  }

  /** A file gets a key of its own; one that was released, or was being uploaded, is nobody's and stays behind. */
  #rowOf({ table }: BackupTable, text: string): string | undefined {
    if (table !== '_file') return text;
    const row = parse(text);
    if (row['deleted_at'] !== null) return undefined;
    this.#known += 1;
    return JSON.stringify({ ...row, storage_key: this.#options.files.keyOf(String(row['id'])) });
  }

  async #readFiles(): Promise<{ readonly inBackup: number; readonly stored: number }> {
    let [inBackup, stored] = [0, 0];
    for (let line = fileLine(await this.#lines.peek()); line !== undefined; line = fileLine(await this.#lines.peek())) {
      const { file } = line;
      if ('missing' in line) {
        await this.#lines.next();
        if (this.#missingSample.length < sampleSize) this.#missingSample.push(file);
        continue;
      }
      inBackup += 1;
      const { rowCount } = await this.#transaction.query(fileExistsStatement(this.#schema, file));
      if (rowCount === 1) {
        await this.#options.files.write(this.#options.files.keyOf(file), this.#bytesOf(file));
        stored += 1;
      } else {
        const passedOver = this.#bytesOf(file);
        while ((await passedOver.next()).done !== true) continue;
      }
    }
    return { inBackup, stored };
  }

  async *#bytesOf(file: string): AsyncGenerator<Uint8Array> {
    for (let part = 0; ; part += 1) {
      const line = fileLine(await this.#lines.peek());
      if (line?.file !== file || 'missing' in line || line.part !== part) {
        if (part === 0) throw broken('a file does not begin with its first part.');
        return;
      }
      await this.#lines.next();
      yield Buffer.from(line.data, 'base64');
    }
  }
}

/** Puts rows into the tenant's empty tables, all or nothing, and its files into the store. Throws BACKUP_INVALID; then files may be left. */
export async function restoreRows(cell: Cell, tenant: string, backup: OpenedBackup, options: RestoreOptions): Promise<BackupCounts> {
  const schema = tenantSchema(tenant);
  let begun = false;
  return cell.administer(tenant, async (transaction) => {
    // The lines can be read once: a second run would have nothing to read.
    if (begun) throw fail('TENANT_BUSY', { tenant });
    begun = true;
    // A large file on its way into the store is no sign that we are gone.
    await transaction.query(toStatement(sql`set local idle_in_transaction_session_timeout = 0`));
    const keys = await dropForeignKeys(transaction, schema);
    const counts = await new Restore(transaction, schema, new BackupLines(backup.firstLine, backup.rest), options).run();
    await addForeignKeys(transaction, schema, keys);
    return counts;
  });
}
