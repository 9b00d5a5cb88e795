// A cell that notes the statements that tenants send through it: for tests of what a request costs.
import type { Statement } from '@tessera/kernel';
import type { Cell, TenantDatabase, TenantTransaction } from '@tessera/storage';

type Note = (text: string) => void;

function noted<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(object, property) {
      if (property in replaced) return replaced[property as keyof T];
      const value = Reflect.get(object, property, object) as unknown;
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

function notedTransaction(transaction: TenantTransaction, note: Note): TenantTransaction {
  return noted(transaction, {
    query: (statement: Statement) => {
      note(statement.text);
      return transaction.query(statement);
    },
    ahead: (statement: Statement, heard) => {
      note(statement.text);
      transaction.ahead(statement, heard);
    },
    finish: (statement: Statement) => {
      note(statement.text);
      return transaction.finish(statement);
    },
  });
}

function notedDatabase(database: TenantDatabase, note: Note): TenantDatabase {
  return noted(database, {
    for: (origin) => notedDatabase(database.for(origin), note),
    query: (statement, options) => {
      note(statement.text);
      return database.query(statement, options);
    },
    transaction: (work, options) =>
      database.transaction((transaction) => {
        for (const { text } of options?.opening?.statements ?? []) note(text);
        return work(notedTransaction(transaction, note));
      }, options),
  });
}

/** `note` hears the text of each statement that goes through a tenant's door; `begin` and `commit` do not. */
export function notedCell(cell: Cell, note: Note): Cell {
  return noted(cell, { tenant: (name) => notedDatabase(cell.tenant(name), note) });
}
