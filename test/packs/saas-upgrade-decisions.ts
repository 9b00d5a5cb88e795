// What both the pack saas and its customer have changed, with the value so far, the pack's and the customer's; and what is decided.
import type { Choice, MetadataPlan } from '@tessera/engine';

type Choices = Readonly<Record<string, Choice>>;
type Conflicts = readonly (readonly [id: string, before: unknown, pack: unknown, tenant: unknown])[];

/** While nobody has decided. */
export const conflictsIn = ({ conflicts = [] }: Pick<MetadataPlan, 'conflicts'>): Conflicts =>
  conflicts.filter(({ choice }) => choice === undefined).map(({ id, before, pack, tenant }) => [id, before, pack, tenant]);

export const conflictsOf11: Conflicts = [
  ['objects/dueRenewal#/fields/dueOn/label/en', 'Due on', 'Ends on', 'Contract ends'],
  ['objects/dueRenewal#/fields/dueOn/label/zh-CN', '到期日', '合同到期日', '合同终止日'],
  ['layouts/dueRenewal#/sections/facts/fields/amountDue/order', 70, 30, 12],
  ['listViews/openRenewals#/columns/workFrom', { order: 60 }, { order: 35 }, null],
  ['objects/orderLine#/fields/externalNumber/maxLength', 40, 60, 50],
  ['automations/renewalBegins#/trigger/at', '09:00', '08:30', '10:00'],
  ['parameters/screeningMin#/value', 3, 3.2, 2.5],
  ['stageFlows/subscriptionStages#/stages/trial/allowedDays', 30, 21, 14],
  ['objects/dueRenewal#/label/zh-CN', '应续', '应续单', '续约单'],
];

export const choicesOf11: Choices = {
  'objects/dueRenewal#/fields/dueOn/label/en': 'tenant',
  'objects/dueRenewal#/fields/dueOn/label/zh-CN': 'tenant',
  'objects/dueRenewal#/label/zh-CN': 'tenant',
  'objects/orderLine#/fields/externalNumber/maxLength': { value: 64 },
  'layouts/dueRenewal#/sections/facts/fields/amountDue/order': 'tenant',
  'listViews/openRenewals#/columns/workFrom': 'tenant',
  'automations/renewalBegins#/trigger/at': 'tenant',
  'parameters/screeningMin#/value': 'tenant',
  'stageFlows/subscriptionStages#/stages/trial/allowedDays': 'pack',
};

/** Under the names of 2.0; what was decided before is asked again only where the pack has changed it again. */
export const conflictsOf20: Conflicts = [
  ['objects/dueRenewal#/fields/startOn/label/en', 'Work on it from', 'Start on', 'Call from'],
  ['layouts/dueRenewal#/sections/facts/fields/startOn/order', 80, 25, 85],
  ['parameters/screeningMin#/value', 3.2, 3.4, 2.5],
];

export const choicesOf20: Choices = {
  'objects/dueRenewal#/fields/startOn/label/en': { value: 'First call' },
  'layouts/dueRenewal#/sections/facts/fields/startOn/order': 'tenant',
  'parameters/screeningMin#/value': { value: 2.8 },
};
