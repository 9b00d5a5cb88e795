// Packs over HTTP: what is installed, what a pack would do, installing and taking away, a pack of the tenant's own layer.
import type { Choice, PackChange, PackExport } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { routes, type Call } from './route.ts';

const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason }, { pointer });

function preferenceOf(members: Members): 'tenant' | 'pack' | undefined {
  const prefer = members.text('prefer');
  if (prefer === undefined || prefer === 'tenant' || prefer === 'pack') return prefer;
  throw invalid('/prefer must be tenant or pack.', '/prefer');
}

/** `"tenant"`, `"pack"`, or `{ "value": … }`. */
function choiceOf(choice: unknown, pointer: string): Choice {
  if (choice === 'tenant' || choice === 'pack') return choice;
  const { value } = objectAt(choice, pointer, ['value']);
  if (value === undefined) throw invalid(`${pointer} must be tenant, pack, or an object with a value.`, pointer);
  return { value };
}

function choicesOf(members: Members): Readonly<Record<string, Choice>> | undefined {
  if (!members.has('choices')) return undefined;
  const choices = Object.entries(objectAt(members.value('choices'), '/choices'));
  const pointer = (id: string): string => `/choices/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return Object.fromEntries(choices.map(([id, choice]) => [id, choiceOf(choice, pointer(id))]));
}

function changeOf(body: unknown): PackChange {
  const members = new Members(body, '', ['files', 'uninstall', 'choices', 'prefer', 'reason', 'planHash']);
  const [choices, prefer, reason, planHash] = [choicesOf(members), preferenceOf(members), members.text('reason'), members.text('planHash')];
  const options = {
    ...(choices === undefined ? {} : { choices }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(reason === undefined ? {} : { reason }),
    ...(planHash === undefined ? {} : { planHash }),
  };
  const uninstall = members.text('uninstall');
  if (uninstall !== undefined && members.has('files')) throw invalid('either /files or /uninstall is given.', '/uninstall');
  return uninstall === undefined ? { ...options, files: objectAt(members.value('files'), '/files') } : { ...options, uninstall };
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
