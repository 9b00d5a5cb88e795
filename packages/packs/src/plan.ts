// What a change of a tenant's layers would do: differences, steps on the tables, records that would break.
import { failAll } from '@tessera/kernel';
import { buildModel, contentHash, type Change, type Conflict, type Layer, type Model } from '@tessera/metadata';
import {
  countRows,
  keptMigrations,
  loadLayers,
  planDdl,
  readPhysical,
  runDdlChecks,
  tenantSchema,
  wasInForce,
  type Cell,
  type DdlFinding,
  type DdlPlan,
  type Queryable,
  type RecordChanges,
} from '@tessera/storage';
import { automationOrders, type AutomationOrder } from './automation-orders.ts';
import { changesBetween } from './changes.ts';
import type { Decisions } from './installing.ts';
import type { PackDifference } from './lock.ts';
import { plannedMigrations, recordChanges, type PlannedMigration } from './migrations.ts';
import { planSeeds, seedSummary, type SeedPlan } from './seeds/plan.ts';

export interface LayerPlan {
  /** Of what it does, from where to where: equal for equal plans. */
  readonly hash: string;
  readonly tenant: string;
  readonly layers: readonly Layer[];
  /** Undefined for a tenant that has nothing yet. */
  readonly before: Model | undefined;
  readonly after: Model;
  readonly changes: readonly Change[];
  /** Of objects and moments at which other automations come, or in another order. */
  readonly automations: readonly AutomationOrder[];
  readonly ddl: DdlPlan;
  /** What the steps on the tables do to records. */
  readonly migrations: readonly PlannedMigration[];
  readonly findings: readonly DdlFinding[];
  readonly packs: readonly PackDifference[];
  /** With the tenant's own changes, of metadata and of packs' data; those without a choice stand in the way. */
  readonly conflicts: readonly Conflict[];
  /** What becomes of packs' data. */
  readonly seeds: SeedPlan;
}

/** The Model of layers. Throws METADATA_INVALID with every mistake. */
export function modelOf(layers: readonly Layer[]): Model {
  const { model, problems } = buildModel(layers);
  if (model === undefined) throw failAll('METADATA_INVALID', problems);
  return model;
}

/** Statements in the tenant's schema. */
export type TenantDoor = Queryable & { readonly schema: string };

export interface PlanInput {
  readonly tenant: string;
  readonly before: Model | undefined;
  readonly layers: readonly Layer[];
  /** The Model of the layers, where it is at hand. */
  readonly after?: Model;
  /** RFC 3339, noted on what is set aside. */
  readonly now: string;
  /** What else would break: of what has begun and is not over. */
  readonly check?: (
    door: TenantDoor,
    models: { readonly before: Model | undefined; readonly after: Model },
  ) => Promise<readonly DdlFinding[]>;
  /** What packs are exchanged, and what the tenant's changes have to do with it. */
  readonly packs?: readonly PackDifference[];
  readonly conflicts?: readonly Conflict[];
  /** How conflicts about packs' data are decided. */
  readonly decisions?: Decisions;
}

/** What migrations do to the records: a tenant that has nothing yet has none. */
async function recordsOn(
  queryable: Queryable,
  { tenant, layers, before, after }: { readonly after: Model } & Pick<PlanInput, 'tenant' | 'layers' | 'before'>,
): Promise<RecordChanges> {
  if (before === undefined) return { run: [], undo: [] };
  const kept = await keptMigrations(queryable, tenantSchema(tenant));
  return recordChanges(await loadLayers(queryable, tenant), layers, after, kept);
}

/** Plans on a connection that may read the tenant's tables and catalogues. */
export async function planOn(
  queryable: Queryable,
  { tenant, before, layers, now, after = modelOf(layers), packs = [], conflicts = [], decisions = {}, check }: PlanInput,
): Promise<LayerPlan> {
  const schema = tenantSchema(tenant);
  const existing = await readPhysical(queryable, schema);
  const back = before !== undefined && before.hash !== after.hash && (await wasInForce(queryable, tenant, after.hash, before.hash));
  const records = await recordsOn(queryable, { tenant, layers, before, after });
  const ddl = await countRows(queryable, planDdl(before, after, { schema, existing, now, back, records }));
  const door: TenantDoor = { schema, query: (statement) => queryable.query(statement) };
  const findings = [...(await runDdlChecks(queryable, ddl)), ...((await check?.(door, { before, after })) ?? [])];
  const steps = ddl.steps.map(({ kind, object, field, risk, migration: m }) => {
    const which = m === undefined ? [] : [`${m.pack} ${m.version} ${m.name} ${m.change}`];
    return [kind, object, field ?? null, risk, ...which];
  });
  const seeds = await planSeeds(queryable, { schema, before, after, layers, packs, moves: ddl.moves, decisions, now });
  // The layers too: different files may come to the same Model.
  const content = { before: before?.hash ?? null, after: after.hash, layers: contentHash(layers), steps, seeds: seedSummary(seeds) };
  const hash = contentHash(content);
  const changes = changesBetween(before, after, back);
  const automations = automationOrders(before, after);
  return {
    hash,
    tenant,
    layers,
    before,
    after,
    changes,
    automations,
    ddl,
    migrations: plannedMigrations(ddl),
    findings,
    packs,
    conflicts: [...conflicts, ...seeds.conflicts],
    seeds,
  };
}

export async function planLayers(cell: Cell, input: PlanInput): Promise<LayerPlan> {
  return cell.control((transaction) => planOn(transaction, input));
}
