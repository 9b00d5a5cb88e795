// The operations on records of pools, and on records that are converted.
import type { RouteId } from '../rest/table.ts';
import type { OfferedObject } from './offered.ts';
import { answer, json, parameter, problems, shared, type Operation } from './shapes.ts';

export type PoolRouteId = Extract<RouteId, 'claimRecord' | 'returnRecord' | 'assignRecord' | 'transferRecord' | 'convertRecord'>;

type Describe = (object: OfferedObject) => Omit<Operation, 'tags'>;

const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);

const change =
  (summary: (label: string) => string, description: string, body: string): Describe =>
  (object) => ({
    summary: summary(object.label),
    description,
    parameters: [parameter('id'), parameter('IdempotencyKey')],
    requestBody: { required: true, content: json(shared(body)) },
    responses: { 200: answer('Whose it is now.', shared('OwnerChanged')), ...refusals },
  });

export const poolOperations: Readonly<Record<PoolRouteId, Describe>> = {
  claimRecord: change(
    (label) => `Claim ${label} from its pool`,
    'For members of the pool, within its limits. Of many at once one gets it.',
    'PoolClaim',
  ),
  returnRecord: change((label) => `Give ${label} back to its pool`, 'For its owner and the pool’s administrators.', 'PoolReturn'),
  assignRecord: change(
    (label) => `Give ${label} to a member of its pool`,
    'For the pool’s administrators. Without `to` the pool’s assignment rule decides.',
    'PoolAssignment',
  ),
  transferRecord: change(
    (label) => `Hand ${label} on, to another member or into another pool`,
    'For its owner and the pool’s administrators.',
    'PoolTransfer',
  ),
  convertRecord: (object) => ({
    summary: `Convert ${object.label} into other records`,
    description: 'All of it or nothing, with the caller’s rights.',
    parameters: [
      parameter('id'),
      { name: 'name', in: 'path', required: true, description: 'The conversion.', schema: { type: 'string', enum: object.conversions } },
      parameter('IdempotencyKey'),
    ],
    requestBody: { required: true, content: json(shared('ConversionRequest')) },
    responses: { 200: answer('What was made, or would be.', shared('Conversion')), ...refusals },
  }),
};
