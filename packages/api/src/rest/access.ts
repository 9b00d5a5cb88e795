// Who may see and change a record: the explanation, the shares, and the audit trail.
import { fail } from '@tessera/kernel';
import type { OperationInput, ShareSubject } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { largestPageSize } from './parameters.ts';
import { recordId } from './record-reads.ts';
import { routes, type Call } from './route.ts';

async function explain(call: Call): Promise<void> {
  const user = call.query.text('user');
  const input = { object: call.path('object'), id: recordId(call), ...(user === undefined ? {} : { user }) };
  sendJson(call, await call.engine.run('records.access', call.context, input));
}

async function listShares(call: Call): Promise<void> {
  const shares = await call.engine.run('records.shares', call.context, { object: call.path('object'), id: recordId(call) });
  sendJson(call, { shares });
}

const subjectKinds = ['user', 'role', 'group', 'department'] as const;

function subjectAt(value: unknown, pointer: string): ShareSubject {
  const members = new Members(value, pointer, [...subjectKinds, 'below']);
  const named = subjectKinds.filter((kind) => members.has(kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1)
    throw fail('REQUEST_INVALID', { reason: `${pointer} names one of ${subjectKinds.join(', ')}.` }, { pointer });
  const text = members.requiredText(kind);
  const below = members.flag('below');
  if (kind === 'department') return { department: text, ...(below === undefined ? {} : { below }) };
  if (below !== undefined)
    throw fail('REQUEST_INVALID', { reason: 'only departments have departments below.' }, { pointer: `${pointer}/below` });
  return kind === 'user' ? { user: text } : kind === 'role' ? { role: text } : { group: text };
}

type GivenShare = OperationInput<'records.share'>['shares'][number];

function shareAt(value: unknown, pointer: string): GivenShare {
  const members = new Members(value, pointer, ['to', 'access', 'teamRole', 'expiresAt']);
  const [access, teamRole, expiresAt] = [members.oneOf('access', ['read', 'edit']), members.text('teamRole'), members.text('expiresAt')];
  return {
    to: subjectAt(members.value('to'), `${pointer}/to`),
    ...(access === undefined ? {} : { access }),
    ...(teamRole === undefined ? {} : { teamRole }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

async function share(call: Call): Promise<void> {
  const given = new Members(call.body, '', ['shares']).requiredList('shares');
  const shares = given.map((value, i) => shareAt(value, `/shares/${String(i)}`));
  const input = { object: call.path('object'), id: recordId(call), shares };
  sendJson(call, { shares: await call.engine.run('records.share', call.context, input) });
}

async function unshare(call: Call): Promise<void> {
  const input = { object: call.path('object'), id: recordId(call), shares: [call.path('share')] };
  const gone = await call.engine.run('records.unshare', call.context, input);
  if (gone.length === 0) throw fail('SHARE_NOT_FOUND', { id: call.path('share') });
  call.response.status(204).end();
}

async function listAudit(call: Call): Promise<void> {
  const { query } = call;
  const first = query.whole('first', 1, largestPageSize);
  const texts = ['from', 'to', 'actor', 'action', 'object', 'recordId', 'before'] as const;
  const given = texts.flatMap((name) => {
    const text = query.text(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  sendJson(
    call,
    await call.engine.run('audit.list', call.context, { ...Object.fromEntries(given), ...(first === undefined ? {} : { first }) }),
  );
}

export const accessRoutes = routes([
  { id: 'explainAccess', method: 'get', path: '/records/{object}/{id}/access', query: ['user'], handle: explain },
  { id: 'listShares', method: 'get', path: '/records/{object}/{id}/shares', handle: listShares },
  { id: 'shareRecord', method: 'post', path: '/records/{object}/{id}/shares', body: 'json', handle: share },
  { id: 'unshareRecord', method: 'delete', path: '/records/{object}/{id}/shares/{share}', handle: unshare },
  {
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    query: ['from', 'to', 'actor', 'action', 'object', 'recordId', 'first', 'before'],
    handle: listAudit,
  },
]);
