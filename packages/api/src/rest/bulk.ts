// Many records of one object in one request, answered one by one.
import { fail, TesseraError } from '@tessera/kernel';
import type { RecordInput, RecordResult, SelectionRequest, WriteResult } from '@tessera/engine';
import { bulkActions, type BulkAction } from '../bulk-actions.ts';
import { sendText } from './answer.ts';
import { Members, objectAt, type JsonObject } from './body.ts';
import { problemEntry, repoint } from './problem.ts';
import { withModel } from './read.ts';
import { routes, type Call } from './route.ts';
import { selected } from './selections.ts';

interface Bulk {
  readonly action: BulkAction;
  readonly by: string | undefined;
  readonly allOrNone: boolean;
  readonly allowDuplicates: boolean;
  readonly records: readonly JsonObject[];
}

interface Options {
  readonly object: string;
  readonly allOrNone: boolean;
  readonly allowDuplicates: boolean;
  readonly returning?: readonly SelectionRequest[];
  readonly modelHash: string;
}

function bulkOf(body: unknown): Bulk {
  const members = new Members(body, '', ['action', 'by', 'allOrNone', 'allowDuplicates', 'records']);
  const action = members.oneOf('action', bulkActions);
  if (action === undefined)
    throw fail('REQUEST_INVALID', { reason: `/action must be one of ${bulkActions.join(', ')}.` }, { pointer: '/action' });
  const by = members.text('by');
  if ((by === undefined) === (action === 'upsert')) {
    throw fail('REQUEST_INVALID', { reason: '/by belongs to upsert, which needs it: a unique field or a key.' }, { pointer: '/by' });
  }
  const records = members.requiredList('records').map((record, i) => objectAt(record, `/records/${i}`));
  const allowDuplicates = members.flag('allowDuplicates') ?? false;
  return { action, by, allOrNone: members.flag('allOrNone') ?? true, allowDuplicates, records };
}

interface Target {
  readonly id: string;
  readonly version?: number;
}

function targetAt(record: JsonObject, i: number, known?: readonly string[]): Target {
  const members = new Members(record, `/records/${i}`, known ?? Object.keys(record));
  const version = members.whole('version', 1);
  return { id: members.requiredText('id'), ...(version === undefined ? {} : { version }) };
}

/** `{ "id", "version"?, …values }`: both names are of system fields, which no caller may set. */
function updateAt(record: JsonObject, i: number): Target & { readonly values: RecordInput } {
  const values = Object.entries(record).filter(([name]) => name !== 'id' && name !== 'version');
  return { ...targetAt(record, i), values: Object.fromEntries(values) };
}

function run({ engine, context }: Call, { action, by = '', records }: Bulk, options: Options): Promise<WriteResult> {
  switch (action) {
    case 'create':
      return engine.run('records.create', context, { ...options, records });
    case 'update':
      return engine.run('records.update', context, { ...options, records: records.map(updateAt) });
    case 'upsert':
      return engine.run('records.upsert', context, { ...options, by, records });
    case 'delete':
      return engine.run('records.delete', context, { ...options, records: records.map((each, i) => targetAt(each, i, ['id', 'version'])) });
    case 'void':
    case 'unvoid':
      return engine.run(`records.${action}`, context, {
        ...options,
        records: records.map((each, i) => targetAt(each, i, ['id', 'version'])),
      });
    case 'restore':
      return engine.run('records.restore', context, { ...options, ids: records.map((each, i) => targetAt(each, i, ['id']).id) });
  }
}

/**
 * Where the operation's input differs from the body: a single record's pointers start at the record, ids of a restore are a list of
 * their own, and the values of an update stand one level deeper.
 */
function inBody(pointer: string, count: number): string {
  const ofIds = pointer.replace(/^\/ids(?=\/)/, '/records');
  const ofRecord = count === 1 && !/^\/records\/0(?=\/|$)/.test(ofIds) ? `/records/0${ofIds}` : ofIds;
  return ofRecord.replace(/^(\/records\/\d+)\/values(?=\/|$)/, '$1');
}

/** One result as text; the record's own text is spliced in as it is. */
function resultText(result: RecordResult, count: number): string {
  if (!result.ok) {
    const problems = result.problems.map(problemEntry);
    const moved = problems.map((entry) => (entry.pointer === undefined ? entry : { ...entry, pointer: inBody(entry.pointer, count) }));
    return JSON.stringify({ ok: false, problems: moved });
  }
  const { id, version, created, record, approval } = result;
  const head = JSON.stringify({ ok: true, id, version, created, approval });
  return record === undefined ? head : `${head.slice(0, -1)},"record":${record}}`;
}

async function bulk(call: Call): Promise<void> {
  const request = bulkOf(call.body);
  const { allOrNone, allowDuplicates } = request;
  const object = call.path('object');
  const fields = call.query.list('fields');
  try {
    const { results } = await withModel(call, async (model) => {
      const returning = fields === undefined ? {} : { returning: await selected(call, model, object, fields) };
      return await run(call, request, { object, allOrNone, allowDuplicates, ...returning, modelHash: model.hash });
    });
    sendText(call, `{"results":[${results.map((result) => resultText(result, results.length)).join(',')}]}`);
  } catch (error) {
    throw error instanceof TesseraError ? repoint(error, (pointer) => inBody(pointer, request.records.length)) : error;
  }
}

export const bulkRoutes = routes([
  { id: 'bulk', method: 'post', path: '/records/{object}/bulk', query: ['fields'], body: 'json', handle: bulk },
]);
