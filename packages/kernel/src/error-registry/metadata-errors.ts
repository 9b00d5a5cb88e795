// Errors: metadata and its rules.
import type { Entries } from './entry.ts';

export const metadataErrors = {
  // layers and references of metadata
  METADATA_INVALID: { status: 422, message: 'The metadata has {count} mistake(s); nothing was changed.' },
  METADATA_FILE_UNKNOWN: {
    status: 422,
    message: 'Nothing is read from {path}. Files are pack.json, settings.json or <folder>/<name>.json in: {folders}.',
  },
  METADATA_FILE_NAME: { status: 422, message: 'The file is called {file} but the component {name}. Name the file after the component.' },
  METADATA_COLLISION: {
    status: 422,
    message: '{kind} {name} is defined by {first} already. Change it with an extension, or give yours another name.',
  },
  METADATA_EXTENDS_MISSING: { status: 422, message: 'There is no {kind} {name} below this layer to extend.' },
  METADATA_LOCKED: {
    status: 422,
    message: 'The pack {pack} keeps tenants from changing the {kind} {name}. Leave it as it is, or make one of your own.',
  },
  METADATA_NAMESPACE: { status: 422, message: '{name} must be called {expected}: {reason}' },
  METADATA_NAME_RESERVED: { status: 422, message: 'The name {name} is reserved. Choose another.' },
  METADATA_NAME_CLASH: { status: 422, message: '{name} and {other} both become {identifier}. Rename one.' },
  METADATA_REFERENCE_MISSING: { status: 422, message: 'There is no {kind} {name}{where}. {known}' },
  METADATA_REFERENCE_UNFIT: { status: 422, message: '{reason}' },
  METADATA_CYCLE: { status: 422, message: 'These depend on one another in a circle: {chain}. Break it at one of them.' },
  METADATA_SCHEMA: { status: 422, message: '{reason}' },
  METADATA_UNKNOWN_PROPERTY: { status: 422, message: '{owner} has no property {property}. {hint}' },
  METADATA_MISSING_PROPERTY: { status: 422, message: '{owner} must say {property}: {meaning}' },
  METADATA_MISPLACED_PROPERTY: { status: 422, message: '{property} does not go with the rest: {reason}' },
  METADATA_TYPE: { status: 422, message: '{property} must be {expected}; this is {actual}.' },
  METADATA_VALUE_UNKNOWN: { status: 422, message: '{property} cannot be {value}. {hint}' },
  METADATA_NAME_INVALID: { status: 422, message: '{name} is no key here. {meaning}' },
  AUTOMATION_LOOP: {
    status: 422,
    message:
      'This goes on for ever: {chain}. Give one of them a `when` that reads a field which is set on the way, or name in `changed` the fields that matter.',
  },
  AUTOMATION_LIMIT: {
    status: 422,
    message:
      'Automations went too far: {what}, of at most {limit}, by {chain}. Give them conditions that end it, or make the sets smaller.',
  },
  AUTOMATION_FAILED: { status: 422, message: 'The automation {automation} could not do {step}: {reason}' },
  AUTOMATION_REFUSED: { status: 422, message: '{message}' },
  RUN_ACTOR_INACTIVE: {
    status: 403,
    message:
      'The automation runs with the rights of a person who is no longer active. Let it run as the system, or make the person active and retry.',
  },
  RUN_OUTDATED: {
    status: 422,
    message: 'The run began with a version of {automation} that no longer fits the metadata. Make it fit and retry, or give the run up.',
  },
  RUN_CALL_FAILED: {
    status: 422,
    message: 'The automation {automation}, which this one waits for, has not ended well (run {run}). Retry, which retries both.',
  },
  RUN_CRASHED: {
    status: 500,
    message: 'The step has ended its process {attempts} times. Look into the log of the nodes before you retry.',
  },
  WEBHOOK_FAILED: {
    status: 422,
    message: '{endpoint} has not taken the call: {reason} See to it there and retry, which calls again.',
  },
  WEBHOOK_ADDRESS: {
    status: 422,
    message: '{address} is no address of the web, so nothing can be posted there. Give one as in https://erp.example/orders.',
  },
  DECISION_AMBIGUOUS: {
    status: 422,
    message: 'Two rows of the decision table {table} match: {first} and {second}. Only one may: change one of them, or its validity.',
  },
  DECISION_NONE: {
    status: 422,
    message: 'No row of the decision table {table} matches {values} on {asOf}. Add one, or say in the table what comes out else.',
  },
  AUTOMATION_NOT_APPLICABLE: {
    status: 409,
    message: 'The automation {automation} does not apply here: {reason}',
  },
  INPUTS_INVALID: { status: 422, message: '{count} of the inputs are wrong; nothing was started.' },
  INPUT_UNKNOWN: { status: 422, message: 'The automation {automation} takes no input {input}. {known}' },
  RUN_NOT_FOUND: { status: 404, message: 'There is no run {id} to do this with: it has ended, or is not of this kind.' },
  WEBHOOK_SIGNATURE_INVALID: {
    status: 401,
    message: 'There is no such webhook, or the request is not signed as its secret asks for, or is older than {seconds} seconds.',
  },
  // rules
  RULE_SYNTAX: { status: 422, message: '{reason}' },
  RULE_OPERATOR_UNKNOWN: { status: 422, message: '{reason}' },
  RULE_TYPE: { status: 422, message: '{reason}' },
  RULE_NAME_UNKNOWN: { status: 422, message: '{reason}' },
} as const satisfies Entries;
