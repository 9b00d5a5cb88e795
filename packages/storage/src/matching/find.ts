// Finds records by the keys of matching rules, for many at once.
import { bind, ident, keyword, slot, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { allOf, columnSql, idSql, liveSql, notVoidSql } from '../query/columns.ts';
import { startCompilation, tableSql } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { WriteTarget } from '../write/kept.ts';
import { anyGroup, matchColumn } from './column.ts';

/** What is looked for by one criterion. */
export interface KeyProbe {
  /** Whoever has all of any of these groups is looked at. */
  readonly any: readonly (readonly string[])[];
  /** Set where likeness decides: all grams of the value, what they begin with, and from which likeness on one counts, and how many grams that takes. */
  readonly alike:
    { readonly grams: readonly string[]; readonly prefix: string; readonly least: number; readonly fewest: number } | undefined;
  /** A record that is not meant. */
  readonly without: string | undefined;
}

export interface KeyFinding {
  readonly object: ObjectModel;
  readonly rule: string;
  /** Which records may be found (frame 0); `about`: what the conditions are made from keeps the text. */
  readonly where: readonly Expression[];
  readonly about: object;
  readonly probes: readonly KeyProbe[];
  /** At most so many for each probe, the most alike. */
  readonly most: number;
  readonly slots: Readonly<Record<string, unknown>>;
}

/** 1 where the key is equal; else twice the common grams by the sum of both. Most have too few in common, which is seen sooner. */
function scoreSql(row: string): Sql {
  const keys = columnSql(row, matchColumn);
  const common = sql`count(*) filter (where w.lexeme = any(r.grams))`;
  return sql`case when r.grams is null then 1::float8 when length(${keys}) - length(ts_delete(${keys}, r.grams)) < r.fewest then 0 else (
      select 2.0::float8 * ${common} / (cardinality(r.grams) + count(*)) from unnest(${keys}) w where w.lexeme ^@ r.prefix) end`;
}

/** Rows `n` (the probe's place), `id`, `name`, `score`; a record is scored once (`offset 0`). */
export function findByKeysStatement(target: WriteTarget, finding: KeyFinding): Statement {
  const { object, rule, where, about, probes, most, slots } = finding;
  // The text is kept, but it has no name: a plan that PostgreSQL keeps from when there were few records reads whole tables.
  const statement = target.kept.keep(target, about, `match ${rule} ${String(where.length)} ${String(most)}`, () => {
    const c = startCompilation(target);
    const row = c.nextAlias();
    const [name] = object.fields['name']?.columns ?? [];
    const met = [
      sql`${columnSql(row, matchColumn)} @@ r.query`,
      liveSql(row),
      notVoidSql(row),
      sql`(r.without is null or ${idSql(row)} <> r.without)`,
      ...where.map((condition) => conditionSql(condition, rowEnvironment(c, row))),
    ];
    return toStatement(sql`
    select r.n, f.id, f.name, f.score
    from json_to_recordset(${slot('match:probes')}::json) as r(n integer, query tsquery, grams text[], prefix text, least float8, fewest integer, without uuid)
    cross join lateral (
      select m.id, m.name, m.score from (
        select ${idSql(row)}, ${name === undefined ? sql`null::text` : ident(row, name.name)} as name, ${scoreSql(row)} as score
        from ${tableSql(c, object.name, row)} where ${allOf(met)} offset 0
      ) m where m.score >= r.least order by m.score desc, m.id limit ${keyword(String(most))}
    ) f order by r.n, f.score desc, f.id`);
  });
  const rows = probes.map(({ any, alike, without }, n) => ({
    n,
    query: anyGroup(any),
    grams: alike?.grams ?? null,
    prefix: alike?.prefix ?? null,
    least: alike?.least ?? 1,
    fewest: alike?.fewest ?? null,
    without: without ?? null,
  }));
  return bind(statement, { ...slots, 'match:probes': JSON.stringify(rows) });
}
