// What stands against a change of metadata: approvals that are not over, and would have no process, or no place in its new version; and histories that would go.
import { historyName, type Model } from '@tessera/metadata';
import { keptApprovals, pendingVersions, type DdlFinding, type WorkflowDoor } from '@tessera/storage';
import type { Misfit } from '../machine/index.ts';
import { hasObject, movingOf, outdatedBy, standingOf, type Standing } from './versions.ts';

const finding = (
  { version: { object } }: Standing,
  message: string,
  { count, sample }: { readonly count: number; readonly sample: readonly string[] },
): DdlFinding => ({ object, field: undefined, count, sample: sample.map((id) => ({ id, value: null })), message });

/** Why a step has no place. */
const words: Readonly<Record<Misfit['reason'], string>> = {
  missing: 'is not there',
  kind: 'is of another type there',
  block: 'stands in another block there',
  entry: 'has lost an entry of its approvers that is asked',
};

const sampleSize = 10;

/** Those that stand at steps without a place in the version that they are to move to. */
async function misfits(door: WorkflowDoor, standing: Standing): Promise<readonly DdlFinding[]> {
  const sample: string[] = [];
  const steps = new Set<string>();
  let count = 0;
  for await (const page of movingOf(door, standing)) {
    for (const { approval, migrated } of page) {
      if (migrated.ok) continue;
      count += 1;
      if (sample.length < sampleSize) sample.push(approval.id);
      for (const { path, reason } of migrated.misfits) steps.add(`${path} ${words[reason]}`);
    }
  }
  if (count === 0) return [];
  const message = `${String(count)} running approvals of ${standing.name} cannot move to its new version: ${[...steps].join(', ')}. Name in \`migrate\` the steps that take their place, or leave it out: they go on as they began.`;
  return [finding(standing, message, { count, sample })];
}

const shown = 3;

async function findingsOf(door: WorkflowDoor, after: Model, standing: Standing): Promise<readonly DdlFinding[]> {
  const { name, kind, version } = standing;
  const { count } = version;
  if (kind === 'moves') return misfits(door, standing);
  if (kind === 'gone') {
    const message = `${String(count)} approvals of ${name} are running, and nothing would be left to decide them by. Switch the process off ("active": false), so that it begins nothing and these go on, or have them decided or cancelled first.`;
    return [finding(standing, message, version)];
  }
  const problems = await outdatedBy(door, after, standing);
  if (problems.length === 0) return [];
  const wrong = problems
    .slice(0, shown)
    .map((problem) => problem.message)
    .join(' ');
  const message = `${String(count)} running approvals of ${name} go on with the version that they began with, which no longer fits: ${wrong} Say \`migrate\` in the process, so that they move to the new version, or have them decided or cancelled first.`;
  return [finding(standing, message, version)];
}

/** Histories that would go with the last process of their object. */
async function lostHistories(door: WorkflowDoor, before: Model, after: Model): Promise<readonly DdlFinding[]> {
  const findings: DdlFinding[] = [];
  for (const { name, table, keptOf } of Object.values(before.objects)) {
    if (keptOf === undefined || name !== historyName(keptOf, 'approval') || hasObject(after, name) || !hasObject(after, keptOf)) continue;
    const { count, sample } = await keptApprovals(door, table);
    const message = `The history of ${String(count)} approvals of ${keptOf} would go with its last approval process. Switch the process off ("active": false) instead: it begins nothing any more, and the history stays.`;
    if (count > 0) findings.push({ object: keptOf, field: undefined, count, sample: sample.map((id) => ({ id, value: null })), message });
  }
  return findings;
}

/** By their processes. */
export async function approvalFindings(
  door: WorkflowDoor,
  { before, after }: { readonly before: Model | undefined; readonly after: Model },
): Promise<readonly DdlFinding[]> {
  if (before === undefined) return [];
  const findings: DdlFinding[] = [];
  for (const version of await pendingVersions(door)) findings.push(...(await findingsOf(door, after, standingOf(before, after, version))));
  return findings.length > 0 ? findings : lostHistories(door, before, after);
}
