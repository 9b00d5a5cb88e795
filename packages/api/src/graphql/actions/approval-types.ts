// The types of approvals: the same parts as in REST, with people and records to look into.
import { approvalActions } from '@tessera/engine';
import { GraphQLBoolean, GraphQLID, GraphQLString, type GraphQLEnumType, type GraphQLObjectType } from 'graphql';
import type { SchemaBuilder } from '../schema/builder.ts';
import { means } from '../schema/meaning.ts';
import { problemType } from '../schema/problems.ts';
import { DateTimeScalar, JsonScalar } from '../schema/scalars.ts';
import { choice, listOf, listOrNull, needed, objectsWith, outcome, person, shownRecord, type OutcomeFields } from './action.ts';

/** Objects whose records can be approved. */
export const approvable = (b: SchemaBuilder): GraphQLEnumType | undefined =>
  objectsWith(b, 'ApprovableObject', ({ name, relations }) => {
    const history = relations['approvals'];
    return history !== undefined && b.model.objects[history.object]?.keptOf === name;
  });

export const actionChoice = (b: SchemaBuilder): GraphQLEnumType =>
  choice(b, 'ApprovalAction', approvalActions, 'The last four are for administrators.');

const statusChoice = (b: SchemaBuilder): GraphQLEnumType =>
  choice(b, 'ApprovalStatus', ['running', 'returned', 'approved', 'rejected', 'recalled', 'cancelled', 'failed']);

export const eventChoice = (b: SchemaBuilder): GraphQLEnumType =>
  choice(b, 'ApprovalEvent', ['create', 'update', 'delete', 'void', 'submit']);

const text = { type: needed(GraphQLString) };
const textOrNull = { type: GraphQLString };
const texts = { type: listOf(GraphQLString) };

const step: OutcomeFields = {
  step: { ...text, description: 'Its path in the process.' },
  label: { ...text, description: 'What it is called.' },
};

const asked = (b: SchemaBuilder): OutcomeFields => ({
  ...person(b, 'assignee'),
  ...person(b, 'inNameOf', 'For whom the assignee stands in.'),
});

const turnType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalTurn', () => ({
    turn: { type: needed(GraphQLString), description: 'What acts name.' },
    ...step,
    ...asked(b),
    via: { ...text, description: 'How the person came to be asked: entry, manager, transfer, escalation, …' },
    askedAt: { type: DateTimeScalar },
    dueAt: { type: DateTimeScalar },
  }));

const decisionType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalDecision', () => ({
    id: { type: needed(GraphQLID) },
    ...person(b, 'person', 'Null: it came about by itself.'),
    ...person(b, 'inNameOf'),
    action: text,
    because: { ...textOrNull, description: 'Why, where it came about by itself.' },
    step: textOrNull,
    ...person(b, 'to', 'To whom: there is one of these for each.'),
    at: { type: needed(DateTimeScalar) },
    comment: textOrNull,
    fields: { ...texts, description: 'Names of the fields that were changed with it.' },
    fileIds: { type: listOf(GraphQLID), ...means({ kind: 'part', from: 'files' }) },
  }));

const changeType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalChange', () => ({ field: text, old: { type: JsonScalar }, new: { type: JsonScalar } }));

export const approvalType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'Approval', () => ({
    id: { type: needed(GraphQLID) },
    process: text,
    label: { ...text, description: 'What the process is called.' },
    object: text,
    recordId: { type: needed(GraphQLID) },
    ...shownRecord(b, 'recordId'),
    event: { type: needed(eventChoice(b)) },
    status: { type: needed(statusChoice(b)) },
    ...person(b, 'submitter'),
    submittedAt: { type: needed(DateTimeScalar) },
    endedAt: { type: DateTimeScalar },
    comment: textOrNull,
    tasks: { type: listOf(turnType(b)), description: 'Who has something to decide.' },
    changes: {
      type: listOrNull(changeType(b)),
      description: 'The change that waits, of fields that you may read; null where none does.',
    },
    problems: { type: listOf(problemType(b)), description: 'Why the change could not be written; for the submitter and administrators.' },
    may: {
      type: needed(outcome(b, 'ApprovalRights', () => ({ actions: { type: listOf(actionChoice(b)) }, editable: texts }))),
      description: 'What you may do with it just then, and the fields of the record to edit meanwhile.',
    },
    decisions: { type: listOf(decisionType(b)), description: 'The oldest first.' },
  }));

export const doneType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalDone', () => ({ approval: { type: needed(GraphQLID) }, status: { type: needed(statusChoice(b)) } }));

export const offerType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalOffer', () => ({ process: text, label: { ...text, description: 'What its button says.' } }));

export const resultType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalResult', () => ({
    ok: { type: needed(GraphQLBoolean) },
    approval: { type: needed(GraphQLID) },
    status: { type: statusChoice(b), description: 'Null where it was refused.' },
    problems: { type: listOrNull(problemType(b)) },
  }));

export const planType = (b: SchemaBuilder): GraphQLObjectType =>
  outcome(b, 'ApprovalPlan', () => ({
    process: text,
    outcome: { ...text, description: 'If everybody approves: approved, or nobody where it would not begin, or open.' },
    lines: {
      type: listOf(
        outcome(b, 'ApprovalPlanLine', () => ({
          kind: { type: needed(choice(b, 'ApprovalPlanKind', ['asked', 'passed', 'notify', 'automation'])) },
          ...step,
          ...asked(b),
          via: textOrNull,
          why: { ...textOrNull, description: 'Why nobody is asked there: condition, nobody, submitter or repeated.' },
        })),
      ),
    },
  }));
