// Objects and fields that get another name: what is kept beside the records under their names goes with them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileStore } from '@tessera/records';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { streamOf } from './files-scene.ts';

let root: string;
let scene: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-renames-'));
  scene = await testEngine({ files: openFileStore({ kind: 'disk', root }) });
  acme = await scene.tenant('acme', [pack('base', { anchor: { fields: {} } })]);
});
afterAll(async () => {
  await scene.close();
  await rm(root, { recursive: true, force: true });
});

const text = (en: string, more: Json = {}): Json => ({ type: 'text', history: true, label: { en }, ...more });
const number = (more: Json = {}): Json => ({ type: 'autoNumber', format: 'N-{0000}', label: { en: 'Number' }, ...more });
const file = (more: Json = {}): Json => ({ type: 'file', label: { en: 'Paper' }, ...more });

function object(name: string, fields: Json, more: Json = {}): Json {
  return { [`objects/${name}.json`]: { name, plural: `${name.replace('__c', '')}s__c`, label: { en: name }, fields, ...more } };
}

interface Entry {
  readonly field: string | null;
  readonly new: unknown;
}

async function historyOf(name: string, id: string): Promise<readonly Entry[]> {
  const answer = JSON.parse(await acme.run('records.history', { object: name, id })) as { readonly entries: readonly Entry[] };
  return answer.entries.filter((entry) => entry.field !== null);
}

async function contentOf(id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await acme.run('files.download', { id })).content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const upload = async (content: string): Promise<string> =>
  (await acme.run('files.upload', { name: 'paper.txt', content: streamOf(content) })).id;

/** What the system tables say, past all that a Model hides. */
const named = async (name: string): Promise<number> => {
  const tables = ['_history', '_file', '_counter', '_import'].map((table) => `select object from ${acme.schema}.${table}`);
  return (await scene.sql(`select 1 from (${tables.join(' union all ')}) x where object = $1`, [name])).length;
};

describe('a rename', () => {
  it('of an object and of fields takes history, numbers, files and what is about it along', async () => {
    await acme.apply(object('ticket__c', { note__c: text('Note'), no__c: number(), paper__c: file() }));
    const paper = await upload('on paper');
    const id = await acme.create('ticket__c', { name: 'One', note__c: 'first', paper__c: paper });
    await acme.update('ticket__c', id, { note__c: 'second' });
    expect(await acme.read('ticket__c', id, 'no__c')).toEqual({ no__c: 'N-0001' });
    const before = await historyOf('ticket__c', id);
    expect(before.map((entry) => entry.field)).toContain('note__c');
    const told = await acme.create('notification', { name: 'News', receiver: acme.administrator, aboutObject: 'ticket__c', aboutId: id });

    const fields = {
      remark__c: text('Remark', { renamedFrom: ['note__c'] }),
      serial__c: number({ renamedFrom: ['no__c'] }),
      sheet__c: file({ renamedFrom: ['paper__c'] }),
    };
    await acme.apply({ 'objects/ticket__c.json': null, ...object('case__c', fields, { renamedFrom: ['ticket__c'] }) });

    const present: Readonly<Record<string, string>> = { note__c: 'remark__c', no__c: 'serial__c', paper__c: 'sheet__c' };
    expect(await historyOf('case__c', id)).toEqual(before.map((entry) => ({ ...entry, field: present[entry.field ?? ''] ?? entry.field })));
    expect(await contentOf(paper)).toBe('on paper');
    expect(await acme.read('notification', told, 'aboutObject')).toEqual({ aboutObject: 'case__c' });
    const next = await acme.create('case__c', { name: 'Two' });
    expect(await acme.read('case__c', next, 'serial__c')).toEqual({ serial__c: 'N-0002' });
    expect(await named('ticket__c')).toBe(0);
    // The file is the record's still: released with it, and no other's to take.
    await acme.update('case__c', id, { sheet__c: null });
    await expect(acme.run('files.describe', { id: paper })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('said again and again moves nothing a second time', async () => {
    const fields = { remark__c: text('Remark', { renamedFrom: ['note__c'] }), serial__c: number({ renamedFrom: ['no__c'] }) };
    await acme.apply(object('case__c', { ...fields, more__c: text('More') }, { renamedFrom: ['ticket__c'] }));
    // A new object under the old name begins anew, and what it writes stays its own.
    await acme.apply(object('ticket__c', { no__c: number(), note__c: text('Note') }));
    const id = await acme.create('ticket__c', { name: 'New' });
    await acme.update('ticket__c', id, { note__c: 'x' });
    expect(await acme.read('ticket__c', id, 'no__c')).toEqual({ no__c: 'N-0001' });
    await acme.apply(object('case__c', { ...fields, more__c: text('Even more') }, { renamedFrom: ['ticket__c'] }));
    expect((await historyOf('ticket__c', id)).map((entry) => entry.new)).toContain('x');
    expect(await acme.read('case__c', await acme.create('case__c', { name: 'Three' }), 'serial__c')).toEqual({ serial__c: 'N-0003' });
    expect(await acme.read('ticket__c', await acme.create('ticket__c', { name: 'Newer' }), 'no__c')).toEqual({ no__c: 'N-0002' });
  });

  it('of two that change their names with each other moves both', async () => {
    const numbers = (left: Json = {}, right: Json = {}): Json => ({
      left__c: number({ format: 'L-{000}', ...left }),
      right__c: number({ format: 'R-{000}', ...right }),
      up__c: text('Up', left),
      down__c: text('Down', right),
    });
    await acme.apply({ ...object('red__c', numbers()), ...object('blue__c', { serial__c: number() }) });
    const id = await acme.create('red__c', { name: 'R1' });
    await acme.update('red__c', id, { up__c: 'up', down__c: 'down' });
    for (const name of ['R2', 'R3']) await acme.create('red__c', { name });
    await acme.create('blue__c', { name: 'B1' });
    // One more on the left, so that the two counters differ.
    await scene.sql(`update ${acme.schema}._counter set value = 40 where object = 'red__c' and field = 'left__c'`);
    const swapped = {
      left__c: number({ format: 'R-{000}', renamedFrom: ['right__c'] }),
      right__c: number({ format: 'L-{000}', renamedFrom: ['left__c'] }),
      up__c: text('Down', { renamedFrom: ['down__c'] }),
      down__c: text('Up', { renamedFrom: ['up__c'] }),
    };
    await acme.apply({
      ...object('blue__c', swapped, { renamedFrom: ['red__c'] }),
      ...object('red__c', { serial__c: number() }, { renamedFrom: ['blue__c'] }),
    });
    const fresh = await acme.create('blue__c', { name: 'R4' });
    expect(await acme.read('blue__c', fresh, 'left__c', 'right__c')).toEqual({ left__c: 'R-004', right__c: 'L-041' });
    expect(await acme.read('red__c', await acme.create('red__c', { name: 'B2' }), 'serial__c')).toEqual({ serial__c: 'N-0002' });
    const history = (await historyOf('blue__c', id)).map((entry) => [entry.field, entry.new]);
    expect(history.sort()).toEqual([
      ['down__c', 'up'],
      ['up__c', 'down'],
    ]);
  });

  it('that is refused moves nothing', async () => {
    await acme.apply(object('sheet__c', { note__c: text('Note') }));
    const id = await acme.create('sheet__c', { name: 'S' });
    await acme.update('sheet__c', id, { note__c: 'kept' });
    await acme.create('sheet__c', { name: 'T', note__c: 'kept' });
    const fields = { remark__c: text('Remark', { unique: true, renamedFrom: ['note__c'] }) };
    const change = { 'objects/sheet__c.json': null, ...object('leaf__c', fields, { renamedFrom: ['sheet__c'] }) };
    await expect(acme.apply(change)).rejects.toMatchObject({ problems: [{ code: 'PLAN_CHECK' }] });
    expect((await historyOf('sheet__c', id)).map((entry) => entry.new)).toContain('kept');
    expect(await named('leaf__c')).toBe(0);
  });
});
