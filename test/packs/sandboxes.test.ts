// Sandboxes of a tenant: what a copy has and has not, who gets in, what goes out.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isCopy, tenantSchema } from '@tessera/storage';
import { password } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { fill, login, originals, sandboxScene, textsIn, type SandboxScene } from './sandboxes-scene.ts';

const info = { requestId: 'test', languages: ['en'] };
let scene: SandboxScene;
let ids: Awaited<ReturnType<typeof fill>>;
beforeAll(async () => {
  scene = await sandboxScene();
  ids = await fill(scene.acme);
  await scene.acme.run('approvals.submit', { object: 'contact', id: ids.ouyang });
});
afterAll(() => scene.close());

type Row = Readonly<Record<string, unknown>>;
const rows = (tenant: string, text: string): Promise<readonly Row[]> => scene.engine.sql(text.replaceAll('$schema', tenantSchema(tenant)));
const count = async (tenant: string, table: string): Promise<number> =>
  Number((await rows(tenant, `select count(*) as n from $schema.${table}`))[0]?.['n']);
const sandboxes = () => scene.administration.sandboxes;

/** Somebody of a tenant, signed in. */
async function signedIn(tenant: string, { email, password: given } = login) {
  const { accessToken } = await scene.engine.engine.login({ tenant, email, password: given }, info);
  return scene.engine.engine.authenticate(accessToken, info);
}

describe('a copy of everything', () => {
  it('has the records under their ids, with histories and files, and says what it is', async () => {
    const made = await sandboxes().create('acme', { name: 'all', data: 'all', logins: [login] });
    expect(made).toMatchObject({ tenant: 'acme__all', origin: 'acme', state: 'ready', version: 1, masked: false, error: null });
    expect(made.progress).toMatchObject({ files: 1, missing: 0 });
    for (const table of ['account', 'deal', 'contact', '"user"', '_history', 'fee', '_counter', '_file'])
      expect([table, await count('acme__all', table)]).toEqual([table, await count('acme', table)]);
    const contacts = 'select id::text, email, memo, account_id::text, _search, _match from $schema.contact order by id';
    expect(await rows('acme__all', contacts)).toEqual(await rows('acme', contacts));
    expect(await scene.administration.tenants()).toContainEqual(expect.objectContaining({ name: 'acme__all', origin: 'acme' }));
  });

  it('has nothing that is under way, no key, no session, no secret and no trail of the other', async () => {
    const left = ['_approval', '_run', '_effect', '_session', '_api_key', '_second_factor', '_identity_provider', '_once_token', '_audit'];
    for (const table of left) expect([table, await count('acme__all', table)]).toEqual([table, 0]);
    expect(await rows('acme__all', 'select 1 from $schema.contact where pin is not null or locked_by_id is not null')).toEqual([]);
    expect(await rows('acme__all', `select 1 from $schema.approval_task where state = 'open'`)).toEqual([]);
    expect(await count('acme', '_approval')).toBe(1);
    const states = await rows('acme__all', 'select life_status from $schema.contact where life_status <> $$normal$$');
    expect(states).toEqual([]);
    const history = await rows('acme__all', 'select state, ended_at is not null as over from $schema.contact_approval');
    expect(history).toEqual([{ state: 'cancelled', over: true }]);
  });

  it('takes in those who were named, with a password of its own, and nobody by what is of the other', async () => {
    const actor = await signedIn('acme__all');
    const inOrigin = { email: login.email, password };
    expect(await failureOf(signedIn('acme__all', inOrigin))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(await failureOf(signedIn('acme__all', { ...login, email: 'boss@acme.example' }))).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    });
    expect(await failureOf(signedIn('acme'))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    // What the one changes the other never sees, though both have the record.
    const change = { object: 'contact', records: [{ id: ids.zhang, values: { memo: 'in the copy' } }] };
    await scene.engine.engine.run('records.update', actor, change);
    expect(await scene.acme.read('contact', ids.zhang, 'memo')).toEqual({ memo: 'asked about Frau Lindqvist' });
    const forged = { ...actor, tenant: 'acme' };
    expect(await failureOf(scene.engine.engine.run('records.update', forged, change))).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('sends nothing: neither what automations tell, nor what somebody asks for', async () => {
    const drain = (tenant: string) => scene.engine.engine.drain(tenant);
    await drain('acme');
    expect(scene.sent.splice(0)).toContain('https://erp.example/contacts');
    const actor = await signedIn('acme__all');
    const contact = { name: 'New', email: 'new@customer.cn', owner: scene.boss };
    await scene.engine.engine.run('records.create', actor, { object: 'contact', records: [contact] });
    await drain('acme__all');
    const effects = await rows('acme__all', 'select kind, state, answer::text as answer from $schema._effect order by kind');
    expect(effects.map(({ kind, state }) => [kind, state])).toEqual([
      ['mail', 'sent'],
      ['webhook', 'sent'],
    ]);
    expect(effects.every(({ answer }) => String(answer).includes('"sandbox":true'))).toBe(true);
    await scene.engine.engine.identity.askReset({ tenant: 'acme__all', email: 'boss@acme.example' }, info);
    await scene.engine.engine.identity.askReset({ tenant: 'acme', email: 'boss@acme.example' }, info);
    for (let i = 0; i < 2_000 && scene.sent.length === 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(scene.sent).toEqual(['boss@acme.example']);
    expect(await count('acme__all', '_once_token')).toBe(0);
  });
});

describe('a masked copy', () => {
  const values = 'select id::text, name, email, phone, tax_code, born::text as born, home::text as home from $schema.contact order by id';

  it('has no original value in any table of its schema, and none in its files', async () => {
    // Codes so short that many become the same, and may not.
    for (let i = 0; i < 60; i += 1) await scene.acme.create('contact', { name: `C${String(i)}`, taxCode: `K${String(i)}` });
    await sandboxes().create('acme', { name: 'masked', data: 'all', mask: true, logins: [login] });
    const texts = await textsIn(scene.engine, tenantSchema('acme__masked'));
    const found = originals.flatMap((original) =>
      texts.filter(([, text]) => text.toLowerCase().includes(original.toLowerCase())).map(([table]) => `${original} in ${table}`),
    );
    expect(found).toEqual([]);
    const before = await textsIn(scene.engine, tenantSchema('acme'));
    expect(originals.filter((original) => !before.some(([, text]) => text.includes(original)))).toEqual([]);
    const [file] = await rows('acme__masked', 'select id::text as id from $schema._file');
    const { content } = await scene.engine.engine.run('files.download', await signedIn('acme__masked'), { id: String(file?.['id']) });
    const read: Uint8Array[] = [];
    for await (const chunk of content) read.push(chunk);
    expect(Buffer.concat(read).toString()).toBe('This file was not copied: the sandbox is masked.\n');
  });

  it('keeps the form of values, and what is equal is equal still', async () => {
    const [zhang, ouyang] = await rows('acme__masked', values);
    expect(zhang).toMatchObject({
      name: expect.stringMatching(/^[A-Z][a-z]{4} [A-Z][a-z]{5}$/) as unknown,
      email: expect.stringMatching(/^[0-9a-f]{16}@[0-9a-f]{8}\.example$/) as unknown,
      phone: expect.stringMatching(/^\+86 138\d{8}$/) as unknown,
      tax_code: expect.stringMatching(/^[A-Z]{2}\d{2}[A-Z]\d{3}$/) as unknown,
      born: expect.stringMatching(/^1977-/) as unknown,
      home: expect.stringContaining('Shanghai') as unknown,
    });
    expect(ouyang).toMatchObject({ name: expect.stringMatching(/^\p{Script=Han}{4}$/u) as unknown });
    // Two people at one number, written in two ways, and at one domain.
    const digits = (row: Row | undefined): string => String(row?.['phone']).replaceAll(/\D/g, '').slice(-11);
    expect(digits(zhang)).toBe(digits(ouyang));
    expect(String(zhang?.['email']).split('@')[1]).toBe(String(ouyang?.['email']).split('@')[1]);
    const actor = await signedIn('acme__masked');
    const [answer] = await scene.engine.engine.run('matching.match', actor, {
      rule: 'samePerson',
      records: [{ id: ids.zhang }],
      object: 'contact',
    });
    expect(answer?.candidates.map(({ id }) => id)).toEqual([ids.ouyang]);
  });

  it('has other values than another masked copy, and the same again when it is refreshed', async () => {
    const first = await rows('acme__masked', values);
    await sandboxes().create('acme', { name: 'other', data: 'all', mask: true, logins: [login] });
    const other = await rows('acme__other', values);
    for (const field of ['name', 'email', 'phone', 'tax_code']) expect([field, other[0]?.[field]]).not.toEqual([field, first[0]?.[field]]);
    await sandboxes().refresh('acme', { name: 'masked' });
    expect(await rows('acme__masked', values)).toEqual(first);
    // Whoever could sign in still can.
    expect((await signedIn('acme__masked')).tenant).toBe('acme__masked');
  });
});

describe('a copy of a part', () => {
  it('has without data what is set up for everybody', async () => {
    await sandboxes().create('acme', { name: 'none', data: 'none', logins: [login] });
    for (const table of ['"user"', 'fee']) expect(await count('acme__none', table)).toBe(await count('acme', table));
    for (const table of ['account', 'deal', 'contact', 'region', '_file'])
      expect([table, await count('acme__none', table)]).toEqual([table, 0]);
    const [made] = (await rows('acme__none', `select 1 from $schema._counter`)) as readonly unknown[];
    expect(made).toBeDefined();
  });

  it('has of a sample the latest, their details, and what they cannot be without; sums are of what is there', async () => {
    const region = await scene.acme.create('region', { name: 'West', code: 'west' });
    const parent = ids.account;
    const account = await scene.acme.create('account', { name: 'Latest', region, parent });
    for (let i = 1; i <= 12; i += 1) await scene.acme.create('deal', { name: 'Deal', account, amount: i });
    await scene.acme.create('region', { name: 'Unused', code: 'unused' });
    await sandboxes().create('acme', { name: 'some', data: 'sample', sample: 1, logins: [login] });
    expect(await rows('acme__some', 'select name, parent_id, worth::text from $schema.account')).toEqual([
      // Of twelve deals the latest ten came along.
      { name: 'Latest', parent_id: null, worth: String(12 * 13 * 0.5 - 3) + '.00' },
    ]);
    expect(await rows('acme__some', 'select code from $schema.region order by code')).toEqual([{ code: 'unused' }, { code: 'west' }]);
    expect(await count('acme__some', 'contact')).toBe(1);
    const foreign = await rows(
      'acme__some',
      `select 1 from $schema._history h where not exists (select from $schema.contact c where c.id = h.record_id) and h.object = 'contact'`,
    );
    expect(foreign).toEqual([]);
    // It is a tenant like any other: it goes on.
    const actor = await signedIn('acme__some');
    const { results } = await scene.engine.engine.run('records.create', actor, { object: 'account', records: [{ name: 'Next', region }] });
    expect(results[0]?.ok).toBe(true);
  });
});

describe('the list', () => {
  const refusal = async (work: Promise<unknown>): Promise<string> => (await failureOf(work)).code;
  const make = (name: string, more: object = {}, tenant = 'acme') =>
    sandboxes().create(tenant, { name, data: 'none', logins: [login], ...more });

  it('takes no name twice, none that is no name, and no copy of a copy', async () => {
    expect(await refusal(make('none'))).toBe('SANDBOX_EXISTS');
    expect(await refusal(make('No_Name'))).toBe('SANDBOX_NAME_INVALID');
    expect(await refusal(make('x', {}, 'acme__none'))).toBe('SANDBOX_OF_SANDBOX');
    expect(await refusal(make('x', { logins: [] }))).toBe('REQUEST_INVALID');
    expect(await refusal(make('x', { logins: [{ ...login, email: 'who@acme.example' }] }))).toBe('RECORD_NOT_FOUND');
    expect(await refusal(make('x', { data: 'sample', sample: 0 }))).toBe('REQUEST_INVALID');
    expect(await refusal(scene.engine.cell.createTenant('a__b'))).toBe('TENANT_NAME_INVALID');
    expect(isCopy('acme__none')).toBe(true);
  });

  it('has no more than ten of a tenant, and keeps the tenant', async () => {
    await scene.engine.sql(
      `insert into tessera.sandbox (tenant, origin, name, data, masked, mask_key, state, created_at, logins)
       select 'acme__f' || n, 'acme', 'f' || n, 'none', false, '', 'failed', now(), '[]' from generate_series(1, 6) n`,
    );
    expect(await refusal(make('more'))).toBe('SANDBOX_LIMIT');
    expect(await refusal(scene.administration.dropTenant('acme'))).toBe('TENANT_HAS_SANDBOXES');
    for (let n = 1; n <= 6; n += 1) await sandboxes().delete('acme', `f${String(n)}`);
  });

  it('tells of a copy that was broken off, and of one that is being made', async () => {
    await scene.engine.sql(`update tessera.sandbox set state = 'copying' where name = 'none'`);
    const told = (await sandboxes().list('acme')).find(({ name }) => name === 'none');
    expect(told).toMatchObject({ state: 'failed', error: { code: 'SANDBOX_NOT_READY' } });
    expect(await refusal(sandboxes().plan('acme', { name: 'none' }))).toBe('SANDBOX_NOT_READY');
    const begun = await scene.acme.run('sandboxes.refresh', { name: 'none' });
    expect(begun.state).toBe('copying');
    expect(await refusal(scene.acme.run('sandboxes.delete', { name: 'none' }))).toBe('SANDBOX_BUSY');
    expect(await refusal(scene.acme.run('sandboxes.promote', { name: 'none' }))).toBe('SANDBOX_BUSY');
    for (let i = 0; i < 2_000 && (await scene.acme.run('sandboxes.get', { name: 'none' })).state === 'copying'; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await scene.acme.run('sandboxes.get', { name: 'none' })).toMatchObject({ state: 'ready', error: null });
  });

  it('takes no tenant that is no sandbox, and promotes nothing of one that is gone', async () => {
    await scene.engine.cell.createTenant('acme__eu', { copy: true });
    expect(await refusal(make('eu'))).toBe('TENANT_EXISTS');
    expect((await scene.engine.sql("select 1 from tessera.tenant where name = 'acme__eu'")).length).toBe(1);
    await make('gone');
    await scene.engine.cell.dropTenant('acme__gone');
    expect(await refusal(scene.acme.run('sandboxes.promote', { name: 'gone' }))).toBe('SANDBOX_NOT_READY');
    // Made anew, it has those who were named before.
    await sandboxes().refresh('acme', { name: 'gone' });
    expect((await signedIn('acme__gone')).tenant).toBe('acme__gone');
    await sandboxes().delete('acme', 'gone');
    await scene.engine.cell.dropTenant('acme__eu');
  });

  it('forgets what is deleted, with its tenant', async () => {
    await sandboxes().delete('acme', 'some');
    await scene.administration.dropTenant('acme__other');
    const names = (await scene.administration.tenants()).map(({ name }) => name);
    expect(names).not.toContain('acme__some');
    expect(names).not.toContain('acme__other');
    expect(await refusal(sandboxes().delete('acme', 'some'))).toBe('SANDBOX_NOT_FOUND');
    expect((await sandboxes().list('acme')).map(({ name }) => name)).toEqual(['all', 'masked', 'none']);
  });
});
