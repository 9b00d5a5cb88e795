// Every way to rights that a restricted person was not given: tried, and refused.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { codeOf, guessingScene, type GuessingScene, type Person, type Side } from './guessing-scene.ts';
import { unrefusedIn, type Try } from './guessing-tries.ts';
import { clientOf, type Client } from './server-scene.ts';

let scene: GuessingScene;
let acme: Side;
/** May create and change people, departments and groups, as far as records go; is no administrator. */
let rep: Person;
/** May read accounts, and nothing else. */
let clerk: Person;
let key: Client;
let acting: Client;
const later = new Date(Date.now() + 3_600_000).toISOString();

beforeAll(async () => {
  scene = await guessingScene();
  acme = scene.acme;
  rep = acme.rep;
  clerk = await acme.person('clerk', { roles: ['clerk'] });
  const made = await acme.admin.client.call('POST', '/api/v1/api-keys', { name: 'k', permissionSets: ['hiddenReader'], expiresAt: later });
  key = clientOf(scene.first.url, 'acme', (made.json as { readonly key: string }).key);
  const { accessToken } = (await acme.admin.client.call('POST', '/api/v1/auth/impersonate', { user: rep.id })).json as {
    readonly accessToken: string;
  };
  acting = clientOf(scene.first.url, 'acme', accessToken);
  await acme.admin.client.create('account', { name: 'Secret', hidden: 'h' });
});
afterAll(() => scene.close());

describe('rights of one’s own', () => {
  const users = '/api/v1/records/user';
  const gains: Readonly<Record<string, unknown>> = { roles: ['administrator'], permissionSets: ['hiddenReader'] };

  it('cannot be written by who has every right on people as records: FIELD_READ_ONLY or PERMISSION_DENIED, and RECORD_READ_ONLY for people of others', async () => {
    const { client } = rep;
    const mine = await client.create('user', { name: 'Puppet', email: 'puppet@acme.example' });
    const refused = 'FIELD_READ_ONLY PERMISSION_DENIED RECORD_READ_ONLY GRAPHQL_INVALID GRAPHQL_VARIABLES';
    for (const [field, value] of Object.entries(gains)) {
      const given = { [field]: value };
      const literal = `${field}: ${field === 'roles' ? '[administrator]' : '[hiddenReader]'}`;
      const tries: Record<string, Try> = {
        'a new person': [refused, () => client.call('POST', users, { name: 'x', email: 'x@acme.example', ...given })],
        'new people at once': [
          refused,
          () => client.call('POST', `${users}/bulk`, { action: 'create', records: [{ name: 'x', email: 'x@acme.example', ...given }] }),
        ],
        'by their address': [refused, () => client.call('PUT', `${users}/by/email/${rep.email}`, given)],
        'a new person by an address': [refused, () => client.call('PUT', `${users}/by/email/new@acme.example`, { name: 'x', ...given })],
        'many by their addresses': [
          refused,
          () => client.call('POST', `${users}/bulk`, { action: 'upsert', by: 'email', records: [{ email: rep.email, ...given }] }),
        ],
        'a person nested in a department': [
          refused,
          () =>
            client.call('POST', '/api/v1/records/department', {
              name: 'D',
              code: 'd',
              members: [{ name: 'x', email: 'x@acme.example', ...given }],
            }),
        ],
        'GraphQL, a new person': [
          refused,
          () => client.ask(`mutation { createUser(input: { name: "x", email: "x@acme.example", ${literal} }) { id } }`),
        ],
        'GraphQL, a variable': [
          refused,
          () =>
            client.ask('mutation ($v: UserCreateInput!) { createUser(input: $v) { id } }', {
              v: { name: 'x', email: 'x@acme.example', ...given },
            }),
        ],
      };
      for (const [whom, id] of Object.entries({ oneself: rep.id, 'the administrator': acme.admin.id, 'a person of one’s own': mine })) {
        tries[`${whom} by id`] = [refused, () => client.call('PATCH', `${users}/${id}`, given)];
        tries[`${whom} in a bulk`] = [
          refused,
          () => client.call('POST', `${users}/bulk`, { action: 'update', records: [{ id, ...given }] }),
        ];
        tries[`${whom} in GraphQL`] = [refused, () => client.ask(`mutation { updateUser(id: "${id}", input: { ${literal} }) { id } }`)];
      }
      expect([field, await unrefusedIn(scene, tries)]).toEqual([field, []]);
      const mapping = encodeURIComponent(
        JSON.stringify({ columns: { email: { field: 'email' }, name: { field: 'name' }, [field]: { field } } }),
      );
      for (const by of ['', '&by=email']) {
        const file = `email,name,${field}\n${rep.email},x,${String(value)}\n`;
        const report = await client.call('POST', `/api/v1/records/user/import?mapping=${mapping}${by}`, file, {
          'Content-Type': 'text/csv',
        });
        if (report.status < 400) expect(report.json).toMatchObject({ created: 0, updated: 0, refused: 1 });
      }
    }
    expect(await acme.tenant.read('user', rep.id, 'roles', 'permissionSets')).toEqual({ roles: ['rep'], permissionSets: null });
  });

  it('are not to be had by being placed elsewhere: manager, department, address and activity of people of others are RECORD_READ_ONLY', async () => {
    const { client } = rep;
    const department = await acme.admin.client.create('department', { name: 'Board', code: 'board' });
    const places = { manager: rep.id, department, email: 'admin@other.example', active: true, name: 'Me', owner: rep.id };
    const tries: Record<string, Try> = {};
    for (const id of [rep.id, acme.admin.id, acme.gone.id]) {
      for (const [field, value] of Object.entries(places)) {
        tries[`${field} ${id}`] = ['RECORD_READ_ONLY', () => client.call('PATCH', `${users}/${id}`, { [field]: value })];
        tries[`${field} ${id} in a bulk`] = [
          'RECORD_READ_ONLY',
          () => client.call('POST', `${users}/bulk`, { action: 'update', records: [{ id, [field]: value }] }),
        ];
        tries[`${field} ${id} in GraphQL`] = [
          'RECORD_READ_ONLY',
          () =>
            client.ask('mutation ($id: ID!, $v: UserUpdateInput!) { updateUser(id: $id, input: $v) { id } }', {
              id,
              v: { [field]: value },
            }),
        ];
      }
    }
    tries['the head of a department'] = [
      'RECORD_READ_ONLY',
      () => client.call('PATCH', `/api/v1/records/department/${department}`, { head: rep.id }),
    ];
    tries['a department above'] = [
      'RECORD_READ_ONLY',
      () => client.call('PATCH', `/api/v1/records/department/${department}`, { parent: null }),
    ];
    expect(await unrefusedIn(scene, tries)).toEqual([]);
  });

  it('do not come with a group of others (RECORD_READ_ONLY), nor without a right on groups (PERMISSION_DENIED, OBJECT_UNKNOWN)', async () => {
    const group = await acme.admin.client.create('userGroup', { name: 'Board', code: 'board' });
    const member = { group, user: rep.id };
    const members = '/api/v1/records/userGroupMember';
    expect(
      await unrefusedIn(scene, {
        'rep joins': ['RECORD_READ_ONLY', () => rep.client.call('POST', members, member)],
        'rep joins in a bulk': [
          'RECORD_READ_ONLY',
          () => rep.client.call('POST', `${members}/bulk`, { action: 'create', records: [member] }),
        ],
        'rep joins by the group': [
          'RECORD_READ_ONLY',
          () => rep.client.call('PATCH', `/api/v1/records/userGroup/${group}`, { name: 'Mine' }),
        ],
        'rep takes its code': [
          'RECORD_NOT_UNIQUE',
          () => rep.client.call('POST', '/api/v1/records/userGroup', { name: 'Board', code: 'board' }),
        ],
        'clerk joins': ['PERMISSION_DENIED OBJECT_UNKNOWN', () => clerk.client.call('POST', members, { group, user: clerk.id })],
        'clerk makes a group': [
          'PERMISSION_DENIED OBJECT_UNKNOWN',
          () => clerk.client.call('POST', '/api/v1/records/userGroup', { name: 'Mine', code: 'mine' }),
        ],
        'clerk makes a person': ['PERMISSION_DENIED OBJECT_UNKNOWN', () => clerk.client.call('POST', users, { name: 'x' })],
      }),
    ).toEqual([]);
  });

  it('do not come by sharing with oneself, nor by taking what is another’s: RECORD_NOT_FOUND, RECORD_READ_ONLY, PERMISSION_DENIED', async () => {
    const R = '/api/v1/records/account';
    const [hidden, lent] = [
      await acme.admin.client.create('account', { name: 'Hidden' }),
      await acme.admin.client.create('account', { name: 'Lent' }),
    ];
    const own = await rep.client.create('account', { name: 'Own' });
    await acme.admin.client.call('POST', `${R}/${lent}/shares`, { shares: [{ to: { user: rep.id }, access: 'read' }] });
    const share =
      (id: string, more: object = {}): (() => Promise<Answer>) =>
      () =>
        rep.client.call('POST', `${R}/${id}/shares`, { shares: [{ to: { user: rep.id }, access: 'edit', ...more }] });
    expect(
      await unrefusedIn(scene, {
        'what is not seen': ['RECORD_NOT_FOUND', share(hidden)],
        'what is only read': ['RECORD_READ_ONLY', share(lent)],
        'with the role': ['RECORD_READ_ONLY', share(lent, { to: { role: 'rep' } })],
        'with a team that there is not': ['COMPONENT_UNKNOWN', share(lent, { teamRole: 'owner' })],
        'the owner of what is read': ['RECORD_READ_ONLY', () => rep.client.call('PATCH', `${R}/${lent}`, { owner: rep.id })],
        'the owner of what is not seen': ['RECORD_NOT_FOUND', () => rep.client.call('PATCH', `${R}/${hidden}`, { owner: rep.id })],
        'another owner': ['PERMISSION_DENIED', () => rep.client.call('PATCH', `${R}/${own}`, { owner: acme.admin.id })],
        'a record made for another': ['PERMISSION_DENIED', () => rep.client.call('POST', R, { name: 'x', owner: acme.admin.id })],
        'a field that is none of one’s business': ['FIELD_UNKNOWN', () => rep.client.call('PATCH', `${R}/${own}`, { hidden: 'mine' })],
        'what is worked out by the engine': ['FIELD_READ_ONLY', () => rep.client.call('PATCH', `${R}/${own}`, { createdBy: rep.id })],
        'a deal of a hidden account': [
          'LOOKUP_NOT_FOUND',
          () => rep.client.call('POST', '/api/v1/records/deal', { name: 'x', account: hidden }),
        ],
        'shares of a person': [
          'RECORD_READ_ONLY PERMISSION_DENIED',
          () => rep.client.call('POST', `${users}/${acme.admin.id}/shares`, { shares: [{ to: { user: rep.id }, access: 'edit' }] }),
        ],
        'shares by a clerk of what is not seen': [
          'RECORD_NOT_FOUND',
          () => clerk.client.call('POST', `${R}/${own}/shares`, { shares: [{ to: { user: clerk.id } }] }),
        ],
      }),
    ).toEqual([]);
  });

  it('are no more with an API key than without: a set that one has not been given adds nothing', async () => {
    const made = await rep.client.call('POST', '/api/v1/api-keys', { name: 'more', permissionSets: ['hiddenReader'], expiresAt: later });
    const mine = clientOf(scene.first.url, 'acme', (made.json as { readonly key: string }).key);
    expect(codeOf(await mine.call('GET', '/api/v1/records/account?fields=hidden'))).toBe('FIELD_UNKNOWN');
    expect((await mine.call('GET', '/api/v1/records/account?fields=name')).text).not.toContain('Secret');
    expect(codeOf(await mine.call('POST', '/api/v1/records/account', { name: 'x' }))).toBe('PERMISSION_DENIED');
    const personal = ['PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED'];
    for (const client of [mine, key, acting]) {
      const answers = [
        await client.call('POST', '/api/v1/api-keys', { name: 'k', permissionSets: ['hiddenReader'], expiresAt: later }),
        await client.call('POST', '/api/v1/auth/second-factor'),
        await client.call('DELETE', '/api/v1/auth/sessions'),
        await client.call('GET', '/api/v1/auth/sessions'),
      ];
      expect(answers.map(codeOf)).toEqual(personal);
    }
  });

  it('may not be an administrator’s through another administrator’s hands: IMPERSONATION_REFUSED, LAST_ADMINISTRATOR', async () => {
    const boss = await acme.person('boss', { roles: ['administrator'] });
    const act = (user: string): Promise<Answer> => boss.client.call('POST', '/api/v1/auth/impersonate', { user });
    for (const user of [acme.admin.id, boss.id, acme.gone.id]) expect(codeOf(await act(user))).toBe('IMPERSONATION_REFUSED');
    for (const user of [scene.beta.admin.id, scene.beta.rep.id, 'x']) expect(codeOf(await act(user))).toBe('RECORD_NOT_FOUND');
    await acme.admin.client.call('PATCH', `${users}/${boss.id}`, { roles: [] });
    expect(codeOf(await acme.admin.client.call('PATCH', `${users}/${acme.admin.id}`, { roles: [] }))).toBe('LAST_ADMINISTRATOR');
    expect(codeOf(await acme.admin.client.call('PATCH', `${users}/${acme.admin.id}`, { active: false }))).toBe('LAST_ADMINISTRATOR');
  });

  it('to decide come with being asked alone: APPROVAL_NOT_…, RECORD_LOCKED, and what the platform keeps is OBJECT_KEPT', async () => {
    const { client } = rep;
    const id = await client.create('account', { name: 'Handed in' });
    const { approval } = (await client.call('POST', `/api/v1/records/account/${id}/approval`, {})).json as { readonly approval: string };
    const shown = (await client.call('GET', `/api/v1/approvals/${approval}`)).json as {
      readonly tasks: readonly { readonly turn: string }[];
    };
    const turn = shown.tasks[0]?.turn ?? '';
    const act = (action: string, body: object = {}): Promise<Answer> =>
      client.call('POST', `/api/v1/approvals/${approval}/${action}`, body);
    const tasks = '/api/v1/records/approvalTask';
    const history = '/api/v1/records/accountApprovalDecision';
    const tries: Record<string, Try> = {
      'another’s turn': ['APPROVAL_NOT_ASKED', () => act('approve', { turn })],
      'another’s turn, handed to oneself': ['APPROVAL_NOT_ASKED', () => act('transfer', { turn, to: [rep.id] })],
      'another’s approval taken back': ['APPROVAL_TOO_LATE APPROVAL_NOT_ALLOWED', () => act('takeBack', { turn })],
      'the turn reassigned to oneself': ['APPROVAL_NOT_ADMINISTRATOR', () => act('reassign', { turn, to: [rep.id] })],
      'the step skipped': ['APPROVAL_NOT_ADMINISTRATOR', () => act('skip')],
      'the end called off': ['APPROVAL_NOT_ADMINISTRATOR', () => act('cancel')],
      'edits by the way': ['APPROVAL_NOT_ASKED APPROVAL_NOT_EDITABLE', () => act('approve', { turn, edits: { score: 1 } })],
      'an answer that nobody has asked for': ['APPROVAL_NOT_ASKED', () => act('answer', { comment: 'Yes.' })],
      'many at once': [
        'APPROVAL_NOT_ASKED',
        () =>
          client
            .call('POST', '/api/v1/approvals/batch', { action: 'approve', items: [{ approval, turn }] })
            .then((answer) => ({ ...answer, status: 409 })),
      ],
      'the lock undone': ['RECORD_LOCKED FIELD_READ_ONLY', () => client.call('PATCH', `/api/v1/records/account/${id}`, { lockedBy: null })],
      'the state undone': [
        'RECORD_LOCKED FIELD_READ_ONLY',
        () => client.call('PATCH', `/api/v1/records/account/${id}`, { lifeStatus: 'normal' }),
      ],
      'the record deleted': ['RECORD_LOCKED', () => client.call('DELETE', `/api/v1/records/account/${id}`)],
      'a task of one’s own': [
        'OBJECT_KEPT PERMISSION_DENIED RECORDS_INVALID',
        () => client.call('POST', tasks, { name: 'x', assignee: rep.id, approval }),
      ],
      'a decision of one’s own': [
        'OBJECT_KEPT PERMISSION_DENIED RECORDS_INVALID',
        () => client.call('POST', history, { record: id, action: 'approved' }),
      ],
      'GraphQL, another’s turn': [
        'APPROVAL_NOT_ASKED',
        () => client.ask(`mutation { actOnApproval(approval: "${approval}", action: approve, turn: "${turn}") { status } }`),
      ],
      'GraphQL, a task of one’s own': ['GRAPHQL_INVALID', () => client.ask('mutation { createApprovalTask(input: { name: "x" }) { id } }')],
    };
    expect(await unrefusedIn(scene, tries)).toEqual([]);
  });

  it('were never a reason for a node to blame itself', () => {
    expect(scene.first.blamed).toEqual([]);
  });
});
