// A search: all objects in one guarded statement, whose one value is the answer's JSON text.
import { ident, join, sql, type Sql } from '@tessera/kernel';
import { conditionSql, type Expression } from '@tessera/rules';
import { allOf, columnSql, idSql, liveSql } from '../query/columns.ts';
import { startCompilation, tableSql, objectOf, type Compilation, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import { jsonSql } from '../query/json.ts';
import type { Selection } from '../query/query.ts';
import { guardSql } from '../query/read.ts';
import { selectionsJson } from '../query/selection.ts';
import { quoted, searchColumn, searchPlaces } from './column.ts';

/** A word of the column, or the beginning of one. */
export interface SearchTerm {
  readonly lexeme: string;
  readonly prefix: boolean;
}

/** What is searched for: every word must be there, in one of its forms; of a form every term. */
export interface SearchWords {
  readonly words: readonly (readonly (readonly SearchTerm[])[])[];
  /** The mark that a record has whose name is exactly this. */
  readonly whole: string;
}

/** One object as far as the caller may search it. */
export interface SearchSource {
  readonly object: string;
  /** Comes out with the group, if given. */
  readonly label?: string;
  /** Which records may be found. */
  readonly where?: Expression;
  /** What comes out of each record. */
  readonly selections: readonly Selection[];
  /** The searchable fields that the caller may read. A record is found by no other. */
  readonly fields: readonly string[];
}

/**
 * Of each source so many matches are ranked, the newest; beyond them a word is too common to tell records apart, and a full ranking would
 * cost by the number of matches. Names that are, or begin with, what was searched for are looked up apart and so never missed.
 */
const ranked = 200;

/**
 * `select … as answer`, one row: `{"groups":[{"object","label","records":[…],"more":…}]}`, groups and records best first; null where the
 * guard fails. Its slots are those of ReadGuard and ReadScope.
 */
export function compileSearch(target: ReadTarget, sources: readonly SearchSource[], words: SearchWords, first: number): Sql {
  const c = startCompilation(target);
  const groups = sources.map((source, n) => groupSql(c, source, words, first, n));
  const all = groups.length === 0 ? sql`select null::text as group_text, 0 as best, 0 as n where false` : join(groups, ' union all ');
  return sql`
    select case when ${guardSql(c)} then
      '{"groups":[' || coalesce((select string_agg(g.group_text, ',' order by g.best, g.n) from (${all}) g), '') || ']}' end as answer`;
}

/** One row with the group's JSON, or none. */
function groupSql(c: Compilation, source: SearchSource, words: SearchWords, first: number, n: number): Sql {
  const [found, row] = [c.nextAlias(), c.nextAlias()];
  const json = jsonSql(selectionsJson(c, source.object, row, source.selections));
  const head = JSON.stringify({ object: source.object, ...(source.label === undefined ? {} : { label: source.label }) }).slice(0, -1);
  const place = columnSql(found, 'place');
  return sql`
    select ${head}::text || ',"records":[' || string_agg(${json}, ',' order by ${place}) filter (where ${place} <= ${first}::integer)
        || '],"more":' || (count(*) > ${first}::integer)::text || '}' as group_text, min(${columnSql(found, 'rank')}) as best, ${n}::integer as n
    from (${foundSql(c, source, words, first)}) ${ident(found)}
    join ${tableSql(c, source.object, row)} on ${idSql(row)} = ${columnSql(found, 'id')}
    having count(*) > 0`;
}

/** The ids of the best matches with rank and place, one more than asked for: 0 its name is this, 1 begins so, 2 has the words, 3 the rest. */
function foundSql(c: Compilation, source: SearchSource, words: SearchWords, first: number): Sql {
  const byName = source.fields.includes('name');
  const mark = quoted(words.whole);
  const parts = [
    ...(byName ? [partSql(c, source, sql`0`, sql`${mark}::tsquery`, first + 1)] : []),
    ...(byName ? [partSql(c, source, sql`1`, sql`${`${mark}:*`}::tsquery`, ranked)] : []),
    wordsSql(c, source, words, byName),
  ];
  return sql`
    select x.id, min(x.rank) as rank, row_number() over (order by min(x.rank), x.id desc) as place
    from (${join(
      parts.map((part) => sql`(${part})`),
      ' union all ',
    )}) x
    group by x.id order by min(x.rank), x.id desc limit ${first + 1}`;
}

function partSql(c: Compilation, source: SearchSource, rank: Sql, query: Sql, limit: number, row = c.nextAlias(), more: readonly Sql[] = []): Sql {
  const where = [sql`${columnSql(row, searchColumn)} @@ ${query}`, liveSql(row), ...more];
  if (source.where !== undefined) where.push(conditionSql(source.where, rowEnvironment(c, row)));
  return sql`
    select ${idSql(row)}, ${rank} as rank from ${tableSql(c, source.object, row)}
    where ${allOf(where)} order by ${idSql(row)} desc limit ${limit}`;
}

function wordsSql(c: Compilation, source: SearchSource, words: SearchWords, byName: boolean): Sql {
  const row = c.nextAlias();
  const inName = sql`${columnSql(row, searchColumn)} @@ ${queryText(words, 'A')}::tsquery`;
  const rank = byName ? sql`case when ${inName} then 2 else 3 end` : sql`3`;
  const places = readablePlaces(c, source);
  const more = places === undefined ? [] : [readableSql(words, row, places)];
  return partSql(c, source, rank, sql`${queryText(words)}::tsquery`, ranked, row, more);
}

/** PostgreSQL's text form of a tsquery. */
export function queryText({ words }: SearchWords, weight = ''): string {
  const term = ({ lexeme, prefix }: SearchTerm): string => {
    const flags = `${prefix ? '*' : ''}${weight}`;
    return flags === '' ? quoted(lexeme) : `${quoted(lexeme)}:${flags}`;
  };
  return words.map((forms) => `(${forms.map((form) => `(${form.map(term).join(' & ')})`).join(' | ')})`).join(' & ');
}

/** The places of the fields that may be searched; undefined: all of them. */
function readablePlaces(c: Compilation, source: SearchSource): readonly number[] | undefined {
  const all = [...searchPlaces(objectOf(c, source.object))];
  const readable = all.filter(([field]) => source.fields.includes(field));
  return readable.length === all.length ? undefined : readable.map(([, place]) => place);
}

/** The words again, each in a readable field: the index cannot tell fields apart, so this looks at what it found. */
function readableSql({ words }: SearchWords, row: string, places: readonly number[]): Sql {
  const term = ({ lexeme, prefix }: SearchTerm): Sql => sql`exists (
    select from unnest(${columnSql(row, searchColumn)}) w
    where ${prefix ? sql`w.lexeme ^@ ${lexeme}::text` : sql`w.lexeme = ${lexeme}::text`} and w.positions && ${places.map(String)}::smallint[])`;
  return allOf(words.map((forms) => sql`(${join(forms.map((form) => sql`(${allOf(form.map(term))})`), ' or ')})`));
}
