// Writing one record at a time: create, update, upsert, delete, void, restore, purge.
import { fail, TesseraError, type Problem } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { MarkInput, RecordResult, SelectionRequest, WriteResult } from '@tessera/engine';
import { etag, ifMatch, sendText, sendJson, wantsMinimal } from './answer.ts';
import { objectAt } from './body.ts';
import { pointerStep } from './parse-json.ts';
import { repoint } from './problem.ts';
import { withModel } from './read.ts';
import { recordId } from './record-reads.ts';
import { routes, type Call } from './route.ts';
import { selected } from './selections.ts';

type Written = Extract<RecordResult, { ok: true }>;

/** What to answer of a written record, in the form of a write's options. */
export interface Returning {
  readonly returning?: readonly SelectionRequest[];
  readonly modelHash: string;
  readonly allowDuplicates?: boolean;
}

function failed(problems: readonly Problem[]): TesseraError {
  const [first, ...more] = problems;
  if (first === undefined) throw new TypeError('A refused record has no problem.');
  return new TesseraError(first, more.length === 0 ? [] : problems);
}

/** `/records/0/values/amount` is `/amount` to a caller whose body is the record. */
function single(error: unknown): unknown {
  if (!(error instanceof TesseraError)) return error;
  return repoint(error, (pointer) => pointer.replace(/^\/(records|ids)\/0(\/values)?(?=\/|$)/, ''));
}

/** Writes one record with what is to be answered of it. */
async function writeOne(
  call: Call,
  write: (returning: Returning, model: Model) => Promise<WriteResult>,
  minimal: boolean,
): Promise<Written> {
  try {
    return await withModel(call, async (model) => {
      const options = minimal ? {} : { returning: await selected(call, model, call.path('object'), call.query.list('fields')) };
      const allow = call.query.flag('allowDuplicates');
      const { results } = await write(
        { ...options, modelHash: model.hash, ...(allow === undefined ? {} : { allowDuplicates: allow }) },
        model,
      );
      const [result] = results;
      if (result === undefined) throw new TypeError('A write of one record has one result.');
      if (!result.ok) throw failed(result.problems);
      return result;
    });
  } catch (error) {
    throw single(error);
  }
}

/** What a write waits for; undefined where it is done. */
function pending({ response }: Call, { approval }: Written): Written['approval'] {
  if (approval === undefined || approval.status === 'approved') return undefined;
  response.setHeader('Link', `</api/v1/approvals/${approval.id}>; rel="approval"`);
  return approval;
}

function answer(call: Call, written: Written): void {
  const { response } = call;
  const waits = pending(call, written);
  response.setHeader('ETag', etag(written.version));
  // A new record is there while it waits; of a change nothing is.
  if (waits !== undefined && !written.created) {
    sendJson(call, { approval: waits }, 202);
    return;
  }
  const object = encodeURIComponent(call.path('object'));
  if (written.created) response.setHeader('Location', `/api/v1/records/${object}/${written.id}`);
  if (written.record === undefined) response.status(written.created ? 201 : 204).end();
  else sendText(call, written.record, written.created ? 201 : 200);
}

async function createRecord(call: Call): Promise<void> {
  const record = objectAt(call.body, '');
  const write = (options: Returning): Promise<WriteResult> =>
    call.engine.run('records.create', call.context, { object: call.path('object'), records: [record], ...options });
  answer(call, await writeOne(call, write, wantsMinimal(call)));
}

async function updateRecord(call: Call): Promise<void> {
  const [id, version, values] = [recordId(call), ifMatch(call), objectAt(call.body, '')];
  const record = { id, values, ...(version === undefined ? {} : { version }) };
  const write = (options: Returning): Promise<WriteResult> =>
    call.engine.run('records.update', call.context, { object: call.path('object'), records: [record], ...options });
  answer(call, await writeOne(call, write, wantsMinimal(call)));
}

/** A unique field, or the key that is made of this field alone; what is neither is told by the operation. */
function keyOf(model: Model, object: string, field: string): string {
  const known = Object.hasOwn(model.objects, object) ? model.objects[object] : undefined;
  if (known === undefined || (Object.hasOwn(known.fields, field) && known.fields[field]?.unique === true)) return field;
  const key = Object.values(known.keys).find(
    ({ unique, where, fields }) => unique && where === undefined && fields.length === 1 && fields[0] === field,
  );
  return key?.name ?? field;
}

async function upsertRecord(call: Call): Promise<void> {
  const [field, value, body] = [call.path('field'), call.path('value'), objectAt(call.body, '')];
  if (Object.hasOwn(body, field) && String(body[field]) !== value) {
    throw fail('REQUEST_INVALID', { reason: `${field} is given by the path, and differs in the body.` }, { pointer: pointerStep(field) });
  }
  // A value that the body gives is the better typed one.
  const record = Object.hasOwn(body, field) ? body : Object.fromEntries([...Object.entries(body), [field, value]]);
  const object = call.path('object');
  const write = (options: Returning, model: Model): Promise<WriteResult> =>
    call.engine.run('records.upsert', call.context, { object, by: keyOf(model, object, field), records: [record], ...options });
  answer(call, await writeOne(call, write, wantsMinimal(call)));
}

async function deleteRecord(call: Call): Promise<void> {
  const [id, version, object] = [recordId(call), ifMatch(call), call.path('object')];
  if (call.query.flag('purge') === true) {
    if (version !== undefined) throw fail('REQUEST_INVALID', { reason: 'a purge takes no If-Match: a deleted record does not change.' });
    const { purged } = await call.engine.run('records.purge', call.context, { object, ids: [id] });
    if (purged === 0) throw fail('RECORD_NOT_FOUND', { object, id });
  } else {
    const record = { id, ...(version === undefined ? {} : { version }) };
    const write = (options: Returning): Promise<WriteResult> =>
      call.engine.run('records.delete', call.context, { object, records: [record], ...options });
    const waits = pending(call, await writeOne(call, write, true));
    if (waits !== undefined) {
      sendJson(call, { approval: waits }, 202);
      return;
    }
  }
  call.response.status(204).end();
}

async function restoreRecord(call: Call): Promise<void> {
  const id = recordId(call);
  const write = (options: Returning): Promise<WriteResult> =>
    call.engine.run('records.restore', call.context, { object: call.path('object'), ids: [id], ...options });
  // A restored record is not new: it has the address that it had.
  answer(call, { ...(await writeOne(call, write, wantsMinimal(call))), created: false });
}

async function mark(call: Call, run: (input: MarkInput) => Promise<WriteResult>): Promise<void> {
  const [id, version, object] = [recordId(call), ifMatch(call), call.path('object')];
  const record = { id, ...(version === undefined ? {} : { version }) };
  const write = (options: Returning): Promise<WriteResult> => run({ object, records: [record], ...options });
  answer(call, await writeOne(call, write, wantsMinimal(call)));
}

const voidRecord = (call: Call): Promise<void> => mark(call, (input) => call.engine.run('records.void', call.context, input));

const unvoidRecord = (call: Call): Promise<void> => mark(call, (input) => call.engine.run('records.unvoid', call.context, input));

async function purgeRecords(call: Call): Promise<void> {
  const ids = objectAt(call.body, '', ['ids'])['ids'];
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw fail('REQUEST_INVALID', { reason: '/ids must be a list of ids.' }, { pointer: '/ids' });
  }
  sendJson(call, await call.engine.run('records.purge', call.context, { object: call.path('object'), ids }));
}

export const recordWriteRoutes = routes([
  {
    id: 'createRecord',
    method: 'post',
    path: '/records/{object}',
    query: ['fields', 'allowDuplicates'],
    body: 'json',
    handle: createRecord,
  },
  {
    id: 'updateRecord',
    method: 'patch',
    path: '/records/{object}/{id}',
    query: ['fields', 'allowDuplicates'],
    body: 'json',
    handle: updateRecord,
  },
  { id: 'deleteRecord', method: 'delete', path: '/records/{object}/{id}', query: ['purge'], handle: deleteRecord },
  {
    id: 'restoreRecord',
    method: 'post',
    path: '/records/{object}/{id}/restore',
    query: ['fields', 'allowDuplicates'],
    handle: restoreRecord,
  },
  {
    id: 'voidRecord',
    method: 'post',
    path: '/records/{object}/{id}/void',
    query: ['fields'],
    handle: voidRecord,
  },
  {
    id: 'unvoidRecord',
    method: 'post',
    path: '/records/{object}/{id}/unvoid',
    query: ['fields', 'allowDuplicates'],
    handle: unvoidRecord,
  },
  {
    id: 'upsertRecord',
    method: 'put',
    path: '/records/{object}/by/{field}/{value}',
    query: ['fields', 'allowDuplicates'],
    body: 'json',
    handle: upsertRecord,
  },
  { id: 'purgeRecords', method: 'post', path: '/records/{object}/purge', body: 'json', handle: purgeRecords },
]);
