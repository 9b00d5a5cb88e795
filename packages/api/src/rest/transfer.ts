// Records by the file: import and export as CSV or NDJSON, streamed both ways.
import { fail, TesseraError } from '@tessera/kernel';
import type { ExportRequest, ImportStatus } from '@tessera/engine';
import { attachment, sendJson, sendStream } from './answer.ts';
import { objectAt } from './body.ts';
import { parseJson } from './parse-json.ts';
import { routes, type Asked, type Call } from './route.ts';
import { receiveUpload, type Upload } from './upload.ts';

const csvTypes = ['text/csv', 'application/csv'] as const;
const ndjsonTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'] as const;
const formats = ['csv', 'ndjson'] as const;
const importParameters = ['mapping', 'by', 'dryRun', 'resume', 'allowDuplicates'] as const;

/** A parameter of the query, or the form's part of that name. */
function given(call: Call, upload: Upload, name: (typeof importParameters)[number]): string | undefined {
  return call.query.text(name) ?? upload.fields.get(name);
}

/** The mapping, completed by what the request's headers say of the content. */
function mappingOf(call: Call, upload: Upload): unknown {
  const text = given(call, upload, 'mapping');
  const says: Record<string, unknown> = {};
  const isNdjson = (ndjsonTypes as readonly string[]).includes(upload.type) || (upload.name ?? '').endsWith('.ndjson');
  says['format'] = isNdjson ? 'ndjson' : 'csv';
  if (upload.charset !== undefined) says['encoding'] = /^gb(k|2312)$/.test(upload.charset) ? 'gb18030' : upload.charset;
  if (text === undefined) return says;
  try {
    return { ...says, ...objectAt(parseJson(text), '/mapping') };
  } catch (error) {
    if (!(error instanceof TesseraError) || error.code !== 'REQUEST_BODY_NOT_JSON') throw error;
    throw fail(
      'REQUEST_PARAMETER_INVALID',
      { name: 'mapping', reason: `it is not valid JSON: ${String(error.params['reason'])}` },
      {},
      error,
    );
  }
}

function flagOf(call: Call, upload: Upload, name: 'dryRun' | 'allowDuplicates'): boolean {
  const text = given(call, upload, name) ?? 'false';
  if (text !== 'true' && text !== 'false') throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it takes true, false.' });
  return text === 'true';
}

async function importRecords(call: Call): Promise<void> {
  const upload = await receiveUpload(call, {
    limit: call.limits.upload,
    fields: importParameters,
    types: [...csvTypes, ...ndjsonTypes],
  });
  const [by, resume] = [given(call, upload, 'by'), given(call, upload, 'resume')];
  const status = await call.engine.run('records.import', call.context, {
    object: call.path('object'),
    mapping: mappingOf(call, upload),
    content: upload.content,
    dryRun: flagOf(call, upload, 'dryRun'),
    allowDuplicates: flagOf(call, upload, 'allowDuplicates'),
    ...(by === undefined ? {} : { by }),
    ...(resume === undefined ? {} : { resume }),
  });
  sendStatus(call, status, status.status === 'running' ? 202 : 200);
}

/** Only what callers may know, whatever else the operation gives. */
function shown({ id, object, status, read, created, updated, inApproval, skipped, refused, rejects }: ImportStatus): ImportStatus {
  return { id, object, status, read, created, updated, inApproval, skipped, refused, rejects };
}

function sendStatus(call: Call, status: ImportStatus, httpStatus: number): void {
  call.response.setHeader('Location', `/api/v1/imports/${encodeURIComponent(status.id)}`);
  sendJson(call, shown(status), httpStatus);
}

async function importStatus(call: Call): Promise<void> {
  sendJson(call, shown(await call.engine.run('imports.status', call.context, { id: call.path('id') })));
}

async function importRejects(call: Call): Promise<void> {
  const id = call.path('id');
  const lines = await call.engine.run('imports.rejects', call.context, { id });
  await sendStream(call, lines, {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': attachment(`rejects-${id}.csv`),
  });
}

function exportInput(asked: Asked): ExportRequest {
  const { query } = asked;
  const format = query.oneOf('format', formats) ?? 'csv';
  const [filter, orderBy, fields] = [query.json('filter'), query.sort('sort'), query.list('fields')];
  return {
    object: asked.path('object'),
    format,
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(fields === undefined ? {} : { fields }),
  };
}

async function exportRecords(call: Call): Promise<void> {
  const input = exportInput(call);
  const lines = await call.engine.run('records.export', call.context, input);
  await sendStream(call, lines, {
    'Content-Type': input.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8',
    'Content-Disposition': attachment(`${input.object}.${input.format}`),
  });
}

export const transferRoutes = routes([
  {
    id: 'exportRecords',
    method: 'get',
    path: '/records/{object}/export',
    query: ['format', 'fields', 'filter', 'sort'],
    handle: exportRecords,
    read: (asked) => {
      const input = exportInput(asked);
      return () => ({ operation: 'records.export', input });
    },
  },
  {
    id: 'importRecords',
    method: 'post',
    path: '/records/{object}/import',
    query: importParameters,
    body: 'stream',
    handle: importRecords,
  },
  { id: 'getImport', method: 'get', path: '/imports/{id}', handle: importStatus },
  { id: 'getImportRejects', method: 'get', path: '/imports/{id}/rejects.csv', handle: importRejects },
]);
