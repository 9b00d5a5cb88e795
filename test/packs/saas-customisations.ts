// What a customer of the pack saas has changed and added, one by one, with the place where each is to be found in the effective metadata.
import { canonicalJson, type Model } from '@tessera/metadata';
import { processCustomisations } from './saas-customisations-processes.ts';
import type { SaasVersion } from './saas-versions-kit.ts';

export interface Customisation {
  readonly what: string;
  /** `object/account/fields/website/label`. */
  readonly at: string;
  /** Of an object these properties at least; null: it is not there. */
  readonly is: unknown;
  /** In 1.1 and later, by what was decided. */
  readonly from11?: unknown;
  /** In 2.0. */
  readonly from20?: { readonly at?: string; readonly is?: unknown };
}

const text = (en: string, zh: string): unknown => ({ en, 'zh-CN': zh });
const v = (name: string): unknown => ({ var: name });
const due = 'object/dueRenewal';
const startOn = `${due}/fields/startOn`;
const facts = 'layout/dueRenewal/sections/facts/fields';

const ofAccounts: readonly Customisation[] = [
  {
    what: 'a picklist that must be filled',
    at: 'object/account/fields/contractTier__c',
    is: { type: 'picklist', required: true, default: 'silver' },
  },
  { what: 'an amount', at: 'object/account/fields/creditLimit__c', is: { type: 'currency', min: 0 } },
  { what: 'a date', at: 'object/account/fields/referenceUntil__c', is: { type: 'date' } },
  { what: 'a formula over a field of its own', at: 'object/account/fields/isReference__c', is: { type: 'formula', returns: 'boolean' } },
  {
    what: 'a roll-up over a field of the pack',
    at: 'object/account/fields/firstStart__c/aggregate',
    is: { of: 'dueRenewals', function: 'min', value: v('workFrom') },
    from20: { is: { of: 'dueRenewals', function: 'min', value: v('startOn') } },
  },
  { what: 'a label in two languages', at: 'object/account/fields/website/label', is: text('Home page', '官网') },
  { what: 'a field taken away', at: 'object/account/fields/address', is: null },
  { what: 'an option switched off', at: 'object/opportunity/fields/lossReason/options/noDecision/active', is: false },
  { what: 'a key', at: 'object/account/keys/byTier__c/fields', is: ['contractTier__c', 'name'] },
  { what: 'a rule switched off', at: 'object/account/validationRules/notItsOwnParent/active', is: false },
  { what: 'a role of the team', at: 'object/account/team/roles/lawyer__c/access', is: 'read' },
];

const ofRenewals: readonly Customisation[] = [
  { what: 'a label that the pack changes too', at: `${due}/fields/dueOn/label`, is: text('Contract ends', '合同终止日') },
  {
    what: 'a label of a field that the pack renames and calls otherwise',
    at: `${due}/fields/workFrom/label`,
    is: text('Call from', '致电日期'),
    from20: { at: `${startOn}/label`, is: text('First call', '致电日期') },
  },
  { what: 'a hint', at: `${due}/fields/workFrom/help/en`, is: 'When the customer is called first.', from20: { at: `${startOn}/help/en` } },
  { what: 'a limit', at: `${due}/fields/amountDue/min`, is: 0 },
  { what: 'the colour of an option', at: `${due}/fields/status/options/open/color`, is: 'orange' },
  { what: 'a history', at: `${due}/fields/lostReason/history`, is: true },
  { what: 'an option', at: `${due}/fields/lostReason/options/budget__c`, is: { order: 15, label: text('No budget', '无预算') } },
  { what: 'the label of an option', at: `${due}/fields/lostReason/options/competitor/label`, is: text('Rival', '竞品替换') },
  { what: 'a long text', at: `${due}/fields/riskNote__c`, is: { type: 'textarea', maxLength: 4000 } },
  {
    what: 'a formula over a field of the pack',
    at: `${due}/fields/daysToStart__c/formula`,
    is: { dateDiff: [{ today: [] }, v('workFrom'), 'days'] },
    from20: { is: { dateDiff: [{ today: [] }, v('startOn'), 'days'] } },
  },
  { what: 'a lookup to an object of its own', at: `${due}/fields/playbook__c`, is: { type: 'lookup', to: 'playbook__c' } },
  { what: 'a person', at: `${due}/fields/signer__c/type`, is: 'user' },
  { what: 'several of a list', at: `${due}/fields/services__c/type`, is: 'multiPicklist' },
  { what: 'a record type', at: `${due}/recordTypes/strategic__c/label`, is: text('Strategic', '战略续约') },
  { what: 'the record type of what has none', at: `${due}/recordTypes/standard__c/default`, is: true },
  {
    what: 'the message of a rule',
    at: `${due}/validationRules/lostNeedsReason/message`,
    is: text('A loss needs its reason.', '流失必须登记原因。'),
  },
  {
    what: 'a rule of its own',
    at: `${due}/validationRules/startBeforeEnd__c`,
    is: { refuseWhen: { '>': [v('workFrom'), v('dueOn')] }, at: 'workFrom' },
    from20: { is: { refuseWhen: { '>': [v('startOn'), v('dueOn')] }, at: 'startOn' } },
  },
  { what: 'a length that the pack changes too', at: 'object/orderLine/fields/externalNumber/maxLength', is: 50, from11: 64 },
  { what: 'another default', at: 'object/opportunity/fields/probability/default', is: 0.05 },
  { what: 'a number that is unique', at: 'object/opportunity/fields/bidNumber__c', is: { type: 'text', unique: true } },
  { what: 'a longer text', at: 'object/lead/fields/title/maxLength', is: 200 },
  { what: 'an option of an object that the pack does not own', at: 'object/lead/fields/source/options/wechat__c/order', is: 70 },
  { what: 'a field that must be filled by now', at: 'object/usageRecord/fields/product/required', is: true },
  { what: 'an object of its own', at: 'object/playbook__c/fields/openCount__c/type', is: 'rollup' },
  {
    what: 'an object of its own that belongs to one of the pack',
    at: 'object/renewalVisit__c/fields/dueRenewal__c',
    is: { type: 'masterDetail', to: 'dueRenewal' },
  },
  { what: 'a label by translation', at: `${due}/label/zh-CN`, is: '续约单' },
  {
    what: 'a hint by translation',
    at: `${due}/fields/workFrom/help/zh-CN`,
    is: '约定首次致电的日期。',
    from20: { at: `${startOn}/help/zh-CN` },
  },
  { what: 'the label of a field by translation', at: 'object/healthSnapshot/fields/score/label/zh-CN', is: '健康分' },
];

const onPages: readonly Customisation[] = [
  { what: 'a field moved in a layout', at: `${facts}/amountDue/order`, is: 12 },
  { what: 'a renamed field moved in a layout', at: `${facts}/workFrom/order`, is: 85, from20: { at: `${facts}/startOn/order` } },
  { what: 'another field moved', at: `${facts}/healthGrade/order`, is: 18 },
  { what: 'a section with fewer columns', at: 'layout/dueRenewal/sections/figures/columns', is: 2 },
  { what: 'a field taken from a layout', at: 'layout/dueRenewal/sections/figures/fields/renewalCount', is: null },
  { what: 'a section', at: 'layout/dueRenewal/sections/risk__c/fields/riskNote__c', is: { order: 10, wide: true } },
  { what: 'a related list', at: 'layout/dueRenewal/relatedLists/visits__c/relation', is: 'visits__c' },
  { what: 'the label of a section', at: 'layout/account/sections/health/label', is: text('Success', '客户成功') },
  { what: 'its own fields in a section of the pack', at: 'layout/account/sections/health/fields/firstStart__c/order', is: 90 },
  { what: 'a layout of its own', at: 'layout/renewalVisit__c/object', is: 'renewalVisit__c' },
  {
    what: 'a column taken away',
    at: 'listView/openRenewals/columns/workFrom',
    is: null,
    from20: { at: 'listView/openRenewals/columns/startOn' },
  },
  { what: 'a column', at: 'listView/openRenewals/columns/riskNote__c/order', is: 65 },
  { what: 'another order of records', at: 'listView/myRenewals/sort', is: { amountDue: { order: 10, direction: 'descending' } } },
  {
    what: 'the label of a list that is renamed',
    at: 'listView/renewedAndLost/label',
    is: text('Results', '续约结果'),
    from20: { at: 'listView/closedRenewals/label' },
  },
  { what: 'a column of a list that goes', at: 'listView/healthWarnings/columns/dropped/order', is: 80 },
  {
    what: 'a list of its own',
    at: 'listView/startingSoon__c/columns',
    is: { workFrom: { order: 20 }, daysToStart__c: { order: 30 } },
    from20: { is: { startOn: { order: 20 }, daysToStart__c: { order: 30 } } },
  },
  { what: 'an item of an app', at: 'app/success/items/startingSoon__c/listView', is: 'startingSoon__c' },
  { what: 'an item taken from an app', at: 'app/success/items/survey', is: null },
  { what: 'an app of its own', at: 'app/office__c/items/results/listView', is: 'renewedAndLost', from20: { is: 'closedRenewals' } },
];

export const customisations: readonly Customisation[] = [...ofAccounts, ...ofRenewals, ...onPages, ...processCustomisations];

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rules are one value each: only their parts' order is free. */
const holds = (found: unknown, wanted: unknown): boolean =>
  isMap(wanted) && isMap(found)
    ? Object.entries(wanted).every(([key, part]) => holds(found[key], part))
    : canonicalJson(found ?? null) === canonicalJson(wanted ?? null);

/** What is not there is not in something that is. */
const isGone = (model: Model, at: string): boolean =>
  isMap(valueAt(model, at.slice(0, at.lastIndexOf('/')))) && valueAt(model, at) === undefined;

const valueAt = (model: Model, at: string): unknown =>
  at.split('/').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), model.source);

/** Customisations that are not where they must be, with what is there instead. */
export function lostIn(model: Model, version: SaasVersion): readonly (readonly [string, string, unknown])[] {
  return customisations.flatMap(({ what, at, is, from11 = is, from20 = {} }) => {
    const later = { at, is: from11, ...from20 };
    const { at: place, is: wanted } = version === '2.0' ? later : { at, is: version === '1.0' ? is : from11 };
    const found = valueAt(model, place);
    const isThere = wanted === null ? isGone(model, place) : holds(found, wanted);
    return isThere ? [] : [[what, place, found] as const];
  });
}
