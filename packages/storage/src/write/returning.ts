// What a write answers: the JSON text of each written record, read in its transaction.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { startCompilation, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import { jsonSql } from '../query/json.ts';
import type { Selection } from '../query/query.ts';
import { selectionsJson } from '../query/selection.ts';

/** Rows `id`, `record` (JSON text) of those of the ids for which `where` holds. */
export function recordTextsStatement(
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
  selections: readonly Selection[],
  where?: Expression,
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  const allowed = where === undefined ? sql`true` : conditionSql(where, rowEnvironment(c, row));
  return toStatement(sql`
    select ${ident(row)}.id, ${jsonSql(selectionsJson(c, object.name, row, selections))} as record
    from ${ident(target.schema, object.table)} ${ident(row)}
    where ${ident(row)}.id = any(${ids}::uuid[]) and ${allowed}`);
}
