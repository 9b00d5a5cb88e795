// Stage flows as callers of HTTP meet them: moves, what stands against them, and the history over REST and GraphQL.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const label = (text: string): Json => ({ en: text });
const bids: Json = {
  'objects/bid.json': {
    name: 'bid',
    plural: 'bids',
    label: { en: 'Bid', 'zh-CN': '投标' },
    sharing: 'private',
    fields: {
      stage: { type: 'picklist', options: { draft: { order: 10 }, sent: { order: 20 }, won: { order: 30 }, lost: { order: 40 } } },
      amount: { type: 'number' },
      limit: { type: 'number' },
    },
  },
  'stageFlows/bids.json': {
    name: 'bids',
    object: 'bid',
    field: 'stage',
    stages: {
      draft: { probability: 0.2, allowedDays: 5, tasks: { read: { type: 'check', label: { en: 'Read it', 'zh-CN': '通读' } } } },
      sent: { probability: 0.5, required: ['amount', 'limit'] },
      won: {
        kind: 'won',
        enter: { late: { refuseWhen: { '>': [{ var: 'amount' }, 1000] }, at: 'amount', message: { en: 'Too much.', 'zh-CN': '太多。' } } },
      },
      lost: { kind: 'lost' },
    },
  },
  'permissionSets/bidders.json': {
    name: 'bidders',
    label: label('Bidders'),
    objects: { bid: { create: true, read: true, update: true, delete: true, fields: { '*': 'edit', limit: 'none' } } },
  },
  'permissionSets/watchers.json': {
    name: 'watchers',
    label: label('Watchers'),
    objects: { bid: { read: true, viewAll: true, fields: { '*': 'read', stage: 'none' } } },
  },
};

let scene: AccessScene;
let bidder: Person;
let watcher: Person;

beforeAll(async () => {
  scene = await accessScene(bids);
  bidder = await scene.person('bidder', { roles: [], permissionSets: ['bidders'] });
  watcher = await scene.person('watcher', { roles: [], permissionSets: ['watchers'] });
});
afterAll(() => scene.close());

const at = '/api/v1/records/bid';
const made = async (values: Json = {}) => {
  const { json, status } = await bidder.http.post(at, { name: 'B', ...values });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return String(json['id']);
};
const graphql = async (who: Person, query: string) => (await who.http.post('/graphql', { query })).json;

describe('the stages of a record', () => {
  it('are told with what is to be done, and what stands against each move', async () => {
    const id = await made();
    const { status, json } = await bidder.http.get(`${at}/${id}/stages`);
    expect(status).toBe(200);
    expect(json).toEqual({
      stages: [
        {
          flow: 'bids',
          field: 'stage',
          stage: 'draft',
          since: expect.stringMatching(/^\d{4}-.*Z$/),
          doneField: 'stageDone',
          tasks: [{ name: 'read', label: 'Read it', type: 'check', optional: false, done: false, option: 'draft_read' }],
          moves: [
            {
              to: 'sent',
              label: 'sent',
              open: false,
              problems: [
                { code: 'STAGE_TASKS_OPEN', message: 'Before the record leaves draft, this is to be done: Read it.', pointer: '/stage' },
                { code: 'VALUE_REQUIRED', message: 'amount must have a value.', pointer: '/amount' },
                // The field limit does not exist for the person.
                { code: 'RECORD_REFUSED', message: expect.any(String), pointer: '' },
              ],
              approval: null,
            },
            { to: 'lost', label: 'lost', open: true, problems: [], approval: null },
          ],
        },
      ],
    });
  });

  it('are those that the person may reach', async () => {
    const id = await made();
    const read = await watcher.http.get(`${at}/${id}/stages`);
    expect([read.status, read.json]).toEqual([200, { stages: [] }]);
    const stranger = await scene.person('stranger');
    expect((await stranger.http.get(`${at}/${id}/stages`)).status).toBe(404);
    const other = await scene.person('other', { roles: [], permissionSets: ['bidders'] });
    expect((await other.http.get(`${at}/${id}/stages`)).json['code']).toBe('RECORD_NOT_FOUND');
    expect((await bidder.http.get(`${at}/nothing/stages`)).status).toBe(404);
  });

  it('change by a move, and refuse one with its place', async () => {
    const id = await made({ amount: 5000 });
    await scene.admin.http.patch(`${at}/${id}`, { limit: 1 });
    expect((await bidder.http.patch(`${at}/${id}`, { stage: 'sent', stageDone: ['draft_read'] })).status).toBe(200);
    const refused = await bidder.http.patch(`${at}/${id}`, { stage: 'won' });
    expect([refused.status, refused.json['code'], refused.json['detail'], refused.json['pointer']]).toEqual([
      422,
      'STAGE_ENTRY_REFUSED',
      'Too much.',
      '/amount',
    ]);
    expect((await bidder.http.patch(`${at}/${id}`, { stage: 'draft' })).json['code']).toBe('STAGE_MOVE_REFUSED');
    expect((await bidder.http.patch(`${at}/${id}`, { stageSince: '2026-01-01T00:00:00Z' })).json['code']).toBe('FIELD_READ_ONLY');
  });
});

describe('the history of stages', () => {
  it('is read, joined and counted like any object', async () => {
    const id = await made({ name: 'Counted', amount: 1 });
    await scene.admin.http.patch(`${at}/${id}`, { limit: 1 });
    await bidder.http.patch(`${at}/${id}`, { stage: 'sent', stageDone: ['draft_read'] });
    const data = await bidder.http.graphql(
      `{ bid(id: "${id}") { stageProbability stageStalled stageChanges(orderBy: [{ since: ASC }, { createdAt: ASC }]) { nodes { from to days createdBy { name } } } }
         bidStageChangesAggregate(where: { record: { name: { eq: "Counted" } } }, groupBy: [{ to: VALUE }], orderBy: [{ group: { to: ASC } }]) { group { to } count } }`,
    );
    expect(data).toMatchObject({
      bid: {
        stageProbability: 0.5,
        stageStalled: false,
        stageChanges: {
          nodes: [
            { from: null, to: 'draft', days: 0, createdBy: { name: 'bidder' } },
            { from: 'draft', to: 'sent', days: null, createdBy: { name: 'bidder' } },
          ],
        },
      },
      bidStageChangesAggregate: [
        { group: { to: 'draft' }, count: 1 },
        { group: { to: 'sent' }, count: 1 },
      ],
    });
  });

  it('tells nobody of stages who may not read the stage, and nobody of records that he does not see', async () => {
    const id = await made({ name: 'Hidden' });
    const rest = await watcher.http.get('/api/v1/records/bidStageChange');
    expect(rest.status).toBe(200);
    expect(rest.text).not.toContain('draft');
    expect((await graphql(watcher, `{ bid(id: "${id}") { stageSince } }`))['errors']).toBeDefined();
    const other = await scene.person('another', { roles: [], permissionSets: ['bidders'] });
    expect((await other.http.get('/api/v1/records/bidStageChange')).json['records']).toEqual([]);
  });

  it('offers no caller to write it', async () => {
    const type = await graphql(scene.admin, '{ __type(name: "Mutation") { fields { name } } }');
    expect(JSON.stringify(type)).not.toContain('BidStageChange');
    const { paths } = (await scene.admin.http.get('/openapi.json')).json as { readonly paths: Readonly<Record<string, Json>> };
    expect(Object.keys(paths['/api/v1/records/bidStageChange'] ?? {})).toEqual(['get']);
    expect((await scene.admin.http.post('/api/v1/records/bidStageChange', { name: 'x' })).json['code']).toBe('OBJECT_KEPT');
  });
});
