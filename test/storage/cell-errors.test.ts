// What database errors mean, also where Citus tells them in its own way.
import { describe, expect, it } from '@jest/globals';
import { fail } from '@tessera/kernel';
import { databaseErrorKind, databaseErrorPlace } from '@tessera/storage';

function serverError(code: string, message: string, fields: Readonly<Record<string, string>> = {}): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR', ...fields });
}

describe('databaseErrorKind', () => {
  it.each([
    ['23505', 'unique'],
    ['23503', 'foreignKey'],
    ['23514', 'check'],
    ['23502', 'notNull'],
    ['40P01', 'deadlock'],
    ['40001', 'serialization'],
    ['55P03', 'lockTimeout'],
    ['57014', 'statementTimeout'],
    ['42P01', 'undefinedTable'],
    ['42703', 'undefinedColumn'],
    ['22003', 'outOfRange'],
    ['08006', 'connection'],
    ['57P01', 'connection'],
    ['42501', 'permission'],
    ['XX000', 'other'],
  ])('tells %s as %s, also behind an error of ours', (code, kind) => {
    const error = serverError(code, 'x');
    expect(databaseErrorKind(error)).toBe(kind);
    expect(databaseErrorKind(fail('INTERNAL', {}, {}, error))).toBe(kind);
  });

  it('makes nothing of what is no error of PostgreSQL', () => {
    expect(databaseErrorKind(new Error('x'))).toBe('other');
    expect(databaseErrorKind(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe('other');
    expect(databaseErrorKind('x')).toBe('other');
  });
});

describe('databaseErrorPlace', () => {
  it('takes the fields as they are', () => {
    const error = serverError('23505', 'x', { constraint: 'account_key_2020001', table: 'account' });
    expect(databaseErrorPlace(error)).toEqual({ constraint: 'account_key_2020001', table: 'account', column: undefined });
  });

  it('reads names from the message where there are no fields, and takes the shard number off', () => {
    expect(databaseErrorPlace(serverError('23505', 'duplicate key value violates unique constraint "account_name_key_102046"'))).toEqual({
      constraint: 'account_name_key',
      table: undefined,
      column: undefined,
    });
    expect(
      databaseErrorPlace(serverError('23502', 'null value in column "name" of relation "account_102046" violates not-null constraint')),
    ).toEqual({
      constraint: undefined,
      table: 'account',
      column: 'name',
    });
    expect(databaseErrorPlace(serverError('42P01', 'relation "t_acme.account__2" does not exist')).table).toBe('account__2');
  });
});
