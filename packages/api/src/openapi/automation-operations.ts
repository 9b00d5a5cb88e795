// The operations of automations and their runs.
import type { RouteId } from '../rest/table.ts';
import { answer, id, json, oneOf, parameter, problems, shared, text, type JsonSchema, type Operation, type Parameter } from './shapes.ts';

const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', required: true, description, schema: text });
const inQuery = (name: string, description: string, schema: JsonSchema = text): Parameter => ({ name, in: 'query', description, schema });
const inHeader = (name: string, description: string): Parameter => ({ name, in: 'header', required: true, description, schema: text });

const tagged = (operation: Omit<Operation, 'tags'>): Operation => ({ ...operation, tags: ['Automations'] });

const body = (name: string): NonNullable<Operation['requestBody']> => ({ required: true, content: json(shared(name)) });

const automation = inPath('name', 'The automation’s name.');
const run = inPath('id', 'The run’s id.');
const started = answer('It will be done.', shared('AutomationStarted'));

export type AutomationRouteId = Extract<
  RouteId,
  | 'pressButton'
  | 'startAutomation'
  | 'explainAutomation'
  | 'getWebhookSecret'
  | 'rotateWebhookSecret'
  | 'getEndpointSecrets'
  | 'receiveWebhook'
  | 'listRuns'
  | 'getRun'
  | 'retryRun'
  | 'cancelRun'
>;

export const automationOperations: Readonly<Record<AutomationRouteId, Operation>> = {
  pressButton: tagged({
    summary: 'Press a button of a record: its automation is done soon after',
    parameters: [inPath('object', 'The record’s object.'), parameter('id'), automation, parameter('IdempotencyKey')],
    requestBody: body('AutomationStart'),
    responses: { 202: started, ...problems(400, 401, 404, 409, 413, 415, 422) },
  }),
  startAutomation: tagged({
    summary: 'Press a button that is about no record',
    parameters: [automation, parameter('IdempotencyKey')],
    requestBody: body('AutomationStart'),
    responses: { 202: started, ...problems(400, 401, 404, 409, 413, 415, 422) },
  }),
  explainAutomation: tagged({
    summary: 'Why an automation did start for a record, or did not; for administrators',
    parameters: [automation],
    requestBody: body('AutomationQuestion'),
    responses: { 200: answer('The explanation.', shared('AutomationExplanation')), ...problems(400, 401, 403, 404, 409, 413, 415) },
  }),
  getWebhookSecret: tagged({
    summary: 'The secret that calls of an automation’s webhook are signed with; for administrators',
    parameters: [automation],
    responses: { 200: answer('The secret.', shared('WebhookSecret')), ...problems(401, 403, 404, 409) },
  }),
  rotateWebhookSecret: tagged({
    summary: 'Make the secret of a webhook anew; the one before stays good until it is done again',
    parameters: [automation],
    responses: { 200: answer('The new secret.', shared('WebhookSecret')), ...problems(401, 403, 404, 409) },
  }),
  getEndpointSecrets: tagged({
    summary: 'The secrets that calls to an address are signed with; for administrators',
    parameters: [{ ...inQuery('address', 'Where webhooks are posted to.'), required: true, example: 'https://erp.example/orders' }],
    responses: { 200: answer('The secrets.', shared('EndpointSecrets')), ...problems(400, 401, 403, 422) },
  }),
  receiveWebhook: tagged({
    summary: 'Start an automation from outside, signed as Standard Webhooks has it',
    description: 'A message whose `webhook-id` has come before starts nothing more, and is answered as it was then.',
    parameters: [
      inPath('tenant', 'The tenant’s name.'),
      automation,
      inHeader('webhook-id', 'The message’s own.'),
      inHeader('webhook-timestamp', 'Seconds since 1970, at most five minutes from now.'),
      inHeader('webhook-signature', '`v1,` and the HMAC-SHA256 of id, time and body in base64; several with spaces between them.'),
    ],
    requestBody: { required: true, content: json({ type: 'object', description: 'The inputs by name.' }) },
    responses: { 202: started, ...problems(400, 401, 413, 415, 422) },
    security: [],
  }),
  listRuns: tagged({
    summary: 'Runs of automations, the latest first; for administrators',
    parameters: [
      inQuery('automation', 'An automation’s name.'),
      inQuery('object', 'An object’s name.'),
      inQuery('recordId', 'A record’s id.', id),
      inQuery('state', 'Only those in this state.', oneOf('ready', 'waiting', 'done', 'failed', 'cancelled')),
      parameter('first'),
      inQuery('before', 'The `next` of the page before.'),
    ],
    responses: { 200: answer('A page.', shared('RunList')), ...problems(400, 401, 403) },
  }),
  getRun: tagged({
    summary: 'A run with the journal of its steps; for administrators',
    parameters: [run],
    responses: { 200: answer('The run.', shared('RunWithJournal')), ...problems(401, 403, 404) },
  }),
  retryRun: tagged({
    summary: 'Have a failed run done again, from the step that failed',
    parameters: [run],
    responses: { 204: { description: 'It will be.' }, ...problems(401, 403, 404) },
  }),
  cancelRun: tagged({
    summary: 'Give a run up that has not ended well',
    parameters: [run],
    responses: { 204: { description: 'It stays as cancelled.' }, ...problems(401, 403, 404) },
  }),
};
