// Indexes records that are there already: after a change of what is searchable, or of the rules by which words are made.
import type { Model, ObjectModel } from '@tessera/metadata';
import {
  KeptStatements,
  recordOf,
  setSearchStatement,
  tenantGuard,
  unmarkedStatement,
  type TenantDatabase,
  type Transaction,
} from '@tessera/storage';
import { searchVector, searchWords, type SearchWords } from './vector.ts';

const pageSize = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

interface Page {
  readonly indexed: number;
  /** Undefined: that was the last. */
  readonly last: string | undefined;
}

async function indexPage(
  { schema }: TenantDatabase,
  model: Model,
  { object, words }: { readonly object: ObjectModel; readonly words: SearchWords },
  transaction: Transaction,
  after: string,
): Promise<Page> {
  const target = { model, schema };
  const { rows } = await transaction.query(unmarkedStatement(target, object, words.mark, after, pageSize));
  const values = rows.map((row) => ({ id: String(row['id']), vector: searchVector(words, recordOf(object, row)) }));
  if (values.length > 0) await transaction.query(setSearchStatement(target, object, values));
  return { indexed: values.length, last: values.length < pageSize ? undefined : values.at(-1)?.id };
}

/**
 * Brings the search values of a tenant's records up to date, page by page, each in a transaction of its own; gives how many were not.
 * To be called after every change of the Model: where nothing of the search has changed it only looks. It may be broken off, repeated and run
 * by several nodes at once. Throws MODEL_CHANGED where the tenant has moved on; whoever changed it then calls this too.
 */
export async function reindexSearch(database: TenantDatabase, model: Model, signal?: AbortSignal): Promise<number> {
  const opening = tenantGuard({ model, schema: database.schema, kept: new KeptStatements() }, undefined);
  let indexed = 0;
  for (const object of Object.values(model.objects)) {
    const words = searchWords(object);
    if (words === undefined) continue;
    for (let after: string | undefined = firstId; after !== undefined;) {
      const from: string = after;
      const page = await database.transaction(
        (transaction) => indexPage(database, model, { object, words }, transaction, from),
        signal === undefined ? { opening } : { opening, signal },
      );
      indexed += page.indexed;
      after = page.last;
    }
  }
  return indexed;
}
