// What a Model's column types are in PostgreSQL, and constants of them inside DDL, which takes no parameters.
import { Slot, Sql, emptySql, join, keyword, sql, textLiteral } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';
import type { Value } from '@tessera/rules';

/** The type as PostgreSQL itself writes it (format_type), so that tables can be compared with the Model word by word. */
export function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'numeric':
      return `numeric(${type.precision},${type.scale})`;
    case 'datetime':
      return 'timestamp(3) with time zone';
    case 'time':
      return 'time(0) without time zone';
    case 'textList':
      return 'text[]';
    case 'json':
      return 'jsonb';
    default:
      return type.kind;
  }
}

const plainKinds = ['text', 'integer', 'boolean', 'date', 'datetime', 'time', 'uuid', 'textList', 'json'] as const;

/** The type that is written so. */
export function typeOf(text: string): ColumnType {
  const digits = /^numeric\((\d+),(\d+)\)$/.exec(text);
  if (digits !== null) return { kind: 'numeric', precision: Number(digits[1]), scale: Number(digits[2]) };
  const kind = plainKinds.find((each) => typeText({ kind: each }) === text);
  if (kind === undefined) throw new TypeError(`No column is of the type ${text}.`);
  return { kind };
}

/** Whether a value of the type takes a place of varying length in the row. */
export function isVariableLength(typeName: string): boolean {
  return /^(text|numeric|jsonb)/.test(typeName);
}

/** A field's constant (see Value) as a constant of a column; undefined where there is none, or it does not fit. */
export function columnLiteral(type: ColumnType, value: Value): Sql | undefined {
  if (value === null) return undefined;
  if (type.kind === 'json') return sql`${textLiteral(JSON.stringify(value))}::jsonb`;
  if (type.kind === 'textList') {
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return undefined;
    return sql`array[${join(value.map((item) => textLiteral(item)))}]::text[]`;
  }
  if (type.kind === 'boolean') return typeof value === 'boolean' ? keyword(String(value)) : undefined;
  return typeof value === 'string' ? sql`${textLiteral(value)}::${keyword(typeText(type))}` : undefined;
}

function literal(value: unknown): Sql {
  switch (typeof value) {
    case 'string':
      return textLiteral(value);
    case 'boolean':
    case 'bigint':
      return keyword(String(value));
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`Not a number for DDL: ${value}`);
      return sql`(${keyword(String(value).replace('e+', 'e'))})`;
    default:
      break;
  }
  if (value === null) return keyword('null');
  if (value instanceof Date) return textLiteral(value.toISOString());
  if (Array.isArray(value)) return value.length === 0 ? textLiteral('{}') : sql`array[${join(value.map((item) => literal(item)))}]`;
  throw new TypeError(value instanceof Slot ? `DDL takes no slot (${value.slot}).` : `DDL takes no ${typeof value}.`);
}

/** The fragment with its parameters written as constants. Throws TypeError on slots and on objects. */
export function inlineParameters(fragment: Sql): Sql {
  return join(
    fragment.parts.map((part) => (typeof part === 'string' ? new Sql([part]) : literal(part.value))),
    '',
  );
}

/** Fragments separated by a space, empty ones left out. */
export function words(...fragments: readonly Sql[]): Sql {
  return join(
    fragments.filter((fragment) => fragment !== emptySql),
    ' ',
  );
}
