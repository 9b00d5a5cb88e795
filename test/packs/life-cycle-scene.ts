// A tenant whose pack is exchanged, and what must be true of it afterwards.
import type { Statement } from '@tessera/kernel';
import { buildModel, contentHash, type Layer } from '@tessera/metadata';
import { drift, loadLayers, type Cell, type QueryResult, type Transaction } from '@tessera/storage';
import { selected, type TestEngine, type TestTenant } from '../support/engine.ts';

/** The layers in force. */
export const storedLayers = (cell: Cell, tenant: string): Promise<readonly Layer[]> =>
  cell.control((control) => loadLayers(control, tenant));

/** What of a tenant's tables differs from what its layers say. */
export async function driftOf(cell: Cell, tenant: string, schema: string): Promise<readonly unknown[]> {
  const { model } = buildModel(await storedLayers(cell, tenant));
  return model === undefined ? ['no model'] : cell.control((control) => drift(control, model, schema));
}

/** What a query of a plan lists. */
export async function listed(tenant: TestTenant, { object, filter } = { object: '', filter: null as unknown }): Promise<unknown> {
  const parts = [{ kind: 'nodes', as: 'nodes', selections: [selected('id')] }] as const;
  return JSON.parse(await tenant.run('records.read', { roots: [{ kind: 'list', as: 'found', object, list: { filter }, parts }] }));
}

/** Everything that a change of metadata may touch, as a hash: layers, versions, state, tables, notes of unfinished work. */
export async function fingerprint(engine: TestEngine, tenant: string, schema: string): Promise<string> {
  const sql: TestEngine['sql'] = (text, values) => engine.sql(text, values);
  const versions = await sql('select number, model_hash, plan::text, layers::text from tessera.version where tenant = $1 order by number', [
    tenant,
  ]);
  const state = await sql(`select model, access::text from ${schema}._state`);
  const columns = await sql(
    `select c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 order by 1, 3`,
    [schema],
  );
  const constraints = await sql(
    `select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as text from pg_constraint
     where connamespace = $1::regnamespace order by 1, 2`,
    [schema],
  );
  const timers = await sql(`select key, kind, due_at::text from ${schema}._timer order by key`);
  return contentHash({ layers: await storedLayers(engine.cell, tenant), versions, state, columns, constraints, timers });
}

/** A cell whose changes of a tenant's tables break at the statement of this number, as if the connection were lost. */
export function breakingCell(cell: Cell, at: () => number): { readonly cell: Cell; readonly seen: () => number } {
  let count = 0;
  const breaking =
    (transaction: Transaction) =>
    (statement: Statement): Promise<QueryResult> => {
      count += 1;
      return count === at() ? Promise.reject(new Error('Connection terminated unexpectedly')) : transaction.query(statement);
    };
  const administer: Cell['administer'] = (tenant, work) => {
    count = 0;
    return cell.administer(tenant, (transaction) => {
      const broken = new Proxy(transaction, {
        get: (object, property) => {
          if (property === 'query') return breaking(object);
          const value = Reflect.get(object, property, object) as unknown;
          return typeof value === 'function' ? (value.bind(object) as unknown) : value;
        },
      });
      return work(broken);
    });
  };
  const proxied = new Proxy(cell, {
    get: (object, property) => {
      if (property === 'administer') return administer;
      const value = Reflect.get(object, property, object) as unknown;
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
  return { cell: proxied, seen: () => count };
}
