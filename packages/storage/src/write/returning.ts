// What a write answers: the JSON text of each written record, read in its transaction.
import { bind, ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { startCompilation } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import { jsonSql } from '../query/json.ts';
import type { Selection } from '../query/query.ts';
import { selectionsJson } from '../query/selection.ts';
import type { WriteTarget } from './kept.ts';
import { idCondition } from './row-source.ts';

export interface SelectedTexts {
  readonly selections: readonly Selection[];
  /** What else a record must meet. */
  readonly where?: Expression | undefined;
}

export interface KeptTexts {
  /** By what the selections and the condition are kept. */
  readonly about: object;
  /** Tells equal selections of it; undefined: the statement is for this once. */
  readonly key: string | undefined;
  readonly selected: () => SelectedTexts;
}

/** Rows `id`, `record` (JSON text) of those of the ids for which `where` holds. */
export function recordTextsStatement(
  target: WriteTarget,
  object: ObjectModel,
  ids: readonly string[],
  { about, key, selected }: KeptTexts,
  slots: Readonly<Record<string, unknown>>,
): Statement {
  const wanted = idCondition(ids);
  const build = (): Sql => {
    const { selections, where } = selected();
    const c = startCompilation(target);
    const row = c.nextAlias();
    const allowed = where === undefined ? sql`true` : conditionSql(where, rowEnvironment(c, row));
    return sql`
    select ${ident(row)}.id, ${jsonSql(selectionsJson(c, object.name, row, selections))} as record
    from ${ident(target.schema, object.table)} ${ident(row)}
    where ${wanted.sql(ident(row, 'id'))} and ${allowed}`;
  };
  const statement =
    key === undefined ? toStatement(build()) : target.kept.get(target, about, `texts ${object.name} ${wanted.key} ${key}`, build);
  return bind(statement, { ...slots, ...wanted.slots });
}

/** The texts as the statement that writes the records returns them. */
export interface ReturnedTexts {
  /** Of the row `q1`. */
  readonly json: Sql;
  readonly slots: Readonly<Record<string, unknown>>;
}

/** Undefined where a text depends on more than the row: a statement sees the other rows as they were before it. */
export function returnedTexts(
  target: WriteTarget,
  object: ObjectModel,
  { about, key, selected }: KeptTexts,
  slots: ReturnedTexts['slots'],
): ReturnedTexts | undefined {
  if (key === undefined) return undefined;
  const json = target.kept.keep(target, about, `returned ${object.name} ${key}`, (): Sql | null => {
    const c = startCompilation(target);
    const made = jsonSql(selectionsJson(c, object.name, c.nextAlias(), selected().selections));
    return made.parts.some((part) => typeof part === 'string' && /\bselect\b/i.test(part)) ? null : made;
  });
  return json === null ? undefined : { json, slots };
}
