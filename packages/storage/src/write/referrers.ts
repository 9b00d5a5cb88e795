// Who points to records: asked before one goes that nobody is to miss.
import { ident, join, sql, toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { Queryable } from '../database.ts';

/** A live record by which another one is used. */
export interface Referrer {
  /** The record that is pointed to. */
  readonly id: string;
  readonly by: string;
}

/** Live records that point to any of these of an object; histories that the platform keeps of them do not count. */
export async function referrersOf(
  queryable: Queryable,
  { model, schema }: { readonly model: Model; readonly schema: string },
  object: string,
  ids: readonly string[],
): Promise<readonly Referrer[]> {
  const parts = Object.values(model.objects)
    .filter(({ keptOf }) => keptOf === undefined)
    .flatMap((child) =>
      Object.values(child.fields).flatMap(({ columns }) =>
        columns
          .filter(({ references }) => references === object)
          .map(
            ({ name }) =>
              sql`select t.${ident(name)}::text as id, t.id::text as by from ${ident(schema, child.table)} t where t.${ident(name)} = any(${ids}::uuid[]) and t.deleted_at is null`,
          ),
      ),
    );
  if (parts.length === 0 || ids.length === 0) return [];
  const { rows } = await queryable.query(toStatement(join(parts, ' union all ')));
  return rows as unknown as readonly Referrer[];
}
