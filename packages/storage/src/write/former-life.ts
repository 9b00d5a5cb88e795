// What records were before they became void: history tells.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { WriteTarget } from './kept.ts';

/** The life status before its last change: `id`, `life`; no row for a record whose history has none. */
export function formerLifeStatement(target: WriteTarget, { name }: ObjectModel, ids: readonly string[]): Statement {
  return toStatement(sql`
    select distinct on (h.record_id) h.record_id::text as id, h.old #>> '{}' as life from ${ident(target.schema, '_history')} h
    where h.object = ${name} and h.record_id = any(${ids}::uuid[]) and h.field = 'lifeStatus' order by h.record_id, h.id desc`);
}
