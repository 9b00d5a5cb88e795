// Schemas that are the same for every tenant: problems, pages, tokens, descriptions, plans.
import { buckets, measureFunctions, mostGroups, partName } from '../rest/aggregate.ts';
import { problemCodes } from '../rest/problem.ts';
import { identitySchemas } from './identity-schemas.ts';
import { flag, id, listOf, objectSchema, shared, text, whole, type JsonSchema } from './shapes.ts';

const named: JsonSchema = { type: 'string', pattern: partName.source };

const orNull = (type: string): JsonSchema => ({ type: [type, 'null'] });

const problemSchemas: Readonly<Record<string, JsonSchema>> = {
  ProblemEntry: objectSchema(
    {
      code: { type: 'string', examples: ['VALUE_REQUIRED'] },
      message: text,
      pointer: { type: 'string', description: 'JSON pointer (RFC 6901) into the body.', examples: ['/amount'] },
      file: { type: 'string', description: 'The metadata file, where the mistake is in one.' },
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
  Rule: { description: 'JSON-Logic; a condition over one record.', examples: [{ '>=': [{ var: 'amount' }, 1000] }] },
  Page: objectSchema({ hasNextPage: flag, endCursor: { ...orNull('string'), description: 'What `after` takes to go on.' } }),
  BulkResults: objectSchema({
    results: listOf({
      oneOf: [
        objectSchema({ ok: { const: true }, id, version: whole, created: flag, record: { type: 'object' } }, [
          'ok',
          'id',
          'version',
          'created',
        ]),
        objectSchema({ ok: { const: false }, problems: listOf(shared('ProblemEntry')) }),
      ],
    }),
  }),
  Subject: {
    description: 'A person, whoever has a role, the members of a group, or the people of a department (`below`: and of those below it).',
    type: 'object',
    oneOf: [
      objectSchema({ user: id }, ['user']),
      objectSchema({ role: text }, ['role']),
      objectSchema({ group: id }, ['group']),
      objectSchema({ department: id, below: flag }, ['department']),
    ],
  },
  Share: objectSchema({
    id,
    to: shared('Subject'),
    access: { type: 'string', enum: ['read', 'edit'] },
    origin: { type: 'string', enum: ['team', 'manual'] },
    teamRole: orNull('string'),
    expiresAt: orNull('string'),
    createdBy: orNull('string'),
    createdAt: text,
  }),
  NewShares: objectSchema(
    {
      shares: listOf(
        objectSchema(
          {
            to: shared('Subject'),
            access: { type: 'string', enum: ['read', 'edit'], description: 'Default: that of the team role, else read.' },
            teamRole: { type: 'string', description: 'Puts them into the record’s team.' },
            expiresAt: { type: 'string', format: 'date-time' },
          },
          ['to'],
        ),
      ),
    },
    ['shares'],
  ),
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
    skipped: whole,
    refused: whole,
    rejects: listOf(objectSchema({ row: whole, code: text, message: text, field: text }, ['row', 'code', 'message'])),
  }),
  File: objectSchema({ id: text, name: text, type: text, size: whole }),
  FileLink: objectSchema({
    url: { type: 'string', format: 'uri-reference', description: 'Absolute where the server knows its public address (PUBLIC_URL).' },
    expiresAt: { type: 'string', format: 'date-time' },
  }),
};

const summary: Readonly<Record<string, JsonSchema>> = {
  name: text,
  plural: text,
  label: text,
  pluralLabel: text,
  icon: text,
  color: text,
  description: text,
};
const summaryRequired = ['name', 'plural', 'label', 'pluralLabel'];

const describingSchemas: Readonly<Record<string, JsonSchema>> = {
  ObjectSummary: objectSchema(summary, summaryRequired),
  Field: {
    type: 'object',
    properties: {
      name: text,
      type: text,
      label: text,
      help: text,
      required: flag,
      readOnly: flag,
      unique: flag,
      system: flag,
      sortable: flag,
      filters: listOf(text),
      schema: { type: 'object' },
    },
    required: ['name', 'type', 'label', 'required', 'readOnly', 'schema'],
  },
  ObjectDescription: {
    type: 'object',
    properties: {
      ...summary,
      fields: listOf(shared('Field')),
      relations: listOf(objectSchema({ name: text, object: text, by: text })),
      recordTypes: listOf(objectSchema({ name: text, label: text, default: flag })),
      keys: listOf(objectSchema({ name: text, fields: listOf(text), unique: flag })),
      appendOnly: flag,
    },
    required: [...summaryRequired, 'fields'],
  },
  Layout: {
    type: 'object',
    properties: {
      name: text,
      object: text,
      label: text,
      sections: listOf({ type: 'object' }),
      relatedLists: listOf({ type: 'object' }),
      listViews: listOf({ type: 'object' }),
    },
    required: ['name', 'object', 'sections', 'relatedLists', 'listViews'],
  },
};

const planProperties: Readonly<Record<string, JsonSchema>> = {
  hash: { type: 'string', description: 'Give it to apply as planHash: then only this very plan is applied.' },
  modelBefore: text,
  modelAfter: text,
  changes: listOf({ type: 'object', properties: { kind: text, name: text, path: listOf(text), change: text, before: {}, after: {} } }),
  steps: listOf(
    objectSchema(
      { kind: text, object: text, field: text, risk: { type: 'string', enum: ['safe', 'locks', 'rewrites', 'losesData'] }, summary: text },
      ['kind', 'object', 'risk', 'summary'],
    ),
  ),
  findings: {
    ...listOf(objectSchema({ message: text, count: whole, sample: listOf(text) })),
    description: 'Rows that would break; nothing is applied while there are any.',
  },
};

const metadataSchemas: Readonly<Record<string, JsonSchema>> = {
  MetadataChange: objectSchema(
    {
      files: {
        type: 'object',
        description: 'The tenant’s own layer, file by file: the JSON of a path, or null to take the file away.',
        examples: [{ 'objects/visit__c.json': { name: 'visit__c', label: { en: 'Visit' } } }],
      },
      reason: text,
      planHash: text,
    },
    ['files'],
  ),
  MetadataPlan: {
    type: 'object',
    properties: { ...planProperties, version: { ...whole, description: 'After apply and rollback.' } },
    required: Object.keys(planProperties),
  },
  MetadataVersion: objectSchema({
    number: whole,
    modelHash: text,
    author: orNull('string'),
    reason: orNull('string'),
    createdAt: { type: 'string', format: 'date-time' },
  }),
  Rollback: objectSchema({ version: whole, reason: text }, ['version']),
};

/** By the names under which `shared` finds them. */
export const sharedSchemas: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries({ ...problemSchemas, ...recordSchemas, ...identitySchemas, ...describingSchemas, ...metadataSchemas }).map(
    ([name, schema]) => [`api.${name}`, schema] as const,
  ),
);
