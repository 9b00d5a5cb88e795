// Components as they were when something began with them, by the hash of their content.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { WorkflowDoor } from './door.ts';

export interface Definition {
  readonly hash: string;
  /** The component's kind and name. */
  readonly kind: string;
  readonly name: string;
  /** JSON text. */
  readonly content: string;
}

/** Keeps those that are not kept yet. */
export async function keepDefinitions(door: WorkflowDoor, definitions: readonly Definition[], at: string): Promise<void> {
  if (definitions.length === 0) return;
  await door.query(
    toStatement(
      sql`
        insert into ${ident(door.schema, '_definition')} (hash, kind, name, content, created_at)
        select d.hash, d.kind, d.name, d.content::json, ${at}::timestamptz
        from json_to_recordset(${JSON.stringify(definitions)}::json) as d(hash text, kind text, name text, content text)
        order by d.hash
        on conflict do nothing`,
      'definitions',
    ),
  );
}

/** By hash; those that are not kept are left out. */
export async function loadDefinitions(door: WorkflowDoor, hashes: readonly string[]): Promise<ReadonlyMap<string, Definition>> {
  const { rows } = await door.query(
    toStatement(
      sql`select hash, kind, name, content::text as content from ${ident(door.schema, '_definition')} where hash = any(${hashes}::text[])`,
      'load-definitions',
    ),
  );
  return new Map(
    rows.map((row) => {
      const hash = String(row['hash']);
      return [hash, { hash, kind: String(row['kind']), name: String(row['name']), content: String(row['content']) }];
    }),
  );
}

/** Notes what definitions lock that are in force no more, and that approvals go on with. @param locks a text without meaning here; null: nothing */
export async function keepFormerLocks(door: WorkflowDoor, locks: string | null): Promise<void> {
  const state = ident(door.schema, '_state');
  await door.query(toStatement(sql`update ${state} set former_locks = ${locks}::text where former_locks is distinct from ${locks}::text`));
}

/** Removes those that neither a run nor an approval has, and that were kept before a time (RFC 3339); gives how many went. */
export async function dropDefinitions(door: WorkflowDoor, before: string): Promise<number> {
  const { rowCount } = await door.query(
    toStatement(sql`
      delete from ${ident(door.schema, '_definition')} d
      where d.created_at < ${before}::timestamptz
        and not exists (select from ${ident(door.schema, '_run')} r where r.definition = d.hash)
        and not exists (select from ${ident(door.schema, '_approval')} a where a.definition = d.hash)`),
  );
  return rowCount;
}
