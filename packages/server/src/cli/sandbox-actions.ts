// Sandboxes and promotion, over the database that is opened for one command.
import type { OperatorDesk } from '../wiring.ts';
import type { CliActions } from './actions.ts';

type AtDesk = <T>(work: (desk: OperatorDesk) => Promise<T>) => Promise<T>;

type SandboxActions = Pick<
  CliActions,
  'createSandbox' | 'listSandboxes' | 'refreshSandbox' | 'deleteSandbox' | 'planPromotion' | 'promoteSandbox'
>;

export const sandboxActions = (atDesk: AtDesk): SandboxActions => ({
  createSandbox: (tenant, input) => atDesk(({ administration }) => administration.sandboxes.create(tenant, input)),
  listSandboxes: (tenant) => atDesk(({ administration }) => administration.sandboxes.list(tenant)),
  refreshSandbox: (tenant, input) => atDesk(({ administration }) => administration.sandboxes.refresh(tenant, input)),
  deleteSandbox: (tenant, name) => atDesk(({ administration }) => administration.sandboxes.delete(tenant, name)),
  planPromotion: (tenant, change) => atDesk(({ administration }) => administration.sandboxes.plan(tenant, change)),
  promoteSandbox: (tenant, change) => atDesk(({ administration }) => administration.sandboxes.promote(tenant, change)),
});
