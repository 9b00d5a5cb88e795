// Who is meant, in random worlds: trees and circles of departments and managers, inactive and absent people, against an oracle.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PersonModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { resolvePeople, type PeopleSubject } from '@tessera/workflow';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { random, type Random } from '../support/random.ts';
import { expectedOf, givenName, type Given } from './people-expected.ts';
import { inSession, now, put, ranks, shuffle, type World } from './people-world.ts';

const label = { en: 'x' };
const requests = pack(
  'requests',
  {
    request: {
      fields: { name: { type: 'text' } },
      team: { roles: { helper: { label, access: 'read' }, observer: { label, access: 'read' } } },
    },
  },
  {
    'roles/clerk.json': { name: 'clerk', label },
    'roles/auditor.json': { name: 'auditor', label },
  },
);

let engine: TestEngine;
let acme: TestTenant;
let world: World;
let records: readonly string[];

async function many(count: number, make: (i: number) => Promise<string>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await make(i));
  return ids;
}

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [requests]);
  const people = await many(14, (i) => acme.create('user', { name: `P${String(i)}`, email: `p${String(i)}@acme.example` }));
  const departments = await many(7, (i) => acme.create('department', { name: `D${String(i)}` }));
  await many(2, (i) => acme.create('userGroup', { name: `G${String(i)}`, code: `g${String(i)}` }));
  records = await many(4, (i) => acme.create('request', { name: `R${String(i)}` }));
  world = {
    people: people.map((id) => ({ id, active: true, gone: false, manager: null, department: null, rank: null, roles: [] })),
    departments: departments.map((id) => ({ id, gone: false, parent: null, head: null })),
    groups: ['g0', 'g1'],
    members: [],
    absences: [],
    shares: [],
  };
});
afterAll(() => engine.close());

/** A rule that gives what the draw has under this name. */
const literal = (name: string): Expression => ({ node: 'literal', type: { kind: 'text' }, value: name });

function entryOf(draw: Random, name: string): PersonModel {
  const who = draw.pick(['submitter', 'owner', 'actor', { path: literal('one') }] as const);
  const levels = draw.below(2) === 0 ? 1 + draw.below(4) : { upTo: draw.pick([...ranks, 'emperor']) };
  return draw.pick<PersonModel>([
    { name, kind: 'user', user: literal('one') },
    { name, kind: 'field', path: literal('other') },
    { name, kind: 'rule', rule: literal('some') },
    { name, kind: 'chosen', step: 'first' },
    { name, kind: 'role', role: draw.pick(['clerk', 'auditor']), inDepartment: draw.below(2) === 0 },
    { name, kind: 'group', code: draw.pick(['g0', 'g1', 'none']) },
    { name, kind: 'team', role: draw.pick(['helper', 'observer']) },
    { name, kind: 'managerOf', who, levels },
    { name, kind: 'managerOf', who, levels },
    { name, kind: 'headOf', who: draw.below(3) === 0 ? 'department' : who, levels },
  ]);
}

function subjectOf(draw: Random): PeopleSubject {
  const ids = world.people.map(({ id }) => id);
  const values = { owner: draw.pick([null, ...ids]), ownerDepartment: draw.pick([null, ...world.departments.map(({ id }) => id)]) };
  const record = draw.below(8) === 0 ? undefined : { object: 'request', id: draw.pick(records), values };
  return { record, actor: draw.pick([null, ...ids]), submitter: draw.pick(ids), chosen: { first: [draw.pick(ids), draw.pick(ids)] } };
}

const givenOf = (draw: Random): Given => {
  const ids = world.people.map(({ id }) => id);
  return { one: draw.pick([null, ...ids]), other: draw.pick(ids), some: [draw.pick(ids), draw.pick(ids), draw.pick(ids)] };
};

const draw = random();

describe(`people, in worlds of seed ${String(draw.seed)}`, () => {
  it('are those whom the oracle finds', async () => {
    let [found, stoodIn] = [0, 0];
    for (let i = 0; i < 40; i += 1) {
      shuffle(draw, world, records);
      await put(engine, acme, world);
      const entries = Array.from({ length: 5 }, (_, n) => entryOf(draw, `e${String(n)}`));
      const subjects = Array.from({ length: 12 }, () => subjectOf(draw));
      const given = subjects.map(() => givenOf(draw));
      const standIns = draw.below(2) === 0;
      const evaluateAll = (rules: Readonly<Record<string, Expression>>) =>
        Promise.resolve(
          given.map((values) => Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, values[givenName(rule)] ?? null]))),
        );
      const question = { entries, subjects, evaluateAll, standInsAt: standIns ? now : undefined };
      const answer = await inSession(engine, acme, (session) => resolvePeople(session, question));
      const people = answer.map((each) =>
        each.people.map(({ user, for: absent, entry }) => (absent === undefined ? { user, entry } : { user, for: absent, entry })),
      );
      const expected = subjects.map((subject, n) => expectedOf(world, entries, subject, given[n] ?? {}, standIns));
      expect(people).toEqual(expected);
      found += expected.flat().length;
      stoodIn += expected.flat().filter((person) => person.for !== undefined).length;
    }
    // Worlds in which nobody is ever found would prove nothing.
    expect(found).toBeGreaterThan(200);
    expect(stoodIn).toBeGreaterThan(20);
  });
});
