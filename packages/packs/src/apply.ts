// Carries a plan out: tables, roll-ups, layers, version and state in one transaction under the tenant's lock.
import { fail, failAll, problem } from '@tessera/kernel';
import { reindexSearch } from '@tessera/records';
import {
  addVersion,
  applyDdl,
  createIndexes,
  prepareDdl,
  undoPreparations,
  notifyMetadata,
  readState,
  recomputeStatement,
  saveLayers,
  tenantSchema,
  validateConstraints,
  writeModelHash,
  type Cell,
  type DdlFinding,
  type Transaction,
} from '@tessera/storage';
import { planLayers, planOn, type LayerPlan, type PlanInput } from './plan.ts';
import { staleRollups } from './rollups.ts';

export interface ApplyInput extends PlanInput {
  /** The plan that was looked at. */
  readonly planHash?: string | undefined;
  readonly author: string | null;
  readonly reason: string | null;
}

export interface Applied {
  readonly plan: LayerPlan;
  /** The new version's number; undefined where the plan was empty. */
  readonly version: number | undefined;
}

function refuseFindings(findings: readonly DdlFinding[]): void {
  if (findings.length === 0) return;
  throw failAll(
    'PLAN_BLOCKED',
    findings.map((finding) =>
      problem('PLAN_CHECK', {
        message: finding.message,
        count: finding.count,
        sample: finding.sample.map((row) => row.id).join(', '),
        object: finding.object,
        field: finding.field,
      }),
    ),
  );
}

/** What a version keeps of its plan. */
export function planSummary({ hash, changes, ddl }: LayerPlan): Readonly<Record<string, unknown>> {
  return { hash, changes, steps: ddl.steps.map(({ kind, object, field, risk, summary }) => ({ kind, object, field, risk, summary })) };
}

async function applyIn(transaction: Transaction, input: ApplyInput): Promise<Applied> {
  const { tenant, before, planHash, author, reason } = input;
  const schema = tenantSchema(tenant);
  const state = await readState(transaction, schema);
  // Two appliers: the one that comes second finds another Model than it planned on.
  if (state.modelHash !== (before?.hash ?? '')) throw fail('PLAN_OUTDATED', { planHash: planHash ?? '' });
  const plan = await planOn(transaction, input);
  refuseFindings(plan.findings);
  if (before?.hash === plan.after.hash && plan.ddl.steps.length === 0) return { plan, version: undefined };
  await applyDdl(transaction, plan.ddl);
  for (const { object, fields } of staleRollups(before, plan.after)) {
    await transaction.query(recomputeStatement({ model: plan.after, schema }, object, fields));
  }
  await saveLayers(transaction, tenant, input.layers);
  await writeModelHash(transaction, tenant, plan.after.hash);
  const version = await addVersion(transaction, tenant, {
    modelHash: plan.after.hash,
    author,
    reason,
    plan: planSummary(plan),
    layers: input.layers,
  });
  await notifyMetadata(transaction, tenant);
  return { plan, version };
}

/** The tables' owner: alone, or in a transaction under the tenant's exclusive lock. */
function doorOf(cell: Cell, tenant: string): Parameters<typeof prepareDdl>[0] {
  const maintenance = cell.maintenance(tenant);
  return { query: (statement) => maintenance.query(statement), administer: (work) => cell.administer(tenant, work) };
}

/**
 * Applies layers to a tenant. Everything happens or nothing; what may be slow on large tables comes before (columns that are
 * filled while everybody goes on) or after the commit (validating constraints, building indexes).
 * Throws METADATA_INVALID, PLAN_OUTDATED, PLAN_BLOCKED.
 */
export async function applyLayers(cell: Cell, input: ApplyInput): Promise<Applied> {
  const { tenant, planHash } = input;
  const draft = await planLayers(cell, input);
  if (planHash !== undefined && planHash !== draft.hash) throw fail('PLAN_OUTDATED', { planHash });
  refuseFindings(draft.findings);
  const door = doorOf(cell, tenant);
  await prepareDdl(door, draft.ddl);
  let applied: Applied;
  try {
    applied = await cell.administer(tenant, (transaction) => applyIn(transaction, input));
  } catch (error) {
    await undoPreparations(door, draft.ddl);
    throw error;
  }
  await validateConstraints(door, applied.plan.ddl);
  await createIndexes(door, applied.plan.ddl);
  await reindexSearch(cell.tenant(tenant), applied.plan.after);
  return applied;
}
