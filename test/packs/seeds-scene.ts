// Demo data with people, files and a past, for the scene of `scenarios-scene.ts`; and all that a tenant has of that past.
import type { Json, TestEngine } from '../support/engine.ts';

/** An instant that long before the load. */
export const ago = (duration: string): Json => ({ dateAdd: [{ var: '$now' }, `-${duration}`] });

export const files: Json = {
  'data/pipeline.json': {
    name: 'pipeline',
    object: 'deal',
    owner: 'demo',
    order: 25,
    records: {
      big: { name: 'Big', amount: 5000, note: 'greet', owner: { ref: 'ben' }, createdAt: ago('P40D'), createdBy: { ref: 'ben' } },
      small: { name: 'Small', amount: 5, owner: { ref: 'ben' }, createdAt: ago('P9D'), createdBy: { ref: 'ben' } },
    },
    history: {
      big: {
        offered: { at: ago('P30D'), by: 'ben', values: { stage: 'offer', amount: 6000 } },
        asked: { at: ago('P20D'), by: 'ben', submit: { process: 'check', comment: 'Please.' } },
        agreed: { at: ago('P19D'), by: 'ada', approval: { action: 'approve', comment: 'Fine.' } },
        watched: { at: ago('P18D'), by: 'wei', approval: { action: 'approve' } },
        won: { at: ago('P10D'), by: 'ben', values: { stage: 'won' } },
      },
      small: { asked: { at: ago('P2D'), by: 'ben', submit: {} } },
    },
  },
  'data/catalogue.json': { name: 'catalogue', object: 'order', owner: 'once', records: { standing: { name: 'Standing order' } } },
  'data/staff.json': {
    name: 'staff',
    object: 'user',
    owner: 'demo',
    order: 10,
    by: 'email',
    records: {
      ada: { name: 'Ada', email: 'ada@demo.example', active: true, roles: { literal: ['seller'] } },
      wei: { name: 'Wei', email: 'wei@demo.example', active: true, roles: { literal: ['watcher'] } },
      ben: { name: 'Ben', email: 'ben@demo.example', active: true, roles: { literal: ['seller'] }, manager: { ref: 'ada' } },
    },
  },
  'data/deals.json': {
    name: 'deals',
    object: 'deal',
    owner: 'demo',
    order: 20,
    file: 'deals.csv',
    refColumn: 'code',
    mapping: {
      columns: { code: null, title: { field: 'name' }, seller: { field: 'owner', lookup: { by: 'email' } }, days: null },
      set: {
        order: { ref: 'standing' },
        closeDate: { dateAdd: [{ today: [] }, { number: { var: '$row.days' } }] },
      },
    },
  },
  'data/deals.csv': 'code,title,seller,days\nfirst,First deal,ben@demo.example,7\n,Nameless,ada@demo.example,9\n',
  'data/todo.json': {
    name: 'todo',
    object: 'task',
    owner: 'demo',
    order: 30,
    records: { call: { name: 'Call', deal: { ref: 'first' } } },
  },
};

/** A file whose rows have a past. */
export const tenders: Json = {
  'data/tenders.json': {
    name: 'tenders',
    object: 'deal',
    owner: 'demo',
    order: 40,
    file: 'tenders.csv',
    refColumn: 'code',
    mapping: { columns: { code: null, title: { field: 'name' }, amount: { field: 'amount' } } },
    history: {
      east: {
        asked: { at: ago('P6D'), by: 'ben', submit: {} },
        agreed: { at: ago('P5D'), by: 'ada', approval: { action: 'approve' } },
        offered: { at: ago('P4D'), by: 'ben', values: { stage: 'offer', amount: 70 } },
      },
      west: { asked: { at: ago('P3D'), by: 'ben', submit: {} } },
    },
  },
  'data/tenders.csv': 'code,title,amount\neast,East,60\nwest,West,50\n',
};

/** Deals of a tenant with all that is told of their past: whole rows, in which records are called by their names, and others not at all. */
export async function told(lab: TestEngine, tenant: string): Promise<readonly string[]> {
  const schema = `t_${tenant}`;
  const known = await lab.sql(`select id::text, name from ${schema}.deal union all select id::text, name from ${schema}.user`);
  const names = new Map(known.map(({ id, name }) => [String(id), String(name)]));
  const histories = ['deal_stage_change', 'deal_clock_cycle', 'deal_approval', 'deal_approval_decision', '_history'];
  const lines = ['deal', ...histories, '_timer', '_seed'].map(
    (table) => `select '${table} ' || (to_jsonb(t) - 'id' - '_search' - '_match')::text as line from ${schema}.${table} t`,
  );
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  const rows = await lab.sql(lines.join(' union all '));
  return rows.map(({ line }) => String(line).replaceAll(uuid, (id) => names.get(id) ?? '#')).sort();
}
