// The operations on records of one object, as the document describes them.
import type { RouteId } from '../rest/table.ts';
import { approvalRecordOperations, type ApprovalRecordRouteId } from './approval-operations.ts';
import type { OfferedObject } from './offered.ts';
import { poolOperations, type PoolRouteId } from './pool-operations.ts';
import { schemaNames } from './record-schemas.ts';
import { sharingOperations, type SharingRouteId } from './sharing-operations.ts';
import {
  aRecord,
  answer,
  flag,
  header,
  id,
  json,
  listOf,
  nothing,
  objectSchema,
  parameter,
  problems,
  schemaRef,
  shared,
  text,
} from './shapes.ts';
import type { AnswerShape, MediaType, Operation, Parameter, Reference } from './shapes.ts';

/** The routes whose paths name an object of which each has operations of its own. */
export type RecordRouteId = Extract<
  RouteId,
  | 'listRecords'
  | 'createRecord'
  | 'getRecord'
  | 'updateRecord'
  | 'deleteRecord'
  | 'restoreRecord'
  | 'voidRecord'
  | 'unvoidRecord'
  | 'getHistory'
  | 'getStages'
  | 'findDuplicates'
  | 'mergeRecords'
  | 'undoMerge'
  | PoolRouteId
  | ApprovalRecordRouteId
  | SharingRouteId
  | 'getRecordBy'
  | 'upsertRecord'
  | 'purgeRecords'
  | 'bulk'
  | 'aggregateRecords'
  | 'importRecords'
  | 'exportRecords'
>;

type Describe = (object: OfferedObject) => Omit<Operation, 'tags'>;

const one = ({ name }: OfferedObject): Reference => schemaRef(schemaNames.read(name));

const recordAnswer = (object: OfferedObject, description: string): AnswerShape => ({
  ...answer(description, one(object)),
  headers: { ETag: header('ETag') },
});

const createdAnswer = (object: OfferedObject): AnswerShape => ({
  ...answer('Created. Empty with Prefer: return=minimal.', one(object)),
  headers: { ETag: header('ETag'), Location: header('Location') },
});

const body = (content: Readonly<Record<string, MediaType>>): NonNullable<Operation['requestBody']> => ({ required: true, content });

const byParameters = (names: readonly string[]): readonly Parameter[] => [
  { name: 'field', in: 'path', required: true, description: 'A unique field.', schema: { type: 'string', enum: names } },
  { name: 'value', in: 'path', required: true, description: 'Its value.', schema: text },
];

const streamAnswer = (description: string, ...types: readonly string[]): AnswerShape => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: text }])),
});

const importContent: Readonly<Record<string, MediaType>> = {
  'text/csv': { schema: text },
  'application/x-ndjson': { schema: text },
  'multipart/form-data': {
    schema: {
      ...objectSchema(
        {
          mapping: text,
          by: text,
          dryRun: text,
          resume: text,
          allowDuplicates: text,
          file: { type: 'string', contentMediaType: 'application/octet-stream' },
        },
        ['file'],
      ),
      description: 'The file comes last.',
    },
  },
};

const bulkNeeds = {
  create: 'values to create',
  update: '`id`, `version`? and values to update',
  upsert: 'values to upsert',
  delete: '`id` and `version`? to delete',
  restore: '`id` to restore',
  void: '`id` and `version`? to make void',
  unvoid: '`id` and `version`? to let count again',
} as const satisfies Readonly<Record<OfferedObject['bulk'][number], string>>;

function bulkRequest({ bulk }: OfferedObject): MediaType {
  const by = { by: { type: 'string', description: 'For upsert: a unique field, or a key.' } };
  const [action = 'create'] = bulk;
  const record = action === 'update' ? { id: aRecord, version: 3 } : action === 'create' ? {} : { id: aRecord };
  return {
    schema: objectSchema(
      {
        action: { type: 'string', enum: bulk },
        ...(bulk.includes('upsert') ? by : {}),
        allOrNone: { ...flag, default: true },
        allowDuplicates: { ...flag, default: false },
        records: { ...listOf({ type: 'object' }), description: `${bulk.map((each) => bulkNeeds[each]).join('; ')}.` },
      },
      ['action', 'records'],
    ),
    example: { action, allOrNone: false, records: [record] },
  };
}

/** The bin is for those who may look into it. */
const bin = ({ allows }: OfferedObject): readonly Reference[] => (allows.seeDeleted ? [parameter('deleted')] : []);

const waits = answer('It waits for an approval: nothing of it is written yet.', shared('PendingWrite'));

const writeHeaders = [parameter('IdempotencyKey'), parameter('Prefer')];

/** What each of the routes does with an object. */
export const recordOperations: Readonly<Record<RecordRouteId, Describe>> = {
  listRecords: (object) => ({
    summary: `List ${object.pluralLabel}`,
    parameters: [...['fields', 'filter', 'sort', 'first', 'after', 'count'].map(parameter), ...bin(object)],
    responses: { 200: answer('A page.', schemaRef(schemaNames.list(object.name))), ...problems(400, 401, 403, 404, 422) },
  }),
  createRecord: (object) => ({
    summary: `Create ${object.label}`,
    parameters: [parameter('fields'), parameter('allowDuplicates'), ...writeHeaders],
    requestBody: body(json(schemaRef(schemaNames.create(object.name)))),
    responses: { 201: createdAnswer(object), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  getRecord: (object) => ({
    summary: `Read ${object.label}`,
    parameters: [parameter('id'), parameter('fields'), ...bin(object), parameter('IfNoneMatch')],
    responses: {
      200: recordAnswer(object, 'The record.'),
      304: nothing('The version that the caller has.'),
      ...problems(400, 401, 403, 404, 422),
    },
  }),
  updateRecord: (object) => ({
    summary: `Update ${object.label}`,
    parameters: [parameter('id'), parameter('fields'), parameter('allowDuplicates'), parameter('IfMatch'), ...writeHeaders],
    requestBody: body(json(schemaRef(schemaNames.update(object.name)))),
    responses: {
      200: recordAnswer(object, 'The record after the change.'),
      202: waits,
      204: nothing('Done; with Prefer: return=minimal.'),
      ...problems(400, 401, 403, 404, 409, 412, 413, 415, 422),
    },
  }),
  deleteRecord: (object) => ({
    summary: `Delete ${object.label}`,
    description: object.administrator ? 'Into the recycle bin, or with `purge=true` out of it for good.' : 'Into the recycle bin.',
    parameters: [parameter('id'), ...(object.administrator ? [parameter('purge')] : []), parameter('IfMatch'), parameter('IdempotencyKey')],
    responses: { 202: waits, 204: nothing('Deleted.'), ...problems(400, 401, 403, 404, 409, 412) },
  }),
  restoreRecord: (object) => ({
    summary: `Restore ${object.label} from the recycle bin`,
    parameters: [parameter('id'), parameter('fields'), parameter('allowDuplicates'), ...writeHeaders],
    responses: {
      200: recordAnswer(object, 'The restored record.'),
      204: nothing('Done; with Prefer: return=minimal.'),
      ...problems(400, 401, 403, 404, 409, 422),
    },
  }),
  voidRecord: (object) => ({
    summary: `Make ${object.label} void`,
    description: 'It stays to be seen, and counts for nothing: in no roll-up, no match, no clock.',
    parameters: [parameter('id'), parameter('fields'), parameter('IfMatch'), ...writeHeaders],
    responses: {
      200: recordAnswer(object, 'The void record.'),
      202: waits,
      204: nothing('Done; with Prefer: return=minimal.'),
      ...problems(400, 401, 403, 404, 409, 412, 422),
    },
  }),
  unvoidRecord: (object) => ({
    summary: `Let ${object.label} count again that was void`,
    parameters: [parameter('id'), parameter('fields'), parameter('allowDuplicates'), parameter('IfMatch'), ...writeHeaders],
    responses: {
      200: recordAnswer(object, 'The record, as what it was before it was void.'),
      204: nothing('Done; with Prefer: return=minimal.'),
      ...problems(400, 401, 403, 404, 409, 412, 422),
    },
  }),
  getHistory: (object) => ({
    summary: `History of ${object.label}`,
    description: 'Newest first.',
    parameters: [parameter('id'), parameter('first'), parameter('before')],
    responses: { 200: answer('Changes.', shared('History')), ...problems(400, 401, 403, 404) },
  }),
  getStages: (object) => ({
    summary: `Stages of ${object.label}`,
    description: 'Where the record stands in its stage flows, what is to be done there, and which moves are open to the caller.',
    parameters: [parameter('id')],
    responses: { 200: answer('Stages.', objectSchema({ stages: listOf(shared('StagePlace')) })), ...problems(400, 401, 403, 404) },
  }),
  findDuplicates: (object) => ({
    summary: `Duplicates of ${object.pluralLabel}, saved or only typed`,
    description: 'What duplicate rules would say if the records were written now.',
    requestBody: body(json(shared('DuplicatesRequest'), { records: [{ id: aRecord }] })),
    responses: { 200: answer('By record.', shared('DuplicatesResults')), ...problems(400, 401, 403, 404, 413, 415, 422) },
  }),
  mergeRecords: (object) => ({
    summary: `Merge other ${object.pluralLabel} into this one`,
    description: 'All that belongs to the others moves, and they go into the bin. For whoever may change and delete all of them.',
    parameters: [parameter('id'), parameter('IdempotencyKey')],
    requestBody: body(json(shared('MergeRequest'), { others: [{ id: aRecord }], fields: {} })),
    responses: { 200: answer('Merged.', shared('Merge')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  ...poolOperations,
  ...approvalRecordOperations,
  undoMerge: (object) => ({
    summary: `Undo a merge into ${object.label}`,
    parameters: [parameter('id'), { name: 'merge', in: 'path', required: true, description: 'The merge’s id.', schema: id }],
    responses: { 200: answer('What is as it was, and what is not.', shared('UndoneMerge')), ...problems(400, 401, 403, 404, 409, 422) },
  }),
  ...sharingOperations,
  getRecordBy: (object) => ({
    summary: `Read ${object.label} by a unique field`,
    parameters: [...byParameters(object.uniqueNames), parameter('fields'), parameter('IfNoneMatch')],
    responses: {
      200: recordAnswer(object, 'The record.'),
      304: nothing('The version that the caller has.'),
      ...problems(400, 401, 403, 404, 422),
    },
  }),
  upsertRecord: (object) => ({
    summary: `Update ${object.label} by a unique field, or create it`,
    parameters: [...byParameters(object.upsertNames), parameter('fields'), parameter('allowDuplicates'), ...writeHeaders],
    requestBody: body(json(schemaRef(schemaNames.update(object.name)))),
    responses: {
      200: recordAnswer(object, 'Updated.'),
      201: createdAnswer(object),
      202: waits,
      204: nothing('Updated; with Prefer: return=minimal.'),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  }),
  purgeRecords: (object) => ({
    summary: `Remove deleted ${object.pluralLabel} for good`,
    parameters: [parameter('IdempotencyKey')],
    requestBody: body(json(objectSchema({ ids: listOf(id) }))),
    responses: { 200: answer('How many.', objectSchema({ purged: { type: 'integer' } })), ...problems(400, 401, 403, 404, 413, 415) },
  }),
  bulk: (object) => ({
    summary: `Write many ${object.pluralLabel}`,
    parameters: [parameter('fields'), parameter('IdempotencyKey')],
    requestBody: body({ 'application/json': bulkRequest(object) }),
    responses: {
      200: answer('A result for each record, in their order.', shared('BulkResults')),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  }),
  aggregateRecords: (object) => ({
    summary: `Figures over ${object.pluralLabel}`,
    requestBody: body(json(shared('AggregateRequest'), { measures: [{ function: 'count' }] })),
    responses: { 200: answer('Groups.', shared('AggregateAnswer')), ...problems(400, 401, 403, 404, 413, 415, 422) },
  }),
  importRecords: (object) => ({
    summary: `Import ${object.pluralLabel}`,
    parameters: ['mapping', 'by', 'dryRun', 'resume', 'allowDuplicates'].map(parameter),
    requestBody: { ...body(importContent), description: 'Streamed: as long as the server’s limit for uploads allows.' },
    responses: {
      200: answer('Done.', shared('ImportStatus')),
      202: answer('Going on; ask at Location.', shared('ImportStatus')),
      ...problems(400, 401, 403, 404, 413, 415, 422),
    },
  }),
  exportRecords: (object) => ({
    summary: `Export ${object.pluralLabel}`,
    parameters: ['format', 'fields', 'filter', 'sort'].map(parameter),
    responses: { 200: streamAnswer('A file.', 'text/csv', 'application/x-ndjson'), ...problems(400, 401, 403, 404, 422) },
  }),
};
