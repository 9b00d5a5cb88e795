// Records of pools: claimed, given back, given to others; and records that are converted.
import type { PoolInput } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { recordId } from './record-reads.ts';
import { routes, type Call } from './route.ts';

async function act(call: Call, action: PoolInput['action'], known: readonly string[]): Promise<void> {
  const members = new Members(call.body, '', [...known, 'note']);
  const [reason, to, pool, note] = ['reason', 'to', 'pool', 'note'].map((name) => members.text(name));
  if (action === 'transfer' && (to === undefined) === (pool === undefined))
    throw fail('REQUEST_INVALID', { reason: 'say either `to`, a user, or `pool`.' });
  const input = { action, object: call.path('object'), id: recordId(call), reason, to, pool, note };
  sendJson(call, await call.engine.run('pools.change', call.context, input));
}

async function convert(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['dryRun', 'allowDuplicates']);
  const input = {
    object: call.path('object'),
    id: recordId(call),
    conversion: call.path('name'),
    dryRun: members.flag('dryRun'),
    allowDuplicates: members.flag('allowDuplicates'),
  };
  sendJson(call, await call.engine.run('conversions.run', call.context, input));
}

export const poolRoutes = routes([
  { id: 'claimRecord', method: 'post', path: '/records/{object}/{id}/claim', body: 'json', handle: (call) => act(call, 'claim', []) },
  {
    id: 'returnRecord',
    method: 'post',
    path: '/records/{object}/{id}/return',
    body: 'json',
    handle: (call) => act(call, 'return', ['reason']),
  },
  {
    id: 'assignRecord',
    method: 'post',
    path: '/records/{object}/{id}/assign',
    body: 'json',
    handle: (call) => act(call, 'assign', ['to']),
  },
  {
    id: 'transferRecord',
    method: 'post',
    path: '/records/{object}/{id}/transfer',
    body: 'json',
    handle: (call) => act(call, 'transfer', ['to', 'pool']),
  },
  { id: 'convertRecord', method: 'post', path: '/records/{object}/{id}/convert/{name}', body: 'json', handle: convert },
]);
