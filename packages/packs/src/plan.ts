// What a change of a tenant's layers would do: differences, steps on the tables, records that would break.
import { failAll, problem } from '@tessera/kernel';
import { buildModel, contentHash, type Change, type Layer, type Model } from '@tessera/metadata';
import {
  countRows,
  planDdl,
  readPhysical,
  runDdlChecks,
  tenantSchema,
  wasInForce,
  type Cell,
  type DdlFinding,
  type DdlPlan,
  type Queryable,
} from '@tessera/storage';
import { automationOrders, type AutomationOrder } from './automation-orders.ts';
import { changesBetween } from './changes.ts';

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
  readonly findings: readonly DdlFinding[];
}

/** The Model of layers. Throws METADATA_INVALID with every mistake. */
export function modelOf(layers: readonly Layer[]): Model {
  const { model, problems } = buildModel(layers);
  if (model === undefined) throw failAll('METADATA_INVALID', problems);
  return model;
}

export interface PlanInput {
  readonly tenant: string;
  readonly before: Model | undefined;
  readonly layers: readonly Layer[];
  /** The Model of the layers, where it is at hand. */
  readonly after?: Model;
  /** RFC 3339, noted on what is set aside. */
  readonly now: string;
}

/** These can be described and checked, and nothing carries them out yet: what would silently never happen is refused. */
const notYet = { approvalProcesses: 'approval process' } as const;

function refuseUnavailable(model: Model, layers: readonly Layer[]): void {
  const problems = Object.entries(notYet).flatMap(([folder, word]) =>
    Object.keys(model[folder as keyof typeof notYet]).map((name) => {
      const path = `${folder}/${name}.json`;
      const layer = layers.find(({ files }) => Object.hasOwn(files, path));
      return problem('AUTOMATION_UNAVAILABLE', { what: `The ${word} ${name}` }, { file: `${layer?.name ?? ''}/${path}`, pointer: '' });
    }),
  );
  if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
}

/** Plans on a connection that may read the tenant's tables and catalogues. */
export async function planOn(
  queryable: Queryable,
  { tenant, before, layers, now, after = modelOf(layers) }: PlanInput,
): Promise<LayerPlan> {
  refuseUnavailable(after, layers);
  const schema = tenantSchema(tenant);
  const existing = await readPhysical(queryable, schema);
  const back = before !== undefined && before.hash !== after.hash && (await wasInForce(queryable, tenant, after.hash, before.hash));
  const ddl = await countRows(queryable, planDdl(before, after, { schema, existing, now, back }));
  const findings = await runDdlChecks(queryable, ddl);
  const steps = ddl.steps.map(({ kind, object, field, risk }) => [kind, object, field ?? null, risk]);
  const hash = contentHash({ before: before?.hash ?? null, after: after.hash, steps });
  const changes = changesBetween(before, after, back);
  return { hash, tenant, layers, before, after, changes, automations: automationOrders(before, after), ddl, findings };
}

export async function planLayers(cell: Cell, input: PlanInput): Promise<LayerPlan> {
  return cell.control((transaction) => planOn(transaction, input));
}
