// How values leave pg: as PostgreSQL's own text wherever JavaScript would lose or reinterpret something.
import pg from 'pg';

/** Types whose JavaScript form is exact: boolean, bytea, int2, int4, oid, float4, float8, and arrays of text, varchar, uuid, int4, int8. */
const parsed: ReadonlySet<number> = new Set([16, 17, 21, 23, 26, 700, 701, 1007, 1009, 1015, 1016, 2951]);

type Oid = Parameters<typeof pg.types.getTypeParser>[0];

const asText = (value: string): string => value;

function getTypeParser(oid: Oid, format?: 'text' | 'binary'): unknown {
  // json and jsonb stay text too: an answer that PostgreSQL made goes out as it is.
  return parsed.has(oid) ? pg.types.getTypeParser(oid, format) : asText;
}

type TextParser = (text: string) => unknown;

/** How a value of a type is read. */
export const textParser = getTypeParser as (oid: number) => TextParser;

/** To be given to every client. */
export const typeParsers: pg.CustomTypesConfig = { getTypeParser: getTypeParser as pg.CustomTypesConfig['getTypeParser'] };
