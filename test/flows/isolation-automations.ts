// For the routes of automations and their runs: requests of one tenant that name what is another's.
import type { RouteId } from '../../packages/api/src/rest/table.ts';
import type { Names, Own } from './isolation-scene.ts';

type Attempt = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];
type Attempts = (their: Names, own: Own) => readonly Attempt[];

type Automations = Extract<
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

const signed = { 'webhook-id': 'm1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };

export const automationAttempts: Readonly<Record<Automations, Attempts>> = {
  pressButton: (their: Names, own: Own) => [
    ['POST', `/records/${their.object}/${their.id}/automations/${their.layout}`, {}],
    ['POST', `/records/${own.object}/${their.id}/automations/${their.layout}`, {}],
  ],
  startAutomation: (their) => [['POST', `/automations/${their.layout}/start`, {}]],
  explainAutomation: (their) => [['POST', `/automations/${their.layout}/explain`, { record: their.id }]],
  getWebhookSecret: (their) => [['GET', `/automations/${their.layout}/webhook-secret`]],
  rotateWebhookSecret: (their) => [['POST', `/automations/${their.layout}/webhook-secret`]],
  getEndpointSecrets: (their) => [['GET', `/webhook-endpoints/secrets?address=https://${their.object}.example&tenant=${their.tenant}`]],
  receiveWebhook: (their, own) => [
    ['POST', `/webhooks/${their.object}/${their.layout}`, {}, signed],
    ['POST', `/webhooks/${own.tenant}/${their.layout}`, {}, signed],
  ],
  listRuns: (their) => [
    ['GET', `/runs?object=${their.object}&recordId=${their.id}`],
    ['GET', `/runs?before=${their.effect}`],
  ],
  getRun: (their) => [['GET', `/runs/${their.effect}`]],
  retryRun: (their) => [['POST', `/runs/${their.effect}/retry`]],
  cancelRun: (their) => [['POST', `/runs/${their.effect}/cancel`]],
};
