// Records of pools: claimed, given back, given to others; and records that are converted.
import type { ConvertInput, PoolInput } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { recordAt, type RecordAt } from './record-reads.ts';
import { routes, type Call } from './route.ts';

export function poolInput(action: PoolInput['action'], record: RecordAt, members: Members): PoolInput {
  const [reason, to, pool, note] = ['reason', 'to', 'pool', 'note'].map((name) => members.text(name));
  return { action, ...record, reason, to, pool, note };
}

export const convertInput = (record: RecordAt, conversion: string, members: Members): ConvertInput => ({
  ...record,
  conversion,
  dryRun: members.flag('dryRun'),
  allowDuplicates: members.flag('allowDuplicates'),
});

async function act(call: Call, action: PoolInput['action'], known: readonly string[]): Promise<void> {
  const input = poolInput(action, recordAt(call), new Members(call.body, '', [...known, 'note']));
  sendJson(call, await call.engine.run('pools.change', call.context, input));
}

async function convert(call: Call): Promise<void> {
  const input = convertInput(recordAt(call), call.path('name'), new Members(call.body, '', ['dryRun', 'allowDuplicates']));
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
