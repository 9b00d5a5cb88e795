// How much one may take of a pool over HTTP; and what goes back by itself when nothing happens with it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { fairPool, leadPool, poolScene, type PoolScene } from './pools-scene.ts';

const day = 86_400_000;
let scene: PoolScene;
let seller: Person;
let second: Person;
let boss: Person;

beforeAll(async () => {
  scene = await poolScene({
    'settings.json': { timeZone: 'UTC' },
    'pools/web.json': { ...leadPool, limits: { perDay: 3, held: 2, counts: { '!=': [{ var: 'starred' }, true] } }, coolDown: 'P2D' },
    'pools/fair.json': {
      ...fairPool,
      members: { sellers: { role: 'seller' } },
      recycle: {
        idle: {
          after: 'P10D',
          since: ['touchedAt'],
          when: { '!=': [{ var: 'starred' }, true] },
          warn: 'P2D',
          template: 'goesBack',
        },
      },
    },
  });
  seller = await scene.person('seller', { roles: ['seller'] });
  second = await scene.person('second', { roles: ['seller'] });
  boss = await scene.person('boss', { roles: ['boss'] });
});
afterAll(() => scene.close());
afterEach(() => {
  scene.clock.ahead = 0;
});

const claim = async (who: Person, id: string): Promise<string> => {
  const { status, json } = await scene.act(who, id, 'claim');
  return status === 200 ? 'done' : String(json['code']);
};

/** As if all that was done had been done days before. */
const back = (days: number) =>
  scene.sql(`update ${scene.acme.schema}.lead_owner_change set at = at - $1::interval`, [`${String(days)} days`]);

describe('limits', () => {
  it('hold what one has, counted by the rule, and what one claims in a day', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => scene.lead()));
    const [a = '', b = '', c = '', d = ''] = ids;
    expect([await claim(seller, a), await claim(seller, b), await claim(seller, c)]).toEqual(['done', 'done', 'POOL_HELD_LIMIT']);
    await seller.update('lead', a, { starred: true });
    expect([await claim(seller, c), await claim(second, d)]).toEqual(['done', 'done']);
    await seller.update('lead', b, { starred: true });
    const refused = await scene.act(seller, ids[4] ?? '', 'claim');
    const midnight = new Date(Math.floor((scene.clock.now() + day) / day) * day).toISOString();
    expect(refused.json).toMatchObject({ code: 'POOL_DAY_LIMIT', detail: expect.stringContaining(midnight) });
    await back(1);
    expect(await claim(seller, ids[4] ?? '')).toBe('done');
  });

  it('hold for what one is given too', async () => {
    const person = await scene.person('laden', { roles: ['seller'] });
    const ids = await Promise.all(Array.from({ length: 3 }, () => scene.lead()));
    const give = async (id: string | undefined) => (await scene.act(boss, id ?? '', 'assign', { to: person.id })).status;
    expect([await give(ids[0]), await give(ids[1]), await give(ids[2])]).toEqual([200, 200, 422]);
  });

  it('are not passed by many claims of one person at once', async () => {
    const greedy = await scene.person('greedy', { roles: ['seller'] });
    const ids = await Promise.all(Array.from({ length: 8 }, () => scene.lead()));
    const answers = await Promise.all(ids.map((id) => claim(greedy, id)));
    expect(answers.filter((each) => each === 'done')).toHaveLength(2);
    expect(answers.filter((each) => each === 'POOL_HELD_LIMIT')).toHaveLength(6);
  });

  it('are not passed by a claim while a rule gives, either', async () => {
    await scene.acme.apply({
      'assignmentRules/toOthers__c.json': { name: 'toOthers__c', object: 'lead', rules: { only: { to: { others: { role: 'other' } } } } },
      'pools/mail__c.json': {
        ...{ name: 'mail__c', object: 'lead', enter: { '==': [{ var: 'source' }, 'mail'] }, members: { others: { role: 'other' } } },
        ...{ assign: 'toOthers__c', limits: { held: 3 } },
      },
    });
    const lying = await Promise.all(Array.from({ length: 6 }, () => scene.lead({ source: 'mail' })));
    const only = await scene.person('only', { roles: ['other'] });
    const got = await Promise.all(lying.flatMap((id) => [scene.lead({ source: 'mail' }), claim(only, id)]));
    const [row] = await scene.sql(`select count(*)::int as n from ${scene.acme.schema}.lead where owner_id = $1`, [only.id]);
    expect(row).toEqual({ n: 3 });
    // Claims do their part, each done or refused.
    expect(got.filter((each) => each === 'done' || each === 'POOL_HELD_LIMIT')).toHaveLength(6);

    // Nobody waits for whoever waits for him: those who claim, those who give, and the rule.
    const deadlocks = async (): Promise<unknown> =>
      (await scene.sql('select deadlocks from pg_stat_database where datname = current_database()'))[0]?.['deadlocks'];
    const others = [only, await scene.person('next', { roles: ['other'] }), await scene.person('third', { roles: ['other'] })];
    const before = await deadlocks();
    const code = async (id: string, body: Json): Promise<unknown> =>
      (await scene.act(scene.admin, id, 'assign', body)).json['code'] ?? 'done';
    const all = await Promise.all(
      lying.flatMap((id, i) => {
        const person = others[i % others.length] ?? only;
        return [
          claim(person, id),
          code(id, {}),
          code(lying[(i + 1) % lying.length] ?? id, { to: person.id }),
          scene.lead({ source: 'mail' }),
        ];
      }),
    );
    const known = ['done', 'POOL_HELD_LIMIT', 'POOL_RECORD_TAKEN', 'ASSIGNMENT_NONE'];
    expect(all.filter((each) => !known.includes(String(each)))).toHaveLength(lying.length);
    expect(await deadlocks()).toBe(before);
    await scene.acme.apply({ 'pools/mail__c.json': null, 'assignmentRules/toOthers__c.json': null });
  });

  it('let nobody claim again at once what he has given back', async () => {
    const [id, person] = [await scene.lead(), await scene.person('fickle', { roles: ['seller'] })];
    await claim(person, id);
    await scene.act(person, id, 'return');
    const refused = await scene.act(person, id, 'claim');
    expect(refused.json).toMatchObject({ code: 'POOL_COOL_DOWN', detail: expect.stringMatching(/after \d{4}-.*Z\./) });
    expect(await claim(await scene.person('fresh', { roles: ['seller'] }), id)).toBe('done');
    await scene.act(boss, id, 'return');
    await back(2);
    expect(await claim(person, id)).toBe('done');
    // Nor by the way of another pool; and into its own it is given back.
    const to = (pool: string) => scene.act(person, id, 'transfer', { pool });
    expect((await to('web')).json).toMatchObject({ code: 'REQUEST_INVALID', pointer: '/pool' });
    expect([(await to('fair')).status, await claim(person, id), (await to('web')).status]).toEqual([200, 'done', 200]);
    expect(await claim(person, id)).toBe('POOL_COOL_DOWN');
  });
});

describe('what nothing happens with', () => {
  const settleIn = async (days: number): Promise<void> => {
    scene.clock.ahead = days * day;
    await scene.settle(new Date(scene.clock.now()).toISOString());
  };
  const told = async (who: Person): Promise<readonly unknown[]> =>
    (await scene.sql(`select name from ${scene.acme.schema}.notification where receiver_id = $1 order by id`, [who.id])).map(
      ({ name }) => name,
    );
  const held = async (values: Json = {}): Promise<readonly [string, Person]> => {
    const person = await scene.person(`keeper${crypto.randomUUID().slice(0, 8)}`, { roles: ['seller'] });
    const id = await scene.lead({ source: 'fair', ...values });
    expect(await claim(person, id)).toBe('done');
    return [id, person];
  };
  const owned = async (id: string): Promise<boolean> => (await scene.stands(id))['owner'] !== null;

  it('is warned of, and then goes back', async () => {
    const [id, person] = await held();
    await settleIn(7.9);
    expect([await told(person), await owned(id)]).toEqual([[], true]);
    await settleIn(8.1);
    expect([await told(person), await owned(id)]).toEqual([['L goes back'], true]);
    await settleIn(9.9);
    expect(await owned(id)).toBe(true);
    await settleIn(10.2);
    expect(await scene.stands(id)).toEqual({ owner: null, pool: 'fair', pooled: true, held: false });
    expect((await scene.changes(id)).at(-1)).toMatchObject({ way: 'recycled', from: person.id });
    expect(await scene.timers('pool')).not.toContainEqual(expect.objectContaining({ key: expect.stringContaining(id) }));
  });

  it('stays where something happens, and is warned of anew', async () => {
    const [id, person] = await held();
    await settleIn(8.1);
    await person.update('lead', id, { touchedAt: new Date(scene.clock.now()).toISOString() });
    await settleIn(15);
    expect([await told(person), await owned(id)]).toEqual([['L goes back'], true]);
    await settleIn(16.2);
    await settleIn(18.2);
    expect([await told(person), await owned(id)]).toEqual([['L goes back', 'L goes back'], false]);
  });

  it('is warned of in time even where nobody was there to do it', async () => {
    const [id, person] = await held();
    await settleIn(30);
    expect([await told(person), await owned(id)]).toEqual([['L goes back'], true]);
    await settleIn(31.9);
    expect(await owned(id)).toBe(true);
    await settleIn(32.1);
    expect(await owned(id)).toBe(false);
  });

  it('stays while the condition does not hold', async () => {
    const [id, person] = await held();
    await person.update('lead', id, { starred: true });
    await settleIn(40);
    expect([await told(person), await owned(id)]).toEqual([[], true]);
  });

  it('belongs to its pool under another name, too', async () => {
    const recycle = { idle: { after: 'P5D' } };
    const mail: Json = {
      name: 'mail__c',
      object: 'lead',
      enter: { '==': [{ var: 'source' }, 'mail'] },
      members: { sellers: { role: 'seller' } },
      recycle,
    };
    await scene.acme.apply({ 'pools/mail__c.json': mail });
    const id = await scene.lead({ source: 'mail' });
    expect(await claim(second, id)).toBe('done');
    await scene.acme.apply({ 'pools/mail__c.json': null, 'pools/post__c.json': { ...mail, name: 'post__c', renamedFrom: ['mail__c'] } });
    expect(await scene.stands(id)).toEqual({ owner: second.id, pool: 'post__c', pooled: false, held: true });
    await settleIn(0);
    await settleIn(5.1);
    expect(await owned(id)).toBe(false);
    expect((await scene.changes(id)).map(({ pool }) => pool)).toEqual(['post__c', 'post__c', 'post__c']);
  });

  it('follows a change of the pool', async () => {
    const [id] = await held();
    await scene.acme.apply({
      'extensions/fair.json': { kind: 'pool', extends: 'fair', recycle: { idle: { after: 'P3D', warn: null, template: null } } },
    });
    await settleIn(0);
    await settleIn(3.1);
    expect(await owned(id)).toBe(false);
  });
});
