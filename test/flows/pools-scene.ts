// Leads in pools: sellers who claim, bosses who give, and others who see nothing of it.
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const label = (text: string): Json => ({ en: text });
const full = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };

const role = (name: string, more: Json = {}): Json => ({
  [`roles/${name}.json`]: { name, label: label(name), objects: { lead: full, user: { read: true, fields: { '*': 'read' } } }, ...more },
});

export const leadObject: Json = {
  name: 'lead',
  plural: 'leads',
  label: label('Lead'),
  sharing: 'private',
  fields: {
    source: { type: 'picklist', options: { web: {}, fair: {}, mail: {} } },
    region: { type: 'picklist', options: { east: {}, west: {} } },
    touchedAt: { type: 'datetime' },
    starred: { type: 'boolean' },
  },
};

export const leadPool: Json = {
  name: 'web',
  label: label('Web leads'),
  object: 'lead',
  order: 10,
  enter: { '==': [{ var: 'source' }, 'web'] },
  members: { sellers: { role: 'seller' } },
  administrators: { bosses: { role: 'boss' } },
};

export const fairPool: Json = {
  name: 'fair',
  label: label('Fair leads'),
  object: 'lead',
  order: 20,
  enter: { '==': [{ var: 'source' }, 'fair'] },
  members: { others: { role: 'other' } },
};

export const leadFiles = (more: Json = {}): Json => ({
  'objects/lead.json': leadObject,
  'pools/web.json': leadPool,
  'pools/fair.json': fairPool,
  'templates/goesBack.json': { name: 'goesBack', object: 'lead', inApp: { subject: { en: '{{ name }} goes back' } } },
  ...role('seller'),
  ...role('boss'),
  ...role('other'),
  ...more,
});

export interface PoolScene extends AutomationScene {
  /** Makes a lead as the platform does, from the web unless said otherwise; gives its id. */
  lead(values?: Json): Promise<string>;
  /** Does something with a lead of a pool. */
  act(who: Person, id: string, action: string, body?: Json): Promise<{ readonly status: number; readonly json: Json }>;
  /** The history of its owners, the oldest first. */
  changes(id: string): Promise<readonly Json[]>;
  /** Its owner and pool, as they are stored. */
  stands(id: string): Promise<Json>;
}

export async function poolScene(more: Json = {}): Promise<PoolScene> {
  const scene = await automationScene(leadFiles(more));
  const { schema } = scene.acme;
  return {
    ...scene,
    lead: (values = {}) => scene.acme.create('lead', { name: 'L', source: 'web', ...values }),
    act: async (who, id, action, body = {}) => who.http.post(`/api/v1/records/lead/${id}/${action}`, body),
    changes: (id) =>
      scene.sql(
        `select way, from_id as "from", to_id as "to", pool, note from ${schema}.lead_owner_change where record_id = $1 order by id`,
        [id],
      ),
    stands: async (id) => {
      const [row] = await scene.sql(
        `select owner_id as owner, pool, pooled_at is not null as pooled, held_since is not null as held from ${schema}.lead where id = $1`,
        [id],
      );
      return row ?? {};
    },
  };
}
