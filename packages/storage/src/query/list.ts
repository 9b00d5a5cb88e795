// Lists as JSON: nodes, edges, page info and the total, from one pass over the page.
import { ident, sql, type Sql } from '@tessera/kernel';
import { allOf, columnSql, idSql } from './columns.ts';
import { tableSql, type Compilation } from './compilation.ts';
import { cursorSql } from './cursor.ts';
import { jsonArrayOf, jsonConstant, jsonObject, jsonSql, orNull, type Json } from './json.ts';
import { keyColumn, keyText } from './order.ts';
import { behindSql, matchSource, numberedSql, pageSql, planOf, sourceFor, tableSource, type Link, type Plan, type Source } from './page.ts';
import type { EdgePart, ListPart, ListQuery, PageInfoPart, Selection } from './query.ts';

/** Makes the JSON of one record; handed in, since records and lists contain each other. */
export type SelectJson = (c: Compilation, object: string, alias: string, selections: readonly Selection[]) => Json;

/** What the parts of a list are made from. */
interface Page {
  readonly c: Compilation;
  readonly plan: Plan;
  readonly source: Source;
  readonly select: SelectJson;
  /** The alias that has the record's columns, and the one that has `#n` and the sort values. */
  readonly row: string;
  readonly numbered: string;
  /** Whether one row beyond the page was read, to know if there are more. */
  readonly probed: boolean;
  /** Whether the rows come as the list has them; else they are put in order by their number. */
  readonly inOrder: boolean;
  readonly total: Sql;
}

/** A list's parts as a JSON object. */
export function listJson(c: Compilation, list: ListQuery, parts: readonly ListPart[], select: SelectJson, link?: Link): Json {
  const plan = planOf(c, list);
  const source = tableSource(c, list, link);
  const asksTotal = parts.some((part) => part.kind === 'totalCount');
  const asksPage = parts.some((part) => part.kind !== 'totalCount' && part.kind !== 'constant');
  const total = sql`(select count(*) from ${source.from} where ${allOf(source.where)})`;
  if (!asksPage)
    return jsonObject(parts.map((part) => [part.as, part.kind === 'constant' ? jsonConstant(part.value) : [sql`${total}::text`]]));

  const info = parts.flatMap((part) => (part.kind === 'pageInfo' ? part.parts.map(({ kind }) => kind) : []));
  const probed = info.some((kind) => kind !== 'constant');
  const ends = info.includes('startCursor') || info.includes('endCursor');
  const row = c.nextAlias();
  const shared = { c, plan, select, row, probed };
  // Without a filter, counting and finding the page have nothing in common, and an index serves the page.
  if (!asksTotal || (list.where === undefined && link === undefined)) {
    const json = jsonSql(partsJson({ ...shared, source, numbered: row, inOrder: !plan.backward, total }, parts));
    const page = pageSql(c, plan, sourceFor(source, json, row), plan.size + (probed ? 1 : 0));
    const rows = probed || plan.backward ? numberedSql(c, plan, page, ends) : page;
    return [sql`(select ${json} from (${rows}) ${ident(row)})`];
  }
  const [match, numbered] = [c.nextAlias(), c.nextAlias()];
  const matched = matchSource(source, match);
  const page = numberedSql(c, plan, pageSql(c, plan, matched.source, plan.size + (probed ? 1 : 0)), ends);
  const matches = sql`(select count(*) from ${ident(match)})`;
  const json = partsJson({ ...shared, source: matched.source, numbered, inOrder: false, total: matches }, parts);
  const rows = sql`(${page}) ${ident(numbered)} join ${tableSql(c, list.object, row)} on ${idSql(row)} = ${idSql(numbered)}`;
  return [sql`(with ${ident(match)} as materialized (${matched.matches}) select ${jsonSql(json)} from ${rows})`];
}

function partsJson(page: Page, parts: readonly ListPart[]): Json {
  return jsonObject(parts.map((part) => [part.as, partJson(page, part)] as const));
}

function partJson(page: Page, part: ListPart): Json {
  const { c, plan, row } = page;
  switch (part.kind) {
    case 'nodes':
      return rowsJson(page, page.select(c, plan.list.object, row, part.selections));
    case 'edges':
      return rowsJson(page, jsonObject(part.parts.map((edge) => [edge.as, edgeJson(page, edge)] as const)));
    case 'pageInfo':
      return jsonObject(part.parts.map((info) => [info.as, pageInfoJson(page, info)] as const));
    case 'totalCount':
      return [sql`${page.total}::text`];
    case 'constant':
      return jsonConstant(part.value);
  }
}

function rowsJson(page: Page, element: Json): Json {
  const number = columnSql(page.numbered, '#n');
  return jsonArrayOf(element, {
    ...(page.inOrder ? {} : { order: page.plan.backward ? sql`${number} desc` : number }),
    ...(page.probed ? { filter: sql`${number} <= ${page.plan.size}::bigint` } : {}),
  });
}

function edgeJson(page: Page, edge: EdgePart): Json {
  switch (edge.kind) {
    case 'cursor':
      return ['"', rowCursorSql(page), '"'];
    case 'node':
      return page.select(page.c, page.plan.list.object, page.row, edge.selections);
    case 'constant':
      return jsonConstant(edge.value);
  }
}

function pageInfoJson(page: Page, info: PageInfoPart): Json {
  const { plan } = page;
  const more = sql`(count(*) > ${plan.size}::bigint)::text`;
  const first = sql`1`;
  const last = sql`least(${columnSql(page.numbered, '#c')}, ${plan.size}::bigint)`;
  switch (info.kind) {
    case 'hasNextPage':
      return [plan.backward ? sql`${behindSql(plan, page.source)}::text` : more];
    case 'hasPreviousPage':
      return [plan.backward ? more : sql`${behindSql(plan, page.source)}::text`];
    case 'startCursor':
      return endJson(page, plan.backward ? last : first);
    case 'endCursor':
      return endJson(page, plan.backward ? first : last);
    case 'constant':
      return jsonConstant(info.value);
  }
}

/** The cursor of the row with this number; null on an empty page. */
function endJson(page: Page, number: Sql): Json {
  const rowNumber = columnSql(page.numbered, '#n');
  const found = sql`${rowNumber} = ${number} and ${rowNumber} <= ${page.plan.size}::bigint`;
  return [orNull(sql`'"' || max(${rowCursorSql(page)}) filter (where ${found}) || '"'`)];
}

function rowCursorSql({ plan, numbered }: Page): Sql {
  const keys = plan.order.keys.map((key, i) => keyText(keyColumn(numbered, i), key.type));
  return cursorSql(plan.list, keys, idSql(numbered));
}
