// Example values that fit a field's schema.
import type { FieldDescription } from '@tessera/engine';

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-03-31',
  'date-time': '2026-03-31T09:00:00Z',
  time: '09:00:00',
  email: 'ada@example.com',
  uri: 'https://example.com',
  uuid: '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01',
};

type JsonSchema = FieldDescription['schema'];

function numberWithin(schema: JsonSchema): number {
  const { minimum, maximum } = schema;
  const wanted = typeof minimum === 'number' && minimum > 1 ? minimum : 1;
  return typeof maximum === 'number' && wanted > maximum ? maximum : wanted;
}

function textOf(label: string, schema: JsonSchema): string | undefined {
  if (typeof schema['format'] === 'string') return byFormat[schema['format']];
  if (typeof schema['pattern'] === 'string') return schema['pattern'].startsWith('^-?\\d+') ? '1000.00' : undefined;
  const [least, most] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? 255)];
  return label.slice(0, most).padEnd(least, '.');
}

function objectOf(schema: JsonSchema): unknown {
  const { properties, required } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  if (properties === undefined) return undefined;
  const entries = Object.entries(properties).map(([name, inner]) => [name, valueOf(name, inner)] as const);
  const known = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  return (required ?? []).every((name) => Object.hasOwn(known, name)) ? known : undefined;
}

/** A value that fits; undefined where none can be told from the schema: a pattern, any JSON. */
function valueOf(label: string, schema: JsonSchema): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  switch (schema['type']) {
    case 'string':
      return textOf(label, schema);
    case 'number':
    case 'integer':
      return numberWithin(schema);
    case 'boolean':
      return true;
    case 'object':
      return objectOf(schema);
    case 'array': {
      const items = schema['items'] as { readonly enum?: readonly unknown[] } | undefined;
      return items?.enum === undefined ? [] : items.enum.slice(0, 1);
    }
    default:
      return undefined;
  }
}

/** An example of a record with these fields. */
export function exampleRecord(fields: readonly FieldDescription[]): Readonly<Record<string, unknown>> {
  const entries = fields.map((field) => [field.name, valueOf(field.label, field.schema)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
