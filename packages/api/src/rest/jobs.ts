// What runs by itself, for administrators: what waits, what has failed, and what is done about it.
import { sendJson } from './answer.ts';
import { largestPageSize } from './parameters.ts';
import { routes, type Call } from './route.ts';

async function listJobs(call: Call): Promise<void> {
  const { query } = call;
  const [kind, before] = [query.oneOf('kind', ['run', 'timer', 'effect']), query.text('before')];
  const first = query.whole('first', 1, largestPageSize);
  const list = await call.engine.run('jobs.list', call.context, {
    ...(kind === undefined ? {} : { kind }),
    ...(before === undefined ? {} : { before }),
    ...(first === undefined ? {} : { first }),
  });
  sendJson(call, list);
}

async function retry(call: Call): Promise<void> {
  await call.engine.run('jobs.retry', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

async function remove(call: Call): Promise<void> {
  await call.engine.run('jobs.delete', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

export const jobRoutes = routes([
  { id: 'listJobs', method: 'get', path: '/jobs', query: ['kind', 'first', 'before'], handle: listJobs },
  { id: 'retryJob', method: 'post', path: '/jobs/{id}/retry', handle: retry },
  { id: 'deleteJob', method: 'delete', path: '/jobs/{id}', handle: remove },
]);
