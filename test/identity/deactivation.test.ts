// Deactivating a person: everything ends at once, and what the person owned is handed over with history and outbox.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, type TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, type Caller, type IdentityScene } from './identity-scene.ts';

let scene: IdentityScene;
let acme: TestTenant;
let admin: Caller;
let heir: string;

const label = { en: 'X' };

beforeAll(async () => {
  scene = await identityScene();
  const deal = {
    sharing: 'private',
    fields: { name: { type: 'text', label }, stuck: { type: 'boolean', label } },
    validationRules: { notStuck: { refuseWhen: { var: 'stuck' }, message: { en: 'It is stuck.' } } },
  };
  const note = { sharing: 'private', fields: { name: { type: 'text', label } } };
  const entry = { sharing: 'private', appendOnly: true, fields: { name: { type: 'text', label } } };
  const rep = { name: 'rep', label, objects: { '*': { read: true, create: true, update: true, fields: { '*': 'edit' } } } };
  const reader = { name: 'noteReader', label, objects: { note: { read: true, fields: { '*': 'read' } } } };
  const files = { 'roles/rep.json': rep, 'permissionSets/noteReader.json': reader };
  acme = await scene.tenant('acme', [pack('deals', { deal, note, entry }, files)]);
  heir = await scene.person(acme, 'heir');
  admin = await scene.administrator('acme');
});
afterAll(() => scene.close());

const owners = async (object: string, owner: string): Promise<number> =>
  Number(
    (await scene.sql(`select count(*) as n from "${acme.schema}"."${object}" where owner_id = $1 and deleted_at is null`, [owner]))[0]?.[
      'n'
    ],
  );

describe('deactivating', () => {
  it('ends all sessions and keys at once', async () => {
    const id = await scene.person(acme, 'ada');
    const { accessToken, refreshToken } = await scene.tokens('acme', emailOf('acme', 'ada'));
    const ada = scene.as(accessToken);
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const { key } = (await ada.post('/api-keys', { name: 'k', permissionSets: ['noteReader'], expiresAt })).json as {
      readonly key: string;
    };
    const keyed = scene.as(key);
    for (const caller of [ada, keyed]) expect((await caller.get('/records/note')).status).toBe(200);
    expect(await admin.post(`/users/${id}/deactivate`, {})).toMatchObject({
      status: 200,
      json: { sessions: 1, apiKeys: 1, handedOver: [] },
    });
    for (const caller of [ada, keyed]) expect(codeOf(await caller.get('/records/note'))).toBe('TOKEN_INVALID');
    expect((await scene.as().post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect(codeOf(await scene.logIn('acme', emailOf('acme', 'ada')))).toBe('AUTHENTICATION_FAILED');
    expect(await acme.read('user', id, 'active')).toEqual({ active: false });
    expect((await scene.audit(acme, 'user.deactivated')).at(-1)).toMatchObject({ actor: acme.administrator, record_id: id });
    // Active again, the person signs in anew: what ended stays ended.
    await acme.update('user', id, { active: true });
    expect(codeOf(await ada.get('/records/note'))).toBe('TOKEN_INVALID');
    expect(codeOf(await keyed.get('/records/note'))).toBe('TOKEN_INVALID');
    expect((await scene.logIn('acme', emailOf('acme', 'ada'))).status).toBe(200);
  });

  it('hands over every live record of every object, with history and outbox', async () => {
    const id = await scene.person(acme, 'bea');
    const bea = scene.as((await scene.tokens('acme', emailOf('acme', 'bea'))).accessToken);
    for (let i = 0; i < 3; i += 1) expect((await bea.post('/records/deal', { name: 'd' })).status).toBe(201);
    expect((await bea.post('/records/entry', { name: 'e' })).status).toBe(201);
    const notes = { records: Array.from({ length: 700 }, (_, i) => ({ name: `n${String(i)}` })) };
    const [first] = (
      await scene.engine.run(
        'records.create',
        await scene.engine.authenticate((await scene.tokens('acme', emailOf('acme', 'bea'))).accessToken, {
          requestId: 'r',
          languages: [],
        }),
        { object: 'note', ...notes },
      )
    ).results;
    const dropped = first?.ok === true ? first.id : '';
    await acme.remove('note', dropped);
    const before = await owners('note', id);
    expect(before).toBe(699);

    const answer = await admin.post(`/users/${id}/deactivate`, { handOverTo: heir });
    expect(answer.status).toBe(200);
    const { handedOver } = answer.json as { readonly handedOver: readonly { readonly object: string }[] };
    expect([...handedOver].sort((a, b) => (a.object < b.object ? -1 : 1))).toEqual([
      { object: 'deal', count: 3, refused: 0 },
      { object: 'entry', count: 1, refused: 0 },
      { object: 'note', count: 699, refused: 0 },
    ]);
    expect([await owners('note', id), await owners('note', heir), await owners('deal', heir)]).toEqual([0, 699, 3]);
    // What lies in the bin is as it was, and the person still owns the person's own record.
    expect(await scene.sql(`select owner_id from "${acme.schema}"."note" where id = $1`, [dropped])).toEqual([{ owner_id: id }]);
    expect(await scene.sql(`select version, updated_by_id from "${acme.schema}"."deal" where owner_id = $1 limit 1`, [heir])).toEqual([
      { version: 2, updated_by_id: acme.administrator },
    ]);
    const [told] = await scene.sql(`select detail from "${acme.schema}"."_audit" where action = 'user.handedOver' and record_id = $1`, [
      id,
    ]);
    expect(told?.['detail']).toMatchObject({ to: heir });
  });

  it('is stopped by no rule: what one holds back keeps its owner and is counted', async () => {
    const id = await scene.person(acme, 'cem');
    const cem = scene.as((await scene.tokens('acme', emailOf('acme', 'cem'))).accessToken);
    const made = [await cem.post('/records/deal', { name: 'free' }), await cem.post('/records/deal', { name: 'held' })];
    const held = (made[1]?.json as { readonly id: string }).id;
    // As it came into the table before there was the rule.
    await scene.sql(`update "${acme.schema}"."deal" set stuck = true where id = $1`, [held]);
    const answer = await admin.post(`/users/${id}/deactivate`, { handOverTo: heir });
    expect(answer).toMatchObject({ status: 200, json: { handedOver: [{ object: 'deal', count: 1, refused: 1 }] } });
    expect(await acme.read('deal', held, 'owner')).toEqual({ owner: id });
    expect(await acme.read('user', id, 'active')).toEqual({ active: false });
    await scene.sql(`update "${acme.schema}"."deal" set stuck = false where id = $1`, [held]);
    // Called again it goes on.
    expect(await admin.post(`/users/${id}/deactivate`, { handOverTo: heir })).toMatchObject({
      json: { handedOver: [{ object: 'deal', count: 1, refused: 0 }] },
    });
  });

  it('needs an heir who is there and active, before anything happens', async () => {
    const id = await scene.person(acme, 'dan');
    const idle = await scene.person(acme, 'idle');
    await acme.update('user', idle, { active: false });
    for (const handOverTo of [id, idle, 'nobody', '00000000-0000-7000-8000-000000000000'])
      expect(codeOf(await admin.post(`/users/${id}/deactivate`, { handOverTo }))).toBe('REQUEST_INVALID');
    expect(await acme.read('user', id, 'active')).toEqual({ active: true });
  });

  it('is for administrators, and of others', async () => {
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'heir'))).accessToken);
    expect(codeOf(await plain.post(`/users/${acme.administrator}/deactivate`, {}))).toBe('PERMISSION_DENIED');
    expect(codeOf(await admin.post(`/users/${acme.administrator}/deactivate`, {}))).toBe('REQUEST_INVALID');
    expect(codeOf(await admin.post('/users/00000000-0000-7000-8000-000000000000/deactivate', {}))).toBe('RECORD_NOT_FOUND');
  });
});
