// For the routes of approvals: requests of one tenant that name what is another's.
import type { RouteId } from '../../packages/api/src/rest/table.ts';
import type { Names, Own } from './isolation-scene.ts';

type Attempt = readonly [method: string, path: string, body?: unknown];
type Attempts = (their: Names, own: Own) => readonly Attempt[];

type Approvals = Extract<
  RouteId,
  'submitForApproval' | 'getPendingApproval' | 'planApproval' | 'getApproval' | 'actOnApproval' | 'decideApprovals'
>;

const at = (their: Names, own: Own, rest: string): readonly string[] => [
  `/records/${their.object}/${their.id}/${rest}`,
  `/records/${own.object}/${their.id}/${rest}`,
];

export const approvalAttempts: Readonly<Record<Approvals, Attempts>> = {
  submitForApproval: (their, own) => [
    ...at(their, own, 'approval').map((path): Attempt => ['POST', path, {}]),
    ['POST', `/records/${own.object}/${own.id}/approval`, { process: their.layout, chosen: [their.user], files: [their.fileId] }],
  ],
  getPendingApproval: (their, own) => at(their, own, 'approval').map((path): Attempt => ['GET', path]),
  planApproval: (their, own) => [
    ...at(their, own, 'approval/plan').map((path): Attempt => ['POST', path, {}]),
    ['POST', `/records/${own.object}/${own.id}/approval/plan`, { submitter: their.user }],
  ],
  getApproval: (their) => [['GET', `/approvals/${their.approval}`]],
  actOnApproval: (their) => [
    ['POST', `/approvals/${their.approval}/approve`, {}],
    ['POST', `/approvals/${their.approval}/cancel`, {}],
    ['POST', `/approvals/${their.approval}/comment`, { comment: 'x', files: [their.fileId] }],
  ],
  decideApprovals: (their) => [['POST', '/approvals/batch', { action: 'approve', items: [{ approval: their.approval }] }]],
};
