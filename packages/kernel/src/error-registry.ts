// The one list of errors. A message names the place and the remedy; `{name}` is filled from the parameters.

interface ErrorEntry {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly message: string;
}

const entries = {
  // requests
  REQUEST_BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}' },
  REQUEST_BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} bytes. Send it in parts, or use import.' },
  REQUEST_INVALID: { status: 400, message: 'The request is invalid: {reason}' },
  REQUEST_PARAMETER_UNKNOWN: { status: 400, message: 'There is no parameter {name} here. Known: {known}.' },
  REQUEST_PARAMETER_INVALID: { status: 400, message: 'The parameter {name} is invalid: {reason}' },
  REQUEST_MEDIA_TYPE: { status: 415, message: 'Content-Type {type} is not taken here; send {expected}.' },
  ROUTE_NOT_FOUND: { status: 404, message: 'There is nothing at {method} {path}.' },
  METHOD_NOT_ALLOWED: { status: 405, message: '{path} does not take {method}; it takes {allowed}.' },
  NOT_ACCEPTABLE: { status: 406, message: 'This is answered as {type} only. Send Accept: {type}.' },
  // GraphQL documents
  GRAPHQL_SYNTAX: { status: 400, message: 'The document is not GraphQL: {reason}' },
  GRAPHQL_INVALID: { status: 400, message: 'The document does not fit the schema: {reason}' },
  GRAPHQL_OPERATION: { status: 400, message: 'Which operation is meant? {reason}' },
  GRAPHQL_VARIABLES: { status: 400, message: 'The variables do not fit the operation: {reason}' },
  GRAPHQL_TOO_LARGE: { status: 400, message: 'The document has too many {what}; at most {limit} are taken. Ask for less at once.' },
  GRAPHQL_DOCUMENT_UNKNOWN: {
    status: 404,
    message: 'There is no document {id} here. Have it put into the file of GRAPHQL_DOCUMENTS, or send a text as query where that is taken.',
  },
  GRAPHQL_DOCUMENTS_ONLY: {
    status: 403,
    message: 'Only documents of GRAPHQL_DOCUMENTS are answered here: send documentId instead of query. Administrators may send any text.',
  },
  // limits
  RATE_LIMITED: { status: 429, message: 'Too many requests: {whom} has {limit} a second. Try again in {retryAfter} s.' },
  LOGIN_LIMITED: { status: 429, message: 'Too many attempts to sign in have failed. Try again in {retryAfter} s.' },
  // outward calls and templates
  OUTWARD_REFUSED: { status: 422, message: '{origin} may not be called: {reason}' },
  OUTWARD_FAILED: { status: 502, message: 'The call of {origin} failed: {reason}' },
  TEMPLATE_INVALID: { status: 422, message: 'The template has {count} mistakes.' },
  TEMPLATE_SYNTAX: { status: 422, message: 'Line {line}, column {column}: {reason}' },
  TEMPLATE_PLACE: { status: 422, message: 'Line {line}, column {column}: {placeholder} may not stand {where}. {remedy}' },
  TEMPLATE_PATH_UNKNOWN: { status: 422, message: 'Line {line}, column {column}: there is no {path} to put in. {known}' },
  // inside
  INTERNAL: { status: 500, message: 'Something went wrong on our side. Quote request {requestId} when you report it.' },
  UNAVAILABLE: { status: 503, message: 'The service is not available now: {reason} Try again in a moment.' },
  // identity
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Sign in first: send Authorization: Bearer with an access token.' },
  AUTHENTICATION_FAILED: { status: 401, message: 'Tenant, email or password is wrong.' },
  TOKEN_INVALID: { status: 401, message: 'The token is invalid or has expired. Sign in again, or use the refresh token.' },
  PASSWORD_TOO_WEAK: { status: 422, message: 'The password is too weak: {reasons}' },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    message: 'A new password is due. Send it with the present one to /api/v1/auth/password, which signs in.',
  },
  RESET_TOKEN_INVALID: { status: 403, message: 'The link has been used already, or has run out. Ask for a new one.' },
  SECOND_FACTOR_REQUIRED: { status: 401, message: 'Send the code of your authenticator app, or a recovery code, as code.' },
  SECOND_FACTOR_ENROLMENT_REQUIRED: {
    status: 403,
    message: 'A second factor is needed here. Enrol at /api/v1/auth/second-factor/enrol, then sign in with its first code.',
  },
  SECOND_FACTOR_INVALID: { status: 422, message: 'The code is wrong, or was used before. Wait for the next one.' },
  SECOND_FACTOR_EXISTS: { status: 409, message: 'There is a second factor already. Remove it first.' },
  SECOND_FACTOR_MISSING: { status: 404, message: 'There is no second factor. Enrol first.' },
  SESSION_NOT_FOUND: { status: 404, message: 'There is no session {id}, or it has ended.' },
  API_KEY_NOT_FOUND: { status: 404, message: 'There is no API key {id}, or it was revoked.' },
  IMPERSONATION_REFUSED: { status: 403, message: 'You may not act as this person: {reason}' },
  PROVIDER_UNKNOWN: { status: 404, message: 'There is no identity provider {name}.' },
  PROVIDER_FAILED: { status: 502, message: 'The identity provider did not sign you in. Try again; if it goes on, ask an administrator.' },
  PROVIDER_LOGIN_REFUSED: { status: 403, message: 'The identity provider has signed you in, but not here: {reason}' },
  PERMISSION_DENIED: { status: 403, message: 'You may not {action}.' },
  // records
  OBJECT_UNKNOWN: { status: 404, message: 'There is no object {object}.' },
  FIELD_UNKNOWN: { status: 422, message: '{object} has no field {field}. {known}' },
  FIELD_READ_ONLY: { status: 422, message: '{field} cannot be set: {reason}' },
  KEY_UNKNOWN: { status: 422, message: '{object} has no unique field or key {key}. {known}' },
  RECORD_NOT_FOUND: { status: 404, message: 'There is no {object} with id {id}.' },
  RECORD_NOT_UNIQUE: { status: 409, message: 'Another record has the same {fields}.' },
  MERGE_NOT_FOUND: { status: 404, message: 'There is no merge {merge} of this record that could be undone.' },
  RECORD_MOVED: { status: 404, message: 'The {object} {id} was merged into {into}. Use that one.' },
  MATCHING_RULE_UNKNOWN: { status: 404, message: 'There is no matching rule {rule}.' },
  DUPLICATE_FOUND: { status: 409, message: 'There is such a record already, by {fields}. Use that one, or correct the values.' },
  DUPLICATE_POSSIBLE: {
    status: 409,
    message: 'There may be such a record already, by {fields}. If it is another, send it again with allowDuplicates.',
  },
  RECORD_CHANGED: {
    status: 409,
    message: 'The record has been changed meanwhile: it has version {version} now, not {expected}. Read it again.',
  },
  RECORD_TYPE_NOT_ALLOWED: { status: 403, message: 'You may not give records of {object} the type {recordType}.' },
  RECORD_IN_USE: { status: 409, message: 'The record cannot be deleted: {count} record(s) of {object} point to it by {field}.' },
  RECORD_PARENT_DELETED: { status: 409, message: 'The record cannot be restored before the {object} that it belongs to.' },
  SHARE_NOT_FOUND: { status: 404, message: 'The record has no share {id}.' },
  OBJECT_NOT_SHARED: {
    status: 409,
    message: 'Records of {object} are not shared one by one: their sharing is {sharing}. Share the master, or change the sharing.',
  },
  RECORD_READ_ONLY: { status: 403, message: 'You may see the {object} {id}, but not change it.' },
  RECORD_OUT_OF_SIGHT: {
    status: 403,
    message: 'After this change you would not see the {object} any more. Only a new owner may be given so, by those who may change owners.',
  },
  RECORD_REFUSED: {
    status: 422,
    message: 'The record cannot be saved: something about it that is not shown to you is missing or wrong. Ask an administrator.',
  },
  RECORD_HELD: { status: 409, message: 'The record cannot be deleted: other records point to it.' },
  LAST_ADMINISTRATOR: {
    status: 409,
    message: 'This would leave the tenant without an active administrator. Give somebody else the role first.',
  },
  USER_NOT_DELETABLE: { status: 409, message: 'People are never deleted. Deactivate the user, and hand over what the user owns.' },
  RECORDS_INVALID: { status: 422, message: '{count} mistake(s); nothing was written.' },
  RECORDS_TOO_MANY: {
    status: 413,
    message: 'At most {limit} records fit one request; these are {count}. Send them in parts, or use import.',
  },
  OBJECT_APPEND_ONLY: {
    status: 409,
    message: 'Records of {object} are never changed or deleted. Correct one by a record that reverses it.',
  },
  OBJECT_KEPT: {
    status: 409,
    message: 'Records of {object} are written by the platform alone, which keeps in them what happens. Change what they tell of.',
  },
  STAGE_MOVE_REFUSED: { status: 422, message: '{message}' },
  STAGE_ENTRY_REFUSED: { status: 422, message: '{message}' },
  STAGE_TASKS_OPEN: { status: 422, message: 'Before the record leaves {stage}, this is to be done: {tasks}.' },
  POOL_NONE: { status: 422, message: 'The record {id} of {object} belongs to no pool.' },
  POOL_DENIED: { status: 403, message: 'Who {action} of the pool {pool} is one of its {who}.' },
  POOL_RECORD_TAKEN: { status: 409, message: 'Somebody has the record {id} already. Take another one.' },
  POOL_NOT_HELD: { status: 409, message: 'Nobody has the record {id}: it lies in the pool {pool}.' },
  POOL_DAY_LIMIT: { status: 422, message: 'You have claimed {limit} records of the pool {pool} today. Try again after {at}.' },
  POOL_HELD_LIMIT: {
    status: 422,
    message: '{person} has {limit} records of the pool {pool}, which is as many as one may have. Try again when one is given back.',
  },
  POOL_COOL_DOWN: {
    status: 422,
    message: 'You have given the record back, or lost it, to the pool {pool}. You may claim it again after {at}.',
  },
  POOL_REASON_MISSING: { status: 422, message: 'Why is it given back? Say one of {known}; {given} is none.' },
  POOL_PERSON_UNFIT: { status: 422, message: '{person} is no active member of the pool {pool}.' },
  ASSIGNMENT_NONE: {
    status: 422,
    message: 'The assignment rule {rule} finds nobody for the record {id}. Say to whom, or change the rule.',
  },
  // approvals
  RECORD_LOCKED: {
    status: 409,
    message: 'The {object} {id} is locked: {submitter} has submitted it for approval. {remedy}',
  },
  APPROVAL_REQUIRED: {
    status: 409,
    message: 'This would {action} the {object} {id}, which somebody must approve first. Do that by itself, and go on when it is approved.',
  },
  APPROVAL_NOT_FOUND: { status: 404, message: 'There is no approval {approval}.' },
  APPROVAL_PENDING: {
    status: 409,
    message: 'An approval of the {object} {id} is pending already. Wait until it is decided, or recall it.',
  },
  APPROVAL_SUBMITTER: {
    status: 422,
    message: 'Nobody is there to submit the {object} {id}. Say in the step who does (`submitter`): an active user.',
  },
  APPROVAL_NONE: {
    status: 422,
    message: 'No approval process takes the {object} {id} when it is submitted. Fill in what its entry asks for, or name another. {known}',
  },
  APPROVAL_NOBODY: {
    status: 422,
    message: 'The approval {process} cannot go on: somebody must decide, and nobody is there. Name approvers, or ask an administrator.',
  },
  APPROVAL_ENDED: { status: 409, message: 'The approval is over: it is {status}. Nothing more can be done to it.' },
  APPROVAL_FAILED: {
    status: 409,
    message: 'Everybody has approved, but the change could not be written. An administrator retries it, or cancels the approval.',
  },
  APPROVAL_WITH_SUBMITTER: {
    status: 409,
    message: 'The approval was returned to its submitter, who hands it in again or recalls it; an administrator may cancel it.',
  },
  APPROVAL_NOT_ASKED: {
    status: 409,
    message: 'It is not your turn, or no more: somebody else may have decided meanwhile. Read the approval again.',
  },
  APPROVAL_NOT_ALLOWED: { status: 403, message: 'The approval process {process} does not let you {action}. Ask an administrator.' },
  APPROVAL_NOT_SUBMITTER: { status: 403, message: 'Only who submitted the record may {action}.' },
  APPROVAL_NOT_ADMINISTRATOR: { status: 403, message: 'Only administrators may {action}.' },
  APPROVAL_UNFIT: {
    status: 422,
    message: 'That person or step will not do. Name active people who do not decide there yet, or a step before this one.',
  },
  APPROVAL_TOO_LATE: { status: 409, message: 'It is too late to {action}: others have gone on with it. Ask an administrator.' },
  APPROVAL_STALE: { status: 409, message: 'What this is about is over, or not there yet. Read the approval again.' },
  APPROVAL_OUTDATED: {
    status: 422,
    message:
      'The approval began with a version of {process} that no longer fits the metadata. Make it fit, or have an administrator cancel the approval.',
  },
  APPROVAL_SUBMITTER_INACTIVE: {
    status: 403,
    message:
      'Who submitted the change is no longer active, so nothing is written in that name. Make the person active and retry, or cancel the approval.',
  },
  APPROVAL_NOT_EDITABLE: { status: 403, message: 'You may not edit {field} here. {known}' },
  CONVERSION_REFUSED: { status: 422, message: '{message}' },
  CONVERSION_DONE: { status: 409, message: 'The record {id} is converted already: its {field} says to what.' },
  CONVERSION_MATCH: {
    status: 409,
    message:
      'There is {object} {id} already, which {target} would become. Use that one; of several, merge them first or correct the record.',
  },
  LOOKUP_NOT_FOUND: { status: 422, message: '{field} points to a record of {object} that is not there.' },
  LOOKUP_NOT_ALLOWED: { status: 422, message: '{field} may not point to that record: it does not meet the field’s filter.' },
  VALIDATION_FAILED: { status: 422, message: '{message}' },
  RELATION_UNKNOWN: { status: 422, message: '{object} has no child relation {relation}. {known}' },
  MODEL_CHANGED: { status: 409, message: 'The metadata has changed since the request was prepared. Send it again.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: 'The Idempotency-Key {key} was used for another request. Take a new one.' },
  // queries
  REQUEST_RULES_INVALID: { status: 422, message: 'The rules of the request have {count} mistakes.' },
  CURRENCIES_MIXED: {
    status: 422,
    message: '{field} has amounts in several currencies, which cannot be added. Group by {currencyField}, or filter it to one.',
  },
  QUERY_TOO_COSTLY: {
    status: 422,
    message: 'The query costs {cost}; at most {limit} is allowed. Ask for fewer records, counts or relations.',
  },
  QUERY_TOO_DEEP: { status: 422, message: 'The query nests records {depth} deep; at most {limit} is allowed.' },
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
  // import
  IMPORT_MAPPING_INVALID: { status: 422, message: 'The mapping has {count} mistakes; nothing was imported.' },
  IMPORT_MAPPING_UNFIT: { status: 422, message: '{reason}' },
  IMPORT_COLUMN_UNMAPPED: {
    status: 422,
    message: 'The file has a column {column} that the mapping does not name. Map it to a field, or to null to leave it out.',
  },
  IMPORT_COLUMN_MISSING: { status: 422, message: 'The file has no column {column}. Its columns: {columns}.' },
  IMPORT_UNREADABLE: { status: 422, message: 'The file cannot be read: {reason}' },
  IMPORT_ROW_UNREADABLE: { status: 422, message: 'The row cannot be read: {reason}' },
  IMPORT_LOOKUP_MISSING: { status: 422, message: '{field}: there is no {object} whose {by} is {text}.' },
  IMPORT_LOOKUP_AMBIGUOUS: { status: 422, message: '{field}: {count} records of {object} have the {by} {text}; it must be one.' },
  IMPORT_MATCH_AMBIGUOUS: { status: 409, message: '{count} records have the same {by}: the row could mean any of them.' },
  IMPORT_NOT_FOUND: { status: 404, message: 'There is no import {id}.' },
  IMPORT_DIFFERS: { status: 409, message: 'The import cannot go on: {reason} Start a new one.' },
  IMPORT_TAKEN: { status: 409, message: 'Somebody else goes on with import {id}. Ask for its status.' },
  // jobs
  JOB_NOT_FOUND: { status: 404, message: 'There is no job {id} to do this with: it has ended, or has not failed.' },
  // files
  FILE_NOT_FOUND: { status: 404, message: 'There is no file {id}.' },
  FILE_MISSING: { status: 503, message: 'The file’s content is not in the store. Ask an administrator to restore it from a backup.' },
  FILE_NAME_INVALID: { status: 400, message: 'A file cannot be called {name}. Give it a name of letters and digits.' },
  FILE_TOO_LARGE: { status: 413, message: '{name} is too large: at most {limit} bytes are taken here.' },
  FILE_TYPE_CONTRADICTS: { status: 415, message: '{name} is no .{extension} file: its content is {type}. Name it after what it holds.' },
  FILE_TYPE_NOT_ALLOWED: { status: 422, message: '{field} takes {types}; the file is {type}.' },
  FILE_NOT_USABLE: {
    status: 422,
    message: '{field}: {id} is no file that you have uploaded and that no record holds yet. Upload it again for this record.',
  },
  FILE_LINK_INVALID: { status: 403, message: 'The link to the file is invalid or has expired. Ask for a new one.' },
  FILES_UNAVAILABLE: { status: 503, message: 'No files are kept here. Start the server with a folder or a store for them.' },
  // values
  VALUE_TYPE: { status: 422, message: '{field} takes {expected}, not {given}.' },
  VALUE_REQUIRED: { status: 422, message: '{field} must have a value.' },
  VALUE_TOO_LONG: { status: 422, message: '{field} takes at most {limit} {unit}; this has {length}.' },
  VALUE_TOO_SHORT: { status: 422, message: '{field} takes at least {limit} characters; this has {length}.' },
  VALUE_PATTERN: { status: 422, message: '{field} must match {pattern}.' },
  VALUE_OUT_OF_RANGE: { status: 422, message: '{field} must lie between {min} and {max}.' },
  VALUE_TOO_MANY_DIGITS: { status: 422, message: '{field}: a JSON number of more than 15 digits is not exact. Send it as a string.' },
  VALUE_OPTION_UNKNOWN: { status: 422, message: '{field} has no option {option}. Options: {options}.' },
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
  // reading
  CURSOR_INVALID: {
    status: 400,
    message: 'The cursor is not one of this list for you. Start again without it, with the same filter and order.',
  },
  // rules
  RULE_SYNTAX: { status: 422, message: '{reason}' },
  RULE_OPERATOR_UNKNOWN: { status: 422, message: '{reason}' },
  RULE_TYPE: { status: 422, message: '{reason}' },
  RULE_NAME_UNKNOWN: { status: 422, message: '{reason}' },
  // database
  DATABASE_UNAVAILABLE: { status: 503, message: 'The database cannot be reached or has dropped the connection. Try again in a moment.' },
  DATABASE_UNREACHABLE: { status: 503, message: 'The database cannot be opened: {reason}. Check DATABASE_URL.' },
  DATABASE_TOO_OLD: { status: 503, message: 'The server is PostgreSQL {version}; PostgreSQL {oldest} or newer is needed.' },
  DATABASE_TOO_NEW: {
    status: 503,
    message: 'The database has been migrated by a newer version, which this one does not know: {migrations}. Update this node.',
  },
  DATABASE_ENCODING: { status: 503, message: "The database's encoding is {encoding}. Create it with encoding UTF8." },
  DATABASE_ROLES_MISSING: {
    status: 503,
    message:
      'The roles {prefix}_owner, {prefix}_server and {prefix}_tenants of this database are not on this server. Connect once as a user who may create roles.',
  },
  POOL_EXHAUSTED: { status: 503, message: 'No connection to the database became free within {limit} ms. Try again in a moment.' },
  QUERY_TIMEOUT: { status: 503, message: 'The database took too long over this request. Ask for less at once, or narrow the filter.' },
  REQUEST_CANCELLED: { status: 499, message: 'The request was given up before it was answered.' },
  TENANT_EXISTS: { status: 409, message: 'There is a tenant {name} already.' },
  TENANT_NOT_FOUND: { status: 404, message: 'There is no tenant {name}.' },
  TENANT_NAME_INVALID: { status: 422, message: 'A tenant cannot be called {name}: {reason}.' },
  TENANT_BUSY: { status: 503, message: 'Another change of tenant {tenant} holds what this one needs. Try again in a moment.' },
  TENANT_SYSTEM_VERSION: {
    status: 503,
    message:
      "Tenant {tenant}'s system tables have version {version}; this node works with {expected}. Run tessera migrate, or update this node.",
  },
  // start
  CONFIGURATION_INVALID: { status: 500, message: 'The configuration has {count} mistake(s). See --help.' },
  SETTING_INVALID: { status: 500, message: '{name}={value}: {reason}' },
  LISTEN_FAILED: { status: 500, message: 'Cannot listen on {host}:{port}: {reason}' },
  // embedded database
  DATA_DIR_IN_USE: {
    status: 503,
    message:
      'The data folder {dataDir} is in use by process {pid} on {host}, since {since}. Stop that one first, or set DATA_DIR to another folder.',
  },
  DATA_DIR_UNUSABLE: { status: 503, message: 'The data folder {dataDir} cannot be used: {reason} {remedy}' },
  EMBEDDED_UNSUPPORTED: {
    status: 503,
    message:
      'There is no embedded PostgreSQL for {platform} here. Set DATABASE_URL to a PostgreSQL server, 15 or newer; on a platform that has one, run npm install without --omit=optional.',
  },
  EMBEDDED_FAILED: { status: 503, message: 'The embedded PostgreSQL did not {action}: {reason}\n{log}' },
  // changes of tables
  MODEL_TOO_MANY_COLUMNS: {
    status: 422,
    message: '{object}: {count} fields of varying length; a record holds at most {limit}. Move some to an object of their own.',
  },
  CHANGE_TYPE_IMPOSSIBLE: {
    status: 422,
    message:
      '{object}.{field}: values of type {from} cannot become {to}. Give the field a new name; the old one is set aside with its data.',
  },
  DDL_REFUSED: { status: 422, message: 'The change of the tables is refused: {count} problems.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof entries;

export const registry: Readonly<Record<ErrorCode, ErrorEntry>> = entries;
