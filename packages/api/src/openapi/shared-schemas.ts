// Schemas that are the same for every tenant: problems, pages, tokens, descriptions, plans.
import { buckets, measureFunctions, mostGroups, partName } from '../rest/aggregate.ts';
import { problemCodes } from '../rest/problem.ts';
import { accessSchemas } from './access-schemas.ts';
import { approvalSchemas } from './approval-schemas.ts';
import { poolSchemas } from './pool-schemas.ts';
import { stageSchemas } from './stage-schemas.ts';
import { describingSchemas } from './describing-schemas.ts';
import { explainSchemas } from './explain-schemas.ts';
import { automationSchemas } from './automation-schemas.ts';
import { jobSchemas } from './job-schemas.ts';
import { matchingSchemas } from './matching-schemas.ts';
import { identitySchemas } from './identity-schemas.ts';
import { metadataSchemas } from './metadata-schemas.ts';
import { sandboxSchemas } from './sandbox-operations.ts';
import { flag, id, listOf, objectSchema, shared, text, textOrNull, time, whole, type JsonSchema } from './shapes.ts';

const named: JsonSchema = { type: 'string', pattern: partName.source };

const problemSchemas: Readonly<Record<string, JsonSchema>> = {
  ProblemEntry: objectSchema(
    {
      code: { type: 'string', examples: ['VALUE_REQUIRED'] },
      message: text,
      pointer: { type: 'string', description: 'JSON pointer (RFC 6901) into the body.', examples: ['/records/0/version'] },
      file: { type: 'string', description: 'The metadata file, where the mistake is in one.' },
      details: {
        type: 'object',
        description:
          'Of duplicates: the `rule`, and the `matches` that the caller may see. Of a record that was merged: `object` and `id` of the other.',
      },
    },
    ['code', 'message'],
  ),
  Problem: objectSchema(
    {
      type: { type: 'string', format: 'uri-reference' },
      title: text,
      status: whole,
      detail: text,
      code: { type: 'string', description: 'Stable; the texts may change.', enum: problemCodes },
      pointer: text,
      requestId: { type: 'string', description: 'Quote it when you report the problem.' },
      problems: listOf(shared('ProblemEntry')),
    },
    ['type', 'title', 'status', 'detail', 'code', 'requestId', 'problems'],
  ),
};

const recordSchemas: Readonly<Record<string, JsonSchema>> = {
  Rule: { description: 'JSON-Logic; a condition over one record.', examples: [{ '>=': [{ var: 'version' }, 2] }] },
  Page: objectSchema({ hasNextPage: flag, endCursor: { ...textOrNull, description: 'What `after` takes to go on.' } }),
  PendingApproval: {
    ...objectSchema({ id, status: { ...text, description: '`approved` where nobody had to be asked, and the write is done.' } }),
    description: 'What a write waits for: a new record is not in force yet, of a change nothing is written, what is deleted stays.',
  },
  PendingWrite: objectSchema({ approval: shared('PendingApproval') }),
  BulkResults: objectSchema({
    results: listOf({
      oneOf: [
        objectSchema(
          { ok: { const: true }, id, version: whole, created: flag, record: { type: 'object' }, approval: shared('PendingApproval') },
          ['ok', 'id', 'version', 'created'],
        ),
        objectSchema({ ok: { const: false }, problems: listOf(shared('ProblemEntry')) }),
      ],
    }),
  }),
  SearchResult: objectSchema({
    groups: {
      ...listOf(
        objectSchema({
          object: text,
          label: text,
          records: listOf(objectSchema({ id, name: textOrNull, object: text }, ['id', 'object'])),
          more: { ...flag, description: 'Whether there are more than `first`.' },
        }),
      ),
      description: 'By object, the best first.',
    },
  }),
  AggregateRequest: objectSchema(
    {
      filter: shared('Rule'),
      groupBy: listOf(objectSchema({ path: text, bucket: { type: 'string', enum: buckets }, name: named }, ['path'])),
      measures: listOf(
        objectSchema({ function: { type: 'string', enum: measureFunctions }, path: text, filter: shared('Rule'), name: named }, [
          'function',
        ]),
      ),
      having: { description: 'JSON-Logic over the measures.', examples: [{ '>': [{ var: 'count' }, 10] }] },
      orderBy: listOf(objectSchema({ name: text, descending: flag }, ['name'])),
      first: { type: 'integer', minimum: 1, maximum: mostGroups },
    },
    ['measures'],
  ),
  AggregateAnswer: objectSchema({ groups: listOf({ type: 'object', description: 'Groups and measures by name.' }) }),
  ImportStatus: objectSchema({
    id: text,
    object: text,
    status: { type: 'string', enum: ['running', 'done', 'failed', 'dryRun'] },
    read: whole,
    created: whole,
    updated: whole,
    inApproval: {
      ...whole,
      description: 'Rows that wait for an approval: new records that are not in force yet, and changes that are not written.',
    },
    skipped: whole,
    refused: whole,
    rejects: listOf(objectSchema({ row: whole, code: text, message: text, field: text }, ['row', 'code', 'message'])),
  }),
  File: objectSchema({ id: text, name: text, type: text, size: whole }),
  FileLink: objectSchema({
    url: { type: 'string', format: 'uri-reference', description: 'Absolute where the server knows its public address (PUBLIC_URL).' },
    expiresAt: time,
  }),
};

/** By the names under which `shared` finds them. */
export const sharedSchemas: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries({
    ...problemSchemas,
    ...recordSchemas,
    ...accessSchemas,
    ...stageSchemas,
    ...poolSchemas,
    ...approvalSchemas,
    ...matchingSchemas,
    ...explainSchemas,
    ...jobSchemas,
    ...automationSchemas,
    ...identitySchemas,
    ...describingSchemas,
    ...metadataSchemas,
    ...sandboxSchemas,
  }).map(([name, schema]) => [`api.${name}`, schema] as const),
);
