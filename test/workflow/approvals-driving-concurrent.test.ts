// Many at once: no vote is lost, none counts twice, each approval comes to exactly one end; and a set of records begins as a set.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actOn } from '@tessera/workflow';
import { approvalScene, by, codeOf, process, requests, turnOf, voters, type ApprovalScene } from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const count = 16;
const needed = 5;

const vote = (need: unknown, more: Json = {}): Json => ({ vote: { type: 'approval', approvers: voters(need), ...more } });

const files: Json = {
  ...process('all', ['create'], vote('all')),
  ...process('any', ['create'], vote('any')),
  ...process('some', ['create'], vote({ of: needed })),
  ...process('majority', ['create'], vote('all', { reject: 'majority' })),
  ...process('one', ['create', 'update', 'submit'], { check: { type: 'approval', approvers: by('ann') } }),
};

let scene: ApprovalScene;
let electors: readonly string[];
beforeAll(async () => {
  scene = await approvalScene(requests(files));
  const found: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const name = `elector${String(i)}`;
    found.push(await scene.acme.create('user', { name, email: `${name}@acme.example`, active: true, roles: ['voter'] }));
  }
  electors = found;
}, 400_000);
afterAll(() => scene.close());

/** Everybody decides on what everybody saw, at once. */
async function allVote(id: string, decide: (i: number) => 'approve' | 'reject' = () => 'approve'): Promise<readonly string[]> {
  const [row] = await scene.approvals(id);
  if (row === undefined) throw new TypeError('Nothing is to be approved.');
  const approval = String(row['id']);
  return Promise.all(
    electors.map((user, i) => {
      const action = { type: decide(i), turn: turnOf(row.state, user) };
      return codeOf(scene.as(user, (session) => actOn(session, { approval, by: user, action })));
    }),
  );
}

const times = (codes: readonly string[], code: string): number => codes.filter((each) => each === code).length;
const late = ['APPROVAL_ENDED', 'APPROVAL_NOT_ASKED'];

describe('votes at once', () => {
  it('all count where all are needed', async () => {
    const id = await scene.create({ kind: 'all' });
    expect((await scene.consistent(id)) as Json).toMatchObject({ pending: 1, locked: true });
    const codes = await allVote(id);
    expect(times(codes, 'done')).toBe(count);
    expect(await scene.approvals(id)).toMatchObject([{ status: 'approved', state: { version: count + 1 } }]);
    expect(await scene.consistent(id)).toEqual({ pending: 0, locked: false, tasks: [] });
  });

  it('are as many as are needed, and the others come too late', async () => {
    for (const [kind, wanted] of [
      ['any', 1],
      ['some', needed],
    ] as const) {
      const id = await scene.create({ kind });
      const codes = await allVote(id);
      expect(times(codes, 'done')).toBe(wanted);
      expect(codes.filter((code) => code !== 'done').every((code) => late.includes(code))).toBe(true);
      expect(await scene.approvals(id)).toMatchObject([{ status: 'approved', state: { version: wanted + 1 } }]);
      expect(await scene.consistent(id)).toEqual({ pending: 0, locked: false, tasks: [] });
    }
  });

  it('for and against it come to what the majority says', async () => {
    const id = await scene.create({ kind: 'majority' });
    const codes = await allVote(id, (i) => (i % 3 === 0 ? 'approve' : 'reject'));
    expect(times(codes, 'done')).toBeGreaterThan(count / 2);
    expect(await scene.approvals(id)).toMatchObject([{ status: 'rejected' }]);
    expect(await scene.record(id)).toMatchObject({ life_status: 'draft', locked_by_id: null });
  });
});

describe('different acts at once', () => {
  it('come to exactly one end', async () => {
    const { acme, people } = scene;
    for (let round = 0; round < 6; round += 1) {
      const id = await scene.create({ kind: 'one' });
      const [row] = await scene.approvals(id);
      const approval = String(row?.['id']);
      const turn = row === undefined ? '' : turnOf(row.state, people.ann);
      const acts = [
        [people.ann, { type: 'approve', turn }],
        [people.ann, { type: 'reject', turn }],
        [people.sam, { type: 'recall' }],
        [acme.administrator, { type: 'cancel' }],
      ] as const;
      const rotated = [...acts.slice(round % acts.length), ...acts.slice(0, round % acts.length)];
      const codes = await Promise.all(
        rotated.map(([who, action]) => codeOf(scene.as(who, (session) => actOn(session, { approval, by: who, action })))),
      );
      expect(times(codes, 'done')).toBe(1);
      expect(times(codes, 'APPROVAL_ENDED')).toBe(acts.length - 1);
      const outcome = ['approved', 'rejected', 'recalled', 'cancelled'][acts.indexOf(rotated[codes.indexOf('done')] ?? acts[0])];
      expect(await scene.approvals(id)).toMatchObject([{ status: outcome }]);
      expect(await scene.consistent(id)).toEqual({ pending: 0, locked: false, tasks: [] });
      expect(await scene.record(id)).toMatchObject({ life_status: outcome === 'approved' ? 'normal' : 'draft' });
    }
  });

  it('begin one approval of a record', async () => {
    const id = await scene.create({ kind: 'x' });
    await scene.change(id, { kind: 'one' });
    await scene.act(id, scene.people.ann, { type: 'approve' });
    const codes = await Promise.all([
      ...[1, 2, 3, 4].map((amount) => codeOf(scene.change(id, { amount }))),
      ...[1, 2, 3, 4].map(() => codeOf(scene.submit(id))),
    ]);
    expect(times(codes, 'done')).toBe(1);
    expect(times(codes, 'RECORD_LOCKED') + times(codes, 'APPROVAL_PENDING')).toBe(codes.length - 1);
    const pending = (await scene.approvals(id)).filter(({ ended_at: ended }) => ended === null);
    expect(pending).toHaveLength(1);
    expect(await scene.consistent(id)).toMatchObject({ pending: 1, locked: true });
  });
});

describe('approvals of many records', () => {
  it('begin by as many statements as those of a few', async () => {
    const { acme, engine, people } = scene;
    const record = { name: 'R', kind: 'one', ann: people.ann };
    const begin = (count: number): Promise<readonly string[]> =>
      engine.statements(() => acme.run('records.create', { object: 'request', records: Array.from({ length: count }, () => record) }));
    // What is kept from then on is there.
    await begin(1);
    const [few, many] = [await begin(5), await begin(100)];
    expect(many).toHaveLength(few.length);
  });
});
