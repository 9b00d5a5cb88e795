// Bills that somebody must approve: large ones when they are written, others when they are deleted, sent or handed in.
import type { TestEngineOptions } from '../support/engine.ts';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const label = (text: string): Json => ({ en: text });
const v = (name: string): Json => ({ var: name });
const full = { create: true, read: true, update: true, delete: true, import: true, fields: { '*': 'edit' } };

export const bill: Json = {
  name: 'bill',
  plural: 'bills',
  label: label('Bill'),
  sharing: 'publicReadWrite',
  fields: {
    code: { type: 'text', unique: true },
    amount: { type: 'number', scale: 2, history: true },
    note: { type: 'text' },
    scan: { type: 'file' },
    pin: { type: 'secret', maxLength: 8 },
    boss: { type: 'lookup', to: 'user' },
    customer: { type: 'lookup', to: 'customer', inverse: 'bills', onDelete: 'restrict' },
    next: { type: 'lookup', to: 'bill', onDelete: 'setNull' },
    state: { type: 'picklist', options: { open: { order: 10 }, sent: { order: 20 }, paid: { order: 30 } } },
  },
  recordTypes: { usual: { order: 10, default: true }, loose: { order: 20 } },
};

/** What a customer pays with: it goes with its customer. */
const slip: Json = {
  name: 'slip',
  plural: 'slips',
  label: label('Slip'),
  sharing: 'controlledByParent',
  fields: {
    customer: { type: 'masterDetail', to: 'customer', inverse: 'slips' },
    amount: { type: 'number' },
    boss: { type: 'lookup', to: 'user' },
  },
};

const detail = (name: string, of: string): Json => ({
  name,
  plural: `${name}s`,
  label: label(name),
  sharing: 'controlledByParent',
  fields: { [of]: { type: 'masterDetail', to: of, inverse: `${name}s` }, qty: { type: 'number' }, note: { type: 'text' } },
});

const customer: Json = {
  name: 'customer',
  plural: 'customers',
  label: label('Customer'),
  sharing: 'publicReadWrite',
  fields: {
    vip: { type: 'boolean' },
    slipCount: { type: 'rollup', aggregate: { of: 'slips', function: 'count' } },
    total: {
      type: 'rollup',
      aggregate: { of: 'bills', function: 'sum', value: v('amount'), where: { '==': [v('lifeStatus'), 'normal'] } },
    },
  },
};

/** Asks whoever is the bill's boss. */
export const asks = (more: Json = {}): Json => ({
  ask: { type: 'approval', approvers: { boss: { user: v('boss') } }, nobody: 'refuse', ...more },
});

export const process = (name: string, on: readonly string[], rest: Json = {}): Json => ({
  [`approvalProcesses/${name}.json`]: { name, object: 'bill', on, steps: asks(), ...rest },
});

const nudge = (name: string, runAs: string): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'task',
    runAs,
    trigger: { type: 'record', on: ['create'], moment: 'afterSave' },
    when: { '==': [v('name'), name] },
    steps: {
      raise: {
        type: 'forEach',
        object: 'bill',
        where: { '==': [v('code'), 'nudged'] },
        steps: { up: { type: 'update', record: v('$item'), values: { amount: 7000 } } },
      },
    },
  },
});

const files: Json = {
  'objects/bill.json': bill,
  'objects/customer.json': customer,
  'objects/slip.json': slip,
  'objects/line.json': detail('line', 'bill'),
  'objects/part.json': detail('part', 'line'),
  'stageFlows/bills.json': {
    name: 'bills',
    object: 'bill',
    field: 'state',
    recordTypes: ['usual'],
    stages: { open: {}, sent: { approval: 'sending' }, paid: { kind: 'won' } },
  },
  ...process('large', ['create', 'update', 'submit'], {
    priority: 20,
    entry: { '>': [v('amount'), 1000] },
    steps: asks({ editable: ['note'] }),
  }),
  ...process('vip', ['create', 'update'], {
    priority: 10,
    locks: { lines: { editable: ['note'] } },
    entry: { and: [v('customer.vip'), { '>': [v('amount'), { '+': [{ coalesce: [v('$old.amount'), 0] }, 500] }] }] },
  }),
  ...process('quiet', ['create'], { priority: 5, imports: 'skip', entry: { '==': [v('note'), 'quiet'] } }),
  ...process('leaving', ['delete'], { entry: { '>': [v('amount'), 100] } }),
  ...process('voiding', ['void'], { entry: { and: [{ '>': [v('amount'), 100] }, { '==': [v('lifeStatus'), 'void'] }] } }),
  ...process('slips', ['update'], { object: 'slip' }),
  ...process('nested', ['create'], {
    object: 'customer',
    entry: { '==': [v('name'), 'nested'] },
    steps: asks({ when: { '>': [v('slipCount'), 0] }, approvers: { clerks: { role: 'clerk' } } }),
  }),
  'conversions/raise.json': {
    name: 'raise',
    object: 'task',
    targets: { bill: { object: 'bill', values: { name: v('name'), code: v('name'), amount: 5000 }, by: 'code', onMatch: 'update' } },
  },
  ...process('sending', ['submit'], { priority: 90 }),
  ...nudge('asUser', 'user'),
  ...nudge('asSystem', 'system'),
  'automations/redirect.json': {
    name: 'redirect',
    object: 'line',
    runAs: 'system',
    trigger: { type: 'record', on: ['create'], moment: 'beforeSave' },
    when: { '==': [v('note'), 'elsewhere'] },
    steps: {
      other: { order: 10, type: 'find', object: 'bill', where: { '==': [v('note'), 'redirected'] } },
      put: { order: 20, type: 'set', values: { bill: v('$steps.other.id') } },
    },
  },
  'pools/desk.json': {
    name: 'desk',
    label: label('Desk'),
    object: 'bill',
    enter: { '==': [v('note'), 'pool'] },
    members: { clerks: { role: 'clerk' } },
    recycle: { idle: { after: 'P1D' } },
  },
  'roles/typist.json': { name: 'typist', label: label('Typist'), objects: { bill: { ...full, delete: false } } },
  'roles/clerk.json': {
    name: 'clerk',
    label: label('Clerk'),
    objects: {
      bill: full,
      customer: full,
      slip: full,
      line: full,
      part: full,
      task: full,
      user: { read: true, viewAll: true, fields: { '*': 'read' } },
    },
  },
};

export interface BillScene extends AutomationScene {
  readonly clerk: Person;
  readonly chief: Person;
  /** A bill that is in force, as the platform makes it. */
  bill(values?: Json): Promise<string>;
  /** Values of a bill, as they are stored. */
  stands(id: string): Promise<Json>;
  /** The approval of a bill that is not over. */
  pending(id: string): Promise<Json | null>;
  /** Somebody does something to what waits for a bill. */
  decide(who: Person, id: string, action: string, body?: Json): Promise<{ readonly status: number; readonly json: Json }>;
  path(id: string, rest?: string): string;
}

/** @param more files beside those of the bills, or instead of some */
export async function billScene(options: TestEngineOptions = {}, more: Json = {}): Promise<BillScene> {
  const scene = await automationScene({ ...files, ...more }, options);
  const [clerk, chief] = [await scene.person('clerk', { roles: ['clerk'] }), await scene.person('chief', { roles: ['clerk'] })];
  const path = (id: string, rest = ''): string => `/api/v1/records/bill/${id}${rest}`;
  const pending = async (id: string): Promise<Json | null> =>
    (await scene.admin.http.get(path(id, '/approval'))).json['approval'] as Json | null;
  return {
    ...scene,
    clerk,
    chief,
    path,
    pending,
    bill: async (values = {}) => {
      const records = [{ name: 'B', amount: 10, state: 'open', boss: chief.id, ...values }];
      const [result] = (await scene.engine.run('records.create', scene.acme.systemContext(), { object: 'bill', records })).results;
      if (result?.ok !== true) throw new Error(JSON.stringify(result));
      return result.id;
    },
    stands: async (id) => {
      const [row] = await scene.sql(
        `select amount::float8 as amount, note, state, life_status as life, locked_by_id as locked, deleted_at is not null as gone, owner_id as owner
         from ${scene.acme.schema}.bill where id = $1`,
        [id],
      );
      return row ?? {};
    },
    decide: async (who, id, action, body = {}) => {
      const approval = await pending(id);
      if (approval === null) throw new Error(`Nothing waits for ${id}.`);
      return who.http.post(`/api/v1/approvals/${String(approval['id'])}/${action}`, body);
    },
  };
}
