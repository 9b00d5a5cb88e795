// Absences over HTTP: everybody enters one's own, administrators anybody's, and everybody sees who is away.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const R = '/api/v1/records/absence';
const week = { from: '2026-05-18', to: '2026-05-22' };

let scene: AccessScene;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  scene = await accessScene();
  // No role: what everybody has is enough.
  ann = await scene.person('ann', { roles: [] });
  bob = await scene.person('bob', { roles: [] });
});
afterAll(() => scene.close());

describe('an absence', () => {
  it('is entered by the person, who may change and withdraw it', async () => {
    const made = await ann.http.post(`${R}?fields=id,person,standIn,to`, { ...week, standIn: bob.id, reason: 'Holiday' });
    expect(made).toMatchObject({ status: 201, json: { person: ann.id, standIn: bob.id, to: '2026-05-22' } });
    const id = String(made.json['id']);
    expect((await ann.http.patch(`${R}/${id}`, { to: '2026-05-20' })).status).toBe(200);
    expect((await bob.http.get(`${R}/${id}?fields=to`)).json).toMatchObject({ to: '2026-05-20' });
    expect((await bob.http.patch(`${R}/${id}`, { to: '2026-05-19' })).json['code']).toBe('RECORD_READ_ONLY');
    expect((await ann.http.call('DELETE', `${R}/${id}`)).status).toBe(204);
  });

  it('of somebody else is entered by administrators only; it is the person’s all the same', async () => {
    expect((await ann.http.post(R, { ...week, person: bob.id })).json['code']).toBe('FIELD_READ_ONLY');
    const made = await scene.admin.http.post(`${R}?fields=id`, { ...week, person: bob.id });
    expect(made.status).toBe(201);
    expect((await bob.http.patch(`${R}/${String(made.json['id'])}`, { standIn: ann.id })).status).toBe(200);
    expect((await ann.http.patch(`${R}/${String(made.json['id'])}`, { standIn: null })).json['code']).toBe('RECORD_READ_ONLY');
  });

  it('ends when it begins or later, and nobody stands in for oneself', async () => {
    const refused = async (values: object): Promise<unknown> => {
      const { json } = await ann.http.post(R, values);
      return [json['code'], json['detail']];
    };
    expect((await ann.http.post(R, { from: '2026-05-18', to: '2026-05-18' })).status).toBe(201);
    expect(await refused({ from: '2026-05-18', to: '2026-05-17' })).toEqual([
      'VALIDATION_FAILED',
      'An absence does not end before it begins.',
    ]);
    expect(await refused({ ...week, standIn: ann.id })).toEqual(['VALIDATION_FAILED', 'Nobody stands in for oneself.']);
    expect((await refused({ from: '2026-05-18' })) as readonly unknown[]).toContain('VALUE_REQUIRED');
  });
});
