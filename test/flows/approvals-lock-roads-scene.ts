// Bills that wait, with lines and parts, and all the roads by which something might change them meanwhile.
import type { Json } from '../support/http-client.ts';
import { bill, billScene, process, type BillScene } from './approvals-entering-scene.ts';

const label = (text: string): Json => ({ en: text });
const v = (name: string): Json => ({ var: name });

const line: Json = {
  name: 'line',
  plural: 'lines',
  label: label('Line'),
  sharing: 'controlledByParent',
  fields: {
    bill: { type: 'masterDetail', to: 'bill', inverse: 'lines', reparent: true },
    code: { type: 'text', unique: true },
    qty: { type: 'number' },
    note: { type: 'text' },
    job: { type: 'lookup', to: 'task', inverse: 'jobs', onDelete: 'setNull' },
    about: { type: 'lookup', to: ['task', 'bill'], onDelete: 'setNull' },
  },
  keys: { once: { fields: ['job', 'bill'], unique: true } },
};

const part: Json = {
  name: 'part',
  plural: 'parts',
  label: label('Part'),
  sharing: 'controlledByParent',
  fields: { line: { type: 'masterDetail', to: 'line', inverse: 'parts', reparent: true }, qty: { type: 'number' }, note: { type: 'text' } },
};

/** Runs as the system when a task of its name is made. */
const automation = (name: string, steps: Json): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'task',
    runAs: 'system',
    trigger: { type: 'record', on: ['create'] },
    when: { '==': [v('name'), name] },
    steps,
  },
});

const marked = { '==': [v('note'), 'marked'] };
const each = (object: string, step: Json): Json => ({ all: { type: 'forEach', object, where: marked, steps: { do: step } } });

/** Steps that change what is marked, by what they change. */
const steps: Readonly<Record<string, Json>> = {
  setBill: each('bill', { type: 'update', record: v('$item'), values: { note: 'set' } }),
  dropBill: each('bill', { type: 'delete', record: v('$item') }),
  assignBill: each('bill', { type: 'assign', record: v('$item'), to: { boss: { user: v('$item.boss') } } }),
  upsertBill: {
    put: {
      type: 'upsert',
      object: 'bill',
      by: 'code',
      from: { object: 'bill', where: marked },
      values: { name: v('name'), code: v('code'), amount: 7 },
    },
  },
  setLine: each('line', { type: 'update', record: v('$item'), values: { qty: 9 } }),
  dropLine: each('line', { type: 'delete', record: v('$item') }),
  makeLine: each('bill', { type: 'create', object: 'line', values: { name: 'M', bill: v('$item.id') } }),
  upsertLine: {
    put: {
      type: 'upsert',
      object: 'line',
      by: 'code',
      from: { object: 'line', where: marked },
      values: { name: v('name'), code: v('code'), qty: 7, bill: v('bill') },
    },
  },
  spreadLines: {
    put: {
      type: 'allocate',
      amount: { '*': [5, 2] },
      over: { object: 'bill', where: marked, sort: { code: {} } },
      into: { object: 'line', by: 'once', amount: 'qty', values: { name: 'A', job: v('$record'), bill: v('id') } },
    },
  },
};

const conversion = (name: string, object: string, rest: Json): Json => ({ [`conversions/${name}.json`]: { name, object, ...rest } });
const job = { object: 'job', values: { name: v('name') } };

const files: Json = {
  'objects/bill.json': {
    ...bill,
    fields: { ...(bill['fields'] as Json), lineCount: { type: 'rollup', upkeep: 'live', aggregate: { of: 'lines', function: 'count' } } },
  },
  ...process('several', ['submit'], { priority: 5, entry: { '>': [v('lineCount'), 1] } }),
  'objects/line.json': line,
  'objects/part.json': part,
  'objects/job.json': { name: 'job', plural: 'jobs', label: label('Job'), sharing: 'publicReadWrite', fields: {} },
  ...Object.fromEntries(Object.entries(steps).flatMap(([name, own]) => Object.entries(automation(name, own)))),
  'automations/stamp.json': {
    name: 'stamp',
    object: 'line',
    runAs: 'system',
    trigger: { type: 'record', on: ['update'], moment: 'beforeSave' },
    when: { '==': [v('note'), 'marked'] },
    steps: { stamp: { type: 'set', values: { qty: { '+': [v('qty'), 1] } } } },
  },
  ...conversion('take', 'task', {
    targets: { bill: { object: 'bill', values: { name: v('name'), code: v('name') }, by: 'code', onMatch: 'update' } },
  }),
  ...conversion('split', 'bill', {
    targets: { job: { ...job, children: { lines: { relation: 'lines', values: { note: 'split' } } } } },
  }),
  ...conversion('hang', 'task', {
    targets: {
      bill: { object: 'bill', values: { name: v('name') }, find: { '==': [v('note'), 'hook'] }, onMatch: 'keep' },
    },
    attached: 'bill',
  }),
  ...conversion('order', 'task', {
    targets: {
      bill: {
        object: 'bill',
        values: { name: v('name'), amount: 5000, boss: v('owner') },
        children: { lines: { relation: 'jobs', object: 'line', values: { name: v('name'), bill: v('$steps.bill.id') } } },
      },
    },
  }),
};

export interface Family {
  /** Of the bill and the line. */
  readonly code: string;
  readonly bill: string;
  readonly line: string;
  readonly part: string;
}

export interface RoadsScene extends BillScene {
  /** A bill with a line that has a part: the only ones that are marked. */
  family(): Promise<Family>;
  /** A change of the bill waits from now on. */
  lock(family: Family): Promise<void>;
  /** All bills, lines and parts as they are stored. */
  stored(): Promise<unknown>;
  /** Starts the automation of that name, and gives what came of it. */
  automate(name: string): Promise<string>;
}

export async function roadsScene(): Promise<RoadsScene> {
  const scene = await billScene({}, files);
  const { schema } = scene.acme;
  let count = 0;
  return {
    ...scene,
    family: async () => {
      for (const table of ['bill', 'line']) await scene.sql(`update ${schema}.${table} set note = 'free' where note = 'marked'`);
      count += 1;
      const code = `F${String(count)}`;
      const bill = await scene.bill({ code, note: 'marked' });
      const made = await scene.acme.create('line', { name: 'L', bill, code, qty: 1, note: 'marked' });
      return { code, bill, line: made, part: await scene.acme.create('part', { name: 'P', line: made, qty: 1 }) };
    },
    lock: async ({ bill }) => {
      const answer = await scene.clerk.http.patch(scene.path(bill), { amount: 5000 });
      if (answer.status !== 202) throw new Error(JSON.stringify(answer.json));
    },
    stored: () =>
      scene.sql(`select 'bill' as of, to_jsonb(t) as row from ${schema}.bill t union all select 'line', to_jsonb(t) from ${schema}.line t
        union all select 'part', to_jsonb(t) from ${schema}.part t order by 1, 2`),
    automate: async (name) => {
      const id = await scene.acme.create('task', { name });
      await scene.settle();
      const [run] = await scene.sql(`select state, error from ${schema}._run where record_id = $1`, [id]);
      return `${String(run?.['state'])} ${JSON.stringify(run?.['error'])}`;
    },
  };
}
