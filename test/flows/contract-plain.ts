// Requests to the operations that are about no object, with what they need made beforehand.
import { componentKinds } from '@tessera/metadata';
import { password } from '../support/engine.ts';
import { approvalCalls } from './contract-approvals.ts';
import { automationCalls } from './contract-automations.ts';
import type { Caller, Sent } from './contract-calls.ts';
import type { Operation } from './contract-document.ts';
import { identityCalls } from './contract-identity.ts';
import { sandboxCalls } from './contract-sandboxes.ts';

const mapping = encodeURIComponent(JSON.stringify({ columns: { name: { field: 'name' } } }));

/** Everybody sees everything: people gain objects, fields and records. */
function opening({ objects }: Caller): Readonly<Record<string, unknown>> {
  const granted = objects.map((object) => [object, { read: true, viewAll: true, fields: { '*': 'read' } }] as const);
  const set = { name: 'open__c', label: { en: 'Open' }, everyone: true, objects: Object.fromEntries(granted) };
  return { 'permissionSets/open__c.json': set };
}

/** People are found by their addresses. */
const matching = {
  'matchingRules/contract__c.json': { name: 'contract__c', object: 'user', criteria: { mail: { fields: { email: { by: 'email' } } } } },
};

const smallPack = {
  'pack.json': { name: 'contract-pack', namespace: 'ctr', version: '1.0.0', label: { en: 'Contract' } },
  'parameters/ctr__limit.json': { name: 'ctr__limit', label: { en: 'Limit' }, type: 'number', value: 1 },
};

/** Each filter alone, with something to find, and the page after the first. */
async function auditCalls(caller: Caller, operation: Operation): Promise<readonly Sent[]> {
  const { path } = operation;
  const { json } = await caller.admin.call('GET', `${path}?first=1&action=session.started`);
  const [entry] = (json as { readonly entries: readonly Readonly<Record<string, string>>[] }).entries;
  const { number = '', at = '', actor = '', recordId = '' } = entry ?? {};
  const queries = [`from=${at}`, `to=${at}`, `actor=${actor}`, 'action=record.', 'object=user', `recordId=${recordId}`, `before=${number}`];
  return [...queries.map((query) => ({ path: `${path}?${query}` })), { path }, { path: caller.target(operation, {}) }];
}

/** What chance picks may be found nowhere; this is. */
async function searchCalls(caller: Caller, operation: Operation): Promise<readonly Sent[]> {
  for (const object of caller.made.filter((each) => caller.has(each, 'name'))) {
    const create = caller.operation(object, 'createRecord');
    if (create !== undefined) await caller.client.call('POST', create.path, { ...caller.again(create), name: 'Contract' });
  }
  return [{ path: caller.target(operation, {}) }, { path: `${operation.path}?q=contract` }];
}

/** Pages of failures, and by kind. */
async function jobCalls({ admin }: Caller, { path }: Operation): Promise<readonly Sent[]> {
  const { json } = await admin.call('GET', `${path}?first=1`);
  const next = (json as { readonly next: string | null }).next ?? '';
  return [{ path }, { path: `${path}?kind=effect` }, { path: `${path}?kind=run&first=5` }, { path: `${path}?before=${next}` }];
}

async function failedJob({ admin }: Caller): Promise<string> {
  const { json } = await admin.call('GET', '/api/v1/jobs?first=1');
  return (json as { readonly failed: readonly { readonly id: string }[] }).failed[0]?.id ?? '';
}

/** Requests to an operation that is about no object. */
export async function plainCalls(caller: Caller, operation: Operation): Promise<readonly Sent[]> {
  const object = caller.objects.find((each) => caller.operation(each, 'importRecords') !== undefined) ?? caller.objects[0] ?? '';
  const target = (inPath: Readonly<Record<string, string>> = {}): Sent => ({ path: caller.target(operation, inPath) });
  const identity = await identityCalls(caller, operation);
  if (identity !== undefined) return identity;
  const automations = await automationCalls(caller, operation);
  if (automations !== undefined) return automations;
  const approvals = await approvalCalls(caller, operation);
  if (approvals !== undefined) return approvals;
  const sandboxes = await sandboxCalls(caller, operation);
  if (sandboxes !== undefined) return sandboxes;
  const change = { files: { 'parameters/contract__c.json': { name: 'contract__c', label: { en: 'Contract' }, type: 'number', value: 2 } } };
  switch (operation.route) {
    case 'logIn':
      return [{ ...target(), body: { tenant: caller.client.tenant, email: caller.email, password } }];
    case 'refreshTokens':
      return [{ ...target(), body: { refreshToken: caller.client.refreshToken } }];
    case 'describeObject':
    case 'getLayout':
      return caller.objects.map((each) => target({ object: each }));
    case 'getImport':
    case 'getImportRejects': {
      const named =
        caller.objects.find((each) => caller.operation(each, 'importRecords') !== undefined && caller.has(each, 'name')) ?? object;
      const answer = await caller.client.call('POST', `/api/v1/records/${named}/import?mapping=${mapping}`, 'name\n""\n', {
        'Content-Type': 'text/csv',
      });
      return [target({ id: (answer.json as { readonly id: string }).id })];
    }
    case 'listMetadata':
      return componentKinds.map((kind) => target({ kind }));
    case 'getMetadata':
      return [target({ kind: 'object', name: object })];
    case 'matchRecords': {
      await caller.admin.call('POST', '/api/v1/metadata/apply', { files: matching });
      return [{ ...target({ rule: 'contract__c' }), body: { records: [{ values: { email: caller.email } }, {}] } }];
    }
    case 'search':
      return searchCalls(caller, operation);
    case 'listAudit':
      return auditCalls(caller, operation);
    case 'listJobs':
      return jobCalls(caller, operation);
    case 'getEndpointSecrets':
      return [{ path: `${operation.path}?address=${encodeURIComponent('https://erp.example/orders')}` }];
    case 'retryJob':
    case 'deleteJob':
      return [target({ id: await failedJob(caller) })];
    case 'explainQuery':
      return [
        ...caller.objects.map((each) => ({ ...target(), body: { rest: `/api/v1/records/${each}?first=5`, analyze: true } })),
        { ...target(), body: { rest: '/api/v1/search?q=name' } },
        { ...target(), body: { graphql: { query: '{ users(first: 1) { nodes { name } } }' } } },
      ];
    case 'planMetadata':
      return [
        { ...target(), body: change },
        { ...target(), body: { files: opening(caller) } },
      ];
    case 'applyMetadata':
      return [{ ...target(), body: change }];
    case 'getMetadataVersion':
      return [target({ number: '2' })];
    case 'planRollback':
      return [{ ...target(), body: { version: 1 } }];
    case 'planPack':
    case 'applyPack':
      return [{ ...target(), body: { files: smallPack, reason: 'contract' } }];
    case 'exportPack':
      return [{ ...target(), body: { name: 'contract-out', namespace: 'out', version: '1.0.0', publisher: 'Tests' } }];
    case 'rollBackMetadata':
      // Approvals run on what came with the second.
      return [{ ...target(), body: { version: 2, reason: 'back' } }];
    case 'uploadFile':
      return [{ path: `${operation.path}?name=a.txt`, body: 'text', headers: { 'Content-Type': 'application/octet-stream' } }];
    case 'getFile':
    case 'linkFile':
      return [target({ id: await caller.upload('a.txt', Buffer.from('text')) })];
    case 'downloadFile': {
      const id = await caller.upload('a.txt', Buffer.from('text'));
      const link = await caller.client.call('POST', `/api/v1/files/${id}/link`);
      return [{ path: caller.target(operation, { id }, false) }, { path: (link.json as { readonly url: string }).url }];
    }
    default:
      return [target(), target(), target()];
  }
}
