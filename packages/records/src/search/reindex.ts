// Indexes records that are there already: after a change of what is searchable, or of the rules by which words are made.
import { fail } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import {
  lockTenantShared,
  recordOf,
  searchFields,
  setSearchStatement,
  stateStatement,
  unmarkedStatement,
  type TenantDatabase,
  type Transaction,
} from '@tessera/storage';
import { methodMark } from './marks.ts';
import { searchVector } from './vector.ts';

const pageSize = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

interface Page {
  readonly indexed: number;
  /** Undefined: that was the last. */
  readonly last: string | undefined;
}

async function indexPage(
  database: TenantDatabase,
  model: Model,
  object: ObjectModel,
  transaction: Transaction,
  after: string,
): Promise<Page> {
  await lockTenantShared(transaction);
  const { rows: state } = await transaction.query(stateStatement(database.schema));
  if (state[0]?.['model'] !== model.hash) throw fail('MODEL_CHANGED');
  const target = { model, schema: database.schema };
  const { rows } = await transaction.query(unmarkedStatement(target, object, methodMark(object), after, pageSize));
  const values = rows.map((row) => ({ id: String(row['id']), vector: searchVector(object, recordOf(object, row)) ?? '' }));
  if (values.length > 0) await transaction.query(setSearchStatement(target, object, values));
  return { indexed: values.length, last: values.length < pageSize ? undefined : values.at(-1)?.id };
}

/**
 * Brings the search values of a tenant's records up to date, page by page, each in a transaction of its own; gives how many were not.
 * To be called after every change of the Model: where nothing of the search has changed it only looks. It may be broken off, repeated and run
 * by several nodes at once. Throws MODEL_CHANGED where the tenant has moved on; whoever changed it then calls this too.
 */
export async function reindexSearch(database: TenantDatabase, model: Model, signal?: AbortSignal): Promise<number> {
  let indexed = 0;
  for (const object of Object.values(model.objects)) {
    if (searchFields(object).length === 0) continue;
    for (let after: string | undefined = firstId; after !== undefined;) {
      const from: string = after;
      const page = await database.transaction(
        (transaction) => indexPage(database, model, object, transaction, from),
        signal === undefined ? {} : { signal },
      );
      indexed += page.indexed;
      after = page.last;
    }
  }
  return indexed;
}
