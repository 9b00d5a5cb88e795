// Who is meant, case by case: up the ladder, by rank, for whoever is away; and in few statements for many.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LevelsModel, PersonModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { resolvePeople, type PeopleFound, type PeopleSubject } from '@tessera/workflow';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { inSession, now } from './people-world.ts';

const requests = pack(
  'requests',
  {
    request: {
      fields: { name: { type: 'text' } },
      team: { roles: { helper: { label: { en: 'Helper' }, access: 'read' } } },
    },
  },
  { 'roles/clerk.json': { name: 'clerk', label: { en: 'Clerk' } } },
);

let engine: TestEngine;
let acme: TestTenant;
const ids: Record<string, string> = {};
const nameOf = (id: string | undefined): string => Object.entries(ids).find(([, each]) => each === id)?.[0] ?? String(id);

/** ann → ben → cem → dan, who is his own chief's chief; eva stands alone. */
beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [requests]);
  const person = async (name: string, values = {}): Promise<void> => {
    ids[name] = await acme.create('user', { name, email: `${name}@acme.example`, ...values });
  };
  await person('dan', { rank: 'executive' });
  await person('cem', { manager: ids['dan'], rank: 'director' });
  await person('ben', { manager: ids['cem'], rank: 'manager' });
  await person('ann', { manager: ids['ben'] });
  await person('eva');
  ids['company'] = await acme.create('department', { name: 'Company', head: ids['dan'] });
  ids['sales'] = await acme.create('department', { name: 'Sales', parent: ids['company'] });
  ids['east'] = await acme.create('department', { name: 'East', parent: ids['sales'], head: ids['ben'] });
  await acme.update('user', ids['ann'] ?? '', { department: ids['east'] });
});
afterAll(() => engine.close());

const path: Expression = { node: 'literal', type: { kind: 'text' }, value: '' };

async function ask(
  entries: readonly PersonModel[],
  subjects: readonly PeopleSubject[],
  standInsAt?: string,
  note?: (text: string) => void,
): Promise<readonly PeopleFound[]> {
  const evaluateAll = () => Promise.resolve(subjects.map(() => ({ named: [ids['eva'] ?? '', ids['ann'] ?? ''] })));
  return inSession(engine, acme, (session) => resolvePeople(session, { entries, subjects, evaluateAll, standInsAt }), note);
}

const actedBy = (name: string): PeopleSubject => ({ actor: ids[name] ?? '' });
const managers = (levels: LevelsModel): readonly PersonModel[] => [{ name: 'up', kind: 'managerOf', who: 'actor', levels }];
const heads = (levels: LevelsModel): readonly PersonModel[] => [{ name: 'up', kind: 'headOf', who: 'actor', levels }];
const named: readonly PersonModel[] = [{ name: 'named', kind: 'rule', rule: path }];

async function namesOf(entries: readonly PersonModel[], name: string): Promise<readonly string[]> {
  const [found] = await ask(entries, [actedBy(name)]);
  return (found?.people ?? []).map(({ user }) => nameOf(user));
}

/** Changes people for as long as the work takes. */
async function meanwhile<T>(
  changes: Readonly<Record<string, object>>,
  back: Readonly<Record<string, object>>,
  work: () => Promise<T>,
): Promise<T> {
  for (const [name, values] of Object.entries(changes)) await acme.update('user', ids[name] ?? '', { ...values });
  try {
    return await work();
  } finally {
    for (const [name, values] of Object.entries(back)) await acme.update('user', ids[name] ?? '', { ...values });
  }
}

describe('the manager', () => {
  it.each<[LevelsModel, readonly string[]]>([
    [1, ['ben']],
    [2, ['cem']],
    [9, ['dan']],
    [{ upTo: 'manager' }, ['ben']],
    [{ upTo: 'director' }, ['ben', 'cem']],
    [{ upTo: 'executive' }, ['ben', 'cem', 'dan']],
    [{ upTo: 'emperor' }, []],
  ])('at %j is found on the way up, which ends at the top', async (levels, names) => {
    expect(await namesOf(managers(levels), 'ann')).toEqual(names);
    expect(await namesOf(managers(levels), 'dan')).toEqual([]);
  });

  it('who is inactive is passed over, and a circle ends where it closes', async () => {
    await meanwhile({ ben: { active: false } }, { ben: { active: true } }, async () => {
      expect(await namesOf(managers(1), 'ann')).toEqual(['cem']);
      expect(await namesOf(managers({ upTo: 'executive' }), 'ann')).toEqual(['cem', 'dan']);
    });
    await meanwhile({ dan: { manager: ids['ben'] } }, { dan: { manager: null } }, async () => {
      expect(await namesOf(managers(20), 'ben')).toEqual(['dan']);
      expect(await namesOf(managers({ upTo: 'staff' }), 'cem')).toEqual(['dan']);
    });
  });
});

describe('the head of a department', () => {
  it('is found on the way up the tree; a department without one is passed over', async () => {
    expect(await namesOf(heads(1), 'ann')).toEqual(['ben']);
    expect(await namesOf(heads(2), 'ann')).toEqual(['dan']);
    expect(await namesOf(heads({ upTo: 'executive' }), 'ann')).toEqual(['ben', 'dan']);
    expect(await namesOf(heads(1), 'eva')).toEqual([]);
  });

  it('is told with the way that led there', async () => {
    const [found] = await ask(heads(2), [actedBy('ann')]);
    expect(found?.people).toEqual([{ user: ids['dan'], entry: 'up', why: { kind: 'headOf', from: ids['east'], level: 2 } }]);
  });
});

describe('somebody who is named', () => {
  it('and is not there is left out, and told', async () => {
    await meanwhile({ eva: { active: false } }, { eva: { active: true } }, async () => {
      const [found] = await ask(named, [actedBy('ann')]);
      expect(found?.people.map(({ user }) => nameOf(user))).toEqual(['ann']);
      expect(found?.leftOut).toEqual([{ user: ids['eva'], entry: 'named', why: 'inactive' }]);
    });
  });
});

describe('a stand-in', () => {
  const away = async (person: string, standIn: string | undefined): Promise<string> =>
    acme.create('absence', {
      person: ids[person],
      from: '2026-05-20',
      to: '2026-05-20',
      standIn: standIn === undefined ? null : ids[standIn],
    });
  const stoodIn = async (at: string): Promise<readonly string[]> => {
    const [found] = await ask(managers(1), [actedBy('ann')], at);
    return (found?.people ?? []).map((each) => `${nameOf(each.user)} for ${each.for === undefined ? 'nobody' : nameOf(each.for)}`);
  };

  it('takes the place of whoever is away, at that time, to the end of the chain', async () => {
    const absences = [await away('ben', 'eva')];
    expect(await stoodIn(now)).toEqual(['eva for ben']);
    expect(await stoodIn('2026-05-21T10:00:00.000Z')).toEqual(['ben for nobody']);
    absences.push(await away('eva', 'cem'));
    expect(await stoodIn(now)).toEqual(['cem for ben']);
    absences.push(await away('cem', 'ben'));
    // All three are away for one another: nobody is there to stand in.
    expect(await stoodIn(now)).toEqual(['ben for nobody']);
    for (const id of absences) await acme.remove('absence', id);
    expect(await stoodIn(now)).toEqual(['ben for nobody']);
  });

  it('who is inactive is none, and so is nobody', async () => {
    const absences = [await away('ben', 'eva'), await away('ben', undefined)];
    await meanwhile({ eva: { active: false } }, { eva: { active: true } }, async () => {
      expect(await stoodIn(now)).toEqual(['ben for nobody']);
    });
    expect(await stoodIn(now)).toEqual(['eva for ben']);
    for (const id of absences) await acme.remove('absence', id);
  });
});

describe('for a thousand subjects', () => {
  it('no more statements are sent than for one', async () => {
    const entries: readonly PersonModel[] = [
      ...managers(2),
      { name: 'heads', kind: 'headOf', who: 'actor', levels: { upTo: 'executive' } },
      { name: 'own', kind: 'headOf', who: 'department', levels: 1 },
      { name: 'clerks', kind: 'role', role: 'clerk', inDepartment: true },
      { name: 'group', kind: 'group', code: 'g' },
      { name: 'helpers', kind: 'team', role: 'helper' },
      ...named,
    ];
    const record = await acme.create('request', { name: 'r' });
    const values = { owner: ids['ann'] ?? '', ownerDepartment: ids['east'] ?? '' };
    const people = ['ann', 'ben', 'cem', 'dan', 'eva'];
    const subjects = (count: number): readonly PeopleSubject[] =>
      Array.from({ length: count }, (_, i) => ({
        ...actedBy(people[i % people.length] ?? ''),
        record: { object: 'request', id: record, values },
      }));
    const sent = async (count: number): Promise<number> => {
      const texts: string[] = [];
      await ask(entries, subjects(count), now, (text) => void texts.push(text));
      return texts.length;
    };
    const one = await sent(1);
    // The guard of the transaction, and seven that ask.
    expect(one).toBeGreaterThan(7);
    expect(one).toBeLessThanOrEqual(11);
    expect(await sent(1_000)).toBe(one);
    const found = await ask(entries, subjects(1_000), now);
    expect(found).toHaveLength(1_000);
    expect(new Set(found.map(({ people: list }) => list.length)).has(0)).toBe(false);
  });
});
