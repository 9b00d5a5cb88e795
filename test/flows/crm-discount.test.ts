// The discount approval of crm-base, end to end over HTTP: who decides by the amount, and what becomes of the deal.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { exampleFolder, readPack } from '../support/packs.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let [seller, boss, head, general]: Person[] = [];
const who = (person: Person | undefined): Person => {
  if (person === undefined) throw new Error('There is no such person.');
  return person;
};

beforeAll(async () => {
  scene = await accessScene({}, {}, [readPack(exampleFolder('crm-base'))]);
  const { acme } = scene;
  const sales = await acme.create('department', { name: 'Sales', code: 'sales' });
  const east = await acme.create('department', { name: 'East', code: 'east', parent: sales });
  general = await scene.person('general', { roles: ['generalManager'] });
  head = await scene.person('head', { roles: ['salesManager'], department: sales, manager: general.id });
  boss = await scene.person('boss', { roles: ['salesManager'], department: east, manager: head.id });
  seller = await scene.person('seller', { roles: ['salesRep'], department: east, manager: boss.id });
  await acme.update('department', sales, { head: head.id });
});
afterAll(() => scene.close());

const fields = ['discount', 'amount', 'approvedDiscount', 'approvedAmount', 'discountOpen', 'lifeStatus'] as const;
const deal = (values: Json) => who(seller).create('opportunity', { name: 'Deal', ...values });
const stands = async (id: string): Promise<readonly unknown[]> =>
  Object.values((await scene.acme.read('opportunity', id, ...fields)) ?? {});
const change = async (id: string, values: Json) => (await who(seller).http.patch(`/api/v1/records/opportunity/${id}`, values)).status;
const pending = async (id: string, person: Person | undefined = scene.admin): Promise<Json | null> => {
  const { json } = await who(person).http.get(`/api/v1/records/opportunity/${id}/approval`);
  return json['approval'] as Json | null;
};
/** Who is asked just then. */
const asked = async (id: string): Promise<readonly string[]> => {
  const tasks = ((await pending(id))?.['tasks'] ?? []) as readonly { readonly assignee: string }[];
  return tasks.map(
    ({ assignee }) => [boss, head, general, seller].find((person) => person?.id === assignee)?.email.split('@')[0] ?? assignee,
  );
};
const decide = async (person: Person | undefined, id: string, action: string, more: Json = {}) => {
  const approval = String((await pending(id))?.['id']);
  const { status, json } = await who(person).http.post(`/api/v1/approvals/${approval}/${action}`, more);
  return status === 200 ? json['status'] : json['code'];
};

describe('a discount', () => {
  it('that is free needs nobody', async () => {
    const id = await deal({ amount: 500_000, discount: 0.1 });
    expect([await pending(id), await stands(id)]).toEqual([null, [0.1, 500_000, null, null, false, 'normal']]);
  });

  it('on a small deal is the manager’s, who is told; until then nothing of the change is written', async () => {
    const id = await deal({ amount: 5_000 });
    await change(id, { discount: 0.2 });
    expect([await asked(id), await stands(id)]).toEqual([['boss'], [null, 5_000, null, null, false, 'normal']]);
    expect((await pending(id, boss))?.['changes']).toEqual([{ field: 'discount', old: null, new: 0.2 }]);
    expect((await who(seller).http.patch(`/api/v1/records/opportunity/${id}`, { name: 'Other' })).json['code']).toBe('RECORD_LOCKED');
    const { json } = await who(boss).http.get('/api/v1/records/approvalTask?fields=aboutId,state,process');
    expect(json['records']).toEqual([{ aboutId: id, state: 'open', process: 'discountApproval' }]);
    expect(await decide(seller, id, 'approve')).not.toBe('approved');
    expect(await decide(boss, id, 'approve')).toBe('approved');
    expect(await stands(id)).toEqual([0.2, 5_000, 0.2, 5_000, false, 'normal']);
    // What was agreed holds for less of it, and no further.
    await change(id, { discount: 0.15, amount: 4_000 });
    expect([await pending(id), (await stands(id)).slice(0, 2)]).toEqual([null, [0.15, 4_000]]);
    await change(id, { amount: 6_000 });
    expect(await asked(id)).toEqual(['boss']);
    expect(await decide(boss, id, 'reject', { comment: 'no' })).toBe('rejected');
    expect([await pending(id), (await stands(id)).slice(0, 2)]).toEqual([null, [0.15, 4_000]]);
  });

  it('on a larger deal is the department head’s too, on the largest also the general manager’s', async () => {
    const large = await deal({ amount: 20_000 });
    await change(large, { discount: 0.3 });
    expect(await decide(boss, large, 'approve', { edits: { discount: 0.25 } })).toBe('running');
    expect(await asked(large)).toEqual(['head']);
    expect(await decide(head, large, 'approve')).toBe('approved');
    expect((await stands(large)).slice(0, 4)).toEqual([0.25, 20_000, 0.25, 20_000]);
    const largest = await deal({ amount: 100_000 });
    await change(largest, { discount: 0.3 });
    const steps: (readonly string[])[] = [];
    for (const person of [boss, head, general]) {
      steps.push(await asked(largest));
      await decide(person, largest, 'approve');
    }
    expect(steps).toEqual([['boss'], ['head'], ['general']]);
    expect((await stands(largest)).slice(0, 4)).toEqual([0.3, 100_000, 0.3, 100_000]);
  });

  it('of a new deal holds the deal, and of a manager’s own goes to the one above', async () => {
    const id = await deal({ amount: 1_000, discount: 0.5 });
    expect([await asked(id), (await stands(id)).at(-1)]).toEqual([['boss'], 'inApproval']);
    expect(await decide(seller, id, 'recall')).toBe('recalled');
    const own = await who(boss).create('opportunity', { name: 'Own', amount: 30_000, discount: 0.2 });
    expect(await asked(own)).toEqual(['head']);
    // Who has approved one step need not say it again at the next.
    expect(await decide(head, own, 'approve')).toBe('approved');
    expect((await stands(own)).at(-1)).toBe('normal');
  });

  it('above what anybody may grant is refused at once, and what comes in by import enters nothing', async () => {
    const id = await deal({ amount: 1_000 });
    expect(await change(id, { discount: 0.6 })).toBe(422);
    const csv = 'name,amount,discount\nAgreed,9000,0.4\n';
    const mapping = JSON.stringify({ columns: { name: { field: 'name' }, amount: { field: 'amount' }, discount: { field: 'discount' } } });
    expect((await scene.admin.http.import('opportunity', csv, { mapping })).json).toMatchObject({ created: 1 });
    const [row] = await scene.sql(`select id, discount::text as discount from ${scene.acme.schema}.opportunity where name = 'Agreed'`);
    expect([row?.['discount'], await pending(String(row?.['id']), scene.admin)]).toEqual([expect.stringContaining('0.4'), null]);
  });
});
