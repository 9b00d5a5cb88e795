// The file of GraphQL documents, as it is read and checked at the start.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PersistedDocuments } from '@tessera/api';
import { readConfig } from '../../packages/server/src/config.ts';
import { readDocuments } from '../../packages/server/src/documents.ts';
import { startServer } from '../../packages/server/src/start.ts';
import { failureOf } from '../support/failures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-documents-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function read(content: unknown, only = 'off'): Promise<PersistedDocuments> {
  const path = join(folder, 'documents.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readDocuments(readConfig({ GRAPHQL_DOCUMENTS: path, GRAPHQL_DOCUMENTS_ONLY: only }));
}

describe('the file of documents', () => {
  it('has texts by their hashes, with a prefix or without', async () => {
    const [one, two] = ['{ me { name } }', 'query ($x: ID!) { user(id: $x) { name } } # 名'];
    const { texts, only } = await read({ [hashOf(one)]: one, [`sha256:${hashOf(two)}`]: two }, 'on');
    expect([...texts]).toEqual([
      [hashOf(one), one],
      [hashOf(two), two],
    ]);
    expect(only).toBe(true);
  });

  it('is left out where there is none', async () => {
    expect(await readDocuments(readConfig({}))).toEqual({ texts: new Map(), only: false });
  });

  it('is refused with each key that is not the hash of its text', async () => {
    const text = '{ a }';
    const failure = await failureOf(read({ [hashOf(text)]: text, [hashOf('x')]: text, abc: text, [`md5:${hashOf(text)}`]: text, none: 7 }));
    expect(failure.code).toBe('CONFIGURATION_INVALID');
    expect(failure.problems.map(({ code }) => code)).toEqual(Array(4).fill('SETTING_INVALID'));
    const messages = failure.problems.map(({ message }) => message).join('\n');
    for (const key of [hashOf('x'), 'abc', `md5:${hashOf(text)}`, 'none has no text']) expect(messages).toContain(`the key ${key}`);
    expect(messages).toContain(`which is ${hashOf(text)}`);
    expect(messages).not.toContain(text);
  });

  it.each(['[]', '"x"', 'null', '{', ''])('is refused where it is no object of texts: %s', async (content) => {
    expect(await failureOf(read(content))).toMatchObject({ code: 'SETTING_INVALID', params: { name: 'GRAPHQL_DOCUMENTS' } });
  });

  it('is refused where it is not there, and where there is none but only its documents are wanted', async () => {
    const missing = readDocuments(readConfig({ GRAPHQL_DOCUMENTS: join(folder, 'nothing.json') }));
    expect(await failureOf(missing)).toMatchObject({ code: 'SETTING_INVALID', params: { name: 'GRAPHQL_DOCUMENTS' } });
    const none = readDocuments(readConfig({ GRAPHQL_DOCUMENTS_ONLY: 'on' }));
    expect(await failureOf(none)).toMatchObject({ code: 'SETTING_INVALID', params: { name: 'GRAPHQL_DOCUMENTS_ONLY' } });
  });

  it('stops the start before anything else is done', async () => {
    const config = readConfig({ GRAPHQL_DOCUMENTS: join(folder, 'nothing.json'), DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
    expect((await failureOf(startServer(config))).message).toContain('nothing.json');
  });
});
