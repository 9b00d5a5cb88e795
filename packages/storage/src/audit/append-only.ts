// What has happened stays: nobody but the owner of the tables may change or remove what stands in them.
import { ident, sql, textLiteral, toStatement, type Sql } from '@tessera/kernel';

/** Tables that the tenant's role writes once and reads. */
export const appendOnlyTables = ['_history', '_audit'] as const;

/**
 * Leaves everybody but the owner only insert and select. The roles are found by what they have been granted, so this serves tenants old
 * and new; where there are no roles (see `Cell.wall`) or no tables yet it does nothing. Run as the owner.
 */
export function makeAppendOnly(schema: string): readonly Sql[] {
  return appendOnlyTables.map((table) => {
    const name = textLiteral(toStatement(ident(schema, table)).text);
    return sql`
      do $do$ declare grantee text; begin
        for grantee in
          select distinct r.rolname from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
          join pg_catalog.pg_roles r on r.oid = a.grantee
          where c.oid = to_regclass(${name}) and a.grantee <> c.relowner
        loop
          execute format('revoke update, delete, truncate on ${ident(schema, table)} from %I', grantee);
        end loop;
      end $do$`;
  });
}

/** What the audit trail needs beyond its table, which is as old as the tenant. */
export const auditTables = (s: string): readonly Sql[] => [
  sql`create index ${ident('_audit_record')} on ${ident(s, '_audit')} (object, record_id, id) where object is not null`,
  ...makeAppendOnly(s),
];
