// The operations of sharing: why somebody sees a record, who shares it with whom.
import type { RouteId } from '../rest/table.ts';
import type { OfferedObject } from './offered.ts';
import {
  aRecord,
  answer,
  id,
  json,
  listOf,
  nothing,
  objectSchema,
  parameter,
  problems,
  shared,
  type Operation,
  type Parameter,
} from './shapes.ts';

export type SharingRouteId = Extract<RouteId, 'explainAccess' | 'listShares' | 'shareRecord' | 'unshareRecord'>;

const ofUser = ({ administrator }: OfferedObject): readonly Parameter[] =>
  administrator ? [{ name: 'user', in: 'query', description: 'A user’s id. Default: the caller.', schema: id }] : [];

export const sharingOperations: Readonly<Record<SharingRouteId, (object: OfferedObject) => Omit<Operation, 'tags'>>> = {
  explainAccess: (object) => ({
    summary: `Why ${object.label} may be seen or changed, or may not`,
    description: `Layer by layer, for ${object.administrator ? 'any user' : 'the caller'}.`,
    parameters: [parameter('id'), ...ofUser(object)],
    responses: { 200: answer('The layers, and what they give.', shared('AccessExplanation')), ...problems(400, 401, 403, 404) },
  }),
  listShares: (object) => ({
    summary: `Team and shares of ${object.label}`,
    parameters: [parameter('id')],
    responses: { 200: answer('Shares.', objectSchema({ shares: listOf(shared('Share')) })), ...problems(400, 401, 403, 404) },
  }),
  shareRecord: (object) => ({
    summary: `Share ${object.label}, or put people into its team`,
    description: 'For whoever may edit the record. A share that the same subject has already is changed.',
    parameters: [parameter('id')],
    requestBody: { required: true, content: json(shared('NewShares'), { shares: [{ to: { user: aRecord }, access: 'read' }] }) },
    responses: {
      200: answer('The shares as they are now.', objectSchema({ shares: listOf(shared('Share')) })),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  }),
  unshareRecord: (object) => ({
    summary: `Take a share of ${object.label} away`,
    parameters: [parameter('id'), { name: 'share', in: 'path', required: true, description: 'The share’s id.', schema: id }],
    responses: { 204: nothing('It is gone.'), ...problems(400, 401, 403, 404) },
  }),
};
