// A small world of metadata that the tests of rules stand on.
import type { Catalog, CatalogField, RuleScope, RuleType, Value } from '@tessera/rules';
import { calendars } from './calendars.ts';

const text: RuleType = { kind: 'text' };
const number: RuleType = { kind: 'number' };
const picklist = (...options: string[]): RuleType => ({ kind: 'text', options });
const field = (type: RuleType): CatalogField => ({ type });
const lookup = (...to: string[]): CatalogField => ({ type: { kind: 'reference', to }, to });

const system = { id: field({ kind: 'reference', to: [] }) };

export const objects: Readonly<Record<string, Readonly<Record<string, CatalogField>>>> = {
  deal: {
    ...system,
    name: field(text),
    note: field(text),
    missingText: field(text),
    amount: field(number),
    rate: field(number),
    quantity: field(number),
    missing: field(number),
    stage: field(picklist('qualify', 'propose', 'won', 'lost')),
    tags: field({ kind: 'list', of: picklist('vip', 'new', 'old') }),
    active: field({ kind: 'boolean' }),
    hold: field({ kind: 'boolean' }),
    closeDate: field({ kind: 'date' }),
    openedOn: field({ kind: 'date' }),
    dueAt: field({ kind: 'datetime' }),
    seenAt: field({ kind: 'datetime' }),
    at: field({ kind: 'time' }),
    account: lookup('account'),
    rival: lookup('account'),
    about: lookup('account', 'user'),
    owner: lookup('user'),
    extra: field({ kind: 'json' }),
    localAmount: field({ kind: 'number', currency: 'varies' }),
    currency: field(text),
    euros: field({ kind: 'number', currency: 'EUR' }),
    yen: field({ kind: 'number', currency: 'JPY' }),
    weighted: { type: number, stored: false },
  },
  account: {
    ...system,
    name: field(text),
    industry: field(picklist('saas', 'food')),
    budget: field(number),
    localBudget: field({ kind: 'number', currency: 'varies' }),
    since: field({ kind: 'date' }),
    parent: lookup('account'),
    owner: lookup('user'),
  },
  line: {
    ...system,
    deal: lookup('deal'),
    label: field(text),
    kind: field(picklist('part', 'work')),
    total: field(number),
    localTotal: field({ kind: 'number', currency: 'varies' }),
    currency: field(text),
    cancelled: field({ kind: 'boolean' }),
    day: field({ kind: 'date' }),
    postedAt: field({ kind: 'datetime' }),
    weighted: { type: number, stored: false },
  },
  user: { ...system, name: field(text), manager: lookup('user') },
};

const relations: Readonly<Record<string, Readonly<Record<string, { object: string; by: string }>>>> = {
  deal: { lines: { object: 'line', by: 'deal' } },
  account: { deals: { object: 'deal', by: 'account' }, subsidiaries: { object: 'account', by: 'parent' } },
};

const rules: Readonly<Record<string, { source: unknown; object: string | undefined }>> = {
  isWon: { source: { '==': [{ var: '$record.stage' }, 'won'] }, object: 'deal' },
  isWork: { source: { '==': [{ var: '$record.kind' }, 'work'] }, object: 'line' },
  loop: { source: { not: { rule: 'pool' } }, object: undefined },
  pool: { source: { rule: 'loop' }, object: undefined },
  broken: { source: { and: [{ '>': [{ var: 'amount' }, 'x'] }] }, object: 'deal' },
};

const parameters: Readonly<Record<string, { type: RuleType; value: Value }>> = {
  bigDeal: { type: number, value: '1000' },
};

const own = <Found>(map: Readonly<Record<string, Found>> | undefined, name: string): Found | undefined =>
  map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;

export const catalog: Catalog = {
  hasObject: (object) => Object.hasOwn(objects, object),
  field: (object, name) => {
    const found = own(own(objects, object), name);
    return name === 'id' && found ? { type: { kind: 'reference', to: [object] } } : found;
  },
  fieldNames: (object) => Object.keys(own(objects, object) ?? {}),
  relation: (object, name) => own(own(relations, object), name),
  relationNames: (object) => Object.keys(own(relations, object) ?? {}),
  rule: (name) => own(rules, name),
  parameter: (name) => own(parameters, name),
  calendar: (name) => own(calendars, name),
};

/** A rule on a deal that is being changed by somebody. */
export const dealScope: RuleScope = { catalog, object: 'deal', old: true, userObject: 'user' };
