// Files: taken in as a stream, given out as attachments that no browser runs.
import { fail } from '@tessera/kernel';
import type { FileDescription } from '@tessera/engine';
import { linkTo } from '@tessera/security';
import { attachment, sendJson, sendStream } from './answer.ts';
import { routes, type Call, type TokenCall } from './route.ts';
import { receiveUpload } from './upload.ts';

async function uploadFile(call: Call): Promise<void> {
  const { name: sent, content } = await receiveUpload(call, { limit: call.limits.upload, fields: [] });
  const name = call.query.text('name') ?? sent;
  if (name === undefined || name === '') {
    throw fail('REQUEST_PARAMETER_INVALID', {
      name: 'name',
      reason: 'it takes the file’s name, unless a form or Content-Disposition says it.',
    });
  }
  const file = await call.engine.run('files.upload', call.context, { name, content });
  call.response.setHeader('Location', `/api/v1/files/${file.id}`);
  sendJson(call, describe(file), 201);
}

/** Only what callers may know, whatever else the operation gives. */
function describe({ id, name, type, size }: FileDescription): FileDescription {
  return { id, name, type, size };
}

async function getFile(call: Call): Promise<void> {
  sendJson(call, describe(await call.engine.run('files.describe', call.context, { id: call.path('id') })));
}

/** A link for those who cannot send a header, such as an `<img>`; it is built with PUBLIC_URL, never with what the caller says of the host. */
async function linkFile(call: Call): Promise<void> {
  const id = call.path('id');
  const { token, expiresAt } = await call.engine.run('files.link', call.context, { id });
  call.response.setHeader('Cache-Control', 'no-store');
  sendJson(call, { url: linkTo(call.publicUrl, ['api', 'v1', 'files', id, 'content'], { token }), expiresAt });
}

async function downloadFile(call: TokenCall): Promise<void> {
  const { engine, context } = call;
  const id = call.path('id');
  const file =
    context === undefined
      ? await engine.openFileLink({ id, token: call.query.text('token') ?? '' })
      : await engine.run('files.download', context, { id });
  await sendStream(call, file.content, {
    'Content-Type': file.type,
    'Content-Length': String(file.size),
    'Content-Disposition': attachment(file.name),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
}

export const fileRoutes = routes([
  { id: 'uploadFile', method: 'post', path: '/files', query: ['name'], body: 'stream', handle: uploadFile },
  { id: 'getFile', method: 'get', path: '/files/{id}', handle: getFile },
  { id: 'linkFile', method: 'post', path: '/files/{id}/link', handle: linkFile },
  { id: 'downloadFile', method: 'get', path: '/files/{id}/content', query: ['token'], open: 'byToken', handle: downloadFile },
]);
