// The customer's changes of who may do what, of what happens by itself, and of what people decide.
import type { Customisation } from './saas-customisations.ts';

const text = (en: string, zh: string): unknown => ({ en, 'zh-CN': zh });
const v = (name: string): unknown => ({ var: name });

const access: readonly Customisation[] = [
  { what: 'a right of a role', at: 'role/csm/objects/dueRenewal/delete', is: true },
  {
    what: 'a field hidden from a role',
    at: 'role/salesRep/objects/dueRenewal/fields',
    is: { workFrom: 'none' },
    from20: { is: { startOn: 'none' } },
  },
  {
    what: 'a role of its own',
    at: 'role/renewalDesk__c/objects/dueRenewal/fields',
    is: { '*': 'read', workFrom: 'edit' },
    from20: { is: { '*': 'read', startOn: 'edit' } },
  },
  { what: 'a permission set of its own', at: 'permissionSet/auditRenewals__c/objects/dueRenewal/viewAll', is: true },
  { what: 'a right of a permission set', at: 'permissionSet/reportUsage/objects/usageRecord/delete', is: true },
  {
    what: 'a sharing rule of its own',
    at: 'sharingRule/strategicForDesk__c/records/when',
    is: { and: [{ rule: 'isStrategic__c' }, { '!': { isBlank: v('workFrom') } }] },
    from20: { is: { and: [{ rule: 'isStrategic__c' }, { '!': { isBlank: v('startOn') } }] } },
  },
  { what: 'with whom a rule shares too', at: 'sharingRule/renewalsForSales/to/desk__c', is: { role: 'renewalDesk__c' } },
];

const automations: readonly Customisation[] = [
  { what: 'when an automation runs', at: 'automation/renewalBegins/trigger/at', is: '10:00' },
  {
    what: 'a step in an automation of the pack',
    at: 'automation/renewalBegins/steps/visit__c/values/on__c',
    is: v('workFrom'),
    from20: { is: v('startOn') },
  },
  { what: 'a value in an automation that goes', at: 'automation/renewalIn60Days/steps/task/values/priority', is: 'normal' },
  { what: 'an automation switched off', at: 'automation/closeDateNear', is: null },
  {
    what: 'an automation when a field of the pack changes',
    at: 'automation/startMoved__c/trigger/changed',
    is: ['workFrom'],
    from20: { is: ['startOn'] },
  },
  { what: 'an automation that waits', at: 'automation/signing__c/steps/wait/for', is: 'P30D' },
  { what: 'an automation of a clock', at: 'automation/firstCallLate__c/trigger', is: { clock: 'firstCall__c', threshold: 'late' } },
];

const decisions: readonly Customisation[] = [
  {
    what: 'an approval process of its own',
    at: 'approvalProcess/renewalLoss__c/entry',
    is: { and: [{ '==': [v('status'), 'open'] }, { '!': { isBlank: v('workFrom') } }] },
    from20: { is: { and: [{ '==': [v('status'), 'open'] }, { '!': { isBlank: v('startOn') } }] } },
  },
  { what: 'a step in an approval process', at: 'approvalProcess/discountApproval/steps/pricing__c', is: { order: 12, type: 'approval' } },
  { what: 'another time-out', at: 'approvalProcess/discountApproval/steps/manager/timeout', is: { after: 'PT8H', do: 'remind' } },
  { what: 'days in a stage, given up for the pack’s', at: 'stageFlow/subscriptionStages/stages/trial/allowedDays', is: 14, from11: 21 },
  { what: 'a task of a stage', at: 'stageFlow/subscriptionStages/stages/proposal/tasks/legal__c', is: { type: 'check', optional: true } },
  { what: 'a limit of a pool', at: 'pool/leadPool/limits', is: { perDay: 30, held: 50 } },
  { what: 'a reason to give back', at: 'pool/leadPool/reasons/merged__c/order', is: 50 },
  { what: 'how people are chosen', at: 'assignmentRule/leadRouting/rules/sellers/method', is: 'roundRobin' },
  { what: 'a value of a decision table', at: 'decisionTable/fitPoints/values/points', is: 5 },
  { what: 'a decision table of its own', at: 'decisionTable/playbooks__c/object', is: 'playbook__c' },
  { what: 'a holiday', at: 'calendar/office/days/2026-10-01', is: 'holiday' },
  { what: 'a calendar of its own', at: 'calendar/yunfeng__c/hours/monday', is: ['09:30-18:30'] },
  { what: 'the target of a clock', at: 'clock/leadResponse/target', is: 'PT8H' },
  {
    what: 'a clock of its own',
    at: 'clock/firstCall__c/start',
    is: { and: [{ '==': [v('status'), 'open'] }, { '!': { isBlank: v('workFrom') } }] },
    from20: { is: { and: [{ '==': [v('status'), 'open'] }, { '!': { isBlank: v('startOn') } }] } },
  },
];

const others: readonly Customisation[] = [
  {
    what: 'a text of a template',
    at: 'template/renewalNear/inApp/subject/zh-CN',
    is: '【续约】{{ account.name }}：{{ workFrom }} 启动，{{ dueOn }} 到期',
    from20: { is: '【续约】{{ account.name }}：{{ startOn }} 启动，{{ dueOn }} 到期' },
  },
  {
    what: 'a template of its own',
    at: 'template/startMoved__c/inApp/subject',
    is: text('{{ account.name }}: {{ workFrom }}', '{{ account.name }}：{{ workFrom }}'),
    from20: { is: text('{{ account.name }}: {{ startOn }}', '{{ account.name }}：{{ startOn }}') },
  },
  { what: 'another named rule', at: 'rule/isBigDeal/rule', is: { '>=': [v('amount'), { param: 'bigAmount__c' }] } },
  { what: 'a named rule of its own', at: 'rule/isStrategic__c/rule', is: { '==': [v('recordType'), 'strategic__c'] } },
  { what: 'a parameter of its own', at: 'parameter/bigAmount__c/value', is: 300_000 },
  { what: 'a parameter that the pack changes each time', at: 'parameter/screeningMin/value', is: 2.5, from20: { is: 2.8 } },
  { what: 'another parameter', at: 'parameter/renewalHorizonDays/value', is: 150 },
  {
    what: 'a value of a conversion',
    at: 'conversion/leadToCustomer/targets/account/values/country',
    is: { coalesce: [v('country'), 'China'] },
  },
  {
    what: 'a conversion of its own',
    at: 'conversion/renewalToDeal__c/targets/deal/values/engageDate',
    is: v('workFrom'),
    from20: { is: v('startOn') },
  },
  { what: 'a criterion of a matching rule', at: 'matchingRule/sameLead/criteria/company__c/order', is: 30 },
  { what: 'a matching rule of its own', at: 'matchingRule/samePlaybook__c/object', is: 'playbook__c' },
  { what: 'what a duplicate rule does', at: 'duplicateRule/oneLeadForAPerson/action', is: 'block' },
  { what: 'a setting', at: 'settings/settings/auditDays', is: 800 },
];

export const processCustomisations: readonly Customisation[] = [...access, ...automations, ...decisions, ...others];
