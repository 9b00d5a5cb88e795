// Cursors are of use to the one who got them, in the list that they came from, and show no more than that list does now.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { codeOf, guessingScene, refusalOf, type GuessingScene, type Person } from './guessing-scene.ts';
import type { Client } from './server-scene.ts';

let scene: GuessingScene;
/** Two people with the same role, in whose sight are the same accounts. */
let ann: Person;
let ben: Person;
const R = '/api/v1/records/account';

beforeAll(async () => {
  scene = await guessingScene();
  const sees = { roles: ['rep'], permissionSets: ['hiddenReader'] };
  [ann, ben] = [await scene.acme.person('ann', sees), await scene.acme.person('ben', sees)];
  for (const side of [scene.acme, scene.beta]) {
    for (let i = 0; i < 4; i += 1) await side.admin.client.create('account', { name: `Account ${i}`, code: `c${i}`, hidden: `h${i}` });
  }
});
afterAll(() => scene.close());

const list = (client: Client, parameters: string): Promise<Answer> => client.call('GET', `${R}?first=2&fields=name&${parameters}`);

async function cursorOf(client: Client, parameters = ''): Promise<string> {
  const { json } = await list(client, parameters);
  return (json as { readonly page: { readonly endCursor: string } }).page.endCursor;
}

const invalid = [400, 'CURSOR_INVALID'];

describe('a cursor', () => {
  it('goes on for the one who got it, at every node and in GraphQL alike (the control)', async () => {
    const after = await cursorOf(ann.client);
    const names = { records: [{ name: 'Account 2' }, { name: 'Account 3' }] };
    for (const node of [scene.first, scene.second]) expect((await list(ann.at(node), `after=${after}`)).json).toMatchObject(names);
    const asked = await ann.client.ask(`{ accounts(first: 2, after: "${after}") { nodes { name } } }`);
    expect(asked.json).toEqual({ data: { accounts: { nodes: names.records } } });
  });

  it('of another person with the same rights is CURSOR_INVALID', async () => {
    const after = await cursorOf(ann.client);
    for (const client of [ben.client, scene.acme.admin.client, scene.acme.rep.client]) {
      expect(refusalOf(await list(client, `after=${after}`))).toEqual(invalid);
      expect(codeOf(await client.ask(`{ accounts(after: "${after}") { totalCount } }`))).toBe('CURSOR_INVALID');
    }
  });

  it('of another tenant is CURSOR_INVALID, even for an administrator', async () => {
    for (const after of [await cursorOf(scene.beta.admin.client), await cursorOf(scene.beta.rep.client)]) {
      for (const { client } of [scene.acme.admin, ann]) expect(refusalOf(await list(client, `after=${after}`))).toEqual(invalid);
    }
  });

  it('of another object, order or direction is CURSOR_INVALID', async () => {
    const [plain, byName, byNameDown, byTwo] = [
      await cursorOf(ann.client),
      await cursorOf(ann.client, 'sort=name'),
      await cursorOf(ann.client, 'sort=-name'),
      await cursorOf(ann.client, 'sort=name,code'),
    ];
    for (const [after, parameters] of [
      [plain, 'sort=name'],
      [byName, ''],
      [byName, 'sort=-name'],
      [byNameDown, 'sort=name'],
      [byName, 'sort=code'],
      [byName, 'sort=hidden'],
      [byTwo, 'sort=code,name'],
      [byTwo, 'sort=name'],
    ] as const) {
      expect([parameters, ...refusalOf(await list(ann.client, `${parameters}&after=${after}`))]).toEqual([parameters, ...invalid]);
    }
    for (const object of ['deal', 'user']) {
      expect(refusalOf(await ann.client.call('GET', `/api/v1/records/${object}?after=${plain}`))).toEqual(invalid);
    }
    expect(codeOf(await ann.client.ask(`{ accounts(last: 1, before: "${byName}") { totalCount } }`))).toBe('CURSOR_INVALID');
  });

  it('with any of its characters changed, taken away or added is CURSOR_INVALID', async () => {
    const after = await cursorOf(ann.client, 'sort=name');
    const letters = Array.from(after);
    // The last character of each half may carry bits that no byte holds.
    const changed = letters.map((letter, i) => letters.map((each, j) => (i === j ? (letter === 'A' ? 'Q' : 'A') : each)).join(''));
    const [payload = '', seal = ''] = after.split('.');
    const position = JSON.parse(Buffer.from(payload, 'base64url').toString()) as readonly string[];
    const repacked = (value: unknown): string =>
      `${Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')}.${seal}`;
    const forged = [
      ...changed,
      '',
      '.',
      'x',
      payload,
      `${payload}.`,
      `.${seal}`,
      `${after}.x`,
      `${after}A`,
      after.slice(0, -1),
      `${after} `,
      `${after}%00`,
      after.toUpperCase(),
      repacked(['', position[1]]),
      repacked([position[0], '00000000-0000-0000-0000-000000000000']),
      repacked(["x' or 1=1 --", position[1]]),
      repacked([null, null]),
      repacked([]),
      repacked('{"__proto__":1}'),
      repacked('no JSON'),
      `${payload}.${'A'.repeat(22)}`,
      'x'.repeat(6_000),
      '__proto__',
    ].filter((each) => each !== after);
    const answers = await Promise.all(
      forged.map((each) => list(ann.client, `sort=name&after=${each.includes('%') ? each : encodeURIComponent(each)}`)),
    );
    const wrong = answers.flatMap((answer, i) => (refusalOf(answer).join() === invalid.join() ? [] : [[forged[i], ...refusalOf(answer)]]));
    expect(wrong).toEqual([]);
    const before = await ann.client.ask(`{ accounts(last: 1, before: ${JSON.stringify(repacked(['', position[1]]))}) { totalCount } }`);
    expect(codeOf(before)).toBe('CURSOR_INVALID');
  });

  it('outlives a change of rights, and then shows what may be seen now: nothing of others, and of a hidden order RULE_NAME_UNKNOWN', async () => {
    const [plain, byHidden] = [await cursorOf(ben.client), await cursorOf(ben.client, 'sort=hidden')];
    expect((await list(ben.client, `sort=hidden&after=${byHidden}`)).json).toMatchObject({ records: [{}, {}] });
    await scene.acme.admin.client.call('PATCH', `/api/v1/records/user/${ben.id}`, { permissionSets: [] });
    for (const node of [scene.second, scene.first]) {
      expect((await list(ben.at(node), `after=${plain}`)).json).toMatchObject({ records: [] });
      expect(refusalOf(await list(ben.at(node), `sort=hidden&after=${byHidden}`))).toEqual([422, 'RULE_NAME_UNKNOWN']);
      expect(refusalOf(await list(ben.at(node), `after=${byHidden}`))).toEqual(invalid);
    }
    await scene.acme.admin.client.call('PATCH', `/api/v1/records/user/${ben.id}`, { roles: [] });
    expect(refusalOf(await list(ben.client, `after=${plain}`))).toEqual([404, 'OBJECT_UNKNOWN']);
  });

  it('of history and of the audit trail takes whole numbers alone, and is CURSOR_INVALID otherwise', async () => {
    const id = await ann.client.create('account', { name: 'With a history' });
    for (const before of ['x', '-1', '1.5', '1e3', '0x1', '1;--', "1' or '1'='1", '9'.repeat(19), '9'.repeat(400), ' 1', '%00', '%D9%A1']) {
      const encoded = before.startsWith('%') ? before : encodeURIComponent(before);
      expect([before, ...refusalOf(await ann.client.call('GET', `${R}/${id}/history?before=${encoded}`))]).toEqual([before, ...invalid]);
      expect([before, ...refusalOf(await scene.acme.admin.client.call('GET', `/api/v1/audit?before=${encoded}`))]).toEqual([
        before,
        ...invalid,
      ]);
    }
    // Somebody else's place in the history tells nothing of it.
    const other = await scene.acme.admin.client.create('account', { name: 'Of the administrator' });
    expect(refusalOf(await scene.acme.rep.client.call('GET', `${R}/${other}/history?before=9999`))).toEqual([404, 'RECORD_NOT_FOUND']);
  });

  it('was never a reason for the nodes to blame themselves', () => {
    expect([...scene.first.blamed, ...scene.second.blamed]).toEqual([]);
  });
});
