// Packs over HTTP: what is installed, what a pack would do, installing and taking away, a pack of the tenant's own layer.
import type { PackChange, PackExport } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { decisionsIn, invalid } from './decisions.ts';
import { routes, type Call } from './route.ts';

function changeOf(body: unknown): PackChange {
  const members = new Members(body, '', ['files', 'with', 'uninstall', 'choices', 'prefer', 'reason', 'planHash']);
  const [reason, planHash] = [members.text('reason'), members.text('planHash')];
  const options = {
    ...decisionsIn(members),
    ...(reason === undefined ? {} : { reason }),
    ...(planHash === undefined ? {} : { planHash }),
  };
  const uninstall = members.text('uninstall');
  const others = members.list('with')?.map((files, i) => objectAt(files, `/with/${String(i)}`));
  if (uninstall === undefined) {
    return { ...options, files: objectAt(members.value('files'), '/files'), ...(others === undefined ? {} : { with: others }) };
  }
  if (members.has('files') || others !== undefined) throw invalid('either /files or /uninstall is given.', '/uninstall');
  return { ...options, uninstall };
}

function exportOf(body: unknown): PackExport {
  const members = new Members(body, '', ['name', 'namespace', 'version', 'publisher']);
  const [version, publisher] = [members.text('version'), members.text('publisher')];
  return {
    name: members.requiredText('name'),
    namespace: members.requiredText('namespace'),
    ...(version === undefined ? {} : { version }),
    ...(publisher === undefined ? {} : { publisher }),
  };
}

async function list(call: Call): Promise<void> {
  sendJson(call, { packs: await call.engine.run('packs.list', call.context, {}) });
}

async function plan(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('packs.plan', call.context, changeOf(call.body)));
}

async function apply(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('packs.apply', call.context, changeOf(call.body)));
}

async function exportTenant(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('packs.export', call.context, exportOf(call.body)));
}

export const packRoutes = routes([
  { id: 'listPacks', method: 'get', path: '/packs', handle: list },
  { id: 'planPack', method: 'post', path: '/packs/plan', body: 'json', handle: plan },
  { id: 'applyPack', method: 'post', path: '/packs/apply', body: 'json', handle: apply },
  { id: 'exportPack', method: 'post', path: '/packs/export', body: 'json', handle: exportTenant },
]);
