// The life of approvals and of their processes: what is set at each turn, versions and their migration, histories, lists of tasks, what if; over HTTP.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { asks, by, inTurn, paperScene, process, steps, them, v, type Name, type PaperScene } from './approvals-scenarios-scene.ts';

const over = (amount: number): Json => ({ '>': [v('amount'), amount] });
const files: Json = {
  'templates/told.json': {
    name: 'told',
    label: { en: 'Told' },
    object: 'paper',
    inApp: { subject: { en: '{{ name }}' }, body: { en: 'So it is.' } },
  },
  ...process('sets', {
    steps: inTurn('bob'),
    onSubmit: { set: { note: 'submitted' } },
    onApproved: { set: { note: { cat: ['approved ', { text: v('amount') }] } } },
    onRejected: { set: { note: 'rejected' } },
    onRecalled: { set: { note: 'recalled' } },
  }),
  ...process('large', { on: ['create', 'update', 'delete'], priority: 10, entry: over(1000), steps: inTurn('bob') }),
  ...process('larger', { on: ['create', 'update', 'delete'], priority: 20, entry: over(100), steps: inTurn('cat') }),
  ...process('listed', {
    steps: steps({
      bob: asks(by('bob')),
      tell: { type: 'notify', to: them('eve'), template: 'told' },
      cat: asks(by('cat'), { editable: ['note'] }),
    }),
  }),
  ...process('several', { steps: steps({ one: asks(by('bob')), two: asks(by('bob', 'cat')) }) }),
  ...process('board', { steps: steps({ one: asks({ board: { role: 'board', need: 'all' } }) }) }),
  ...process('asked', {
    sameAsSubmitter: 'manager',
    steps: steps({
      never: asks(by('dan'), { when: over(1000) }),
      bob: asks(by('bob')),
      bobAgain: asks(by('bob')),
      vacant: asks({ none: { user: v('nobody') } }, { nobody: 'pass' }),
      tell: { type: 'notify', to: them('eve'), template: 'told' },
      size: { type: 'branch', cases: { large: { when: over(100), steps: inTurn('cat') } }, otherwise: inTurn('eve') },
      ann: asks(by('ann')),
    }),
  }),
};

let scene: PaperScene;
let people: PaperScene['people'];
beforeAll(async () => {
  scene = await paperScene({}, files);
  ({ people } = scene);
}, 400_000);
afterAll(() => scene.close());

const handedIn = async (name: string, values: Json = {}): Promise<readonly [paper: string, approval: string]> => {
  const paper = await scene.paper(values);
  return [paper, await scene.handIn(paper, name)];
};
const note = async (paper: string): Promise<unknown> => (await people.ann.http.get(scene.path(paper))).json['note'];

describe('a process', () => {
  it('sets fields of what is submitted, approved, rejected and withdrawn', async () => {
    const notes: unknown[] = [];
    for (const act of ['bob approve', 'bob reject', 'ann recall']) {
      const [paper, approval] = await handedIn('sets', { amount: 7 });
      const before = await note(paper);
      await scene.does(approval, act);
      notes.push([before, await note(paper)]);
    }
    expect(notes).toEqual([
      ['submitted', 'approved 7'],
      ['submitted', 'rejected'],
      ['submitted', 'recalled'],
    ]);
  });

  it('of several is the first by priority that is for the record, whatever is done to it', async () => {
    const begun = async (id: unknown): Promise<unknown> => {
      const { json } = await people.ann.http.get(scene.path(String(id), '/approval'));
      const { process: name, event, changes } = json['approval'] as Json;
      return [name, event, changes];
    };
    const values = { name: 'P', bob: people.bob.id, cat: people.cat.id };
    const made = async (amount: number): Promise<Json> => (await people.ann.http.post('/api/v1/records/paper', { ...values, amount })).json;
    expect([await begun((await made(5000))['id']), await begun((await made(500))['id'])]).toEqual([
      ['large', 'create', null],
      ['larger', 'create', null],
    ]);
    const paper = await scene.paper();
    const change = await people.ann.http.patch(scene.path(paper), { amount: 500 });
    expect([change.status, await begun(paper), (await people.ann.http.get(scene.path(paper))).json['amount']]).toEqual([
      202,
      ['larger', 'update', [{ field: 'amount', old: null, new: 500 }]],
      null,
    ]);
    const { json } = await people.ann.http.get(scene.path(paper, '/approval'));
    await scene.does(String((json['approval'] as Json)['id']), 'cat approve');
    expect((await people.ann.http.get(scene.path(paper))).json['amount']).toBe(500);
    const gone = await people.ann.http.call('DELETE', scene.path(paper));
    expect([gone.status, await begun(paper)]).toEqual([202, ['larger', 'delete', null]]);
  });
});

const own = (all: Json, more: Json = {}): Json => ({
  'approvalProcesses/own__c.json': { name: 'own__c', label: { en: 'Own' }, object: 'project', on: ['submit'], steps: all, ...more },
});
const role = (name: string, order: number): Json => ({ type: 'approval', order, approvers: { them: { role: name } }, need: 'any' });
const apply = async (change: Json): Promise<readonly [number, unknown]> => {
  const { status, json } = await scene.admin.http.apply(change);
  return [status, status === 200 ? null : json['code']];
};

describe('a process that changes', () => {
  const project = async (): Promise<string> => {
    const id = await scene.admin.create('project', { name: 'X' });
    const { json } = await scene.admin.http.post(`/api/v1/records/project/${id}/approval`, {});
    return String(json['approval']);
  };
  const step = async (approval: string): Promise<unknown> => {
    const { json } = await scene.admin.http.get(`/api/v1/approvals/${approval}`);
    const tasks = json['tasks'] as readonly { readonly step: string }[];
    return json['status'] === 'running' ? [...new Set(tasks.map(({ step: at }) => at))].join() : json['status'];
  };
  it('leaves what is running as it began, or moves it where it says so, all or none; and its history outlives it', async () => {
    expect(await apply(own({ one: role('board', 10), two: role('board', 20) }, { repeated: 'keep' }))).toEqual([200, null]);
    const [first, second] = [await project(), await project()];
    await apply(own({ other: role('board', 10) }));
    const third = await project();
    expect([await step(first), await step(third)]).toEqual(['one', 'other']);
    expect(await scene.does(second, 'bob approve')).toContain('→ bob, cat, dan');
    expect(await step(second)).toBe('two');
    expect(await apply(own({ other: role('board', 10), two: role('board', 20) }, { migrate: {} }))).toEqual([422, 'PLAN_CHECK']);
    expect([await step(first), await step(second), await step(third)]).toEqual(['one', 'two', 'other']);
    expect(await apply(own({ other: role('board', 10), two: role('board', 20) }, { migrate: { one: 'other' } }))).toEqual([200, null]);
    await scene.settle();
    expect([await step(first), await step(second), await step(third)]).toEqual(['other', 'two', 'other']);
    expect(await apply({ 'approvalProcesses/own__c.json': null })).toEqual([422, 'PLAN_CHECK']);
    for (const approval of [first, second, third]) await scene.does(approval, 'admin cancel');
    // The last of its object only ceases to begin: its history would go with it.
    expect(await apply({ 'approvalProcesses/own__c.json': null })).toEqual([422, 'PLAN_CHECK']);
    expect(await apply(own({ other: role('board', 10) }, { active: false }))).toEqual([200, null]);
    expect(
      (await scene.admin.http.post(`/api/v1/records/project/${await scene.admin.create('project', { name: 'Y' })}/approval`, {})).json[
        'code'
      ],
    ).toBe('APPROVAL_NONE');
    const another = {
      name: 'another__c',
      label: { en: 'Another' },
      object: 'project',
      on: ['submit'],
      steps: { other: role('board', 10) },
    };
    expect(await apply({ 'approvalProcesses/another__c.json': another, 'approvalProcesses/own__c.json': null })).toEqual([200, null]);
    const told = async (approval: string): Promise<unknown> => {
      const { json } = await scene.admin.http.get(`/api/v1/approvals/${approval}`);
      return [json['process'], json['status'], (json['decisions'] as readonly Json[]).map(({ action }) => action)];
    };
    expect([await told(first), await told(second)]).toEqual([
      ['own__c', 'cancelled', ['submitted', 'migrated', 'cancelled']],
      ['own__c', 'cancelled', ['submitted', 'approved', 'migrated', 'cancelled']],
    ]);
    const listed = await scene.admin.http.graphql('{ projectApprovals(orderBy: [{ id: ASC }]) { nodes { process state } } }');
    expect(listed['projectApprovals']).toEqual({ nodes: Array(3).fill({ process: 'own__c', state: 'cancelled' }) });
  });
});

describe('what has been done', () => {
  it('is told: who, for whom, what, when, with which words and fields', async () => {
    const [paper, approval] = await handedIn('listed');
    await scene.does(approval, 'bob approve well done');
    await scene.does(approval, 'cat transfer dan yours');
    await scene.does(approval, 'dan approve note=seen');
    const { json } = await people.ann.http.get(`/api/v1/approvals/${approval}`);
    const decisions = (json['decisions'] as readonly Json[]).map((one) => [
      one['action'],
      scene.nameOf(one['person']),
      one['comment'],
      one['step'],
      one['fields'],
    ]);
    expect(decisions).toEqual([
      ['submitted', 'ann', null, null, []],
      ['approved', 'bob', 'well done', 'bob', []],
      ['transferred', 'cat', 'yours', 'cat', []],
      ['approved', 'dan', null, 'cat', ['note']],
    ]);
    const told = await people.ann.http.graphql(`{
      paperApprovals(where: { record: { id: { eq: "${paper}" } } }) { nodes { process state submitter { name } } }
      paperApprovalDecisions(where: { record: { id: { eq: "${paper}" } } }, orderBy: [{ at: ASC }]) { totalCount nodes { action person { name } to { name } } }
    }`);
    expect(told).toMatchObject({
      paperApprovals: { nodes: [{ process: 'listed', state: 'approved', submitter: { name: 'ann' } }] },
      paperApprovalDecisions: {
        totalCount: 4,
        nodes: [{}, {}, { action: 'transferred', person: { name: 'cat' }, to: { name: 'dan' } }, {}],
      },
    });
    const { json: rest } = await people.ann.http.get(
      `/api/v1/records/paperApprovalDecision?count=true&filter=${encodeURIComponent(JSON.stringify({ '==': [v('record'), paper] }))}`,
    );
    expect(rest['totalCount']).toBe(4);
  });
});

const tasks = async ({ http }: Person, filter: Json, paging = ''): Promise<Json> =>
  (await http.get(`/api/v1/records/approvalTask?count=true&filter=${encodeURIComponent(JSON.stringify(filter))}${paging}`)).json;
const isKind = (kind: string): Json => ({ '==': [v('kind'), kind] });
const lists = (who: Name): Readonly<Record<string, Json>> => ({
  todo: { and: [{ '==': [v('assignee'), people[who].id] }, { in: [v('kind'), ['approve', 'reply']] }, { '==': [v('state'), 'open'] }] },
  done: { '==': [v('decidedBy'), people[who].id] },
  submitted: { and: [isKind('submission'), { '==': [v('assignee'), people[who].id] }] },
  copies: { and: [isKind('copy'), { '==': [v('assignee'), people[who].id] }] },
});

describe('what is mine', () => {
  it('is listed: to do, done, submitted, and told of', async () => {
    const counts = async (who: Name): Promise<readonly number[]> => {
      const found = await Promise.all(Object.values(lists(who)).map((filter) => tasks(people[who], filter)));
      return found.map((one) => Number(one['totalCount']));
    };
    const change = async (work: () => Promise<unknown>): Promise<Json> => {
      const all: readonly Name[] = ['ann', 'bob', 'cat', 'eve'];
      const before = await Promise.all(all.map(counts));
      await work();
      const after = await Promise.all(all.map(counts));
      return Object.fromEntries(all.map((name, i) => [name, after[i]?.map((n, k) => n - (before[i]?.[k] ?? 0)).join(' ')]));
    };
    let approval = '';
    const begin = async (): Promise<void> => {
      [, approval] = await handedIn('listed');
    };
    // To do, done, submitted, told of.
    expect(await change(begin)).toEqual({ ann: '0 0 1 0', bob: '1 0 0 0', cat: '0 0 0 0', eve: '0 0 0 0' });
    expect(await change(() => scene.does(approval, 'bob approve'))).toEqual({
      ann: '0 0 0 0',
      bob: '-1 1 0 0',
      cat: '1 0 0 0',
      eve: '0 0 0 1',
    });
    expect(await change(() => scene.does(approval, 'cat reject'))).toEqual({
      ann: '0 0 0 0',
      bob: '0 0 0 0',
      cat: '-1 1 0 0',
      eve: '0 0 0 0',
    });
    const { records } = (await tasks(people.ann, lists('ann')['submitted'] ?? {}, '&first=1&sort=-askedAt')) as {
      readonly records: readonly Json[];
    };
    expect(records).toMatchObject([{ name: 'P', state: 'rejected', process: 'listed', approval }]);
  });
});

describe('what if', () => {
  const plan = async (values: Json, body: Json = {}, who: Person = people.ann): Promise<readonly unknown[]> => {
    const paper = await scene.paper(values);
    const { json } = await who.http.post(scene.path(paper, '/approval/plan'), { process: 'asked', ...body });
    expect((await scene.admin.http.get(scene.path(paper, '/approval'))).json).toMatchObject({ approval: null });
    const lines = json['lines'] as readonly Json[];
    return [
      json['outcome'],
      ...lines.map(({ kind, step, assignee, via, why }) => [kind, step, assignee === null ? null : scene.nameOf(assignee), via ?? why]),
    ];
  };
  it('tells who would be asked, in which order, and who not and why', async () => {
    expect(await plan({ amount: 100 })).toEqual([
      'approved',
      ['passed', 'never', null, 'condition'],
      ['asked', 'bob', 'bob', 'entry'],
      ['passed', 'bobAgain', null, 'repeated'],
      ['passed', 'vacant', null, 'nobody'],
      ['notify', 'tell', null, null],
      ['asked', 'size/otherwise/eve', 'eve', 'entry'],
      ['asked', 'ann', 'bob', 'manager'],
    ]);
    expect(await plan({ amount: 99 }, { submitter: people.bob.id, values: { amount: 500 }, event: 'submit' }, scene.admin)).toMatchObject([
      'approved',
      ['passed', 'never', null, 'condition'],
      ['asked', 'bob', 'cat', 'manager'],
      {},
      {},
      {},
      {},
      ['asked', 'ann', 'ann', 'entry'],
    ]);
  });
});
