// notify: each receiver in their own language and with their own rights, in the app and by real mail, once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceivedMail } from './receivers.ts';
import { notifyScene, type NotifyScene } from './notify-scene.ts';

let scene: NotifyScene;
const ids: Record<string, string> = {};
let customer: string;

const person = async (name: string, values = {}): Promise<void> => {
  ids[name] = await scene.acme.create('user', { name, email: `${name}@acme.example`, roles: ['agent'], ...values });
};

beforeAll(async () => {
  scene = await notifyScene();
  await person('ann', { language: 'zh-CN', timeZone: 'Asia/Shanghai' });
  await person('bob');
  await person('cem', { roles: ['administrator'] });
  await person('dot', { active: false });
  customer = await scene.acme.create('customer', { name: 'Globex', owner: ids['cem'] });
});
afterAll(() => scene.close());

beforeEach(async () => {
  scene.smtp.mails.length = 0;
  const { schema } = scene.acme;
  for (const table of ['notification', '_effect', '_run_step', '_run', '"case"']) await scene.engine.sql(`delete from ${schema}.${table}`);
});

const newCase = (values = {}): Promise<string> =>
  scene.acme.create('case', {
    name: 'Broken {{ $user.email }} <b>',
    customer,
    stage: 'open',
    amount: '1234567890123456.7891',
    margin: 0.125,
    due: '2026-05-20T16:30:00Z',
    day: '2026-05-20',
    urgent: true,
    owner: ids['ann'],
    watcher: ids['cem'],
    deputy: ids['bob'],
    ...values,
  });

async function press(automation: string, id: string): Promise<void> {
  await scene.acme.run('automations.start', { automation, object: 'case', id });
  expect(await scene.engine.engine.drain('acme')).toMatchObject({ settled: true });
}

async function notifications(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const rows = await scene.engine.sql(
    `select n.*, u.name as who from ${scene.acme.schema}.notification n join ${scene.acme.schema}."user" u on u.id = n.receiver_id`,
  );
  return Object.fromEntries(rows.map((row) => [String(row['who']), row]));
}

/** The text of a mail, its transfer encoding undone. */
function textOf({ content }: ReceivedMail): string {
  const [head = '', body = ''] = content.split('\r\n\r\n');
  if (/encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  const soft = body.replaceAll('=\r\n', '');
  if (!/encoding: quoted-printable/i.test(head)) return soft;
  return Buffer.from(
    soft.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

const mailTo = (name: string): string =>
  scene.smtp.mails
    .filter(({ to }) => to.includes(`${name}@acme.example`))
    .map(textOf)
    .join();

const outcome = async (): Promise<unknown> =>
  (await scene.engine.sql(`select output from ${scene.acme.schema}._run_step where type = 'notify'`)).map(({ output }) => output)[0];

describe('a notification', () => {
  it('is in the language of its receiver, and a value is never read as a template', async () => {
    await press('tellAll', await newCase());
    const { ann, cem } = await notifications();
    expect(ann?.['name']).toBe('Broken {{ $user.email }} <b>：处理中');
    expect(cem?.['name']).toBe('Broken {{ $user.email }} <b>: Open');
    expect(mailTo('ann')).toContain('1,234,567,890,123,456.7891');
    expect(mailTo('ann')).toMatch(/2026年5月21日 00:30 2026年5月20日 是/);
    expect(mailTo('cem')).toMatch(/12.5% May 20, 2026, 4:30.PM May 20, 2026 Yes/);
  });

  it('has nothing in it that its receiver may not see: no field, no record behind a lookup, and no record', async () => {
    const id = await newCase();
    await press('tellAll', id);
    const { ann, bob, cem } = await notifications();
    // Ann owns the case; the customer is not hers, and nobody shows her margins.
    expect(ann?.['body']).toBe(` /  / ann / /records/case/${id}`);
    expect(cem?.['body']).toBe(`Globex / 12.5% / cem / /records/case/${id}`);
    // Bob does not see the case at all.
    expect(bob).toMatchObject({ name: ': ', body: ' /  / bob / ', about_id: null, about_object: null, link: null });
    expect(mailTo('bob')).not.toMatch(/Broken|Globex|12\.5|records/);
    expect(mailTo('cem')).toContain(`https://crm.example/app/records/case/${id}`);
  });

  it('goes to whom one shares the record with as to anybody who sees it', async () => {
    const id = await newCase();
    await scene.acme.run('records.share', { object: 'case', id, shares: [{ to: { user: ids['bob'] ?? '' } }] });
    await press('tellAll', id);
    expect((await notifications())['bob']).toMatchObject({
      name: 'Broken {{ $user.email }} <b>: Open',
      about_id: id,
      about_object: 'case',
    });
  });

  it('is the receiver’s alone: not the manager’s, nor that of whoever caused it', async () => {
    await press('tellAll', await newCase());
    const rows = await scene.engine.sql(
      `select n.owner_id, array(select s.subject || ' ' || s.access from ${scene.acme.schema}._share s where s.record_id = n.id) as shares, n.receiver_id
       from ${scene.acme.schema}.notification n`,
    );
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatchObject({ owner_id: null, shares: [`user:${String(row['receiver_id'])} edit`] });
  });
});

describe('a receiver', () => {
  it('who is inactive or has no address is passed over, and told', async () => {
    await scene.engine.sql(`update ${scene.acme.schema}."user" set email = '' where name = 'bob'`);
    await press('tellByMail', await newCase({ watcher: ids['dot'] }));
    await scene.engine.sql(`update ${scene.acme.schema}."user" set email = 'bob@acme.example' where name = 'bob'`);
    expect(await outcome()).toEqual({
      notified: [ids['ann']],
      skipped: [
        { user: ids['dot'], why: 'inactive' },
        { user: ids['bob'], why: 'noAddress' },
      ],
    });
    expect(scene.smtp.mails).toHaveLength(1);
  });

  it('gets one message, however often one is named', async () => {
    await press('tellAll', await newCase({ watcher: ids['ann'], deputy: ids['ann'] }));
    expect(Object.keys(await notifications())).toEqual(['ann']);
    expect(scene.smtp.mails).toHaveLength(1);
  });
});

describe('a mail', () => {
  it('is written down under a key of its run, step and receiver', async () => {
    const id = await newCase();
    await press('tellByMail', id);
    const effects = await scene.engine.sql(`select key, run_id, object, record_id, state from ${scene.acme.schema}._effect order by key`);
    expect(effects).toHaveLength(3);
    for (const { key, run_id: run, ...rest } of effects) {
      expect(String(key)).toMatch(new RegExp(`^${String(run)}.*/tell/[0-9a-f-]{36}$`));
      expect(rest).toEqual({ object: 'case', record_id: id, state: 'sent' });
    }
    expect(Object.keys(await notifications())).toEqual([]);
  });

  it('is not sent again by a step that is done again', async () => {
    await press('tellByMail', await newCase());
    await scene.engine.sql(`update ${scene.acme.schema}._run set state = 'ready', position = 'tell', ended_at = null`);
    await scene.engine.engine.drain('acme');
    expect(scene.smtp.mails).toHaveLength(3);
  });
});

describe('within a write', () => {
  it('notifications are there with it, or not at all', async () => {
    const id = await newCase();
    await scene.acme.update('case', id, { stage: 'shut' });
    expect(Object.keys(await notifications()).sort()).toEqual(['ann', 'bob', 'cem']);
    await expect(scene.acme.update('case', id, { stage: 'open', name: 'x'.repeat(10_000) })).rejects.toThrow();
    expect(Object.keys(await notifications())).toHaveLength(3);
  });
});
