// Schemas of how PostgreSQL would read what somebody asks for.
import { flag, id, listOf, objectSchema, oneOf, text, whole, type JsonSchema } from './shapes.ts';

const document = objectSchema(
  {
    query: text,
    documentId: { ...text, description: 'Of a persisted document, instead of `query`.' },
    variables: { type: 'object' },
    operationName: text,
  },
  [],
);

const about = {
  user: { ...id, description: 'As this person sees it; default: the caller.' },
  analyze: { ...flag, default: false, description: 'Runs it too, in a transaction that cannot write, with a time-out.' },
};

/** By the names under which `shared` finds them. */
export const explainSchemas: Readonly<Record<string, JsonSchema>> = {
  ExplainRequest: {
    type: 'object',
    description: 'One read: a GraphQL query, or a path of REST.',
    oneOf: [
      objectSchema({ graphql: document, ...about }, ['graphql']),
      objectSchema(
        {
          rest: { ...text, description: 'A path that reads records: lists, records, aggregates, history, search, exports.' },
          body: { description: 'What is sent to it: it is then a POST, as aggregates are.' },
          ...about,
        },
        ['rest'],
      ),
    ],
  },
  QueryExplanation: objectSchema({
    operation: oneOf('records.read', 'records.history', 'records.export', 'search'),
    planKey: { ...text, description: 'Names the request, whatever its values are; the log of slow statements has it too.' },
    cached: { ...flag, description: 'Whether the server keeps what it has compiled for such requests of such people.' },
    prepared: {
      ...flag,
      description:
        'Whether connections prepare it. PostgreSQL may then take a plan for no values in particular; the one told is for these values.',
    },
    cost: { type: ['integer', 'null'], minimum: 0, description: 'As the limit counts it; null of what is not limited by it.' },
    sql: text,
    parameters: listOf(
      objectSchema(
        {
          number: { ...whole, description: '1 is `$1`.' },
          name: { ...text, description: 'What it stands for.' },
          type: oneOf('text', 'number', 'boolean', 'list', 'bytes', 'null'),
        },
        ['number', 'type'],
      ),
    ),
    plan: { type: 'object', description: 'As PostgreSQL’s EXPLAIN (FORMAT JSON) has it.' },
    text: { ...text, description: 'The same, indented.' },
  }),
};
