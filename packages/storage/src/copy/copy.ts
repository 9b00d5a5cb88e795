// Fills a tenant whose tables were just made with the rows of another: one transaction, one snapshot, set by set.
import { fail, ident, sql, toStatement } from '@tessera/kernel';
import { historyName, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { addForeignKeys, dropForeignKeys } from '../backup/restore.ts';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import { tenantLockKey } from '../cell/tenant-database.ts';
import type { Queryable, Transaction } from '../database.ts';
import { readState } from '../system/layers.ts';
import { recomputeStatement } from '../write/rollup.ts';
import { copyBeside, type BesideCounts, type CopiedFiles } from './beside.ts';
import type { Copying, Masking } from './copying.ts';
import { copyObject } from './records.ts';
import { dropTaken, takeRecords } from './take.ts';

export interface CopyInput {
  readonly origin: string;
  readonly tenant: string;
  /** In force in both. */
  readonly model: Model;
  /** So many of each object; undefined: all there are. */
  readonly records: number | undefined;
  readonly masking: Masking | undefined;
  readonly files: CopiedFiles;
  /** Stored roll-ups in the order in which they are worked out. */
  readonly rollups: readonly { readonly object: ObjectModel; readonly fields: readonly FieldModel[] }[];
  /** RFC 3339. */
  readonly now: string;
  readonly onObject?: (object: string, records: number) => Promise<void>;
  /** What else is done in the same transaction, when the rows are there. */
  readonly also: (door: Queryable & { readonly schema: string }) => Promise<void>;
}

export interface CopyCounts extends BesideCounts {
  readonly records: number;
}

/** Holds changes of the origin's metadata off; its people go on. Whoever has to wait comes again, since a snapshot that waited would be too old. */
async function openSnapshot(transaction: Transaction, { origin, model }: CopyInput): Promise<void> {
  await transaction.query(toStatement(sql`set local transaction_isolation = 'repeatable read'`));
  const schema = tenantSchema(origin);
  const { rows } = await transaction.query(
    toStatement(sql`select pg_try_advisory_xact_lock_shared(${tenantLockKey(schema)}::bigint) as held`),
  );
  if (rows[0]?.['held'] !== true) throw fail('TENANT_BUSY', { tenant: origin });
  if ((await readState(transaction, schema)).modelHash !== model.hash) throw fail('MODEL_CHANGED');
}

const columnOf = (object: ObjectModel, field: string): string => object.fields[field]?.columns[0]?.name ?? field;

/** No approval goes on in a copy: records are as if each had been called off. */
async function callOffApprovals({ queryable, model, from, to }: Copying, now: string): Promise<void> {
  const pending = sql`${ident(from, '_approval')} a where a.ended_at is null`;
  const { rows } = await queryable.query(toStatement(sql`select distinct a.object from ${pending}`));
  for (const name of rows.map((row) => String(row['object']))) {
    const [object, history] = [model.objects[name], model.objects[historyName(name, 'approval')]];
    if (object === undefined) continue;
    const [lock, status] = [ident(columnOf(object, 'lockedBy')), ident(columnOf(object, 'lifeStatus'))];
    await queryable.query(
      toStatement(sql`
        update ${ident(to, object.table)} t set ${lock} = null,
          ${status} = case when a.former is null then t.${status} when a.former = 'draft' then 'draft' else 'normal' end
        from ${pending} and a.object = ${name} and a.record_id = t.id`),
    );
    if (history === undefined) continue;
    const [state, ended] = [ident(columnOf(history, 'state')), ident(columnOf(history, 'endedAt'))];
    await queryable.query(
      toStatement(sql`
        update ${ident(to, history.table)} t set ${state} = 'cancelled', ${ended} = ${now}::timestamptz from ${pending} and a.id = t.id`),
    );
  }
}

async function fill(transaction: Transaction, input: CopyInput): Promise<CopyCounts> {
  const { model, masking } = input;
  const [from, to] = [tenantSchema(input.origin), tenantSchema(input.tenant)];
  const copying: Copying = { queryable: transaction, model, from, to, records: input.records, masking };
  const keys = await dropForeignKeys(transaction, to);
  await takeRecords(copying);
  let records = 0;
  for (const object of Object.values(model.objects)) {
    const copied = await copyObject(copying, object);
    records += copied;
    if (copied > 0) await input.onObject?.(object.name, records);
  }
  const counts = await copyBeside(copying, input.files);
  await callOffApprovals(copying, input.now);
  await dropTaken(copying);
  if (input.records !== undefined || masking !== undefined) {
    for (const { object, fields } of input.rollups) await transaction.query(recomputeStatement({ model, schema: to }, object, fields));
  }
  await addForeignKeys(transaction, to, keys);
  await input.also({ schema: to, query: (statement) => transaction.query(statement) });
  // Higher than any that an earlier copy of this name had: what nodes remember of its people is then old.
  await transaction.query(toStatement(sql`update ${ident(to, '_state')} set access = ${Date.parse(input.now)}`));
  // In the tenant's own name: timers are to be looked after.
  await transaction.query(
    toStatement(sql`
      insert into tessera.outbox (tenant, payload) select t.role, '{"wake": ["work"]}'::jsonb from tessera.tenant t where t.name = ${input.tenant}`),
  );
  return { records, ...counts };
}

/**
 * Copies records, histories and the index of files. Writers of the origin go on; a change of its metadata waits, and may answer TENANT_BUSY.
 * @throws TENANT_BUSY where the origin's metadata is being changed, MODEL_CHANGED where it has been
 */
export function copyRows(cell: Cell, input: CopyInput): Promise<CopyCounts> {
  return cell.control(async (transaction) => {
    await openSnapshot(transaction, input);
    return fill(transaction, input);
  });
}

export interface FileToCopy {
  readonly id: string;
  /** Keys in the store. */
  readonly from: string;
  readonly to: string;
}

/** A page of the files that a copy has, by id. */
export async function filesToCopy(
  cell: Cell,
  { origin, tenant }: { readonly origin: string; readonly tenant: string },
  after: string,
  limit: number,
): Promise<readonly FileToCopy[]> {
  const [from, to] = [ident(tenantSchema(origin), '_file'), ident(tenantSchema(tenant), '_file')];
  const { rows } = await cell.control((transaction) =>
    transaction.query(
      toStatement(sql`
        select c.id::text as id, coalesce(o.storage_key, '') as "from", c.storage_key as "to" from ${to} c left join ${from} o on o.id = c.id
        where c.id > ${after}::uuid order by c.id limit ${limit}`),
    ),
  );
  return rows as unknown as readonly FileToCopy[];
}
