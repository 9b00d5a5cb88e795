// Cursors: what SQL seals JavaScript opens, and nothing else.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { cursorSql } from '../../packages/storage/src/query/cursor.ts';
import { cursorPads, cursorSlots, openCursor, orderDigest, type ListQuery } from '../../packages/storage/src/query/index.ts';
import { pathOf } from '../support/model-fixture.ts';
import { context, idOf, model, openScene, pads, type Scene } from './query-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(1, 1);
});
afterAll(() => scene.close());

const list = (name: string, descending = false): Pick<ListQuery, 'object' | 'orderBy'> => ({
  object: 'opportunity',
  orderBy: [{ by: pathOf(model, 'opportunity', name), descending }],
});
const invalid = expect.objectContaining({ code: 'CURSOR_INVALID', status: 400 });
const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

async function sealed(key: string | null, slots = cursorSlots(pads, context)): Promise<string> {
  const [row] = await scene.run(sql`select ${cursorSql(list('name'), [sql`${key}::text`], sql`${idOf(1, 1)}::uuid`)} as cursor`, {
    ...slots,
  });
  return row?.['cursor'] as string;
}

describe('cursors', () => {
  it('open to what SQL put in, whatever the text', async () => {
    for (const key of [null, '', 'plain', '客户 \u{1F600}', '"\\\n\t\'', 'x'.repeat(3000), '2026-01-01T00:00:00.123456Z']) {
      const cursor = await sealed(key);
      expect(cursor).toMatch(/^[\w-]+\.[\w-]{22}$/);
      expect(openCursor(cursor, pads, context, list('name'))).toEqual({ keys: [key], id: idOf(1, 1) });
    }
  });

  it('bear the HMAC of RFC 2104, for short and for long secrets', async () => {
    for (const secret of [Buffer.from('k'), Buffer.alloc(64, 7), Buffer.alloc(200, 9)]) {
      const cursor = await sealed('a', cursorSlots(cursorPads(secret), context));
      const [payload = '', seal] = cursor.split('.');
      const mac = createHmac('sha256', secret)
        .update(`${context}.${orderDigest(list('name'))}.${payload}`)
        .digest();
      expect(seal).toBe(mac.subarray(0, 16).toString('base64url'));
    }
  });

  it('are refused with another context, secret, object, order or content', async () => {
    const cursor = await sealed('a');
    const [payload = '', seal = ''] = cursor.split('.');
    const forged = Buffer.from(JSON.stringify(['b', idOf(1, 1)])).toString('base64url');
    expect(caught(() => openCursor(cursor, pads, 'acme/bob', list('name')))).toEqual(invalid);
    expect(caught(() => openCursor(cursor, cursorPads(Buffer.from('x')), context, list('name')))).toEqual(invalid);
    expect(caught(() => openCursor(cursor, pads, context, list('name', true)))).toEqual(invalid);
    expect(caught(() => openCursor(cursor, pads, context, list('amount')))).toEqual(invalid);
    expect(caught(() => openCursor(cursor, pads, context, { ...list('name'), object: 'contact' }))).toEqual(invalid);
    for (const text of [
      '',
      '.',
      'x',
      `${forged}.${seal}`,
      `${payload}.${seal}.`,
      `${payload}.`,
      payload,
      `${cursor}A`,
      `${payload}.${'ü'.repeat(11)}`,
    ]) {
      expect(caught(() => openCursor(text, pads, context, list('name')))).toEqual(invalid);
    }
  });
});
