// SQL as a value: fragments that carry their parameters, one quoting function, one renderer.

type Part = string | { readonly value: unknown };

// Classes, told by instanceof: a caller's JSON that looks like a fragment or a slot stays a value.

/** A piece of SQL with its parameters. Build it with `sql`. */
export class Sql {
  readonly parts: readonly Part[];
  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }
}

/** A parameter whose value is given when the statement runs, so that one compiled text serves many callers. */
export class Slot {
  readonly slot: string;
  constructor(name: string) {
    this.slot = name;
  }
}

/** A rendered statement: `$n` text and the values in order; slots are still to be bound. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Where set, PostgreSQL keeps the plan under this name on the connection. */
  readonly name?: string;
}

/**
 * Builds a fragment. Interpolated fragments are spliced in, every other value becomes a parameter.
 *
 *     sql`select ${ident('name')} from ${ident('t_acme', 'account')} where id = ${id}`
 */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  const parts: Part[] = [];
  strings.forEach((text, i) => {
    if (text !== '') parts.push(text);
    if (i >= values.length) return;
    const value = values[i];
    if (value instanceof Sql) parts.push(...value.parts);
    else parts.push({ value });
  });
  return new Sql(parts);
}

/** The empty fragment. */
export const emptySql = new Sql([]);

/** A quoted, possibly qualified identifier: `ident('t_acme', 'account')` is `"t_acme"."account"`. */
export function ident(...names: readonly string[]): Sql {
  return new Sql([names.map(quoteIdent).join('.')]);
}

/** The one place where an identifier is quoted. Throws on a NUL byte, which PostgreSQL cannot hold. */
export function quoteIdent(name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError(`Not an SQL identifier: ${JSON.stringify(name)}`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** Words of the language itself (types, directions, collations); anything but such words is refused. */
export function keyword(text: string): Sql {
  if (!/^[a-z0-9_ (),.[\]"-]*$/i.test(text) || text.includes('--')) throw new TypeError(`Not an SQL keyword: ${JSON.stringify(text)}`);
  return new Sql([text]);
}

/** A text constant inside the statement, for places where PostgreSQL takes no parameter (DDL) or a plan should see the value. */
export function textLiteral(text: string): Sql {
  if (text.includes('\0')) throw new TypeError('A text literal cannot hold a NUL byte.');
  const escaped = text.replaceAll("'", "''");
  return new Sql([text.includes('\\') ? ` E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`]);
}

/** A parameter to be bound by name at run time. */
export function slot(name: string): Sql {
  return new Sql([{ value: new Slot(name) }]);
}

/** Joins fragments with a separator (`, ` by default). */
export function join(fragments: readonly Sql[], separator = ', '): Sql {
  const parts: Part[] = [];
  fragments.forEach((fragment, i) => {
    if (i > 0) parts.push(separator);
    parts.push(...fragment.parts);
  });
  return new Sql(parts);
}

/** Renders a fragment to text with `$n` parameters. Occurrences of one slot share a number. */
export function toStatement(fragment: Sql, name?: string): Statement {
  const values: unknown[] = [];
  const numbers = new Map<string, number>();
  let text = '';
  for (const part of fragment.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const key = part.value instanceof Slot ? part.value.slot : undefined;
    let number = key === undefined ? undefined : numbers.get(key);
    if (number === undefined) {
      values.push(part.value);
      number = values.length;
      if (key !== undefined) numbers.set(key, number);
    }
    text += `$${String(number)}`;
  }
  return name === undefined ? { text, values } : { text, values, name };
}

/** Puts values into a statement's slots. Throws TypeError where a slot has no value: that is a mistake of ours, never of a caller. */
export function bind(statement: Statement, slots: Readonly<Record<string, unknown>>): Statement {
  const values = statement.values.map((value) => {
    if (!(value instanceof Slot)) return value;
    if (!Object.hasOwn(slots, value.slot)) throw new TypeError(`The statement's slot ${value.slot} has no value.`);
    return slots[value.slot];
  });
  return { ...statement, values };
}
