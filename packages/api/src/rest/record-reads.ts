// Reading records: lists, single ones, their history, search.
import { fail, isUuid } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { ListPartRequest, ListRequest, RootRequest, SelectionRequest } from '@tessera/engine';
import { etag, isNotModified, sendText, unwrapped, versioned } from './answer.ts';
import { LateValues } from '../late-values.ts';
import { lateFilter } from './late-filter.ts';
import { defaultPageSize, largestPageSize } from './parameters.ts';
import { readRoot, withModel } from './read.ts';
import { routes, type Call } from './route.ts';
import { areStored, selected } from './selections.ts';

const answerName = 'answer';

/** The version beside the record, so that it can be read off the text's beginning. */
function withVersion(selections: readonly SelectionRequest[]): readonly SelectionRequest[] {
  return [
    { kind: 'field', as: 'version', field: 'version' },
    { kind: 'object', as: 'record', selections },
  ];
}

const pageParts: readonly ListPartRequest[] = [
  {
    kind: 'pageInfo',
    as: 'page',
    parts: [
      { kind: 'hasNextPage', as: 'hasNextPage' },
      { kind: 'endCursor', as: 'endCursor' },
    ],
  },
];

/** The list that the query's parameters ask for, its values taken out. */
function listOf({ query }: Call, late: LateValues): ListRequest {
  const filter = lateFilter(late, 'filter', query.json('filter'));
  const orderBy = query.sort('sort');
  const after = query.text('after');
  const first = query.whole('first', 1, largestPageSize) ?? defaultPageSize;
  const deleted = query.oneOf('deleted', ['with', 'only']);
  return {
    page: { first, ...(after === undefined ? {} : { after: late.cursor('after', after) }) },
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(deleted === undefined ? {} : { deleted }),
    at: '',
  };
}

async function listRecords(call: Call): Promise<void> {
  const { query } = call;
  const object = call.path('object');
  const late = new LateValues();
  const list = listOf(call, late);
  const counted: readonly ListPartRequest[] = query.flag('count') === true ? [{ kind: 'totalCount', as: 'totalCount' }] : [];
  const fields = query.list('fields');
  const root = async (model: Model): Promise<RootRequest> => {
    const selections = await selected(call, model, object, fields);
    return { kind: 'list', as: answerName, object, list, parts: [{ kind: 'nodes', as: 'records', selections }, ...pageParts, ...counted] };
  };
  const parts = ['list', object, list, counted.length, fields];
  const text = await withModel(call, (model) => readRoot(call, model, { late, parts, root }));
  const answer = unwrapped(text, answerName);
  if (answer === null) throw new TypeError('A list is never null.');
  sendText(call, answer);
}

/** Which record is wanted, and what to call it where it is not there. */
interface Sought {
  readonly late: LateValues;
  readonly by: Extract<RootRequest, { kind: 'record' }>['by'];
  readonly id: string;
}

/** Answers one record, or that there is none: absent and unreadable are one answer. */
async function sendRecord(call: Call, { late, by, id }: Sought): Promise<void> {
  const object = call.path('object');
  const fields = call.query.list('fields');
  const deleted = call.query.oneOf('deleted', ['with', 'only']);
  const root = async (seen: Model): Promise<RootRequest> => {
    const selections = withVersion(await selected(call, seen, object, fields));
    return { kind: 'record', as: answerName, object, by, ...(deleted === undefined ? {} : { deleted }), selections, at: '' };
  };
  const parts = ['record', object, by, deleted, fields];
  const { text, model } = await withModel(call, async (seen) => ({ text: await readRoot(call, seen, { late, parts, root }), model: seen }));
  const answer = unwrapped(text, answerName);
  if (answer === null) throw fail('RECORD_NOT_FOUND', { object, id });
  const record = versioned(answer);
  call.response.setHeader('ETag', etag(record.version));
  // The version says nothing about formulas or about the records behind lookups: those are sent anew.
  if (isNotModified(call, record.version) && areStored(model, object, fields)) call.response.status(304).end();
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
  const late = new LateValues();
  await sendRecord(call, { late, by: { id: late.id('id', id) }, id });
}

async function getRecordBy(call: Call): Promise<void> {
  const value = call.path('value');
  const late = new LateValues();
  await sendRecord(call, { late, by: { key: Object.fromEntries([[call.path('field'), late.operand('value', value)]]) }, id: value });
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
