// The operations of approvals: those of records that can be approved, and those on approvals themselves.
import { approvalActions } from '@tessera/engine';
import type { RouteId } from '../rest/table.ts';
import type { OfferedObject } from './offered.ts';
import { answer, id, json, listOf, objectSchema, oneOf, parameter, problems, shared, type Operation, type Parameter } from './shapes.ts';

export type ApprovalRecordRouteId = Extract<RouteId, 'submitForApproval' | 'getPendingApproval' | 'planApproval'>;

type Describe = (object: OfferedObject) => Omit<Operation, 'tags'>;

const body = (name: string): NonNullable<Operation['requestBody']> => ({ required: true, content: json(shared(name)) });

export const approvalRecordOperations: Readonly<Record<ApprovalRecordRouteId, Describe>> = {
  submitForApproval: (object) => ({
    summary: `Hand ${object.label} in for approval`,
    description: 'By the process that is named, else by the first whose entry holds. The record is locked until it is decided.',
    parameters: [parameter('id'), parameter('IdempotencyKey')],
    requestBody: body('ApprovalSubmission'),
    responses: { 201: answer('It was begun.', shared('ApprovalDone')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  getPendingApproval: (object) => ({
    summary: `The approval of ${object.label} that is not over: who is asked, what would be changed, what one may do`,
    description: 'Where there is none, the processes that the caller may hand the record in to; the first is taken where none is named.',
    parameters: [parameter('id')],
    responses: {
      200: answer(
        'Null where there is none.',
        objectSchema({ approval: { anyOf: [shared('Approval'), { type: 'null' }] }, submits: listOf(shared('ApprovalOffer')) }),
      ),
      ...problems(400, 401, 404),
    },
  }),
  planApproval: (object) => ({
    summary: `Who would be asked if ${object.label} were handed in, or changed; nothing is begun`,
    parameters: [parameter('id')],
    requestBody: body('ApprovalQuestion'),
    responses: { 200: answer('In the order of asking.', shared('ApprovalPlan')), ...problems(400, 401, 403, 404, 413, 415, 422) },
  }),
};

export type ApprovalRouteId = Extract<RouteId, 'getApproval' | 'actOnApproval' | 'decideApprovals'>;

const approval: Parameter = { name: 'approval', in: 'path', required: true, description: 'The approval’s id.', schema: id };

const action: Parameter = {
  name: 'action',
  in: 'path',
  required: true,
  description: 'What is done. The last four are for administrators.',
  schema: oneOf(...approvalActions),
};

const tagged = (operation: Omit<Operation, 'tags'>): Operation => ({ ...operation, tags: ['Approvals'] });

export const approvalOperations: Readonly<Record<ApprovalRouteId, Operation>> = {
  getApproval: tagged({
    summary: 'An approval with its decisions, also one that is over; for whoever sees its record',
    parameters: [approval],
    responses: { 200: answer('The approval.', shared('Approval')), ...problems(400, 401, 404) },
  }),
  actOnApproval: tagged({
    summary: 'Decide, hand on, take back, ask, or what else may be done with an approval',
    description: 'What of it one may do just then, the approval says itself: `may.actions`.',
    parameters: [approval, action, parameter('IdempotencyKey')],
    requestBody: body('ApprovalAct'),
    responses: { 200: answer('It is done.', shared('ApprovalDone')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  decideApprovals: tagged({
    summary: 'Approve or reject many at once, each in a transaction of its own',
    parameters: [parameter('IdempotencyKey')],
    requestBody: body('ApprovalBatch'),
    responses: {
      200: answer('One result for each, in their order.', objectSchema({ results: listOf(shared('ApprovalResult')) })),
      ...problems(400, 401, 413, 415, 422),
    },
  }),
};
