// Carries a plan out: tables, roll-ups, layers, version and state in one transaction under the tenant's lock.
import { fail, failAll, problem, TesseraError } from '@tessera/kernel';
import { contentHash, type Conflict, type Layer } from '@tessera/metadata';
import { reindexSearch, rekeyRecords } from '@tessera/records';
import {
  addVersion,
  applyDdl,
  clearUnfinished,
  createIndexes,
  loadLayers,
  noteUnfinished,
  moveMigrations,
  moveReferences,
  prepareDdl,
  undoPreparations,
  notifyMetadata,
  readState,
  recomputeStatement,
  saveLayers,
  tenantSchema,
  unfinishedTenants,
  validateConstraints,
  writeModelHash,
  type AdministeringTransaction,
  type Cell,
  type DdlFinding,
} from '@tessera/storage';
import { changesBetween } from './changes.ts';
import { modelOf, planLayers, planOn, type LayerPlan, type PlanInput, type TenantDoor } from './plan.ts';
import { staleRollups } from './rollups.ts';

export interface ApplyInput extends PlanInput {
  /** The layers that those to come were made from: where the tenant has others now, the plan is outdated. */
  readonly from?: readonly Layer[];
  /** The plan that was looked at. */
  readonly planHash?: string | undefined;
  readonly author: string | null;
  readonly reason: string | null;
  /** What else is done in the transaction that puts the plan in force. */
  readonly also?: (door: TenantDoor, plan: LayerPlan, transaction: AdministeringTransaction) => Promise<void>;
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

const conflictCodes = { changed: 'PLAN_CONFLICT', locked: 'PLAN_CONFLICT_LOCKED', unfit: 'PLAN_CONFLICT_UNFIT' } as const;

function refuseConflicts(conflicts: readonly Conflict[]): void {
  const open = conflicts.filter(({ choice }) => choice === undefined);
  if (open.length === 0) return;
  const word = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  throw new TesseraError(
    problem('PLAN_CONFLICTS', { count: open.length }),
    open.map(({ id, reason, why = '', file, pointer, before, pack, tenant }) => {
      const params = { id, before: word(before), pack: word(pack), tenant: tenant === null ? 'nothing' : word(tenant), why };
      return problem(conflictCodes[reason], params, { file, pointer });
    }),
  );
}

/** What a version keeps of its plan, and the changes that lead back from it. */
function planSummary({
  hash,
  changes,
  ddl,
  migrations,
  packs,
  conflicts,
  seeds,
  automations,
  before,
  after,
}: LayerPlan): Readonly<Record<string, unknown>> {
  const steps = ddl.steps.map(({ kind, object, field, risk, summary }) => ({ kind, object, field, risk, summary }));
  const inverse = before === undefined ? null : { model: before.hash, changes: changesBetween(after, before, true) };
  return { hash, changes, steps, migrations, packs, conflicts, seeds: seeds.tally, automations, inverse };
}

async function applyIn(transaction: AdministeringTransaction, input: ApplyInput): Promise<Applied> {
  const { tenant, before, planHash, author, reason } = input;
  const schema = tenantSchema(tenant);
  const state = await readState(transaction, schema);
  // Two appliers: the one that comes second finds another Model than it planned on.
  if (state.modelHash !== (before?.hash ?? '')) throw fail('PLAN_OUTDATED', { planHash: planHash ?? '' });
  const stored = contentHash(await loadLayers(transaction, tenant));
  if (input.from !== undefined && stored !== contentHash(input.from)) throw fail('PLAN_OUTDATED', { planHash: planHash ?? '' });
  const plan = await planOn(transaction, input);
  refuseFindings(plan.findings);
  // Records may have changed since it was looked at.
  refuseConflicts(plan.conflicts);
  const isSame = before?.hash === plan.after.hash && stored === contentHash(input.layers);
  if (isSame && plan.ddl.steps.length === 0) return { plan, version: undefined };
  await moveMigrations(transaction, plan.ddl);
  await applyDdl(transaction, plan.ddl);
  await moveReferences(transaction, plan.ddl);
  for (const { object, fields } of staleRollups(before, plan.after, plan.ddl)) {
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
  await input.also?.({ schema, query: (statement) => transaction.query(statement) }, plan, transaction);
  await notifyMetadata(transaction, tenant);
  await noteUnfinished(transaction, tenant);
  return { plan, version };
}

/** The tables' owner: alone, or in a transaction under the tenant's exclusive lock. */
function doorOf(cell: Cell, tenant: string): Parameters<typeof prepareDdl>[0] {
  const maintenance = cell.maintenance(tenant);
  return { query: (statement) => maintenance.query(statement), administer: (work) => cell.administer(tenant, work) };
}

/** Changes of a tenant's tables take turns, and so does finishing what a crash broke off. */
const turnOf = (tenant: string): string => `tables of ${tenant}`;
const longestWaitMs = 10_000;

/** What comes after the commit. Each part may be run again. */
async function finish(cell: Cell, tenant: string, { ddl, after }: LayerPlan): Promise<void> {
  const door = doorOf(cell, tenant);
  await validateConstraints(door, ddl);
  await createIndexes(door, ddl);
  await reindexSearch(cell.tenant(tenant), after);
  await rekeyRecords(cell.tenant(tenant), after);
  await cell.control((transaction) => clearUnfinished(transaction, tenant));
}

async function applyAlone(cell: Cell, input: ApplyInput, draft: LayerPlan): Promise<Applied> {
  const { tenant } = input;
  const door = doorOf(cell, tenant);
  if (draft.ddl.preparations.length > 0) await cell.control((transaction) => noteUnfinished(transaction, tenant));
  await prepareDdl(door, draft.ddl);
  let applied: Applied;
  try {
    applied = await cell.administer(tenant, (transaction) => applyIn(transaction, { ...input, after: draft.after }));
  } catch (error) {
    await undoPreparations(door, draft.ddl);
    throw error;
  }
  await finish(cell, tenant, applied.plan);
  return applied;
}

/**
 * Applies layers to a tenant. Everything happens or nothing; what may be slow on large tables comes before (columns that are
 * filled while everybody goes on) or after the commit (validating constraints, building indexes). A crash in there leaves a note for
 * `finishChanges`. Throws METADATA_INVALID, PLAN_OUTDATED, PLAN_CONFLICTS, PLAN_BLOCKED, TENANT_BUSY.
 */
export async function applyLayers(cell: Cell, input: ApplyInput): Promise<Applied> {
  const { tenant, planHash } = input;
  const draft = await planLayers(cell, input);
  if (planHash !== undefined && planHash !== draft.hash) throw fail('PLAN_OUTDATED', { planHash });
  refuseConflicts(draft.conflicts);
  refuseFindings(draft.findings);
  const turn = await cell.alone(turnOf(tenant), () => applyAlone(cell, input, draft), longestWaitMs);
  if (turn === undefined) throw fail('TENANT_BUSY', { tenant });
  return turn.result;
}

/** From the Model in force to itself: whatever of it the tables lack comes, and what was prepared for nothing goes. */
async function finishChange(cell: Cell, tenant: string, now: string): Promise<void> {
  const plan = await cell.administer(tenant, async (transaction) => {
    const layers = await loadLayers(transaction, tenant);
    const repair = await planOn(transaction, { tenant, before: modelOf(layers), layers, now });
    refuseFindings(repair.findings);
    await applyDdl(transaction, repair.ddl);
    return repair;
  });
  await finish(cell, tenant, plan);
}

/**
 * Finishes the changes that a crash broke off before or after their transaction, save those that another node is at. What cannot be
 * finished is told to `failed`, and tried again the next time.
 * @param now RFC 3339
 * @returns how many tenants had something to be finished
 */
export async function finishChanges(cell: Cell, now: string, failed: (tenant: string, error: unknown) => void): Promise<number> {
  const tenants = await cell.control(unfinishedTenants);
  let finished = 0;
  for (const tenant of tenants) {
    try {
      if ((await cell.alone(turnOf(tenant), () => finishChange(cell, tenant, now), 1)) !== undefined) finished += 1;
    } catch (error) {
      failed(tenant, error);
    }
  }
  return finished;
}
