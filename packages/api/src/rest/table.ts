// All routes of `/api/v1`: what the router mounts and the OpenAPI document must describe.
import { accessRoutes } from './access.ts';
import { stageRoutes } from './stages.ts';
import { approvalRoutes } from './approvals.ts';
import { aggregateRoutes } from './aggregate.ts';
import { authRoutes } from './auth.ts';
import { automationRoutes } from './automations.ts';
import { bulkRoutes } from './bulk.ts';
import { descriptionRoutes } from './descriptions.ts';
import { explainRoutes } from './explain.ts';
import { fileRoutes } from './files.ts';
import { jobRoutes } from './jobs.ts';
import { matchingRoutes } from './matching.ts';
import { mergingRoutes } from './merging.ts';
import { metadataRoutes } from './metadata.ts';
import { notificationRoutes } from './notifications.ts';
import { packRoutes } from './packs.ts';
import { poolRoutes } from './pools.ts';
import { providerRoutes } from './providers.ts';
import { recordReadRoutes } from './record-reads.ts';
import { recordWriteRoutes } from './record-writes.ts';
import type { Route } from './route.ts';
import { runRoutes } from './runs.ts';
import { sandboxRoutes } from './sandboxes.ts';
import { sessionRoutes } from './sessions.ts';
import { transferRoutes } from './transfer.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';

const table = [
  ...authRoutes,
  ...sessionRoutes,
  ...userRoutes,
  ...providerRoutes,
  ...descriptionRoutes,
  ...recordReadRoutes,
  ...recordWriteRoutes,
  ...bulkRoutes,
  ...aggregateRoutes,
  ...accessRoutes,
  ...stageRoutes,
  ...explainRoutes,
  ...matchingRoutes,
  ...mergingRoutes,
  ...poolRoutes,
  ...approvalRoutes,
  ...transferRoutes,
  ...automationRoutes,
  ...webhookRoutes,
  ...notificationRoutes,
  ...runRoutes,
  ...jobRoutes,
  ...metadataRoutes,
  ...packRoutes,
  ...sandboxRoutes,
  ...fileRoutes,
] as const;

/** The names of all routes. */
export type RouteId = (typeof table)[number]['id'];

export const routeTable: readonly (Route & { readonly id: RouteId })[] = table;

export const apiPrefix = '/api/v1';
