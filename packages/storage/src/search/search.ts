// A search: all objects in one guarded statement, whose one value is the answer's JSON text.
import { ident, join, keyword, slot, sql, textLiteral, type Sql } from '@tessera/kernel';
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

/** What a compiled search has as slots beside those of ReadGuard and ReadScope: every object asks for the same. */
export interface SearchSlots {
  readonly searchExact: string;
  readonly searchBegin: string;
  readonly searchInName: string;
  readonly searchWords: string;
  readonly searchFirst: number;
  /** One more than is shown, to know whether there are more. */
  readonly searchProbe: number;
  readonly searchRanked: number;
}

/** @param first most records of a group */
export function searchSlots(words: SearchWords, first: number): SearchSlots {
  const mark = quoted(words.whole);
  return {
    searchExact: mark,
    searchBegin: `${mark}:*`,
    searchInName: queryText(words, 'A'),
    searchWords: queryText(words),
    searchFirst: first,
    searchProbe: first + 1,
    searchRanked: Math.max(ranked, first + 1),
  };
}

/**
 * `select … as answer`, one row: `{"groups":[{"object","label","records":[…],"more":…}]}`, groups and records best first; null where the
 * guard fails. Never give it a name: for a plan without the words PostgreSQL takes the index of the ids, and reads whole tables.
 */
export function compileSearch(target: ReadTarget, sources: readonly SearchSource[], words: SearchWords): Sql {
  const c = startCompilation(target);
  const groups = sources.map((source, n) => groupSql(c, source, words, n));
  const all = groups.length === 0 ? sql`select null::text as group_text, 0 as best, 0 as n where false` : join(groups, ' union all ');
  return sql`
    select case when ${guardSql(c)} then
      '{"groups":[' || coalesce((select string_agg(g.group_text, ',' order by g.best, g.n) from (${all}) g), '') || ']}' end as answer`;
}

const first = sql`${slot('searchFirst')}::integer`;

/** Beside a row's own columns; no column of a table has such a name. */
const rankColumn = '#rank';
const placeColumn = '#place';

/** One row with the group's JSON, or none. */
function groupSql(c: Compilation, source: SearchSource, words: SearchWords, n: number): Sql {
  const row = c.nextAlias();
  const json = jsonSql(selectionsJson(c, source.object, row, source.selections));
  const head = JSON.stringify({ object: source.object, ...(source.label === undefined ? {} : { label: source.label }) }).slice(0, -1);
  const place = columnSql(row, placeColumn);
  const records = sql`string_agg(${json}, ',' order by ${place}) filter (where ${place} <= ${first})`;
  return sql`
    select ${textLiteral(`${head},"records":[`)} || ${records} || '],"more":' || (count(*) > ${first})::text || '}' as group_text,
      min(${columnSql(row, rankColumn)}) as best, ${keyword(String(n))} as n
    from (${foundSql(c, source, words)}) ${ident(row)} having count(*) > 0`;
}

/** The best matches with rank and place: 0 the name is this, 1 it begins so, 2 it has the words, 3 other fields have. */
function foundSql(c: Compilation, source: SearchSource, words: SearchWords): Sql {
  const [all, best] = [c.nextAlias(), c.nextAlias()];
  const names = [
    partSql(c, source, { rank: () => sql`0`, query: slot('searchExact'), limit: slot('searchProbe') }),
    partSql(c, source, { rank: () => sql`1`, query: slot('searchBegin'), limit: slot('searchRanked') }),
  ];
  const parts = [...(source.fields.includes('name') ? names : []), wordsSql(c, source, words)].map((part) => sql`(${part})`);
  const [rank, id] = [columnSql(all, rankColumn), idSql(all)];
  const order = sql`${columnSql(best, rankColumn)}, ${idSql(best)} desc`;
  return sql`
    select ${ident(best)}.*, row_number() over (order by ${order}) as ${ident(placeColumn)}
    from (select distinct on (${id}) * from (${join(parts, ' union all ')}) ${ident(all)} order by ${id}, ${rank}) ${ident(best)}
    order by ${order} limit ${slot('searchProbe')}::bigint`;
}

interface Part {
  readonly rank: (row: string) => Sql;
  readonly query: Sql;
  readonly limit: Sql;
  readonly also?: (row: string) => Sql;
}

function partSql(c: Compilation, source: SearchSource, { rank, query, limit, also }: Part): Sql {
  const row = c.nextAlias();
  const where = [sql`${columnSql(row, searchColumn)} @@ ${query}::tsquery`, liveSql(row)];
  if (source.where !== undefined) where.push(conditionSql(source.where, rowEnvironment(c, row)));
  if (also !== undefined) where.push(also(row));
  return sql`
    select ${ident(row)}.*, ${rank(row)} as ${ident(rankColumn)} from ${tableSql(c, source.object, row)}
    where ${allOf(where)} order by ${idSql(row)} desc limit ${limit}::bigint`;
}

function wordsSql(c: Compilation, source: SearchSource, words: SearchWords): Sql {
  const inName = (row: string): Sql => sql`case when ${columnSql(row, searchColumn)} @@ ${slot('searchInName')}::tsquery then 2 else 3 end`;
  const places = readablePlaces(c, source);
  return partSql(c, source, {
    rank: source.fields.includes('name') ? inName : () => sql`3`,
    query: slot('searchWords'),
    limit: slot('searchRanked'),
    ...(places === undefined ? {} : { also: (row) => readableSql(words, row, places) }),
  });
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
  return allOf(
    words.map(
      (forms) =>
        sql`(${join(
          forms.map((form) => sql`(${allOf(form.map(term))})`),
          ' or ',
        )})`,
    ),
  );
}
