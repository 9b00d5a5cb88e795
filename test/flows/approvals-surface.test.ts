// Approvals over REST and GraphQL: handed in, listed, counted, listened to, decided one by one and many at once, talked about; and who sees what.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { act, actionsOf, at, get, post, surfaceScene, told, upload, type SurfaceScene } from './approvals-surface-scene.ts';
import { events } from './events-scene.ts';
import { clientOf } from './server-scene.ts';

let scene: SurfaceScene;
let ann: Person;
let bob: Person;
let ben: Person;
let dan: Person;

beforeAll(async () => {
  scene = await surfaceScene();
  ({ ann, bob, ben, dan } = scene);
});
afterAll(() => scene.close());

describe('a record that is handed in', () => {
  it('waits for one approval, however often the same is asked for', async () => {
    const id = await ann.create('account', { name: 'Once' });
    expect((await get(ann, at(id))).json).toEqual({ approval: null, submits: [{ process: 'handIn', label: 'Check' }] });
    const input = { object: 'account', id, comment: 'Please.' };
    const send = () => ann.run('approvals.submit', input, { idempotencyKey: 'submit-1' });
    const first = await send();
    expect(first).toEqual({ approval: expect.any(String) as unknown, status: 'running' });
    expect(await send()).toEqual(first);
    expect(told(await post(ann, at(id)))).toEqual([409, 'APPROVAL_PENDING']);
    expect(told(await post(ann, at(id), { files: ['x'] }))).toEqual([400, 'REQUEST_INVALID']);
    expect(told(await ann.http.patch(`/api/v1/records/account/${id}`, { region: 'west' }))).toEqual([409, 'RECORD_LOCKED']);
  });

  it('says who is asked, and to everybody what that person may do', async () => {
    const [id, approval] = await scene.handedIn('Shown');
    const seen = await get(ann, at(id));
    expect(seen.json['submits']).toEqual([]);
    expect(seen.json['approval']).toMatchObject({
      id: approval,
      process: 'handIn',
      label: 'Check',
      recordId: id,
      event: 'submit',
      status: 'running',
      submitter: ann.id,
      comment: 'Please.',
      changes: null,
      tasks: [bob, ben].map((person) => ({
        assignee: person.id,
        inNameOf: null,
        step: 'look',
        label: 'First look',
        via: 'entry',
      })),
      decisions: [{ action: 'submitted', person: ann.id, comment: 'Please.' }],
    });
    expect(actionsOf(seen)).toEqual(['recall', 'remind', 'comment', 'ask']);
    const boss = await get(bob, at(id));
    expect(actionsOf(boss)).toEqual(['approve', 'reject', 'return', 'transfer', 'addSigner', 'comment', 'ask']);
    expect((boss.json['approval'] as Json)['may']).toMatchObject({ editable: ['rating'] });
    expect(actionsOf(await get(scene.admin, at(id)))).toEqual(['remind', 'comment', 'ask', 'reassign', 'skip', 'cancel']);
  });

  it('is offered what shows itself to its reader', async () => {
    const id = await ann.create('account', { name: 'Offered' });
    const offers = async ({ http }: Person): Promise<Json> =>
      http.graphql(`{ approvalOffers(object: account, id: "${id}") { process label } }`);
    const check = { process: 'handIn', label: 'Check' };
    expect(await offers(scene.admin)).toEqual({ approvalOffers: [check, { process: 'hurry', label: 'Hurry' }] });
    // By a score that she may not read.
    expect([await offers(ann), await offers(dan)]).toEqual([{ approvalOffers: [check] }, { approvalOffers: null }]);
    const hurry = { process: 'hurry' };
    const refused = [await post(ann, at(id), hurry), await post(ann, at(id, '/plan'), hurry)];
    expect(refused.map(told)).toEqual(Array(2).fill([422, 'APPROVAL_NONE']));
    expect((await post(scene.admin, at(id), hurry)).status).toBe(201);
  });

  it('is as if it were not there for whoever does not see the record', async () => {
    const [id, approval] = await scene.handedIn('Hidden');
    expect(told(await get(dan, at(id)))).toEqual([404, 'RECORD_NOT_FOUND']);
    expect(told(await post(dan, at(id)))).toEqual([404, 'RECORD_NOT_FOUND']);
    expect(told(await post(dan, at(id, '/plan')))).toEqual([404, 'RECORD_NOT_FOUND']);
    const nowhere = [`/api/v1/approvals/${approval}`, `/api/v1/approvals/${id}`, '/api/v1/approvals/x'];
    for (const path of nowhere) expect(told(await get(dan, path))).toEqual([404, 'APPROVAL_NOT_FOUND']);
    expect(told(await act(dan, approval, 'approve'))).toEqual([404, 'APPROVAL_NOT_FOUND']);
    expect(told(await act(dan, approval, 'comment', { comment: 'x' }))).toEqual([404, 'APPROVAL_NOT_FOUND']);
    const batch = await post(dan, '/api/v1/approvals/batch', { action: 'approve', items: [{ approval }] });
    expect(batch.json['results']).toMatchObject([{ ok: false, approval, problems: [{ code: 'APPROVAL_NOT_FOUND' }] }]);
    const asked = await dan.http.graphql(
      `{ approval(id: "${approval}") { id } pendingApproval(object: account, id: "${id}") { id } approvalTasks { totalCount } }`,
    );
    expect(asked).toEqual({ approval: null, pendingApproval: null, approvalTasks: { totalCount: 0 } });
  });
});

describe('a change that is held', () => {
  it('is shown beside what is there, field by field to those who may read it', async () => {
    const id = await ann.create('account', { name: 'Held', region: 'west' });
    await scene.admin.http.patch(`/api/v1/records/account/${id}`, { region: 'east', score: 9 });
    const changes = async (person: Person): Promise<unknown> => ((await get(person, at(id))).json['approval'] as Json)['changes'];
    expect(await changes(scene.admin)).toEqual([
      { field: 'region', old: 'west', new: 'east' },
      { field: 'score', old: 7, new: 9 },
    ]);
    expect(await changes(ann)).toEqual([{ field: 'region', old: 'west', new: 'east' }]);
    expect(await ann.read('account', id, 'region')).toEqual({ region: 'west' });
  });
});

describe('an act', () => {
  it('says what is wrong with it', async () => {
    const [, approval] = await scene.handedIn('Wrong');
    expect(await act(bob, approval, 'remind', { to: [ann.id] })).toMatchObject({
      status: 400,
      json: { code: 'REQUEST_INVALID', pointer: '/to' },
    });
    expect(told(await act(bob, approval, 'bless'))).toEqual([404, 'ROUTE_NOT_FOUND']);
    expect(told(await act(bob, approval, 'comment', { comment: ' ' }))).toEqual([400, 'REQUEST_INVALID']);
    expect(told(await act(ann, approval, 'approve'))).toEqual([409, 'APPROVAL_NOT_ASKED']);
    expect(told(await act(ann, approval, 'cancel'))).toEqual([403, 'APPROVAL_NOT_ADMINISTRATOR']);
    expect(told(await act(bob, approval, 'recall'))).toEqual([403, 'APPROVAL_NOT_SUBMITTER']);
    expect(told(await act(bob, approval, 'approve', { edits: { name: 'x' } }))).toEqual([403, 'APPROVAL_NOT_EDITABLE']);
  });

  it('is done once under one key', async () => {
    const [id, approval] = await scene.handedIn('Twice');
    const send = () => bob.run('approvals.act', { approval, action: 'approve', edits: { rating: 'A' } }, { idempotencyKey: 'act-1' });
    expect(await send()).toEqual({ approval, status: 'approved' });
    expect(await send()).toEqual({ approval, status: 'approved' });
    expect(told(await act(ben, approval, 'approve'))).toEqual([409, 'APPROVAL_ENDED']);
    expect(await ann.read('account', id, 'rating', 'lifeStatus')).toEqual({ rating: 'A', lifeStatus: 'normal' });
  });

  it('of an administrator stands in the audit trail', async () => {
    const [id, approval] = await scene.handedIn('Given up');
    expect((await act(scene.admin, approval, 'cancel', { comment: 'Enough.' })).json).toEqual({ approval, status: 'cancelled' });
    const { json } = await get(scene.admin, `/api/v1/audit?recordId=${id}`);
    expect(json['entries']).toMatchObject([
      { action: 'approval.cancelled', actor: scene.admin.id, detail: { approval, process: 'handIn' } },
    ]);
  });
});

describe('talk', () => {
  it('goes from comment to question to answer, with files for all who see the record', async () => {
    const [id, approval] = await scene.handedIn('Asked');
    expect((await act(ben, approval, 'comment', { comment: 'Hm.' })).status).toBe(200);
    expect((await act(bob, approval, 'ask', { comment: 'Why?', to: [ann.id] })).json).toEqual({ approval, status: 'running' });
    expect(actionsOf(await get(ann, at(id)))).toContain('answer');
    const paper = await upload(ann, 'why.txt');
    expect(told(await act(bob, approval, 'comment', { comment: 'Mine.', files: [paper] }))).toEqual([422, 'FILE_NOT_USABLE']);
    expect((await act(ann, approval, 'answer', { comment: 'Because.', files: [paper] })).status).toBe(200);
    expect(actionsOf(await get(ann, at(id)))).not.toContain('answer');
    const { decisions } = (await get(bob, `/api/v1/approvals/${approval}`)).json as { readonly decisions: readonly Json[] };
    expect(decisions.map(({ action, person, comment, files: held }) => [action, person, comment, held])).toEqual([
      ['submitted', ann.id, 'Please.', []],
      ['commented', ben.id, 'Hm.', []],
      ['asked', bob.id, 'Why?', []],
      ['answered', ann.id, 'Because.', [paper]],
    ]);
    expect((await get(bob, `/api/v1/files/${paper}/content`)).text).toBe('why.txt');
    expect(told(await get(dan, `/api/v1/files/${paper}/content`))).toEqual([404, 'FILE_NOT_FOUND']);
    await act(bob, approval, 'reject', { comment: 'No.' });
    expect((await get(ann, `/api/v1/approvals/${approval}`)).json).toMatchObject({
      status: 'rejected',
      tasks: [],
      may: { actions: [], editable: [] },
    });
  });
});

describe('what if', () => {
  it('tells who would be asked, and begins nothing', async () => {
    const id = await ann.create('account', { name: 'If' });
    const asked = await post(ann, at(id, '/plan'));
    expect([asked.status, asked.json]).toMatchObject([
      200,
      { process: 'handIn', outcome: 'approved', lines: [{ kind: 'asked', step: 'look', label: 'First look', assignee: bob.id }, {}] },
    ]);
    expect((await post(ann, at(id, '/plan'), { values: { region: 'east' } })).json).toMatchObject({ process: 'change' });
    expect(told(await post(ann, at(id, '/plan'), { values: { region: 'west' } }))).toEqual([422, 'APPROVAL_NONE']);
    expect(told(await post(ann, at(id, '/plan'), { submitter: dan.id }))).toEqual([403, 'PERMISSION_DENIED']);
    expect((await get(ann, at(id))).json).toMatchObject({ approval: null });
    // Whoever comes raises the version that everything is guarded by.
    await scene.person('eva');
    expect((await post(scene.admin, at(id, '/plan'))).json).toMatchObject({ outcome: 'approved' });
  });
});

describe('what is to be done', () => {
  it('is listed, counted, paged and listened to as any records are', async () => {
    const carl = await scene.person('carl', { roles: ['boss'] });
    const mine = `{ assignee: { id: { eq: "${carl.id}" } }, kind: { eq: approve }, state: { eq: open } }`;
    const heard = await events(
      clientOf(scene.url, 'acme', carl.http.token),
      `subscription { approvalTaskChanged(where: ${mine}) { change record { name approval } } }`,
    );
    const begun: (readonly [string, string])[] = [];
    for (const name of ['One', 'Two', 'Three']) begun.push(await scene.handedIn(name));
    expect(await heard.next()).toEqual({ approvalTaskChanged: { change: 'created', record: { name: 'One', approval: begun[0]?.[1] } } });
    heard.close();
    const list = (args: string): Promise<Json> =>
      carl.http.graphql(
        `{ approvalTasks(where: ${mine}, orderBy: [{ askedAt: ASC }, { id: ASC }], first: 2${args}) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }`,
      );
    const first = (await list(''))['approvalTasks'] as Json;
    expect(first).toMatchObject({ totalCount: 3, nodes: [{ name: 'One' }, { name: 'Two' }], pageInfo: { hasNextPage: true } });
    const second = (await list(`, after: "${String((first['pageInfo'] as Json)['endCursor'])}"`))['approvalTasks'];
    expect(second).toMatchObject({ nodes: [{ name: 'Three' }], pageInfo: { hasNextPage: false } });
    await act(carl, begun[0]?.[1] ?? '', 'approve');
    const counts = await carl.http.graphql(
      `{ approvalTasksAggregate(groupBy: [{ state: VALUE }], where: { assignee: { id: { eq: "${carl.id}" } } }) { group { state } count } }`,
    );
    expect(counts['approvalTasksAggregate']).toEqual(
      expect.arrayContaining([
        { group: { state: 'open' }, count: 2 },
        { group: { state: 'approved' }, count: 1 },
      ]),
    );
    const submitted = await get(
      ann,
      `/api/v1/records/approvalTask?count=true&first=1&filter=${encodeURIComponent('{"==":[{"var":"kind"},"submission"]}')}`,
    );
    expect(Number(submitted.json['totalCount'])).toBeGreaterThan(3);
    expect(told(await scene.admin.http.post('/api/v1/records/approvalTask', { name: 'x', assignee: ann.id }))).toEqual([
      409,
      'OBJECT_KEPT',
    ]);
  });

  it('is decided many at once, each by itself', async () => {
    const [[, one], [, two], [, three]] = [await scene.handedIn('A'), await scene.handedIn('B'), await scene.handedIn('C')];
    await act(ben, two, 'reject');
    const body = { action: 'approve', comment: 'All.', items: [{ approval: one }, { approval: two }, { approval: three }] };
    const { status, json } = await post(bob, '/api/v1/approvals/batch', body);
    expect([status, json['results']]).toMatchObject([
      200,
      [
        { ok: true, approval: one, status: 'approved' },
        { ok: false, approval: two, problems: [{ code: 'APPROVAL_ENDED' }] },
        { ok: true, approval: three, status: 'approved' },
      ],
    ]);
    expect(told(await post(bob, '/api/v1/approvals/batch', { ...body, items: Array(201).fill({ approval: one }) }))).toEqual([
      413,
      'RECORDS_TOO_MANY',
    ]);
  });
});

describe('GraphQL', () => {
  it('hands in, looks into people and records, and decides', async () => {
    const id = await ann.create('account', { name: 'Typed' });
    const begun = await ann.http.graphql(
      `mutation { submitForApproval(object: account, id: "${id}", comment: "Please.") { approval status } }`,
    );
    const { approval } = begun['submitForApproval'] as { readonly approval: string };
    const seen = await bob.http.graphql(`{
      __typename
      pendingApproval(object: account, id: "${id}") { status submitter { name } record { ... on Account { name rating } } may { actions editable }
        tasks { label assignee { name } inNameOf { name } } decisions { action person { name } comment fileIds } }
      account(id: "${id}") { name }
      approvalPlan(object: account, id: "${id}") { outcome lines { kind assignee { name } } }
      approval(id: "${approval}") { id endedAt }
    }`);
    expect(Object.keys(seen)).toEqual(['__typename', 'pendingApproval', 'account', 'approvalPlan', 'approval']);
    expect(seen).toMatchObject({
      pendingApproval: {
        status: 'running',
        submitter: { name: 'ann' },
        record: { name: 'Typed', rating: null },
        may: { editable: ['rating'] },
        decisions: [{ action: 'submitted', person: { name: 'ann' }, comment: 'Please.', fileIds: [] }],
      },
      account: { name: 'Typed' },
      approval: { id: approval, endedAt: null },
    });
    expect((seen['pendingApproval'] as { readonly tasks: readonly Json[] }).tasks).toContainEqual({
      label: 'First look',
      assignee: { name: 'bob' },
      inNameOf: null,
    });
    const refused = await post(ann, '/graphql', {
      query: `mutation { actOnApproval(approval: "${approval}", action: approve) { status } }`,
    });
    expect(refused.json).toMatchObject({
      data: { actOnApproval: null },
      errors: [{ path: ['actOnApproval'], extensions: { code: 'APPROVAL_NOT_ASKED' } }],
    });
    const done = await bob.http.graphql(`mutation {
      actOnApproval(approval: "${approval}", action: approve, edits: { rating: "B" }) { approval status }
      decideApprovals(action: approve, items: [{ approval: "${approval}" }]) { ok status problems { code } }
    }`);
    expect(done).toEqual({
      actOnApproval: { approval, status: 'approved' },
      decideApprovals: [{ ok: false, status: null, problems: [{ code: 'APPROVAL_ENDED' }] }],
    });
  });
});
