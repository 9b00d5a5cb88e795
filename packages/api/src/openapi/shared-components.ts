// Parameters, headers and problem answers that all operations refer to.
import { problemMediaType } from '../rest/problem.ts';
import { defaultPageSize, largestPageSize } from '../rest/parameters.ts';
import { flag, id, shared, text, type AnswerShape, type JsonSchema, type Parameter } from './shapes.ts';

const inQuery = (name: string, description: string, schema: JsonSchema, example?: unknown): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
  ...(example === undefined ? {} : { example }),
});

const inHeader = (name: string, description: string, example?: string): Parameter => ({
  name,
  in: 'header',
  description,
  schema: text,
  ...(example === undefined ? {} : { example }),
});

/** By the names under which operations refer to them. */
export const sharedParameters: Readonly<Record<string, Parameter>> = {
  id: { name: 'id', in: 'path', required: true, description: 'The record’s id.', schema: id },
  fields: inQuery(
    'fields',
    'Fields with commas between them, also paths through lookups, which nest. Default: all that the caller may read, lookups as ids.',
    text,
    'id,updatedAt',
  ),
  filter: {
    name: 'filter',
    in: 'query',
    description: 'JSON-Logic as JSON: `{">=":[{"var":"version"},2]}`.',
    content: { 'application/json': { schema: shared('Rule') } },
  },
  sort: inQuery('sort', 'Fields or paths with commas between them; a minus in front sorts descending.', text, '-createdAt,id'),
  first: inQuery('first', 'How many.', { type: 'integer', minimum: 1, maximum: largestPageSize, default: defaultPageSize }),
  after: inQuery('after', 'The `endCursor` of the page before, with the same filter and sort.', text),
  before: inQuery('before', 'Go on before this entry.', text),
  count: inQuery('count', 'Counts all records that match, too.', { ...flag, default: false }),
  deleted: inQuery('deleted', 'Records of the recycle bin: with the others, or only they.', { type: 'string', enum: ['with', 'only'] }),
  purge: inQuery('purge', 'Removes a deleted record for good.', { ...flag, default: false }),
  format: inQuery('format', 'The file’s format.', { type: 'string', enum: ['csv', 'ndjson'], default: 'csv' }),
  mapping: {
    name: 'mapping',
    in: 'query',
    description: 'How columns become fields: an import mapping as JSON.',
    content: { 'application/json': { schema: { type: 'object' } } },
  },
  by: inQuery('by', 'A unique field or key: rows that match are updated.', text),
  allowDuplicates: inQuery('allowDuplicates', 'Writes also what duplicate rules would warn of.', { ...flag, default: false }),
  dryRun: inQuery('dryRun', 'Checks everything and writes nothing.', { ...flag, default: false }),
  resume: inQuery('resume', 'The id of an import that was broken off, to go on with.', text),
  q: { ...inQuery('q', 'What to search for.', { type: 'string', minLength: 1 }), required: true },
  objects: inQuery('objects', 'Objects with commas between them. Default: all.', text),
  recordType: inQuery('recordType', 'A record type of the object.', text),
  record: inQuery('record', 'The id of a record, for which rules are worked out.', text),
  layout: inQuery('layout', 'A layout’s name. Default: the one for the record type.', text),
  name: inQuery('name', 'The file’s name, unless a form or Content-Disposition says it.', text),
  token: inQuery('token', 'The token of a link; without it somebody must be signed in.', text),
  IfMatch: inHeader('If-Match', 'The ETag that was read: refused with 412 where the record has changed since.', '"7"'),
  IfNoneMatch: inHeader('If-None-Match', 'The ETag that the caller has: answered by 304 where the record is still the same.', '"7"'),
  IdempotencyKey: inHeader(
    'Idempotency-Key',
    'A key of the caller’s choice: a request that is repeated within seven days has its effect once.',
  ),
  Prefer: inHeader('Prefer', '`return=minimal`: no record comes back.', 'return=minimal'),
};

/** By the names under which answers refer to them. */
export const sharedHeaders = {
  ETag: { description: 'The record’s version in quotation marks.', schema: text, example: '"7"' },
  Location: { description: 'Where the new thing is.', schema: { type: 'string', format: 'uri-reference' } },
} as const;

const problemAnswer = (description: string): AnswerShape => ({
  description,
  content: { [problemMediaType]: { schema: shared('Problem') } },
});

/** By status. */
export const sharedResponses: Readonly<Record<string, AnswerShape>> = {
  400: problemAnswer('The request is no proper one: JSON, a parameter, a cursor.'),
  401: problemAnswer('Not signed in, or no longer.'),
  403: problemAnswer('Not allowed.'),
  404: problemAnswer('Not there, or not to be seen by the caller.'),
  409: problemAnswer('It collides with what is there.'),
  412: problemAnswer('The record has changed since the version in If-Match.'),
  413: problemAnswer('Too large.'),
  415: problemAnswer('A content type that is not taken.'),
  422: problemAnswer('Understood, but wrong: a value, a field, a rule. `problems` names each with a pointer.'),
  429: problemAnswer('Too many attempts.'),
  problem: problemAnswer('Any other problem.'),
};
