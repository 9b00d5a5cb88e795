// Starts runs: rows of the transaction that decides it, and a wake-up for whoever does them.
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { insertRuns, keepDefinitions, wakeStatement, type NewRun, type RecordValues, type WaitingApproval } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { definitionOf } from './definitions.ts';
import { countRuns } from './limits.ts';
import { oldNames, oldValues } from './old-values.ts';
import { startVariables } from './run-state.ts';
import { treeOf } from './tree.ts';
import { startOf } from './walk.ts';

export interface RunStart {
  readonly automation: AutomationModel;
  /** Undefined: it runs on none. */
  readonly record: { readonly object: string; readonly id: string } | undefined;
  /** The record as it was before the write. */
  readonly old?: RecordValues | undefined;
  readonly inputs?: Readonly<Record<string, Value>> | undefined;
  /** Who caused it; left out: whoever writes. Null: nobody. */
  readonly actor?: string | null;
  /** The run that waits for its end. */
  readonly callerId?: string | undefined;
  /** The approval that does. */
  readonly approval?: WaitingApproval | undefined;
}

/** What is known of an automation's runs before any starts. */
interface Start {
  /** Undefined where it has no steps. */
  readonly position: string | undefined;
  readonly oldNames: ReadonlySet<string>;
}

const startFor = ({ target }: WriteSession, automation: AutomationModel): Start =>
  target.kept.keep(target, automation, 'start', () => ({
    position: startOf(treeOf(automation), startVariables({})).position,
    oldNames: oldNames(automation),
  }));

function rowOf(session: WriteSession, start: RunStart): NewRun | undefined {
  const { context, at, cause, model } = session;
  const { automation, record, old, inputs, actor = context.actor.userId, callerId, approval } = start;
  const { position, oldNames: names } = startFor(session, automation);
  if (position === undefined) return undefined;
  const before = oldValues(names, model.objects[record?.object ?? ''], old);
  const given = { ...(before === undefined ? {} : { old: before }), ...(inputs === undefined ? {} : { inputs }) };
  return {
    id: context.newId(),
    automation: automation.name,
    definition: automation.hash,
    object: record?.object ?? null,
    recordId: record?.id ?? null,
    actor,
    callerId: callerId ?? null,
    approval,
    chain: cause.chain,
    position,
    variables: JSON.stringify(startVariables(given)),
    state: 'ready',
    dueAt: at,
  };
}

/**
 * Writes a run for each start, whatever the number in one statement, and wakes whoever does them.
 * Throws AUTOMATION_LIMIT. Gives their ids in the order of the starts; undefined for what has no steps.
 */
export async function startRuns(session: WriteSession, starts: readonly RunStart[]): Promise<readonly (string | undefined)[]> {
  const { model, at, transaction } = session;
  const byAutomation = Map.groupBy(starts, ({ automation }) => automation);
  for (const [{ name }, own] of byAutomation) countRuns(session, own.length, name);
  const rows = starts.map((start) => rowOf(session, start));
  const written = rows.flatMap((row) => row ?? []);
  if (written.length === 0) return rows.map(() => undefined);
  const door = doorIn(session);
  await Promise.all([
    keepDefinitions(
      door,
      [...byAutomation.keys()].map((automation) => definitionOf(model, automation)),
      at,
    ),
    insertRuns(door, written, at),
  ]);
  transaction.ahead(wakeStatement(['work']));
  return rows.map((row) => row?.id);
}
