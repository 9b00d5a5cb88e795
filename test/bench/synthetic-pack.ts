// A made-up pack of any size, in the proportions of a grown CRM: so many lookups, formulas, roll-ups, rules and layouts to a field.
import type { Layer } from '@tessera/metadata';

type Json = Readonly<Record<string, unknown>>;

export interface PackSize {
  readonly objects: number;
  /** Of each object, beside those of the system. */
  readonly fields: number;
  /** On the first object, by condition. */
  readonly sharingRules?: number;
  /** Makes the pack differ from any other in its words, hence in its hash. */
  readonly mark?: string;
}

export const objectName = (i: number): string => `thing${String(i)}`;

const options: Json = Object.fromEntries(
  ['open', 'planned', 'running', 'done', 'dropped'].map((name, i) => [
    name,
    { order: i, label: { en: name, 'zh-CN': `选项${String(i)}` } },
  ]),
);

const choice: Json = { type: 'picklist', indexed: true, options };

/** The fields that objects have in turn, as often as there is room. What they read comes before them. */
const plain: readonly Json[] = [
  { type: 'text', maxLength: 120, searchable: true },
  choice,
  { type: 'currency', min: 0, history: true },
  { type: 'date', history: true },
  { type: 'text', maxLength: 40 },
  { type: 'number', scale: 2, default: 1 },
  { type: 'boolean', default: false },
  { type: 'percent', min: 0, max: 1 },
  { type: 'textarea', maxLength: 2000 },
  { type: 'datetime' },
  { type: 'email' },
  { type: 'text', maxLength: 255, help: { en: 'What people should know of it.' } },
  { type: 'multiPicklist', options },
  { type: 'phone' },
];

/** What very wide objects have beside those: of fixed length, since a row has room for so many others only. */
const fixed: readonly Json[] = [{ type: 'date' }, { type: 'boolean', default: false }, { type: 'datetime' }];
const widest = 250;

const labelled = (name: string, field: Json): Json => ({ label: { en: `Field ${name}`, 'zh-CN': `字段 ${name}` }, ...field });

/** What every object has to work with: a state, an amount, days, its parent; and what is worked out of them. */
function knownFields(i: number): Readonly<Record<string, Json>> {
  const parent = Math.floor((i - 1) / 3);
  const children = { of: `children${String(3 * i + 1)}` };
  const lookups: Readonly<Record<string, Json>> =
    i === 0
      ? {}
      : {
          parent: { type: 'lookup', to: objectName(parent), inverse: `children${String(i)}`, indexed: true },
          other: { type: 'lookup', to: objectName(i - 1), inverse: `others${String(i)}` },
        };
  return {
    state: choice,
    amount: { type: 'currency', min: 0, history: true, indexed: true },
    startDate: { type: 'date' },
    endDate: { type: 'date', indexed: true },
    quantity: { type: 'number', scale: 2, default: 1 },
    ...lookups,
    weighted: { type: 'formula', returns: 'currency', formula: { round: [{ '*': [{ var: 'amount' }, { var: 'quantity' }] }, 2] } },
    daysOpen: {
      type: 'formula',
      returns: 'number',
      formula: { dateDiff: [{ var: 'startDate' }, { coalesce: [{ var: 'endDate' }, { today: [] }] }, 'days'] },
    },
    large: {
      type: 'formula',
      returns: 'boolean',
      formula: { and: [{ '>': [{ var: 'amount' }, 1000] }, { in: [{ var: 'state' }, ['open', 'running']] }] },
    },
    ...(i === 0 ? {} : { parentAmount: { type: 'quote', through: 'parent', field: 'amount' } }),
    ...{ childCount: { type: 'rollup', aggregate: { ...children, function: 'count' } } },
    ...{
      childSum: {
        type: 'rollup',
        aggregate: { ...children, function: 'sum', value: { var: 'amount' }, where: { '!=': [{ var: 'state' }, 'dropped'] } },
      },
    },
  };
}

function fieldsOf(i: number, { objects, fields, mark = '' }: PackSize): Readonly<Record<string, Json>> {
  const hasChildren = 3 * i + 1 < objects;
  const known = Object.entries(knownFields(i)).filter(([, { type }]) => hasChildren || type !== 'rollup');
  const all = known.slice(0, fields);
  for (let n = 0; all.length < fields; n += 1) {
    const types = n < widest ? plain : fixed;
    all.push([`field${String(n)}`, types[n % types.length] ?? {}]);
  }
  const named = all.map(([name, field]) => [name, labelled(`${name}${mark}`, field)] as const);
  return { name: labelled('name', { type: 'text', required: true, searchable: true }), ...Object.fromEntries(named) };
}

const validationRules: Json = {
  endAfterStart: {
    refuseWhen: { '<': [{ var: 'endDate' }, { var: 'startDate' }] },
    at: 'endDate',
    message: { en: 'It cannot end before it starts.', 'zh-CN': '结束日期不能早于开始日期。' },
  },
  amountWhenDone: {
    refuseWhen: { and: [{ '==': [{ var: 'state' }, 'done'] }, { isBlank: { var: 'amount' } }] },
    at: 'amount',
    message: { en: 'What is done needs an amount.', 'zh-CN': '完成时必须填写金额。' },
  },
};

const ordered = (names: readonly string[], more: Json = {}): Json =>
  Object.fromEntries(names.map((name, i) => [name, { order: 10 * i, ...more }]));

function layout(i: number, fields: readonly string[], objects: number): Json {
  const child = 3 * i + 1;
  const listed = { columns: ordered(['name', 'state', 'amount']), sort: { endDate: { order: 10, direction: 'descending' } } };
  const half = Math.ceil(fields.length / 2);
  return {
    name: objectName(i),
    object: objectName(i),
    sections: {
      facts: { order: 10, label: { en: 'Facts' }, fields: ordered(fields.slice(0, half)) },
      more: {
        order: 20,
        label: { en: 'More' },
        visibleWhen: { '!=': [{ var: 'state' }, 'dropped'] },
        fields: ordered(fields.slice(half)),
      },
    },
    ...(child < objects ? { relatedLists: { children: { relation: `children${String(child)}`, order: 10, ...listed } } } : {}),
  };
}

function listView(i: number, name: string, filter: Json): Json {
  const columns = ['name', ...(i === 0 ? [] : ['parent.name']), 'state', 'amount', 'endDate', 'owner'];
  const sort = { amount: { order: 10, direction: 'descending' } };
  return { name, object: objectName(i), label: { en: name }, filter, sort, columns: ordered(columns) };
}

function role(r: number, objects: number): Json {
  const grant = { read: true, create: true, update: true, delete: r === 0, fields: { '*': 'edit', amount: r % 2 === 0 ? 'edit' : 'read' } };
  const open = Array.from({ length: objects }, (_, i) => i).filter((i) => (i + r) % 4 !== 0);
  return {
    name: `role${String(r)}`,
    label: { en: `Role ${String(r)}` },
    objects: Object.fromEntries(open.map((i) => [objectName(i), grant])),
  };
}

function sharingRule(i: number, r: number): Json {
  const when = { and: [{ '==': [{ var: 'state' }, 'done'] }, { '>': [{ var: 'amount' }, 1000 * (r + 1)] }] };
  const name = `rule${String(i)}x${String(r)}`;
  return { name, object: objectName(i), label: { en: name }, records: { when }, to: { some: { role: sharedWith } } };
}

const roles = 6;

/** The role that every sharing rule opens records to. */
export const sharedWith = 'role1';

/** Deterministic: the same size and mark make the same pack. */
export function syntheticPack(size: PackSize): Layer {
  const files: Record<string, Json> = {};
  for (let i = 0; i < size.objects; i += 1) {
    const name = objectName(i);
    const fields = fieldsOf(i, size);
    const keys = { byState: { fields: ['state', 'endDate'], unique: false } };
    const label = { en: `Thing ${String(i)}`, 'zh-CN': `对象 ${String(i)}` };
    const sharing = i % 2 === 0 ? 'private' : 'publicRead';
    files[`objects/${name}.json`] = { name, plural: `${name}s`, label, sharing, fields, keys, validationRules };
    files[`layouts/${name}.json`] = layout(i, Object.keys(fields), size.objects);
    files[`listViews/${name}Open.json`] = listView(i, `${name}Open`, { in: [{ var: 'state' }, ['open', 'running']] });
    files[`listViews/${name}Large.json`] = listView(i, `${name}Large`, { '>': [{ var: 'amount' }, 1000] });
  }
  for (let r = 0; r < roles; r += 1) files[`roles/role${String(r)}.json`] = role(r, size.objects);
  const rules = size.sharingRules ?? Math.min(10, size.objects);
  for (let r = 0; r < rules; r += 1) {
    const i = size.sharingRules === undefined ? (2 * Math.floor(r / 2)) % size.objects : 0;
    files[`sharingRules/rule${String(i)}x${String(r)}.json`] = sharingRule(i, r);
  }
  const name = size.mark === undefined || size.mark === '' ? 'synthetic' : `synthetic-${size.mark}`;
  files['pack.json'] = { name, namespace: '', version: '1.0.0', label: { en: name }, publisher: 'Benchmarks', languages: ['en', 'zh-CN'] };
  return { kind: 'pack', name, version: '1.0.0', namespace: '', files };
}
