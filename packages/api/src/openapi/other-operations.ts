// The operations that are the same whatever a tenant consists of.
import type { RouteId } from '../rest/table.ts';
import { approvalOperations } from './approval-operations.ts';
import { automationOperations } from './automation-operations.ts';
import { identityOperations } from './identity-operations.ts';
import type { RecordRouteId } from './record-operations.ts';
import { sandboxOperations } from './sandbox-operations.ts';
import { answer, id, json, listOf, mapOf, objectSchema, oneOf, parameter, problems, shared, text, time, whole } from './shapes.ts';
import type { JsonSchema, Operation, Parameter } from './shapes.ts';

const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', required: true, description, schema: text });

const inQuery = (name: string, description: string, schema = text): Parameter => ({ name, in: 'query', description, schema });

const body = (name: string, example?: unknown): NonNullable<Operation['requestBody']> => ({
  required: true,
  content: json(shared(name), example),
});

const tagged = (tag: string, operation: Omit<Operation, 'tags'>): Operation => ({ ...operation, tags: [tag] });

const applied = answer('What it has done.', shared('AppliedMetadata'));

const component: JsonSchema = { type: 'object', description: 'As in its file, layers and extensions included.' };

/** By route; those about records of an object are described once per object. */
export const otherOperations: Readonly<Record<Exclude<RouteId, RecordRouteId>, Operation>> = {
  ...identityOperations,
  ...automationOperations,
  ...approvalOperations,
  ...sandboxOperations,
  listObjects: tagged('Describing', {
    summary: 'Objects that the caller may see',
    responses: { 200: answer('Objects.', objectSchema({ objects: listOf(shared('ObjectSummary')) })), ...problems(401) },
  }),
  describeObject: tagged('Describing', {
    summary: 'An object and its fields, as the caller may see them',
    parameters: [inPath('object', 'An object’s name.')],
    responses: { 200: answer('The object.', shared('ObjectDescription')), ...problems(401, 404) },
  }),
  getLayout: tagged('Describing', {
    summary: 'The layout of an object, for a record type and a record',
    parameters: [inPath('object', 'An object’s name.'), parameter('recordType'), parameter('record'), parameter('layout')],
    responses: { 200: answer('The layout, with its rules worked out.', shared('Layout')), ...problems(400, 401, 404) },
  }),
  search: tagged('Search', {
    summary: 'Records by their words, grouped by object',
    parameters: [parameter('q'), parameter('objects'), parameter('first')],
    responses: { 200: answer('What was found.', shared('SearchResult')), ...problems(400, 401, 404) },
  }),
  matchRecords: tagged('Search', {
    summary: 'Records that a matching rule finds for others, saved or only typed',
    parameters: [inPath('rule', 'A matching rule’s name.')],
    requestBody: body('MatchRequest', { records: [{ values: {} }] }),
    responses: { 200: answer('By record.', shared('MatchResults')), ...problems(400, 401, 403, 404, 413, 415, 422) },
  }),
  listAudit: tagged('Audit', {
    summary: 'Who did what, newest first; for administrators',
    parameters: [
      inQuery('from', 'At this time or later.', time),
      inQuery('to', 'Before this time.', time),
      inQuery('actor', 'A user’s id.', id),
      inQuery('action', 'As in `metadata.changed`; what ends in a dot stands for all that begin so.'),
      inQuery('object', 'An object’s name.'),
      inQuery('recordId', 'A record’s id.', id),
      parameter('first'),
      parameter('before'),
    ],
    responses: { 200: answer('A page.', shared('AuditTrail')), ...problems(400, 401, 403) },
  }),
  explainQuery: tagged('Audit', {
    summary: 'How PostgreSQL would read what a request asks for; for administrators',
    requestBody: body('ExplainRequest', { rest: '/api/v1/records/user?fields=name&sort=name&first=20' }),
    responses: { 200: answer('The plan.', shared('QueryExplanation')), ...problems(400, 401, 403, 404, 413, 415, 422) },
  }),
  readNotifications: tagged('Notifications', {
    summary: 'Mark all of one’s own notifications as read',
    responses: { 200: answer('How many there were.', objectSchema({ marked: whole })), ...problems(401, 403, 409) },
  }),
  listJobs: tagged('Jobs', {
    summary: 'What runs by itself: what waits, and what has failed, the latest first; for administrators',
    parameters: [
      inQuery('kind', 'Failures of this kind only.', oneOf('run', 'timer', 'effect')),
      parameter('first'),
      inQuery('before', 'The `next` of the page before.'),
    ],
    responses: { 200: answer('The tenant’s work.', shared('JobList')), ...problems(400, 401, 403) },
  }),
  retryJob: tagged('Jobs', {
    summary: 'Have done again what has failed, from where it failed',
    parameters: [inPath('id', 'Of a failed run, timer or effect, or of a dead job.')],
    responses: { 204: { description: 'It will be.' }, ...problems(401, 403, 404) },
  }),
  deleteJob: tagged('Jobs', {
    summary: 'Give up what has failed, waits, or is yet to come',
    description: 'Runs and effects stay as cancelled; timers and dead jobs are removed.',
    parameters: [inPath('id', 'Of a run, timer or effect, or of a dead job.')],
    responses: { 204: { description: 'It will not be done.' }, ...problems(401, 403, 404) },
  }),
  getImport: tagged('Imports', {
    summary: 'How an import is going',
    parameters: [inPath('id', 'The import’s id.')],
    responses: { 200: answer('The import.', shared('ImportStatus')), ...problems(401, 404) },
  }),
  getImportRejects: tagged('Imports', {
    summary: 'The refused rows, with the reason of each',
    parameters: [inPath('id', 'The import’s id.')],
    responses: { 200: { description: 'CSV.', content: { 'text/csv': { schema: text } } }, ...problems(401, 404) },
  }),
  listMetadata: tagged('Metadata', {
    summary: 'All components of a kind',
    parameters: [inPath('kind', 'A kind, such as object or layout.')],
    responses: { 200: answer('Components by name.', mapOf(component)), ...problems(401, 403, 404) },
  }),
  getMetadata: tagged('Metadata', {
    summary: 'A component: its effective metadata',
    parameters: [inPath('kind', 'A kind, such as object or layout.'), inPath('name', 'The component’s name.')],
    responses: { 200: answer('The component.', component), ...problems(401, 403, 404) },
  }),
  planMetadata: tagged('Metadata', {
    summary: 'What a change would do; nothing is changed',
    requestBody: body('MetadataChange'),
    responses: { 200: answer('What it would do.', shared('MetadataPlan')), ...problems(400, 401, 403, 413, 415, 422) },
  }),
  applyMetadata: tagged('Metadata', {
    summary: 'Apply a change, in one transaction',
    requestBody: body('MetadataChange'),
    responses: { 200: applied, ...problems(400, 401, 403, 409, 413, 415, 422) },
  }),
  listMetadataVersions: tagged('Metadata', {
    summary: 'The versions of the metadata',
    responses: { 200: answer('Versions.', objectSchema({ versions: listOf(shared('MetadataVersion')) })), ...problems(401, 403) },
  }),
  getMetadataVersion: tagged('Metadata', {
    summary: 'A version: the plan that was applied, and what leads back from it',
    parameters: [inPath('number', 'The version’s number.')],
    responses: { 200: answer('The version.', shared('MetadataVersionShown')), ...problems(401, 403, 404) },
  }),
  planRollback: tagged('Metadata', {
    summary: 'What going back to a version would do; nothing is changed',
    requestBody: body('Rollback'),
    responses: { 200: answer('What it would do.', shared('MetadataPlan')), ...problems(400, 401, 403, 404, 415, 422) },
  }),
  rollBackMetadata: tagged('Metadata', {
    summary: 'Go back to a version',
    requestBody: body('Rollback'),
    responses: { 200: applied, ...problems(400, 401, 403, 404, 409, 415, 422) },
  }),
  listPacks: tagged('Packs', {
    summary: 'The packs that are installed',
    responses: {
      200: answer('Packs, each after those that it needs.', objectSchema({ packs: listOf(shared('InstalledPack')) })),
      ...problems(401, 403),
    },
  }),
  planPack: tagged('Packs', {
    summary: 'What installing, upgrading or taking away a pack would do; nothing is changed',
    requestBody: body('PackChange'),
    responses: { 200: answer('What it would do.', shared('MetadataPlan')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  applyPack: tagged('Packs', {
    summary: 'Install, upgrade or take away a pack, in one transaction',
    description: 'The pack’s metadata; its data are loaded by the command line.',
    requestBody: body('PackChange'),
    responses: { 200: applied, ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  exportPack: tagged('Packs', {
    summary: 'The tenant’s own layer as the files of a pack',
    requestBody: body('PackExport'),
    responses: { 200: answer('Files by path.', objectSchema({ files: { type: 'object' } })), ...problems(400, 401, 403, 415, 422) },
  }),
  uploadFile: tagged('Files', {
    summary: 'Upload a file',
    parameters: [parameter('name')],
    requestBody: {
      required: true,
      content: {
        'application/octet-stream': { schema: {} },
        'multipart/form-data': { schema: objectSchema({ file: { type: 'string', contentMediaType: 'application/octet-stream' } }) },
      },
    },
    responses: { 201: answer('The file, to be set on a record.', shared('File')), ...problems(400, 401, 413, 415, 422) },
  }),
  getFile: tagged('Files', {
    summary: 'A file’s name, type and size',
    parameters: [inPath('id', 'The file’s id.')],
    responses: { 200: answer('The file.', shared('File')), ...problems(401, 404) },
  }),
  linkFile: tagged('Files', {
    summary: 'A link to a file’s content that needs nobody to be signed in, for five minutes',
    parameters: [inPath('id', 'The file’s id.')],
    responses: { 200: answer('The link.', shared('FileLink')), ...problems(401, 404) },
  }),
  downloadFile: tagged('Files', {
    summary: 'A file’s content, for those who may read it or have a link',
    parameters: [inPath('id', 'The file’s id.'), parameter('token')],
    security: [{ accessToken: [] }, {}],
    responses: {
      200: { description: 'As an attachment.', content: { 'application/octet-stream': { schema: {} } } },
      ...problems(401, 403, 404),
    },
  }),
};
