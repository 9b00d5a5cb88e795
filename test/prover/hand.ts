// A small world made by hand, for the sentences of ACCESS.md one by one.
import type { Json } from '../support/engine.ts';
import { Onlooker } from './oracle-records.ts';
import { platformObjects, shapesOf } from './shapes.ts';
import { Decimal } from './decimal.ts';
import type { Constitution, Flag, GrantSet, Level, Row, Share, Value, World } from './world.ts';

const v = (path: string): Json => ({ var: path });

const objects: Readonly<Record<string, Json>> = {
  account: {
    sharing: 'private',
    recordTypes: { big: {}, small: {} },
    fields: {
      city: { type: 'text', searchable: true },
      phone: { type: 'phone' },
      pin: { type: 'secret' },
      size: { type: 'number', scale: 2 },
      code: { type: 'text', unique: true },
      parent: { type: 'lookup', to: 'account', inverse: 'children' },
      double: { type: 'formula', returns: 'number', scale: 2, formula: { '*': [v('size'), 2] } },
      twice: { type: 'formula', returns: 'number', scale: 2, formula: { '+': [v('double'), 0] } },
      above: { type: 'formula', returns: 'number', scale: 2, formula: v('parent.size') },
      reach: { type: 'formula', returns: 'text', formula: { concat: [v('phone'), ''] } },
      childSize: {
        type: 'formula',
        returns: 'number',
        scale: 2,
        formula: { aggregate: { of: 'children', function: 'sum', value: v('size') } },
      },
      own: { type: 'formula', returns: 'boolean', formula: { '==': [v('owner.title'), v('$user.title')] } },
      total: { type: 'rollup', scale: 2, aggregate: { of: 'children', function: 'sum', value: v('size') } },
      parentCity: { type: 'quote', through: 'parent', field: 'city' },
    },
  },
  deal: {
    sharing: 'controlledByParent',
    fields: { account: { type: 'masterDetail', to: 'account', inverse: 'deals' }, worth: { type: 'number' } },
  },
  note: { sharing: 'publicRead', fields: { text: { type: 'text' } } },
  wiki: { sharing: 'publicReadWrite', fields: { text: { type: 'text' } } },
};

/** Everything that a small world may say otherwise than nothing. */
export interface Hand {
  /** Who has which sets (roles and permission sets). */
  readonly has?: Readonly<Record<string, readonly string[]>>;
  readonly sets?: readonly GrantSet[];
  readonly managers?: Readonly<Record<string, string>>;
  readonly departments?: Readonly<
    Record<string, { readonly parent?: string; readonly head?: string; readonly people?: readonly string[] }>
  >;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly rules?: Constitution['rules'];
  readonly heads?: Constitution['departmentHeads'];
  readonly shares?: readonly Share[];
  readonly rows?: readonly Row[];
  readonly away?: readonly string[];
}

export const record = (object: string, id: string, values: Readonly<Record<string, Value>> = {}, deleted = false): Row => ({
  id,
  object,
  deleted,
  values: { id, name: id, owner: null, ...values },
});

export const number = (value: number): Decimal => Decimal.of(value);

/** A set with one entry. */
export function granting(
  name: string,
  object: string,
  flags: readonly Flag[],
  fields: Readonly<Record<string, Level>> = { '*': 'edit' },
  more: Partial<GrantSet> & { readonly recordTypes?: readonly string[] } = {},
): GrantSet {
  const { recordTypes, ...rest } = more;
  const grant = { flags, fields, ...(recordTypes === undefined ? {} : { recordTypes }) };
  return { name, kind: 'permissionSet', administrator: false, everyone: false, objects: { [object]: grant }, ...rest };
}

export const persons = ['ann', 'bob', 'cid', 'dee'] as const;

export function handWorld(hand: Hand): World {
  const rows = new Map<string, Row>();
  const add = (row: Row): void => void rows.set(row.id, row);
  const departmentOf = (name: string): string | null =>
    Object.entries(hand.departments ?? {}).find(([, { people }]) => people?.includes(name))?.[0] ?? null;
  for (const name of persons) {
    const sets = hand.has?.[name] ?? [];
    const roles = (hand.sets ?? []).filter(({ kind, name: set }) => kind === 'role' && sets.includes(set)).map((set) => set.name);
    const values = {
      email: `${name}@x.example`,
      active: !(hand.away ?? []).includes(name),
      manager: hand.managers?.[name] ?? null,
      department: departmentOf(name),
      roles,
      permissionSets: sets,
      title: name,
    };
    add(record('user', name, values));
  }
  for (const [name, { parent, head }] of Object.entries(hand.departments ?? {}))
    add(record('department', name, { code: name, parent: parent ?? null, head: head ?? null }));
  for (const [name, members] of Object.entries(hand.groups ?? {})) {
    add(record('userGroup', name, { code: name }));
    for (const user of members) add(record('userGroupMember', `${name}-${user}`, { group: name, user }));
  }
  for (const row of hand.rows ?? []) add(row);
  return {
    shapes: shapesOf({ ...platformObjects(), ...objects }),
    sets: hand.sets ?? [],
    rules: hand.rules ?? [],
    departmentHeads: hand.heads ?? 'withBelow',
    rows,
    shares: hand.shares ?? [],
  };
}

/** Somebody in a small world who may read accounts and all of their fields, unless it says otherwise. */
export function seenBy(name: (typeof persons)[number], hand: Hand): Onlooker {
  const everyone: GrantSet = {
    name: 'basic',
    kind: 'permissionSet',
    administrator: false,
    everyone: true,
    objects: { '*': { flags: ['read', 'create', 'update', 'delete'], fields: { '*': 'edit' } } },
  };
  return new Onlooker(handWorld({ ...hand, sets: hand.sets ?? [everyone] }), name);
}
