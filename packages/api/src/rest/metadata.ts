// Metadata over HTTP: look at it, plan a change, apply it, go back.
import type { MetadataChange, RollbackInput } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { routes, type Call } from './route.ts';

function changeOf(body: unknown): MetadataChange {
  const members = new Members(body, '', ['files', 'reason', 'planHash']);
  const [reason, planHash] = [members.text('reason'), members.text('planHash')];
  return {
    files: objectAt(members.value('files'), '/files'),
    ...(reason === undefined ? {} : { reason }),
    ...(planHash === undefined ? {} : { planHash }),
  };
}

async function getKind(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.get', call.context, { kind: call.path('kind') }));
}

async function getComponent(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.get', call.context, { kind: call.path('kind'), name: call.path('name') }));
}

async function planChange(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.plan', call.context, changeOf(call.body)));
}

async function applyChange(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.apply', call.context, changeOf(call.body)));
}

async function listVersions(call: Call): Promise<void> {
  sendJson(call, { versions: await call.engine.run('metadata.versions', call.context, {}) });
}

async function getVersion(call: Call): Promise<void> {
  const number = Number(call.path('number'));
  if (!Number.isSafeInteger(number)) throw fail('VERSION_UNKNOWN', { number: call.path('number') });
  sendJson(call, await call.engine.run('metadata.version', call.context, { number }));
}

function rollbackOf(body: unknown): RollbackInput {
  const members = new Members(body, '', ['version', 'reason', 'planHash']);
  const [version, reason, planHash] = [members.whole('version'), members.text('reason'), members.text('planHash')];
  if (version === undefined) throw fail('REQUEST_INVALID', { reason: '/version must be given.' }, { pointer: '/version' });
  return { version, ...(reason === undefined ? {} : { reason }), ...(planHash === undefined ? {} : { planHash }) };
}

async function planRollBack(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.planRollback', call.context, rollbackOf(call.body)));
}

async function rollBack(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('metadata.rollback', call.context, rollbackOf(call.body)));
}

export const metadataRoutes = routes([
  { id: 'planMetadata', method: 'post', path: '/metadata/plan', body: 'json', handle: planChange },
  { id: 'applyMetadata', method: 'post', path: '/metadata/apply', body: 'json', handle: applyChange },
  { id: 'listMetadataVersions', method: 'get', path: '/metadata/versions', handle: listVersions },
  { id: 'getMetadataVersion', method: 'get', path: '/metadata/versions/{number}', handle: getVersion },
  { id: 'planRollback', method: 'post', path: '/metadata/rollback/plan', body: 'json', handle: planRollBack },
  { id: 'rollBackMetadata', method: 'post', path: '/metadata/rollback', body: 'json', handle: rollBack },
  { id: 'listMetadata', method: 'get', path: '/metadata/{kind}', handle: getKind },
  { id: 'getMetadata', method: 'get', path: '/metadata/{kind}/{name}', handle: getComponent },
]);
