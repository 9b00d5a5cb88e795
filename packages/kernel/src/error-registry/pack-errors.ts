// Errors: packs and plans.
import type { Entries } from './entry.ts';

export const packErrors = {
  // seed data
  SEED_REFUSED: { status: 422, message: 'The data set {set} was not taken as a whole: {count} row(s) were refused.' },
  SEED_REFERENCE_MISSING: {
    status: 422,
    message:
      '{field}: no record that came before is called {ref}, neither of this pack’s data nor of those below. Give its set a lower order.',
  },
  SEED_REFERENCE_AMBIGUOUS: { status: 422, message: 'Records of several packs are called {ref}: {packs}. Say `pack/{ref}`.' },
  SEED_RULE_INVALID: {
    status: 422,
    message: 'A value of the data set {set} is no rule that can be worked out: {reason} It knows the time, and no record.',
  },
  SEED_HISTORY_INVALID: { status: 422, message: 'The history of {record} in the data set {set} cannot be written: {reason}' },
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
  PLAN_CONFLICT_UNFIT: {
    status: 409,
    message:
      '{id}: with this pack it cannot be {tenant} any more, as the tenant has it. {why} Choose pack or a value; nobody’s preference decides it.',
  },
  PLAN_CHOICE_UNKNOWN: { status: 422, message: '{id} is no conflict of this plan. Leave the choice out.' },
  MIGRATION_FIELD_UNFIT: {
    status: 422,
    message:
      'The migration {migration} of {pack} reads {field} as a former field {name} of type {type}, but in this tenant it is {found}. Give `former` the type that it has, or upgrade by way of a version in between.',
  },
  MIGRATION_TOO_EARLY: {
    status: 422,
    message:
      'The migration is for version {needed} of {pack}, which is {version}: it would never run. Raise the pack’s version, or lower this one.',
  },
  VERSION_UNKNOWN: { status: 404, message: 'There is no version {number}.' },
  COMPONENT_UNKNOWN: { status: 404, message: 'There is no {kind} {name}. {known}' },
  PACK_UNREADABLE: { status: 422, message: 'The pack {folder} cannot be read: {reason}' },
  PACK_FOLDER_TAKEN: { status: 409, message: 'No pack is made in {folder}: {reason}. Name a folder that is not there yet, or is empty.' },
  PACK_DEPENDENCY: { status: 422, message: 'The pack {pack} needs {dependency} {range}, {found}.' },
  PACK_NAMESPACE_TAKEN: {
    status: 422,
    message:
      'The packs {pack} of {publisher} and {other} of {otherPublisher} both have the namespace “{namespace}”. One of them needs another.',
  },
  PACK_PUBLISHER_OTHER: {
    status: 409,
    message:
      'The tenant’s pack {pack} is published by {installed}, and this one by {publisher}: it is no other version of it. Name it otherwise, or take the installed one away first.',
  },
  PACK_NAME_RESERVED: { status: 422, message: 'A pack cannot be called {pack}, as other layers of a tenant are. Name it otherwise.' },
  PACK_REPEATED: { status: 422, message: 'The pack {pack} is given twice. Name each folder once.' },
  PACK_NOT_INSTALLED: { status: 404, message: 'The tenant has no pack {pack}. {known}' },
  PACK_NOT_NEWER: {
    status: 409,
    message: 'The tenant has {pack} {installed} already, and {version} is not newer. Raise its version, or apply it as it is.',
  },
  PACK_IN_USE: { status: 409, message: 'The pack {pack} is used in {count} places; nothing was changed. Change them first.' },
  LINT_FIELD_UNUSED: { status: 422, message: 'The field {field} is named nowhere else: no layout, list, rule or process has it.' },
  LINT_TRANSLATION_MISSING: { status: 422, message: '{what} has no text in {language}, which the pack says it comes in.' },
  LINT_PERSONAL_UNSAID: {
    status: 422,
    message: 'The field {field} holds what leads to people, and does not say whether it is personal. Say so, or say false.',
  },
  LINT_CONVERSION_REPEATS: {
    status: 422,
    message:
      '{conversion} can be done with the same record again and again, and makes {made} anew each time. Give a target that is always made a `link`, or have `when` read what `set` changes.',
  },
  LINT_UNTESTED: { status: 422, message: 'No scenario of the pack is about {what}.' },
} as const satisfies Entries;
