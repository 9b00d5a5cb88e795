// Runs of automations, for administrators: which there are, what each has done, and what is done about one.
import { sendJson } from './answer.ts';
import { largestPageSize } from './parameters.ts';
import { routes, type Call } from './route.ts';

async function list(call: Call): Promise<void> {
  const { query } = call;
  const [automation, object, recordId, before] = [
    query.text('automation'),
    query.text('object'),
    query.text('recordId'),
    query.text('before'),
  ];
  const state = query.oneOf('state', ['ready', 'waiting', 'done', 'failed', 'cancelled']);
  const first = query.whole('first', 1, largestPageSize);
  const found = await call.engine.run('runs.list', call.context, {
    ...(automation === undefined ? {} : { automation }),
    ...(object === undefined ? {} : { object }),
    ...(recordId === undefined ? {} : { recordId }),
    ...(state === undefined ? {} : { state }),
    ...(before === undefined ? {} : { before }),
    ...(first === undefined ? {} : { first }),
  });
  sendJson(call, found);
}

async function get(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('runs.get', call.context, { id: call.path('id') }));
}

async function retry(call: Call): Promise<void> {
  await call.engine.run('runs.retry', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

async function cancel(call: Call): Promise<void> {
  await call.engine.run('runs.cancel', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

export const runRoutes = routes([
  { id: 'listRuns', method: 'get', path: '/runs', query: ['automation', 'object', 'recordId', 'state', 'first', 'before'], handle: list },
  { id: 'getRun', method: 'get', path: '/runs/{id}', handle: get },
  { id: 'retryRun', method: 'post', path: '/runs/{id}/retry', handle: retry },
  { id: 'cancelRun', method: 'post', path: '/runs/{id}/cancel', handle: cancel },
]);
