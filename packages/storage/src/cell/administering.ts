// A transaction of administration: on the tables of a tenant as their owner, and where records are written, as the tenant.
import { quoteIdent, type Statement } from '@tessera/kernel';
import type { AdministeringTransaction, QueryResult } from '../database.ts';
import type { OpenTransaction } from './open-transaction.ts';

export class Administering implements AdministeringTransaction {
  readonly tenant: string;
  readonly #open: OpenTransaction;
  /** The owner's, `''` where the administrator is; and the tenant's. */
  readonly #roles: { readonly owner: string; readonly tenant: string };

  constructor(open: OpenTransaction, roles: { readonly owner: string; readonly tenant: string }) {
    this.tenant = open.tenant;
    this.#open = open;
    this.#roles = roles;
  }

  query(statement: Statement): Promise<QueryResult> {
    return this.#open.query(statement);
  }

  ahead(statement: Statement, heard?: (result: QueryResult) => void): void {
    this.#open.ahead(statement, heard);
  }

  finish(statement: Statement): Promise<QueryResult> {
    return this.#open.finish(statement);
  }

  commit(): Promise<void> {
    return this.#open.commit();
  }

  async asTenant<T>(work: () => Promise<T>): Promise<T> {
    const { owner, tenant } = this.#roles;
    await this.#open.prepare({ text: `set local role ${quoteIdent(tenant)}`, values: [] });
    // Where the work fails the transaction does.
    const result = await work();
    await this.#open.prepare({ text: `set local role ${owner === '' ? 'none' : quoteIdent(owner)}`, values: [] });
    return result;
  }
}
