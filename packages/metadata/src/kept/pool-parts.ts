// What pools and assignment rules ask for: in which pool a record is and since when, who may see it there, and the history of its owners.
import {
  asJson,
  behind,
  formerly,
  labelFrom,
  type Asker,
  type Json,
  type JsonMap,
  type KeptField,
  type KeptParts,
  type KeptSharing,
} from './parts.ts';

/** Fields of every object that has a pool. */
export const poolFields = { pool: 'pool', pooledAt: 'pooledAt', heldSince: 'heldSince' } as const;

/** How a record comes to another owner, or to none. */
const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  entered: { en: 'Entered the pool', 'zh-CN': '进入公海' },
  claimed: { en: 'Claimed', 'zh-CN': '领取' },
  assigned: { en: 'Assigned', 'zh-CN': '分配' },
  transferred: { en: 'Transferred', 'zh-CN': '转移' },
  returned: { en: 'Returned', 'zh-CN': '退回' },
  recycled: { en: 'Recycled', 'zh-CN': '回收' },
  changed: { en: 'Changed', 'zh-CN': '变更' },
};

interface Pool {
  readonly name: string;
  readonly source: Json;
}

const isActive = (entry: Json): boolean => entry['active'] !== false;

const ofObject = (map: JsonMap, object: string): readonly Pool[] =>
  Object.entries(map).flatMap(([name, source]) => (source['object'] === object && isActive(source) ? [{ name, source }] : []));

const options = (named: readonly (readonly [string, Json])[]): Json =>
  Object.fromEntries(
    named.map(([name, source], i) => [name, { label: labelFrom({ label: source['label'], name }, {}), order: i, ...formerly(source, '') }]),
  );

const poolOptions = (pools: readonly Pool[]): Json => options(pools.map(({ name, source }) => [name, source]));

function fieldsOf(pools: readonly Pool[], asker: Asker): Readonly<Record<string, KeptField>> {
  const kept = (source: Json): KeptField => ({ asker, source: { readOnly: true, follows: ['owner'], ...source } });
  return {
    [poolFields.pool]: kept({ type: 'picklist', options: poolOptions(pools), indexed: true, label: { en: 'Pool', 'zh-CN': '公海' } }),
    [poolFields.pooledAt]: kept({ type: 'datetime', label: { en: 'In the pool since', 'zh-CN': '进入公海时间' } }),
    [poolFields.heldSince]: kept({ type: 'datetime', label: { en: 'Held since', 'zh-CN': '持有开始时间' } }),
  };
}

/** Reasons of people, and ways back. */
const reasonsOf = (pools: readonly Pool[]): readonly (readonly [string, Json])[] =>
  pools.flatMap(({ source }) =>
    ['reasons', 'recycle'].flatMap((map) => Object.entries(asJson(source[map])).map(([name, reason]) => [name, asJson(reason)] as const)),
  );

function changeFields(pools: readonly Pool[]): JsonMap {
  const user = { type: 'user', readOnly: true } as const;
  const reasons = options(reasonsOf(pools));
  const none = pools.length === 0;
  return {
    name: {},
    way: {
      type: 'picklist',
      readOnly: true,
      required: true,
      options: Object.fromEntries(Object.entries(ways).map(([name, label], i) => [name, { label, order: i }])),
      label: { en: 'How', 'zh-CN': '方式' },
    },
    from: { ...user, follows: ['owner'], label: { en: 'From', 'zh-CN': '原负责人' } },
    to: { ...user, follows: ['owner'], label: { en: 'To', 'zh-CN': '新负责人' } },
    ...(none
      ? {}
      : {
          pool: {
            type: 'picklist',
            readOnly: true,
            options: poolOptions(pools),
            follows: ['owner'],
            label: { en: 'Pool', 'zh-CN': '公海' },
          },
        }),
    ...(Object.keys(reasons).length === 0
      ? {}
      : { reason: { type: 'picklist', readOnly: true, options: reasons, label: { en: 'Reason', 'zh-CN': '原因' } } }),
    note: { type: 'textarea', personal: 'text', readOnly: true, label: { en: 'Note', 'zh-CN': '备注' } },
    decision: { type: 'json', readOnly: true, label: { en: 'Decision', 'zh-CN': '分配依据' } },
    at: { type: 'datetime', readOnly: true, required: true, label: { en: 'At', 'zh-CN': '时间' } },
  };
}

const record = (field: string): Json => ({ var: field });

/** Members see what lies in the pool, administrators see and change all that belongs to it: as far as that is not open to them anyway. */
function sharingOf(object: string, sharing: unknown, { name, source }: Pool): readonly KeptSharing[] {
  if (sharing === 'publicReadWrite' || sharing === 'controlledByParent') return [];
  const belongs = { '==': [record(poolFields.pool), name] };
  const lies = { and: [belongs, { '!=': [record(poolFields.pooledAt), null] }] };
  const said = { label: source['label'], name };
  const rule = (
    suffix: string,
    patterns: Readonly<Record<string, string>>,
    map: string,
    when: Json,
    access: string,
  ): readonly KeptSharing[] => {
    const to = asJson(source[map]);
    if (Object.keys(to).length === 0) return [];
    const asker: Asker = { kind: 'pool', name, pointer: `/${map}` };
    const named = behind(name, suffix);
    return [{ asker, source: { name: named, object, label: labelFrom(said, patterns), records: { when }, to, access, kept: true } }];
  };
  return [
    ...(sharing === 'publicRead' ? [] : rule('Members', { en: 'Members of {}', zh: '{}成员' }, 'members', lies, 'read')),
    ...rule('Administrators', { en: 'Administrators of {}', zh: '{}管理员' }, 'administrators', belongs, 'edit'),
  ];
}

export function poolParts(objects: JsonMap, pools: JsonMap, assignmentRules: JsonMap): readonly KeptParts[] {
  return Object.entries(objects).flatMap(([object, source]): readonly KeptParts[] => {
    const own = ofObject(pools, object);
    const [rule] = ofObject(assignmentRules, object);
    const [first] = own;
    if (first === undefined && rule === undefined) return [];
    const asker: Asker =
      first === undefined
        ? { kind: 'assignmentRule', name: rule?.name ?? '', pointer: '/object' }
        : { kind: 'pool', name: first.name, pointer: '/object' };
    return [
      {
        object,
        fields: first === undefined ? {} : fieldsOf(own, asker),
        histories: { ownerChange: { fields: changeFields(own), asker } },
        sharingRules: own.flatMap((pool) => sharingOf(object, source['sharing'], pool)),
      },
    ];
  });
}
