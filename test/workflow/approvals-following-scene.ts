// Offers that people approve who see none of them otherwise: who is asked, told and shown what, as HTTP and the database have it.
import { accessScene, type AccessScene, type Person } from '../flows/access-scene.ts';
import { pack, type Json } from '../support/engine.ts';

const v = (name: string): Json => ({ var: name });
const label = (en: string, zh = en): Json => ({ en, 'zh-CN': zh });
const people = ['boss', 'second', 'third', 'watcher'];

const offer: Json = {
  label: label('Offer', '报价'),
  sharing: 'private',
  fields: {
    name: { type: 'text' },
    kind: { type: 'text' },
    code: { type: 'text', unique: true },
    rate: { type: 'percent', history: true },
    ...Object.fromEntries(people.map((name) => [name, { type: 'lookup', to: 'user', inverse: `${name}Offers` }])),
  },
};

const asks = (field: string, more: Json = {}): Json => ({ type: 'approval', approvers: { one: { field } }, ...more });

const process = (name: string, on: readonly string[], steps: Json, more: Json = {}): Json => ({
  [`approvalProcesses/${name}.json`]: { name, object: 'offer', on, label: label(name), entry: { '==': [v('kind'), name] }, steps, ...more },
});

const files: Json = {
  'settings.json': { languages: ['en', 'zh-CN'], timeZone: 'UTC' },
  'templates/copied.json': {
    name: 'copied',
    label: label('Copy'),
    object: 'offer',
    inApp: { subject: label('{{ name }} goes on'), body: label('{{ rate }}') },
  },
  ...process('discount', ['submit'], {
    boss: asks('boss', {
      order: 10,
      label: label('Manager', '主管'),
      editable: ['rate'],
      timeout: { after: 'P1D', do: 'remind', then: { after: 'P2D', do: 'transfer', to: { other: { field: 'third' } } } },
    }),
    copy: { order: 20, type: 'notify', to: { watcher: { field: 'watcher' } }, template: 'copied' },
    board: { order: 30, type: 'approval', need: 'any', approvers: { a: { field: 'second' }, b: { field: 'third' } } },
  }),
  ...process('leaving', ['delete'], { boss: asks('boss') }),
  ...process('coded', ['update'], { boss: asks('boss') }),
  ...process('many', ['create'], { boss: asks('boss') }),
  'roles/seller.json': {
    name: 'seller',
    label: label('Seller'),
    objects: { offer: { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } } },
  },
  'roles/judge.json': { name: 'judge', label: label('Judge'), objects: { offer: { read: true, fields: { '*': 'read' } } } },
  'roles/blind.json': { name: 'blind', label: label('Blind'), objects: { offer: { read: true, fields: { kind: 'read' } } } },
};

export const names = ['sam', 'ann', 'bob', 'cat', 'dan', 'eve'] as const;
export type Name = (typeof names)[number];

export interface OfferScene {
  readonly scene: AccessScene;
  readonly people: Readonly<Record<Name, Person>>;
  /** An offer of sam's, which everybody has to do with. */
  offer(values?: Json): Promise<string>;
  /** Hands it in; gives the id of the approval. */
  submit(id: string, body?: Json): Promise<string>;
  act(who: Name | 'admin', approval: string, action: string, body?: Json): Promise<Json>;
  /** Tasks of an approval by assignee: `kind state`. */
  tasks(approval: string): Promise<Readonly<Record<string, string>>>;
  /** Rows of an object of the tenant, as the administrator reads them. */
  rows(table: string, where?: string): Promise<readonly Json[]>;
  /** Who has a share by approvals. */
  sharers(id: string): Promise<readonly string[]>;
  /** What people were told since this was last asked: `who: subject`. */
  told(): Promise<readonly string[]>;
  mails(): Promise<readonly { readonly to: string; readonly subject: string; readonly text: string }[]>;
  close(): Promise<void>;
}

export async function offerScene(): Promise<OfferScene> {
  const scene = await accessScene({}, {}, [pack('offers', { offer }, files)]);
  const { schema } = scene.acme;
  const person = (name: Name, role: string, more: Json = {}): Promise<Person> => scene.person(name, { roles: [role], ...more });
  const found: Readonly<Record<Name, Person>> = {
    sam: await person('sam', 'seller'),
    ann: await person('ann', 'judge', { language: 'zh-CN' }),
    bob: await person('bob', 'judge'),
    cat: await person('cat', 'judge'),
    dan: await person('dan', 'blind'),
    eve: await person('eve', 'judge'),
  };
  const nameOf = new Map(Object.entries(found).map(([name, { id }]) => [id, name]));
  const called = (id: unknown): string => nameOf.get(String(id)) ?? 'admin';
  const rows: OfferScene['rows'] = (table, where = 'true') => scene.sql(`select * from ${schema}."${table}" where ${where} order by id`);
  const ok = async (answer: ReturnType<Person['http']['post']>): Promise<Json> => {
    const { status, text, json } = await answer;
    if (status >= 300) throw new Error(text);
    return json;
  };
  return {
    scene,
    people: found,
    offer: (values = {}) => {
      const [boss, second, third, watcher] = [found.ann, found.bob, found.cat, found.eve].map(({ id }) => id);
      return found.sam.create('offer', { name: 'Big', kind: 'discount', rate: 0.5, boss, second, third, watcher, ...values });
    },
    submit: async (id, body = {}) => String((await ok(found.sam.http.post(`/api/v1/records/offer/${id}/approval`, body)))['approval']),
    act: (who, approval, action, body = {}) =>
      ok((who === 'admin' ? scene.admin : found[who]).http.post(`/api/v1/approvals/${approval}/${action}`, body)),
    tasks: async (approval) => {
      const all = await rows('approval_task', `approval = '${approval}'`);
      return Object.fromEntries(all.map((row) => [called(row['assignee_id']), `${String(row['kind'])} ${String(row['state'])}`]));
    },
    rows,
    sharers: async (id) => {
      const all = await scene.sql(`select subject, access from ${schema}._share where record_id = $1 and origin = 'approval'`, [id]);
      return all.map(({ subject, access }) => `${called(String(subject).slice(5))} ${String(access)}`).sort();
    },
    told: async () => {
      const all = await scene.sql(`delete from ${schema}.notification returning receiver_id, name, id`);
      return all.map(({ receiver_id: who, name }) => `${called(who)}: ${String(name)}`).sort();
    },
    mails: async () => {
      const all = await scene.sql(`delete from ${schema}._effect where kind = 'mail' returning address, content`);
      return all.map(({ address, content }) => {
        const { subject, text } = content as { readonly subject: string; readonly text: string };
        return { to: String(address).split('@')[0] ?? '', subject, text };
      });
    },
    close: () => scene.close(),
  };
}
