// Sandboxes over HTTP: copies of the caller's tenant, and what was changed in one brought to the tenant.
import type { NewSandbox, PromotionChange, RefreshedSandbox, SandboxLogin } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { decisionsIn } from './decisions.ts';
import { routes, type Call } from './route.ts';

const loginOf = (value: unknown, i: number): SandboxLogin => {
  const members = new Members(value, `/logins/${String(i)}`, ['email', 'password']);
  return { email: members.requiredText('email'), password: members.requiredText('password') };
};

function settingsIn(members: Members): Partial<Omit<NewSandbox, 'name'>> {
  const data = members.oneOf('data', ['none', 'sample', 'all'] as const);
  const [sample, mask, logins] = [members.whole('sample', 1), members.flag('mask'), members.list('logins')];
  return {
    ...(data === undefined ? {} : { data }),
    ...(sample === undefined ? {} : { sample }),
    ...(mask === undefined ? {} : { mask }),
    ...(logins === undefined ? {} : { logins: logins.map(loginOf) }),
  };
}

function newSandboxOf(body: unknown): NewSandbox {
  const members = new Members(body, '', ['name', 'data', 'sample', 'mask', 'logins']);
  const { data, logins, ...settings } = settingsIn(members);
  if (data === undefined) throw fail('REQUEST_INVALID', { reason: '/data must be given: none, sample or all.' }, { pointer: '/data' });
  return { ...settings, name: members.requiredText('name'), data, logins: logins ?? [] };
}

const refreshedOf = (name: string, body: unknown): RefreshedSandbox => ({
  ...settingsIn(new Members(body, '', ['data', 'sample', 'mask', 'logins'])),
  name,
});

function promotionOf(name: string, body: unknown): PromotionChange {
  const members = new Members(body, '', ['choices', 'prefer', 'reason', 'planHash']);
  const [reason, planHash] = [members.text('reason'), members.text('planHash')];
  return {
    ...decisionsIn(members),
    name,
    ...(reason === undefined ? {} : { reason }),
    ...(planHash === undefined ? {} : { planHash }),
  };
}

async function list(call: Call): Promise<void> {
  sendJson(call, { sandboxes: await call.engine.run('sandboxes.list', call.context, {}) });
}

async function get(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sandboxes.get', call.context, { name: call.path('name') }));
}

async function create(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sandboxes.create', call.context, newSandboxOf(call.body)), 202);
}

async function refresh(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sandboxes.refresh', call.context, refreshedOf(call.path('name'), call.body)), 202);
}

async function remove(call: Call): Promise<void> {
  await call.engine.run('sandboxes.delete', call.context, { name: call.path('name') });
  call.response.status(204).end();
}

async function plan(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sandboxes.plan', call.context, promotionOf(call.path('name'), call.body)));
}

async function promote(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sandboxes.promote', call.context, promotionOf(call.path('name'), call.body)));
}

export const sandboxRoutes = routes([
  { id: 'listSandboxes', method: 'get', path: '/sandboxes', handle: list },
  { id: 'createSandbox', method: 'post', path: '/sandboxes', body: 'json', handle: create },
  { id: 'getSandbox', method: 'get', path: '/sandboxes/{name}', handle: get },
  { id: 'planPromotion', method: 'post', path: '/sandboxes/{name}/promotion/plan', body: 'json', handle: plan },
  { id: 'promoteSandbox', method: 'post', path: '/sandboxes/{name}/promotion', body: 'json', handle: promote },
  { id: 'refreshSandbox', method: 'post', path: '/sandboxes/{name}/refresh', body: 'json', handle: refresh },
  { id: 'deleteSandbox', method: 'delete', path: '/sandboxes/{name}', handle: remove },
]);
