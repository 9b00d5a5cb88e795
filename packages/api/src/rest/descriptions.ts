// What the caller's tenant consists of: objects, their fields, layouts.
import { sendJson } from './answer.ts';
import { routes, type Call } from './route.ts';

async function listObjects(call: Call): Promise<void> {
  sendJson(call, { objects: await call.engine.run('objects.list', call.context, {}) });
}

async function describeObject(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('objects.describe', call.context, { object: call.path('object') }));
}

async function getLayout(call: Call): Promise<void> {
  const { query } = call;
  const [recordType, record, layout] = [query.text('recordType'), query.text('record'), query.text('layout')];
  const resolved = await call.engine.run('layouts.resolve', call.context, {
    object: call.path('object'),
    ...(recordType === undefined ? {} : { recordType }),
    ...(record === undefined ? {} : { record }),
    ...(layout === undefined ? {} : { layout }),
  });
  sendJson(call, resolved);
}

export const descriptionRoutes = routes([
  { id: 'listObjects', method: 'get', path: '/objects', handle: listObjects },
  { id: 'describeObject', method: 'get', path: '/objects/{object}', handle: describeObject },
  { id: 'getLayout', method: 'get', path: '/layouts/{object}', query: ['recordType', 'record', 'layout'], handle: getLayout },
]);
