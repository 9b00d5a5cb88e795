// The scalars beside GraphQL's own: exact decimals, dates and times, JSON, references to records of several objects.
import { isUuid } from '@tessera/kernel';
import { parseDecimal } from '@tessera/metadata';
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

type Read = (value: unknown) => unknown;

const identity: Read = (value) => value;

/** A number of the document, written out; GraphQL's own parser would make a double of it. */
function literalValue(node: ValueNode): unknown {
  return node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING ? node.value : undefined;
}

function refused(name: string, expected: string, value: unknown): GraphQLError {
  const given = JSON.stringify(value);
  return new GraphQLError(`${name} takes ${expected}, not ${given.length > 60 ? `${given.slice(0, 57)}…` : given}.`);
}

function textScalar(name: string, form: RegExp, expected: string, specifiedByURL: string): GraphQLScalarType {
  const read: Read = (value) => {
    if (typeof value === 'string' && form.test(value)) return value;
    throw refused(name, expected, value);
  };
  return new GraphQLScalarType({
    name,
    specifiedByURL,
    description: `Written as ${expected}.`,
    serialize: identity,
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
}

const rfc3339 = 'https://www.rfc-editor.org/rfc/rfc3339';

export const DateScalar = textScalar('Date', /^\d{4}-\d{2}-\d{2}$/, 'a day like 2026-03-31', `${rfc3339}#section-5.6`);

export const DateTimeScalar = textScalar(
  'DateTime',
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/,
  'an instant with its offset like 2026-03-31T09:00:00Z',
  `${rfc3339}#section-5.6`,
);

export const TimeScalar = textScalar('Time', /^\d{2}:\d{2}(:\d{2})?$/, 'a time of day like 09:30:00', `${rfc3339}#section-5.6`);

/** A JSON number is taken while a double carries it exactly; the text of a literal is exact anyway. */
function readDecimal(value: unknown): string {
  const exact = typeof value === 'number' && String(value).replaceAll(/^-?0*\.?0*|\.|e.*$/g, '').length <= 15;
  const text = typeof value === 'string' || exact ? parseDecimal(String(value)) : undefined;
  if (text === undefined) throw refused('Decimal', 'a decimal as a string like "12.50"', value);
  return text;
}

export const DecimalScalar = new GraphQLScalarType({
  name: 'Decimal',
  description: 'An exact decimal number, as a string: "1234567890123456.75". Numbers of at most 15 digits are taken as well.',
  serialize: identity,
  parseValue: readDecimal,
  parseLiteral: (node) => readDecimal(literalValue(node)),
});

export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: identity,
  parseValue: identity,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

function readReference(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'object' in value && 'id' in value && Object.keys(value).length === 2) {
    const { object, id } = value;
    if (typeof object === 'string' && isUuid(id)) return { object, id: id.toLowerCase() };
  }
  throw refused('RecordReference', '{ object, id }', value);
}

export const RecordReferenceScalar = new GraphQLScalarType({
  name: 'RecordReference',
  description: 'A record of one of several objects: { "object": "account", "id": "…" }.',
  serialize: identity,
  parseValue: readReference,
  parseLiteral: (node, variables) => readReference(valueFromASTUntyped(node, variables)),
});

export const ownScalars: readonly GraphQLScalarType[] = [
  DateScalar,
  DateTimeScalar,
  TimeScalar,
  DecimalScalar,
  JsonScalar,
  RecordReferenceScalar,
];
