// Indexes records that are there already: after a change of what is searchable, or of the rules by which words are made.
import type { Model } from '@tessera/metadata';
import {
  KeptStatements,
  recordOf,
  searchColumn,
  setSearchStatement,
  tenantGuard,
  unmarkedStatement,
  type MarkedColumn,
  type RecordValues,
  type TenantDatabase,
  type Transaction,
} from '@tessera/storage';
import { searchVector, searchWords } from './vector.ts';

const pageSize = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

/** A column of values that are worked out of records. */
export interface WorkedOut extends MarkedColumn {
  readonly valueOf: (record: RecordValues) => string;
}

interface Page {
  readonly indexed: number;
  /** Undefined: that was the last. */
  readonly last: string | undefined;
}

async function indexPage(
  { schema }: TenantDatabase,
  model: Model,
  column: WorkedOut,
  transaction: Transaction,
  after: string,
): Promise<Page> {
  const target = { model, schema };
  const { rows } = await transaction.query(unmarkedStatement(target, column, after, pageSize));
  const values = rows.map((row) => ({ id: String(row['id']), vector: column.valueOf(recordOf(column.object, row)) }));
  if (values.length > 0) await transaction.query(setSearchStatement(target, column, values));
  return { indexed: values.length, last: values.length < pageSize ? undefined : values.at(-1)?.id };
}

/** Brings columns up to date, page by page, each in a transaction of its own (see `reindexSearch`). */
export async function markAnew(
  database: TenantDatabase,
  model: Model,
  columns: readonly WorkedOut[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const opening = tenantGuard({ model, schema: database.schema, kept: new KeptStatements() }, undefined, undefined);
  let indexed = 0;
  for (const column of columns) {
    for (let after: string | undefined = firstId; after !== undefined;) {
      const from: string = after;
      const page = await database.transaction(
        (transaction) => indexPage(database, model, column, transaction, from),
        signal === undefined ? { opening } : { opening, signal },
      );
      indexed += page.indexed;
      after = page.last;
    }
  }
  return indexed;
}

/**
 * Brings the search values of a tenant's records up to date, page by page, each in a transaction of its own; gives how many were not.
 * To be called after every change of the Model: where nothing of the search has changed it only looks. It may be broken off, repeated and run
 * by several nodes at once. Throws MODEL_CHANGED where the tenant has moved on; whoever changed it then calls this too.
 */
export function reindexSearch(database: TenantDatabase, model: Model, signal?: AbortSignal): Promise<number> {
  const marked = Object.values(model.objects).flatMap((object): WorkedOut[] => {
    const words = searchWords(object);
    return words === undefined ? [] : [{ object, column: searchColumn, mark: words.mark, valueOf: searchVector.bind(undefined, words) }];
  });
  return markAnew(database, model, marked, signal);
}
