// JSON text made by concatenation: constant pieces are joined when compiled, so a row costs few `||`.
import { join, sql, textLiteral, type Sql } from '@tessera/kernel';

/** A piece of JSON text: a constant, or SQL of type text that is never null. */
export type JsonPart = string | Sql;
export type Json = readonly JsonPart[];

/** `{"name": …}`; the names are constants of the statement. */
export function jsonObject(entries: readonly (readonly [name: string, value: Json])[]): Json {
  const parts: JsonPart[] = ['{'];
  entries.forEach(([name, value], i) => parts.push(`${i > 0 ? ',' : ''}${JSON.stringify(name)}:`, ...value));
  parts.push('}');
  return parts;
}

export function jsonConstant(value: string | number | boolean | null): Json {
  return [JSON.stringify(value)];
}

/** The SQL of the whole text. */
export function jsonSql(json: Json): Sql {
  const terms: Sql[] = [];
  let constant = '';
  for (const part of json) {
    if (typeof part === 'string') {
      constant += part;
      continue;
    }
    if (constant !== '') terms.push(textLiteral(constant));
    constant = '';
    terms.push(part);
  }
  if (constant !== '' || terms.length === 0) terms.push(textLiteral(constant));
  const [first] = terms;
  return terms.length === 1 && first !== undefined ? sql`${first}::text` : sql`(${join(terms, ' || ')})`;
}

/** An array of the texts that `element` has over the rows of the query around it. `order`: only where the rows do not come in order. */
export function jsonArrayOf(element: Json, options: { readonly order?: Sql; readonly filter?: Sql } = {}): Json {
  const order = options.order === undefined ? sql`` : sql` order by ${options.order}`;
  const filter = options.filter === undefined ? sql`` : sql` filter (where ${options.filter})`;
  return ['[', sql`coalesce(string_agg(${jsonSql(element)}, ','${order})${filter}, '')`, ']'];
}

/** JSON text that may be null in SQL, as JSON's null. */
export function orNull(text: Sql): Sql {
  return sql`coalesce(${text}, 'null')`;
}
