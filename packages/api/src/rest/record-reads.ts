// Reading records: lists, single ones, their history, search.
import { fail, isUuid } from '@tessera/kernel';
import type { ListPartRequest, RootRequest, SelectionRequest } from '@tessera/engine';
import { etag, isNotModified, sendText, unwrapped, versioned } from './answer.ts';
import { defaultPageSize, largestPageSize } from './parameters.ts';
import { readRoot, withModel } from './read.ts';
import { routes, type Call } from './route.ts';
import { selected } from './selections.ts';

const answerName = 'answer';

/** The version beside the record, so that it can be read off the text's beginning. */
function withVersion(selections: readonly SelectionRequest[]): readonly SelectionRequest[] {
  return [
    { kind: 'field', as: 'version', field: 'version' },
    { kind: 'object', as: 'record', selections },
  ];
}

async function listRecords(call: Call): Promise<void> {
  const { query } = call;
  const object = call.path('object');
  const filter = query.json('filter');
  const orderBy = query.sort('sort');
  const after = query.text('after');
  const first = query.whole('first', 1, largestPageSize) ?? defaultPageSize;
  const deleted = query.oneOf('deleted', ['with', 'only']);
  const counted: readonly ListPartRequest[] = query.flag('count') === true ? [{ kind: 'totalCount', as: 'totalCount' }] : [];
  const fields = query.list('fields');

  const text = await withModel(call, async (model) => {
    const { selections } = await selected(call, model, object, fields);
    return await readRoot(call, model, {
      kind: 'list',
      as: answerName,
      object,
      list: {
        page: { first, ...(after === undefined ? {} : { after }) },
        ...(filter === undefined ? {} : { filter }),
        ...(orderBy === undefined ? {} : { orderBy }),
        ...(deleted === undefined ? {} : { deleted }),
        at: '',
      },
      parts: [
        { kind: 'nodes', as: 'records', selections },
        {
          kind: 'pageInfo',
          as: 'page',
          parts: [
            { kind: 'hasNextPage', as: 'hasNextPage' },
            { kind: 'endCursor', as: 'endCursor' },
          ],
        },
        ...counted,
      ],
    });
  });
  const answer = unwrapped(text, answerName);
  if (answer === null) throw new TypeError('A list is never null.');
  sendText(call, answer);
}

/** Answers one record, or that there is none: absent and unreadable are one answer. */
async function sendRecord(call: Call, object: string, by: Extract<RootRequest, { kind: 'record' }>['by'], id: string): Promise<void> {
  const fields = call.query.list('fields');
  const deleted = call.query.oneOf('deleted', ['with', 'only']);
  const { text, stored } = await withModel(call, async (model) => {
    const { selections, versioned: isStored } = await selected(call, model, object, fields);
    const root: RootRequest = {
      kind: 'record',
      as: answerName,
      object,
      by,
      ...(deleted === undefined ? {} : { deleted }),
      selections: withVersion(selections),
      at: '',
    };
    return { text: await readRoot(call, model, root), stored: isStored };
  });
  const answer = unwrapped(text, answerName);
  if (answer === null) throw fail('RECORD_NOT_FOUND', { object, id });
  const record = versioned(answer);
  call.response.setHeader('ETag', etag(record.version));
  // The version says nothing about formulas or about the records behind lookups: those are sent anew.
  if (stored && isNotModified(call, record.version)) call.response.status(304).end();
  else sendText(call, record.text);
}

/** The id of the path. What is no id is the id of no record. */
export function recordId(call: Call): string {
  const id = call.path('id');
  if (!isUuid(id)) throw fail('RECORD_NOT_FOUND', { object: call.path('object'), id });
  return id.toLowerCase();
}

async function getRecord(call: Call): Promise<void> {
  const id = recordId(call);
  await sendRecord(call, call.path('object'), { id }, id);
}

async function getRecordBy(call: Call): Promise<void> {
  const value = call.path('value');
  await sendRecord(call, call.path('object'), { key: Object.fromEntries([[call.path('field'), value]]) }, value);
}

async function history(call: Call): Promise<void> {
  const { query } = call;
  const [first, before] = [query.whole('first', 1, largestPageSize), query.text('before')];
  const text = await call.engine.run('records.history', call.context, {
    object: call.path('object'),
    id: recordId(call),
    ...(first === undefined ? {} : { first }),
    ...(before === undefined ? {} : { before }),
  });
  sendText(call, text);
}

async function search(call: Call): Promise<void> {
  const { query } = call;
  const q = query.text('q');
  if (q === undefined || q.trim() === '') throw fail('REQUEST_PARAMETER_INVALID', { name: 'q', reason: 'it takes what to search for.' });
  const [objects, first] = [query.list('objects'), query.whole('first', 1, largestPageSize)];
  const text = await call.engine.run('search', call.context, {
    q,
    ...(objects === undefined ? {} : { objects }),
    ...(first === undefined ? {} : { first }),
  });
  sendText(call, text);
}

export const recordReadRoutes = routes([
  {
    id: 'listRecords',
    method: 'get',
    path: '/records/{object}',
    query: ['fields', 'filter', 'sort', 'first', 'after', 'count', 'deleted'],
    handle: listRecords,
  },
  { id: 'getRecord', method: 'get', path: '/records/{object}/{id}', query: ['fields', 'deleted'], handle: getRecord },
  { id: 'getRecordBy', method: 'get', path: '/records/{object}/by/{field}/{value}', query: ['fields'], handle: getRecordBy },
  { id: 'getHistory', method: 'get', path: '/records/{object}/{id}/history', query: ['first', 'before'], handle: history },
  { id: 'search', method: 'get', path: '/search', query: ['q', 'objects', 'first'], handle: search },
]);
