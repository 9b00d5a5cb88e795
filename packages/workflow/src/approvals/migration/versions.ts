// What a change of metadata means for approvals that are not over: their process under its present name, and whether they move to its new version.
import { movedWords, resolveApprovalAgainst, type ApprovalProcessModel, type Model } from '@tessera/metadata';
import type { Problem } from '@tessera/kernel';
import { loadDefinitions, pendingPage, type ApprovalRow, type PendingVersion, type WorkflowDoor } from '@tessera/storage';
import { stateOf } from '../driving/rows.ts';
import { migrate, type Migrated } from '../machine/index.ts';

/** All processes that there are, those that are switched off included, are options of a delegation. */
const processesOf = ({ objects }: Model): NonNullable<Model['objects'][string]['fields'][string]['options']> =>
  objects['absence']?.fields['processes']?.options ?? {};

/** Processes that have other names by now. */
export const renamedProcesses = (before: Model, after: Model): readonly { readonly from: string; readonly to: string }[] =>
  [...movedWords(processesOf(before), processesOf(after))].map(([from, to]) => ({ from, to }));

/** Whether an object is there, under whatever name. */
export const hasObject = ({ objects }: Model, name: string): boolean =>
  Object.hasOwn(objects, name) || Object.values(objects).some(({ renamedFrom }) => renamedFrom.includes(name));

export interface Standing {
  readonly version: PendingVersion;
  /** The present name. */
  readonly name: string;
  /** `gone`: there is no such process, or no such object, any more. `moves`: to the version that is in force. `stays`: on what it began with. */
  readonly kind: 'gone' | 'moves' | 'stays';
  readonly process: ApprovalProcessModel | undefined;
}

/** How approvals of a version stand after a change. */
export function standingOf(before: Model, after: Model, version: PendingVersion): Standing {
  const name = renamedProcesses(before, after).find(({ from }) => from === version.process)?.to ?? version.process;
  const process = Object.hasOwn(after.approvalProcesses, name) ? after.approvalProcesses[name] : undefined;
  const isThere = Object.hasOwn(processesOf(after), name) && hasObject(after, version.object);
  const moves = process?.migrate !== undefined && process.hash !== version.definition;
  return { version, name, process, kind: !isThere ? 'gone' : moves ? 'moves' : 'stays' };
}

/** What no longer fits of the definition that approvals go on with. */
export async function outdatedBy(door: WorkflowDoor, after: Model, { name, process, version }: Standing): Promise<readonly Problem[]> {
  const { definition } = version;
  if (process?.hash === definition) return [];
  const found = (await loadDefinitions(door, [definition])).get(definition);
  if (found === undefined) throw new TypeError(`The definition ${definition} is not kept.`);
  return resolveApprovalAgainst(after, name, JSON.parse(found.content) as Readonly<Record<string, unknown>>).problems;
}

const pageSize = 500;

/** Approvals that move, each with what becomes of it, page by page. */
export async function* movingOf(
  door: WorkflowDoor,
  { version, process }: Standing,
): AsyncGenerator<readonly { readonly approval: ApprovalRow; readonly migrated: Migrated }[]> {
  if (process === undefined) return;
  for (let after: string | null = null; ;) {
    const rows: readonly ApprovalRow[] = await pendingPage(door, { process: version.process }, { after, first: pageSize });
    const own = rows.filter(({ definition, object }) => definition === version.definition && object === version.object);
    yield own.map((approval) => ({ approval, migrated: migrate(stateOf(approval), process, process.migrate ?? {}) }));
    after = rows.at(-1)?.id ?? null;
    if (rows.length < pageSize) return;
  }
}
