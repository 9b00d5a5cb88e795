// What approvals do not let people do, over HTTP: see or name what they have no right to, and ask for the same again and again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asks, by, paperScene, process, steps, v, type PaperScene } from './approvals-scenarios-scene.ts';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';

const text = { type: 'text' };
const everything = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };

/** What a rule over dossiers finds by the code of a paper, or by its note. */
const duplicates = (name: string, field: string, action: string): Json => ({
  [`matchingRules/${name}.json`]: {
    name,
    object: 'dossier',
    sources: { paper: { fields: { code: field } } },
    criteria: { code: { fields: { code: { by: 'text' } } } },
  },
  [`duplicateRules/${name}.json`]: { name, object: 'paper', matching: name, action },
});

const files: Json = {
  'objects/dossier.json': { name: 'dossier', plural: 'dossiers', label: { en: 'Dossier' }, sharing: 'private', fields: { code: text } },
  'extensions/paper.json': {
    extends: 'paper',
    fields: { dossier: { type: 'lookup', to: 'dossier' } },
    validationRules: {
      noBad: {
        refuseWhen: { and: [{ '==': [v('amount'), 1] }, { '==': [v('code'), 'bad'] }] },
        at: 'code',
        message: { en: 'Not both.' },
      },
    },
  },
  'permissionSets/dossiers.json': { name: 'dossiers', label: { en: 'Dossiers' }, objects: { dossier: everything } },
  'roles/stranger.json': { name: 'stranger', label: { en: 'Stranger' }, objects: { dossier: everything } },
  ...duplicates('blocked', 'note', 'block'),
  ...duplicates('warned', 'code', 'warn'),
  ...process('look', {
    steps: { one: asks(by('bob'), { editable: ['note', 'code', 'dossier'], allow: ['transfer', 'addSigner', 'return'] }) },
  }),
  ...process('change', {
    on: ['update'],
    entry: { '==': [v('amount'), 1] },
    steps: { one: asks(by('bob'), { editable: ['amount', 'note', 'code'] }) },
  }),
  ...process('chosen', { steps: steps({ one: asks({ next: { chosen: 'submitter' } }) }) }),
};

let scene: PaperScene;
let hidden: string;
beforeAll(async () => {
  scene = await paperScene({}, files);
  hidden = await scene.acme.create('dossier', { name: 'Nobody may know', code: 'secret' });
});
afterAll(() => scene.close());

const act = (who: Person, approval: string, action: string, body: Json) => who.http.post(`/api/v1/approvals/${approval}/${action}`, body);
const handedIn = async (): Promise<string> => scene.handIn(await scene.paper(), 'look');

describe('what an approver edits', () => {
  it('tells him nothing of records that he does not see', async () => {
    const { bob, ann } = scene.people;
    const refused = await act(bob, await handedIn(), 'approve', { edits: { note: 'secret' } });
    expect([refused.status, refused.json]).toMatchObject([409, { code: 'DUPLICATE_FOUND', pointer: '/edits/note' }]);
    expect(refused.text).not.toMatch(new RegExp(`${hidden}|Nobody may know`));
    // Nor of those that the submitter sees.
    await scene.acme.update('user', ann.id, { permissionSets: ['dossiers'] });
    const hers = await ann.create('dossier', { name: 'Hers alone', code: 'hers' });
    const paper = await scene.paper({ note: 'open' });
    await ann.update('paper', paper, { amount: 1, note: 'held' });
    const { approval } = (await ann.http.get(scene.path(paper, '/approval'))).json as { readonly approval: { readonly id: string } };
    const held = await act(bob, approval.id, 'approve', { edits: { note: 'hers' } });
    expect(held.json).toMatchObject({ code: 'DUPLICATE_FOUND', pointer: '/edits/note' });
    expect(held.text).not.toMatch(new RegExp(`${hers}|Hers alone`));
    // What the change could not be written with is refused at once, unless he refuses the change.
    const bad = { edits: { code: 'bad' } };
    expect((await act(bob, approval.id, 'approve', bad)).json).toMatchObject({ detail: 'Not both.', pointer: '/edits/code' });
    expect((await act(bob, approval.id, 'reject', bad)).json).toMatchObject({ status: 'rejected' });
  });

  it('leads to nothing that he does not see, and is not held up by warnings that nobody can answer', async () => {
    const { bob } = scene.people;
    const approval = await handedIn();
    expect((await act(bob, approval, 'approve', { edits: { dossier: hidden } })).json).toMatchObject({
      code: 'LOOKUP_NOT_FOUND',
      pointer: '/edits/dossier',
    });
    expect((await act(bob, approval, 'approve', { edits: { code: 'secret' } })).json).toEqual({ approval, status: 'approved' });
  });
});

describe('who is named', () => {
  it('may read such records', async () => {
    const stranger = await scene.person('stranger', { roles: ['stranger'] });
    const { bob, admin } = scene.people;
    const approval = await handedIn();
    const to = [stranger.id];
    const tries = [
      await act(bob, approval, 'transfer', { to }),
      await act(bob, approval, 'addSigner', { to, place: 'after' }),
      await act(bob, approval, 'ask', { to, comment: 'You?' }),
      await act(admin, approval, 'reassign', { to }),
    ];
    for (const { status, json } of tries) expect([status, json]).toMatchObject([422, { code: 'APPROVAL_UNFIT', pointer: '/to' }]);
    expect(await scene.handIn(await scene.paper(), 'chosen', 'ann', { chosen: to })).toBe('APPROVAL_UNFIT');
  });

  it('is told at its place where somebody else will not do', async () => {
    const { ann } = scene.people;
    const [approval, one] = [await handedIn(), scene.people.bob];
    expect((await act(one, approval, 'transfer', { to: [ann.id] })).json).toMatchObject({ code: 'APPROVAL_UNFIT', pointer: '/to' });
    expect((await act(one, approval, 'return', { step: 'one' })).json).toMatchObject({ code: 'APPROVAL_UNFIT', pointer: '/step' });
  });
});

describe('what people ask for again and again', () => {
  it('reminds once in a while, and takes comments of some length', async () => {
    const { ann, bob } = scene.people;
    const approval = await handedIn();
    expect((await act(bob, approval, 'remind', {})).json['code']).toBe('APPROVAL_NOT_SUBMITTER');
    const [first, second] = [await act(ann, approval, 'remind', {}), await act(scene.admin, approval, 'remind', {})];
    expect([first.status, second.status, second.json['code']]).toEqual([200, 409, 'APPROVAL_REMINDED']);
    expect(second.json['detail']).toMatch(/after \d{4}-.*Z\.$/);
    scene.clock.ahead = 601_000;
    expect((await act(ann, approval, 'remind', {})).status).toBe(200);
    scene.clock.ahead = 0;
    const long = await act(bob, approval, 'comment', { comment: 'x'.repeat(20_001) });
    expect([long.status, long.json]).toMatchObject([422, { code: 'VALUE_TOO_LONG', pointer: '/comment' }]);
  });
});
