// Errors: packs and plans.
import type { Entries } from './entry.ts';

export const packErrors = {
  // seed data
  SEED_REFUSED: { status: 422, message: 'The data set {set} was not taken as a whole: {count} row(s) were refused.' },
  SEED_REFERENCE_MISSING: { status: 422, message: '{field}: no earlier record of the pack’s data is called {ref}.' },
  // scenarios of packs
  SCENARIO_NAME_UNKNOWN: { status: 422, message: 'Nothing is called {name} by now that is a {kind}. There are: {known}.' },
  SCENARIO_NAME_REPEATED: {
    status: 422,
    message: 'Two things of the scenario are called {name}. Rename one: people, records and steps share their names.',
  },
  SCENARIO_RULE_INVALID: {
    status: 422,
    message: 'A value of the scenario is no rule that can be worked out: {reason} It knows the time, and no record.',
  },
  SCENARIO_TIME_BACK: { status: 422, message: 'It is {now} already, and the clock does not go back to {target}.' },
  SCENARIOS_FAILED: { status: 422, message: '{failed} of {total} scenarios have failed.' },
  // backups
  BACKUP_INVALID: { status: 422, message: 'This is no backup that can be restored: {reason}' },
  // plans
  PLAN_OUTDATED: {
    status: 409,
    message: 'The plan {planHash} no longer holds: the tenant has moved on. Plan again and look at the new one.',
  },
  PLAN_BLOCKED: { status: 422, message: 'The plan cannot be applied: {count} of its checks found records that would break.' },
  PLAN_CHECK: { status: 422, message: '{message} ({count}, for example {sample})' },
  PLAN_CONFLICTS: {
    status: 409,
    message:
      'The plan cannot be applied: {count} properties were changed by the tenant and by the pack. Choose for each, or say whom to prefer.',
  },
  PLAN_CONFLICT: {
    status: 409,
    message: '{id}: {before} has become {pack} in the pack and {tenant} in the tenant. Choose tenant, pack or a value.',
  },
  PLAN_CONFLICT_LOCKED: {
    status: 409,
    message: '{id}: the pack keeps tenants from changing it, and the tenant has made it {tenant}. Only the pack’s can be chosen.',
  },
  PLAN_CHOICE_UNKNOWN: { status: 422, message: '{id} is no conflict of this plan. Leave the choice out.' },
  VERSION_UNKNOWN: { status: 404, message: 'There is no version {number}.' },
  COMPONENT_UNKNOWN: { status: 404, message: 'There is no {kind} {name}. {known}' },
  PACK_UNREADABLE: { status: 422, message: 'The pack {folder} cannot be read: {reason}' },
  PACK_DEPENDENCY: { status: 422, message: 'The pack {pack} needs {dependency} {range}, {found}.' },
  PACK_NAMESPACE_TAKEN: {
    status: 422,
    message:
      'The packs {pack} of {publisher} and {other} of {otherPublisher} both have the namespace “{namespace}”. One of them needs another.',
  },
  PACK_NOT_INSTALLED: { status: 404, message: 'The tenant has no pack {pack}. {known}' },
  PACK_NOT_NEWER: {
    status: 409,
    message: 'The tenant has {pack} {installed} already, and {version} is not newer. Raise its version, or apply it as it is.',
  },
  PACK_IN_USE: { status: 409, message: 'The pack {pack} is used in {count} places; nothing was changed. Change them first.' },
  LINT_FIELD_UNUSED: { status: 422, message: 'The field {field} is named nowhere else: no layout, list, rule or process has it.' },
  LINT_TRANSLATION_MISSING: { status: 422, message: '{what} has no text in {language}, which the pack says it comes in.' },
  LINT_UNTESTED: { status: 422, message: 'No scenario of the pack is about {what}.' },
} as const satisfies Entries;
