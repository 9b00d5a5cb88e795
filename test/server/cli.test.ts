// The command line: what it calls, what it prints, how it exits.
import { describe, expect, it } from '@jest/globals';
import type { MetadataPlan } from '@tessera/engine';
import { fail, failAll, problem } from '@tessera/kernel';
import type { CliActions } from '../../packages/server/src/cli/actions.ts';
import { runCli } from '../../packages/server/src/cli/commands.ts';
import { renderPlan } from '../../packages/server/src/cli/plan-text.ts';

const plan: MetadataPlan = {
  hash: 'h1',
  modelBefore: 'a',
  modelAfter: 'b',
  changes: [
    { kind: 'object', name: 'visit', path: [], change: 'added', after: { name: 'visit' } },
    { kind: 'object', name: 'account', path: ['fields', 'rating', 'label'], change: 'changed', before: 'x', after: 'y' },
    { kind: 'object', name: 'account', path: ['fields', 'old'], change: 'removed', before: { type: 'text' } },
  ],
  steps: [
    { kind: 'addColumn', object: 'account', field: 'rating', risk: 'safe', summary: 'Adds a column' },
    { kind: 'setAside', object: 'account', field: 'old', risk: 'losesData', summary: 'Sets the column aside', records: 8 },
  ],
  findings: [],
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(line: string, actions: Partial<CliActions> = {}, answers?: readonly string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const left = [...(answers ?? [])];
  const none = new Proxy({}, { get: (_target, name) => () => Promise.reject(new Error(`not expected: ${String(name)}`)) }) as CliActions;
  const code = await runCli(line.split(' '), Object.assign(Object.create(none) as CliActions, actions), {
    out: (text) => (out += text),
    err: (text) => (err += text),
    interactive: answers !== undefined,
    ask: (question) => {
      err += question;
      return Promise.resolve(left.shift() ?? '');
    },
  });
  return { code, out, err };
}

describe('runCli', () => {
  it('exits 0 with help, 2 where the line is wrong, 1 where the action fails', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, err: '' });
    expect((await run('tenant create --help')).out).toContain('--admin');
    for (const line of ['', 'nonsense', 'tenant', 'tenant create x', 'migrate --nonsense', 'export x --tenant t --format xml']) {
      expect(await run(line)).toMatchObject({ code: 2, out: '' });
    }
    const failing = { migrate: () => Promise.reject(fail('DATABASE_UNAVAILABLE')) };
    expect(await run('migrate', failing)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^The database cannot be reached/),
    });
    expect(JSON.parse((await run('migrate --json', failing)).err)).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE' } });
  });

  it('creates a tenant, with the password that somebody types', async () => {
    let given: unknown;
    const createTenant: CliActions['createTenant'] = (input) => {
      given = input;
      return Promise.resolve({ name: input.name, administrator: input.administrator.email });
    };
    const ran = await run('tenant create acme --pack a --pack b --admin x@y.example --demo-data', { createTenant }, ['secret']);
    expect(ran).toMatchObject({ code: 0, out: 'Tenant acme is there. Its administrator is x@y.example.\n' });
    expect(given).toEqual({ name: 'acme', packs: ['a', 'b'], administrator: { email: 'x@y.example', password: 'secret' }, demoData: true });
  });

  it('makes a pack where it is told to, and asks before `dev` sets anything aside', async () => {
    let given: unknown;
    const createPack: CliActions['createPack'] = (input) => {
      given = input;
      return Promise.resolve(['objects/item.json', 'pack.json']);
    };
    const made = await run('pack create there --namespace own --on base --on other', { createPack });
    expect(made).toMatchObject({ code: 0, out: 'there:\n  objects/item.json\n  pack.json\n' });
    expect(given).toMatchObject({ folder: 'there', namespace: 'own', on: ['base', 'other'] });

    const answers: boolean[] = [];
    const dev: CliActions['dev'] = async (_input, { agrees }) => {
      answers.push(await agrees());
    };
    await run('dev there --yes', { dev });
    await run('dev there', { dev }, ['yes']);
    await run('dev there', { dev }, ['no']);
    expect((await run('dev there', { dev })).out).toContain('--yes');
    expect(answers).toEqual([true, true, false, false]);
  });

  it('rotates secrets, and fails where some stay behind', async () => {
    const rotating = (unreadable: number): Partial<CliActions> => ({
      rotateSecrets: () => Promise.resolve({ tenants: 2, resealed: 7, unreadable }),
    });
    expect(await run('secrets rotate', rotating(0))).toMatchObject({ code: 0, out: '7 secret(s) of 2 tenant(s) sealed anew.\n' });
    expect(JSON.parse((await run('secrets rotate --json', rotating(0))).out)).toEqual({ tenants: 2, resealed: 7, unreadable: 0 });
    expect(await run('secrets rotate', rotating(1))).toMatchObject({
      code: 1,
      err: expect.stringContaining('1 secret(s) were sealed with a secret that is not configured'),
    });
    expect(await run('secrets')).toMatchObject({ code: 2 });
  });

  it('lists tenants as a table or as JSON', async () => {
    const tenant = {
      name: 'acme',
      schema: 't_acme',
      label: 'Acme',
      createdAt: '2026-01-01',
      modelHash: 'abcdef0123456789',
      systemVersion: 1,
    };
    const listTenants = (): Promise<readonly (typeof tenant)[]> => Promise.resolve([tenant]);
    expect((await run('tenant list', { listTenants })).out).toBe(
      'NAME  LABEL  CREATED     MODEL         SYSTEM\nacme  Acme   2026-01-01  abcdef012345  1\n',
    );
    expect(JSON.parse((await run('tenant list --json', { listTenants })).out)).toEqual([tenant]);
  });

  it('drops a tenant only when its name is typed, or with --yes', async () => {
    const dropped: string[] = [];
    const dropTenant: CliActions['dropTenant'] = (name) => {
      dropped.push(name);
      return Promise.resolve();
    };
    expect((await run('tenant drop acme', { dropTenant })).code).toBe(1);
    expect((await run('tenant drop acme', { dropTenant }, ['yes'])).code).toBe(1);
    expect(dropped).toEqual([]);
    expect((await run('tenant drop acme', { dropTenant }, ['acme'])).code).toBe(0);
    expect((await run('tenant drop acme --yes', { dropTenant })).code).toBe(0);
    expect(dropped).toEqual(['acme', 'acme']);
  });

  it('shows what promoting a sandbox would do, and promotes the very plan that was shown', async () => {
    const promoted: unknown[] = [];
    const actions: Partial<CliActions> = {
      planPromotion: () => Promise.resolve(plan),
      promoteSandbox: (tenant, change) => {
        promoted.push([tenant, change]);
        return Promise.resolve({ ...plan, version: 4 });
      },
    };
    expect((await run('promote acme test --plan', actions)).out).toContain('LOSES DATA');
    expect(promoted).toEqual([]);
    expect(await run('promote acme test --prefer pack', actions, ['yes'])).toMatchObject({ code: 0, out: 'Promoted as version 4.\n' });
    expect((await run('promote acme test', actions)).code).toBe(1);
    await run('promote acme test --plan h9 --reason why', actions);
    expect(promoted).toEqual([
      ['acme', { name: 'test', prefer: 'pack', planHash: 'h1' }],
      ['acme', { name: 'test', planHash: 'h9', reason: 'why' }],
    ]);
  });

  it('applies the very plan that was shown', async () => {
    const applied: unknown[] = [];
    const actions: Partial<CliActions> = {
      planPack: () => Promise.resolve(plan),
      applyPack: (input) => {
        applied.push(input);
        return Promise.resolve({ ...plan, version: 3 });
      },
    };
    const ran = await run('pack apply folder --tenant acme', actions, ['yes']);
    expect(ran).toMatchObject({ code: 0, out: 'Applied as version 3.\n' });
    expect(ran.err).toContain('LOSES DATA');
    await run('pack apply folder --with other --tenant acme --plan h9', actions);
    expect(applied).toEqual([
      { folder: 'folder', tenant: 'acme', planHash: 'h1' },
      { folder: 'folder', with: ['other'], tenant: 'acme', planHash: 'h9' },
    ]);
  });

  it('shows every mistake of a pack with its place', async () => {
    const problems = [problem('METADATA_SCHEMA', { reason: 'It is wrong.' }, { file: 'objects/a.json', pointer: '/fields/x' })];
    const validatePack: CliActions['validatePack'] = () => Promise.resolve({ name: 'p', version: '1.0.0', problems, warnings: [] });
    const ran = await run('pack validate folder', { validatePack });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('  objects/a.json#/fields/x: It is wrong.\n') });
    expect(await run('pack plan f --tenant t', { planPack: () => Promise.reject(failAll('METADATA_INVALID', problems)) })).toMatchObject({
      code: 1,
    });
  });

  it('imports with a bar for who is looking, and exports in pieces', async () => {
    const importFile: CliActions['importFile'] = (_input, progress) => {
      progress(50, 100);
      progress(100, 100);
      return Promise.resolve({
        id: 'i',
        object: 'account',
        status: 'done',
        read: 100,
        created: 99,
        updated: 0,
        inApproval: 0,
        skipped: 0,
        refused: 1,
        rejects: [{ row: 7, code: 'VALUE_REQUIRED', message: 'name must have a value.', field: 'name' }],
      });
    };
    const ran = await run('import account f.csv --tenant acme', { importFile }, []);
    expect(ran.err).toContain('[###############...............] 50 % 50/100');
    expect(ran.out).toBe('100 rows: 99 created, 0 updated, 1 refused.\nROW  FIELD  REASON\n7    name   name must have a value.\n');
    expect(ran.code).toBe(1);
    expect((await run('import account f.csv --tenant acme', { importFile })).err).not.toContain('%');

    const exportRecords: CliActions['exportRecords'] = async (input, write) => {
      expect(input).toEqual({ tenant: 'acme', object: 'account', format: 'ndjson', fields: ['a', 'b.c'], filter: { '==': [1, 1] } });
      await write('{"a":1}\n');
      await write('{"a":2}\n');
      return { records: 2 };
    };
    const exported = await run('export account --tenant acme --format ndjson --fields a,b.c --filter {"==":[1,1]}', { exportRecords });
    expect(exported).toMatchObject({ code: 0, out: '{"a":1}\n{"a":2}\n' });
  });

  it('fails where the doctor finds something', async () => {
    const doctor: CliActions['doctor'] = () => Promise.resolve([{ name: 'wall', ok: false, detail: 'none', remedy: 'Build one.' }]);
    expect(await run('doctor', { doctor })).toMatchObject({ code: 1, out: 'BAD  wall: none\n     Build one.\n' });
  });
});

describe('renderPlan', () => {
  it('says what changes, the dangerous first, and what stands in its way', () => {
    const query = { object: 'account', filter: { isBlank: [{ var: 'rating' }] } };
    const where = { kind: 'setRequired', object: 'account', field: 'rating' };
    const text = renderPlan({
      ...plan,
      findings: [{ ...where, message: 'account.rating would be empty', count: 3, sample: ['a', 'b'], query }],
      conflicts: [{ id: 'objects/account#/icon', reason: 'locked', file: 'a.json', pointer: '', tenant: 'b' }],
    });
    expect(text).toBe(
      [
        'Plan h1',
        'Changed by both the tenant and a pack (1):',
        '  ! objects/account#/icon: so far (none) · pack (none) · tenant "b" · locked by the pack [UNDECIDED]',
        'Changes of the metadata (3):',
        '  + object visit',
        '  ~ object account: fields.rating.label "x" → "y"',
        '  - object account: fields.old (was {"type":"text"})',
        'Changes of the tables (2):',
        '  account.old     Sets the column aside [LOSES DATA: 8 record(s)]',
        '  account.rating  Adds a column [safe]',
        'It cannot be applied: records would break (1):',
        '  ! account.rating would be empty (3 record(s), for example a, b); listed by {"object":"account","filter":{"isBlank":[{"var":"rating"}]}}',
        'It cannot be applied: 1 conflict(s) are undecided.',
        '',
      ].join('\n'),
    );
  });

  it('tells the same as Markdown and in Chinese, in which nothing of the plan is markup', () => {
    const where = { file: 'extensions/account.json', pointer: '/label/en' };
    const conflict = { reason: 'unfit', why: 'It is a number.', before: 'A', pack: '`B`', tenant: null } as const;
    const whole: MetadataPlan = {
      ...plan,
      packs: [
        { name: 'crm', change: 'upgraded', before: { version: '1.0.0', integrity: null }, after: { version: '1.1.0', integrity: null } },
      ],
      conflicts: [{ id: 'objects/account#/label/en', ...where, ...conflict }],
      work: [{ kind: 'automation', name: 'remind', change: 'changed', count: 4 }],
    };
    const chinese = renderPlan(whole, { language: 'zh-CN' });
    expect(chinese).toContain('方案包 (1):\n  crm 1.0.0 → 1.1.0: 升级');
    expect(chinese).toContain(
      '! objects/account#/label/en: 原值 "A" · 方案包 "`B`" · 租户 （无） · 租户的值不再适用: It is a number. [未决定]',
    );
    expect(chinese).toContain('account.old     搁置：数据保留至保留期满，期间可以恢复 [会丢失数据: 8 条记录]');
    expect(chinese).toContain('automation remind（变更）：4 项进行中');
    expect(chinese.endsWith('无法应用：还有 1 处冲突未决定。\n')).toBe(true);
    const migration = { pack: 'crm', version: '1.1.0', name: 'grades', object: 'account', fields: ['grade'], rows: 7, others: 2 };
    const migrations = [
      { ...migration, change: 'runs' as const },
      { ...migration, change: 'undone' as const },
    ];
    expect(renderPlan({ ...plan, migrations }, { language: 'zh-CN' })).toContain(
      '记录变更 (2):\n  crm 1.1.0 grades：account（grade），7 条记录\n  撤销 crm 1.1.0 grades：account（grade），7 条记录恢复原值，2 条此后已改动，保持现值\n',
    );
    expect(renderPlan({ ...plan, migrations }, { format: 'markdown' })).toContain(
      '## Changes of records\n\n- ``crm 1.1.0 grades: account: grade of 7 record(s)``\n',
    );
    const markdown = renderPlan(whole, { format: 'markdown' });
    expect(markdown).toContain('# Plan h1\n\n## Packs\n\n- ``crm 1.0.0 → 1.1.0: is upgraded``\n');
    expect(markdown).toContain('pack "ʼBʼ"');
    expect(markdown.endsWith('**It cannot be applied: 1 conflict(s) are undecided.**\n')).toBe(true);
  });

  it('says so where there is nothing to do', () => {
    expect(renderPlan({ ...plan, changes: [], steps: [] })).toBe(
      'Plan h1\nChanges of the metadata: none\nChanges of the tables: none\nNothing stands in its way.\n',
    );
  });
});
