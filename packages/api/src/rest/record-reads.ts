// Reading records: lists, single ones, their history, search.
import { fail, failAll, isUuid, problem, type TesseraError } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { HistoryInput, ListPartRequest, ListRequest, RootRequest, SearchInput, SelectionRequest } from '@tessera/engine';
import { etag, isNotModified, sendText, unwrapped, versioned } from './answer.ts';
import { LateValues } from '../late-values.ts';
import { lateFilter } from './late-filter.ts';
import { defaultPageSize, largestPageSize } from './parameters.ts';
import { readRoot, rootWriter, withModel, type PlannedRoot } from './read.ts';
import { routes, type Asked, type Call } from './route.ts';
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
function listOf({ query }: Asked, late: LateValues): ListRequest {
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

function listRoot(asked: Asked): PlannedRoot {
  const { query } = asked;
  const object = asked.path('object');
  const late = new LateValues();
  const list = listOf(asked, late);
  const counted: readonly ListPartRequest[] = query.flag('count') === true ? [{ kind: 'totalCount', as: 'totalCount' }] : [];
  const fields = query.list('fields');
  const root = async (model: Model): Promise<RootRequest> => {
    const selections = await selected(asked, model, object, fields);
    return { kind: 'list', as: answerName, object, list, parts: [{ kind: 'nodes', as: 'records', selections }, ...pageParts, ...counted] };
  };
  return { late, parts: ['list', object, list, counted.length, fields], root };
}

async function listRecords(call: Call): Promise<void> {
  const planned = listRoot(call);
  const answer = unwrapped(await withModel(call, (model) => readRoot(call, model, planned)), answerName);
  if (answer === null) throw new TypeError('A list is never null.');
  sendText(call, answer);
}

/** Which record is wanted, and what to call it where it is not there. */
interface Sought {
  readonly late: LateValues;
  readonly by: Extract<RootRequest, { kind: 'record' }>['by'];
  readonly id: string;
}

function recordRoot(asked: Asked, { late, by }: Sought): PlannedRoot {
  const object = asked.path('object');
  const fields = asked.query.list('fields');
  const deleted = asked.query.oneOf('deleted', ['with', 'only']);
  const root = async (model: Model): Promise<RootRequest> => {
    const selections = withVersion(await selected(asked, model, object, fields));
    return { kind: 'record', as: answerName, object, by, ...(deleted === undefined ? {} : { deleted }), selections, at: '' };
  };
  return { late, parts: ['record', object, by, deleted, fields], root };
}

/** One that was merged into another is told of with that, where the caller sees it. */
async function absent(call: Call, { by, id }: Sought): Promise<TesseraError> {
  const object = call.path('object');
  const into = 'id' in by ? await call.engine.run('records.moved', call.context, { object, id }) : undefined;
  if (into === undefined) return fail('RECORD_NOT_FOUND', { object, id });
  return failAll('RECORD_MOVED', [{ ...problem('RECORD_MOVED', { object, id, into }), details: { object, id: into } }]);
}

/** Answers one record, or that there is none: absent and unreadable are one answer. */
async function sendRecord(call: Call, sought: Sought): Promise<void> {
  const planned = recordRoot(call, sought);
  const { text, model } = await withModel(call, async (seen) => ({ text: await readRoot(call, seen, planned), model: seen }));
  const answer = unwrapped(text, answerName);
  const object = call.path('object');
  if (answer === null) throw await absent(call, sought);
  const record = versioned(answer);
  call.response.setHeader('ETag', etag(record.version));
  // The version says nothing about formulas or about the records behind lookups: those are sent anew.
  if (isNotModified(call, record.version) && areStored(model, object, call.query.list('fields'))) call.response.status(304).end();
  else sendText(call, record.text);
}

/** The id of the path. What is no id is the id of no record. */
/** A record that a request names. */
export interface RecordAt {
  readonly object: string;
  readonly id: string;
}

/** @throws RECORD_NOT_FOUND where the id is none */
export function recordNamed(object: string, id: string): RecordAt {
  if (!isUuid(id)) throw fail('RECORD_NOT_FOUND', { object, id });
  return { object, id: id.toLowerCase() };
}

export const recordAt = (call: Pick<Call, 'path'>): RecordAt => recordNamed(call.path('object'), call.path('id'));

export const recordId = (call: Pick<Call, 'path'>): string => recordAt(call).id;

function soughtById(asked: Asked): Sought {
  const id = recordId(asked);
  const late = new LateValues();
  return { late, by: { id: late.id('id', id) }, id };
}

function soughtByKey(asked: Asked): Sought {
  const value = asked.path('value');
  const late = new LateValues();
  return { late, by: { key: Object.fromEntries([[asked.path('field'), late.operand('value', value)]]) }, id: value };
}

function historyInput(asked: Asked): HistoryInput {
  const { query } = asked;
  const [first, before] = [query.whole('first', 1, largestPageSize), query.text('before')];
  return {
    object: asked.path('object'),
    id: recordId(asked),
    ...(first === undefined ? {} : { first }),
    ...(before === undefined ? {} : { before }),
  };
}

async function history(call: Call): Promise<void> {
  sendText(call, await call.engine.run('records.history', call.context, historyInput(call)));
}

function searchInput({ query }: Asked): SearchInput {
  const q = query.text('q');
  if (q === undefined || q.trim() === '') throw fail('REQUEST_PARAMETER_INVALID', { name: 'q', reason: 'it takes what to search for.' });
  const [objects, first] = [query.list('objects'), query.whole('first', 1, largestPageSize)];
  return { q, ...(objects === undefined ? {} : { objects }), ...(first === undefined ? {} : { first }) };
}

async function search(call: Call): Promise<void> {
  sendText(call, await call.engine.run('search', call.context, searchInput(call)));
}

export const recordReadRoutes = routes([
  {
    id: 'listRecords',
    method: 'get',
    path: '/records/{object}',
    query: ['fields', 'filter', 'sort', 'first', 'after', 'count', 'deleted'],
    handle: listRecords,
    read: (asked) => rootWriter(listRoot(asked)),
  },
  {
    id: 'getRecord',
    method: 'get',
    path: '/records/{object}/{id}',
    query: ['fields', 'deleted'],
    handle: (call) => sendRecord(call, soughtById(call)),
    read: (asked) => rootWriter(recordRoot(asked, soughtById(asked))),
  },
  {
    id: 'getRecordBy',
    method: 'get',
    path: '/records/{object}/by/{field}/{value}',
    query: ['fields'],
    handle: (call) => sendRecord(call, soughtByKey(call)),
    read: (asked) => rootWriter(recordRoot(asked, soughtByKey(asked))),
  },
  {
    id: 'getHistory',
    method: 'get',
    path: '/records/{object}/{id}/history',
    query: ['first', 'before'],
    handle: history,
    read: (asked) => {
      const input = historyInput(asked);
      return () => ({ operation: 'records.history', input });
    },
  },
  {
    id: 'search',
    method: 'get',
    path: '/search',
    query: ['q', 'objects', 'first'],
    handle: search,
    read: (asked) => {
      const input = searchInput(asked);
      return () => ({ operation: 'search', input });
    },
  },
]);
