// A detail is written in the moment in which the approval of its master begins: either it is part of what is handed in, or it is refused.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connected } from '../support/postgres.ts';
import type { Answer, Json } from '../support/http-client.ts';
import { roadsScene, type Family, type RoadsScene } from './approvals-lock-roads-scene.ts';

let scene: RoadsScene;
let own: Family;
let other: Family;
/** In the bin, and was of the bill. */
let gone: string;

beforeAll(async () => {
  scene = await roadsScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  other = await scene.family();
  own = await scene.family();
  await scene.acme.update('bill', own.bill, { amount: 500 });
  gone = await scene.acme.create('line', { name: 'G', bill: own.bill });
  await scene.acme.remove('line', gone);
});

const at = (object: string, id: string, rest = ''): string => `/api/v1/records/${object}/${id}${rest}`;
const post = (path: string, body: Json = {}): Promise<Answer> => scene.admin.http.post(path, body);
const details = (): Promise<unknown> =>
  scene.sql(
    `select to_jsonb(t) as row from ${scene.acme.schema}.line t union all select to_jsonb(t) from ${scene.acme.schema}.part t order by 1`,
  );

/** Until so many of the tenant's transactions wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  for (;;) {
    const [row] = await scene.sql(
      `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (row?.['waiting'] === count) return;
  }
}

/** Does things one behind the other, all of them while somebody else has a record in hand. @param meanwhile once they wait */
async function behind(
  [object, id]: readonly [string, string],
  things: readonly (() => Promise<Answer>)[],
  meanwhile: (query: (text: string, values: readonly unknown[]) => Promise<unknown>) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Answer[]> {
  return connected(scene.database.url, async (client) => {
    await client.query('begin');
    await client.query(`select from ${scene.acme.schema}.${object} where id = $1 for update`, [id]);
    const begun: Promise<Answer>[] = [];
    for (const thing of things) {
      begun.push(thing());
      await untilWaiting(begun.length);
    }
    await meanwhile((text, values) => client.query(text, [...values]));
    await client.query('commit');
    return Promise.all(begun);
  });
}

const isDone = (answer: Answer | undefined): boolean => answer !== undefined && answer.status < 300;

const newPart = (line: string): Promise<Answer> => post('/api/v1/records/part', { name: 'N', line });

const beginnings = {
  'a change': () => scene.clerk.http.patch(at('bill', own.bill), { amount: 5000 }),
  'a move to a stage': () => scene.clerk.http.patch(at('bill', own.bill), { state: 'sent' }),
  'a delete': () => scene.clerk.http.call('DELETE', at('bill', own.bill)),
  'being made void': () => scene.clerk.http.post(at('bill', own.bill, '/void'), {}),
  'being handed in': () => scene.clerk.http.post(at('bill', own.bill, '/approval'), {}),
};

const writes = {
  'a new line': () => post('/api/v1/records/line', { name: 'N', bill: own.bill }),
  'a new part': () => newPart(own.line),
  'a change of a part': () => scene.admin.http.patch(at('part', own.part), { note: 'x' }),
  'a line that is moved in': () => scene.admin.http.patch(at('line', other.line), { bill: own.bill }),
  'a line that is moved out': () => scene.admin.http.patch(at('line', own.line), { bill: other.bill }),
  'a part that is moved in': () => scene.admin.http.patch(at('part', other.part), { line: own.line }),
  'a delete of a line': () => scene.admin.http.call('DELETE', at('line', own.line)),
  'a line that comes back': () => post(at('line', gone, '/restore')),
  'a line that becomes void': () => post(at('line', own.line, '/void')),
  'a merge of lines': () => post(at('line', own.line, '/merge'), { others: [{ id: other.line }], fields: {} }),
  'a part of many, of which some may fail': async (): Promise<Answer> => {
    const answer = await post('/api/v1/records/part/bulk', {
      action: 'create',
      allOrNone: false,
      records: [{ name: 'N', line: own.line }],
    });
    const [result] = answer.json['results'] as readonly { readonly ok: boolean; readonly problems?: readonly Json[] }[];
    return result?.ok === true ? answer : { ...answer, status: 409, json: result?.problems?.[0] ?? {} };
  },
};

const pairs = [
  ...Object.entries(writes).map((write) => ['a change', beginnings['a change'], ...write] as const),
  ...Object.entries(beginnings).map((beginning) => [...beginning, 'a new part', writes['a new part']] as const),
].map(([beginning, begin, what, write]) => [what, beginning, begin, write] as const);

describe('a detail written in the moment in which an approval begins', () => {
  it.each(pairs)('%s behind %s of the bill: refused', async (_, __, begin, write) => {
    const before = await details();
    const [begun, refused] = await behind(['bill', own.bill], [begin, write]);
    expect([isDone(begun), refused?.json['code']]).toEqual([true, 'RECORD_LOCKED']);
    expect(await details()).toEqual(before);
    expect(await scene.stands(own.bill)).toMatchObject({ locked: scene.clerk.id });
  });

  it.each(pairs)('%s before %s of the bill: handed in with it', async (what, __, begin, write) => {
    const before = await details();
    const [written, begun] = await behind(['bill', own.bill], [write, begin]);
    expect(isDone(begun)).toBe(true);
    expect(await scene.stands(own.bill)).toMatchObject({ locked: scene.clerk.id });
    // What comes back only holds the bill against deletion at first, and may be overtaken: then it is refused.
    const isOvertaken = what === 'a line that comes back' && written?.json['code'] === 'RECORD_LOCKED';
    expect([isDone(written), JSON.stringify(await details()) === JSON.stringify(before)]).toEqual([!isOvertaken, isOvertaken]);
  });

  it('is seen by the rules that choose who must agree', async () => {
    const handIn = beginnings['being handed in'];
    await behind(['bill', own.bill], [() => post('/api/v1/records/line', { name: 'N', bill: own.bill }), handIn]);
    expect(await scene.pending(own.bill)).toMatchObject({ process: 'several' });
    await behind(['bill', other.bill], [() => scene.clerk.http.post(at('bill', other.bill, '/approval'), {})]);
    expect(await scene.pending(other.bill)).toMatchObject({ process: 'sending' });
  });

  it('waits for the line between them: an approval that begins and is there meanwhile is found', async () => {
    const [refused] = await behind(['line', own.line], [() => newPart(own.line)], () => scene.lock(own));
    expect(refused?.json['code']).toBe('RECORD_LOCKED');
  });

  it.each(['known', 'newer than the wait'])('goes by the bill that the line has come to meanwhile, if that is %s', async (kind) => {
    const [refused] = await behind(['line', own.line], [() => newPart(own.line)], async (query) => {
      const bill = kind === 'known' ? other.bill : await scene.bill();
      await scene.lock({ ...other, bill });
      await query(`update ${scene.acme.schema}.line set bill_id = $2 where id = $1`, [own.line, bill]);
    });
    expect(refused?.json['code']).toBe('RECORD_LOCKED');
  });
});
