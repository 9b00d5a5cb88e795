// Errors: what happens by itself, and what people decide.
import type { Entries } from './entry.ts';

export const workflowErrors = {
  // stage flows
  STAGE_MOVE_REFUSED: { status: 422, message: '{message}' },
  STAGE_ENTRY_REFUSED: { status: 422, message: '{message}' },
  STAGE_TASKS_OPEN: { status: 422, message: 'Before the record leaves {stage}, this is to be done: {tasks}.' },
  // pools and assignment
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
  // conversions
  CONVERSION_REFUSED: { status: 422, message: '{message}' },
  CONVERSION_DONE: { status: 409, message: 'The record {id} is converted already: its {field} says to what.' },
  CONVERSION_MATCH: {
    status: 409,
    message:
      'There is {object} {id} already, which {target} would become. Use that one; of several, merge them first or correct the record.',
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
    message:
      'That person or step will not do. Name active people who may read such records and do not decide there yet, or a step before this one.',
  },
  APPROVAL_REMINDED: { status: 409, message: 'Those who have to decide have just been reminded. Remind them again after {at}.' },
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
  // jobs
  JOB_NOT_FOUND: { status: 404, message: 'There is no job {id} to do this with: it has ended, or has not failed.' },
} as const satisfies Entries;
