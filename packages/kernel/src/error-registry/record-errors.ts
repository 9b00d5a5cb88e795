// Errors: records, their values and files.
import type { Entries } from './entry.ts';

export const recordErrors = {
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
  LOOKUP_NOT_FOUND: { status: 422, message: '{field} points to a record of {object} that is not there.' },
  LOOKUP_NOT_ALLOWED: { status: 422, message: '{field} may not point to that record: it does not meet the field’s filter.' },
  VALIDATION_FAILED: { status: 422, message: '{message}' },
  RELATION_UNKNOWN: { status: 422, message: '{object} has no child relation {relation}. {known}' },
  MODEL_CHANGED: { status: 409, message: 'The metadata has changed since the request was prepared. Send it again.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: 'The Idempotency-Key {key} was used for another request. Take a new one.' },
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
} as const satisfies Entries;
