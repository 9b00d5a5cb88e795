// The schemas of approvals: what is handed in and done, what is shown, what would be.
import { approvalActions } from '@tessera/engine';
import { flag, id, idOrNull, listOf, objectSchema, oneOf, shared, text, textOrNull, time, timeOrNull, type JsonSchema } from './shapes.ts';

const status = oneOf('running', 'returned', 'approved', 'rejected', 'recalled', 'cancelled', 'failed');
const event = oneOf('create', 'update', 'delete', 'void', 'submit');
const comment: JsonSchema = { ...text, description: 'Kept with the decision.' };
const files: JsonSchema = { ...listOf(id), description: 'Files that the caller has uploaded.' };
const users = (description: string): JsonSchema => ({ ...listOf(id), description });
const step: JsonSchema = { ...text, description: 'The path of a step in its process.' };

const person = {
  assignee: { ...id, description: 'A user.' },
  inNameOf: { ...idOrNull, description: 'For whom the assignee stands in.' },
};

const task = objectSchema({
  turn: { ...text, description: 'What acts name.' },
  step,
  label: { ...text, description: 'What the process calls the step.' },
  ...person,
  via: oneOf('entry', 'manager', 'administrator', 'instead', 'transfer', 'escalation', 'signer', 'reassigned'),
  askedAt: timeOrNull,
  dueAt: timeOrNull,
});

const decision = objectSchema({
  id,
  person: { ...idOrNull, description: 'Null: it came about by itself.' },
  inNameOf: idOrNull,
  action: { ...text, description: 'Such as submitted, approved, transferred, commented.' },
  because: { ...textOrNull, description: 'Why, where it came about by itself.' },
  step: textOrNull,
  to: { ...idOrNull, description: 'To whom: there is one of these for each.' },
  at: time,
  comment: textOrNull,
  fields: { ...listOf(text), description: 'Names of the fields that were changed with it.' },
  files: listOf(id),
});

const line = objectSchema({
  kind: oneOf('asked', 'passed', 'notify', 'automation'),
  step,
  label: text,
  assignee: idOrNull,
  inNameOf: idOrNull,
  via: textOrNull,
  why: { ...textOrNull, description: 'Why nobody is asked there: condition, nobody, submitter or repeated.' },
});

const done = { approval: id, status };

export const approvalSchemas: Readonly<Record<string, JsonSchema>> = {
  ApprovalSubmission: objectSchema(
    {
      process: { ...text, description: 'Default: the first whose entry holds.' },
      chosen: users('Approvers, for entries that the submitter chooses.'),
      comment,
      files,
    },
    [],
  ),
  ApprovalDone: objectSchema(done),
  ApprovalOffer: objectSchema({ process: text, label: { ...text, description: 'What its button says.' } }),
  Approval: objectSchema({
    id,
    process: text,
    label: { ...text, description: 'What the process is called.' },
    object: text,
    recordId: id,
    event,
    status,
    submitter: id,
    submittedAt: time,
    endedAt: timeOrNull,
    comment: textOrNull,
    tasks: { ...listOf(task), description: 'Who has something to decide.' },
    changes: {
      anyOf: [listOf(objectSchema({ field: text, old: {}, new: {} })), { type: 'null' }],
      description: 'The change that waits, of fields that the caller may read; null where none does.',
    },
    problems: {
      ...listOf(shared('ProblemEntry')),
      description: 'Why the change could not be written; for the submitter and administrators.',
    },
    may: {
      ...objectSchema({ actions: listOf(oneOf(...approvalActions)), editable: listOf(text) }),
      description: 'What the caller may do with it just then, and the fields of the record to edit meanwhile.',
    },
    decisions: { ...listOf(decision), description: 'The oldest first.' },
  }),
  ApprovalAct: objectSchema(
    {
      turn: { ...text, description: 'Of a task; may be left out where only one can be meant.' },
      comment,
      files,
      edits: { type: 'object', description: 'With approve, return and resubmit: values of fields to edit.' },
      to: users('With transfer and reassign one user, with addSigner and ask any.'),
      place: { ...oneOf('before', 'after'), default: 'before', description: 'With addSigner: whether they decide before the caller.' },
      then: { ...oneOf('rerun', 'return'), default: 'rerun', description: 'With return: everything between anew, or straight back.' },
      chosen: users('With approve and resubmit: approvers of later steps.'),
      step: { ...text, description: 'With return the earlier step, else the submitter; with skip and retry the open one.' },
    },
    [],
  ),
  ApprovalBatch: objectSchema(
    {
      action: oneOf('approve', 'reject'),
      items: { ...listOf(objectSchema({ approval: id, turn: text }, ['approval'])), maxItems: 200 },
      comment,
    },
    ['action', 'items'],
  ),
  ApprovalResult: {
    oneOf: [
      objectSchema({ ok: { ...flag, const: true }, ...done }),
      objectSchema({ ok: { ...flag, const: false }, approval: text, problems: listOf(shared('ProblemEntry')) }),
    ],
  },
  ApprovalQuestion: objectSchema(
    {
      process: text,
      values: { type: 'object', description: 'What would be changed of the record.' },
      submitter: { ...id, description: 'Default: the caller; others for administrators.' },
      event: { ...event, description: 'Default: submit, or update where there are values.' },
      chosen: users('Approvers whom the submitter would choose.'),
    },
    [],
  ),
  ApprovalPlan: objectSchema({
    process: text,
    outcome: {
      ...oneOf('approved', 'rejected', 'recalled', 'cancelled', 'nobody', 'open'),
      description: 'If everybody approves; nobody: it would not begin.',
    },
    lines: listOf(line),
  }),
};
