// Approvals in GraphQL. Lists of what is to be done are the ordinary lists of `approvalTasks`.
import { GraphQLID, GraphQLInputObjectType, GraphQLString, type GraphQLFieldConfigArgumentMap } from 'graphql';
import { approvalActions } from '@tessera/engine';
import { actInput, batchInput, planInput, shownApproval, shownResult, submitInput } from '../../rest/approvals.ts';
import type { SchemaBuilder } from '../schema/builder.ts';
import { JsonScalar } from '../schema/scalars.ts';
import { aboutRecord, choice, ids, listOf, listOrNull, needed, type Action } from './action.ts';
import { actionChoice, approvable, approvalType, doneType, eventChoice, offerType, planType, resultType } from './approval-types.ts';
import { recordOf } from './record-actions.ts';

/** Arguments where there is anything that can be approved. */
const where =
  (args: (b: SchemaBuilder) => GraphQLFieldConfigArgumentMap): Action['args'] =>
  (b) =>
    approvable(b) && args(b);

/** The same, of actions on a record that can be approved. */
const about =
  (args: (b: SchemaBuilder) => GraphQLFieldConfigArgumentMap = () => ({})): Action['args'] =>
  (b) => {
    const object = approvable(b);
    return object && { ...aboutRecord(object), ...args(b) };
  };

const approval = { type: needed(GraphQLID) };
const comment = { type: GraphQLString, description: 'Kept with the decision.' };
const files = { type: ids, description: 'Files that you have uploaded.' };

const batchItem = (b: SchemaBuilder): GraphQLInputObjectType =>
  b.type(
    'approvalItem',
    'ApprovalItem',
    (name) => new GraphQLInputObjectType({ name, fields: { approval, turn: { type: GraphQLString } } }),
  );

export const approvalQueries: readonly Action[] = [
  {
    name: 'approval',
    description: 'An approval, also one that is over; null where you do not see its record.',
    args: where(() => ({ id: approval })),
    type: approvalType,
    absent: ['APPROVAL_NOT_FOUND'],
    run: async ({ engine, context }, given) =>
      shownApproval(await engine.run('approvals.get', context, { approval: given.requiredText('id') })),
  },
  {
    name: 'pendingApproval',
    description: 'The approval of a record that is not over; null where there is none, or no such record that you may read.',
    args: about(),
    type: approvalType,
    absent: ['RECORD_NOT_FOUND'],
    run: async ({ engine, context }, given) => {
      const { approval: found } = await engine.run('approvals.pending', context, recordOf(given));
      return found === null ? null : shownApproval(found);
    },
  },
  {
    name: 'approvalOffers',
    description:
      'The processes that you may hand a record in to; the first is taken where none is named. None while an approval of it is pending; null where there is no such record that you may read.',
    args: about(),
    type: (b) => listOrNull(offerType(b)),
    absent: ['RECORD_NOT_FOUND'],
    run: async ({ engine, context }, given) => (await engine.run('approvals.pending', context, recordOf(given))).submits,
  },
  {
    name: 'approvalPlan',
    description: 'Who would be asked if a record were handed in, or changed. Nothing is begun by it.',
    args: about((b) => ({
      process: { type: GraphQLString },
      values: { type: JsonScalar, description: 'What would be changed of the record, by field.' },
      submitter: { type: GraphQLID, description: 'A user; others than yourself are for administrators.' },
      event: { type: eventChoice(b), description: 'Left out: submit, or update where there are values.' },
      chosen: { type: ids, description: 'Users whom the submitter would choose as approvers.' },
    })),
    type: planType,
    run: ({ engine, context }, given) => engine.run('approvals.plan', context, planInput(recordOf(given), given)),
  },
];

export const approvalMutations: readonly Action[] = [
  {
    name: 'submitForApproval',
    description: 'Hands a record in for approval.',
    args: about(() => ({
      process: { type: GraphQLString, description: 'Left out: the first whose entry holds.' },
      chosen: { type: ids, description: 'Users as approvers, for entries that the submitter chooses.' },
      comment,
      files,
    })),
    type: doneType,
    run: ({ engine, context }, given) => engine.run('approvals.submit', context, submitInput(recordOf(given), given)),
  },
  {
    name: 'actOnApproval',
    description: 'Decides, hands on, takes back, asks: what of it you may do just then, `approval { may { actions } }` says.',
    args: where((b) => ({
      approval,
      action: { type: needed(actionChoice(b)) },
      turn: { type: GraphQLString, description: 'Of a task; may be left out where only one can be meant.' },
      comment,
      files,
      edits: { type: JsonScalar, description: 'With approve, return and resubmit: values of fields to edit.' },
      to: { type: ids, description: 'Users. With transfer and reassign one, with addSigner and ask any.' },
      place: {
        type: choice(b, 'SignerPlace', ['before', 'after']),
        description: 'With addSigner: whether they decide before you. Left out: before.',
      },
      then: {
        type: choice(b, 'AfterReturn', ['rerun', 'return']),
        description: 'With return: everything between anew, or straight back. Left out: anew.',
      },
      chosen: { type: ids, description: 'With approve and resubmit: approvers of later steps.' },
      step: { type: GraphQLString, description: 'With return the earlier step, else the submitter; with skip and retry the open one.' },
    })),
    type: doneType,
    run: ({ engine, context }, given) => {
      const action = given.oneOf('action', approvalActions);
      if (action === undefined) throw new TypeError('Validation has seen to it that there is an action.');
      return engine.run('approvals.act', context, actInput(given.requiredText('approval'), action, given));
    },
  },
  {
    name: 'decideApprovals',
    description: 'Approves or rejects many, each in a transaction of its own; one result for each, in their order.',
    args: where((b) => ({
      action: { type: needed(choice(b, 'ApprovalBatchAction', ['approve', 'reject'])) },
      items: { type: listOf(batchItem(b)) },
      comment,
    })),
    type: (b) => listOrNull(resultType(b)),
    run: async ({ engine, context }, given) => (await engine.run('approvals.batch', context, batchInput(given))).map(shownResult),
  },
];
