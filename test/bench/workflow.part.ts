// Automations and approvals as a part: how much of them nodes do a second beside bare jobs and bare inserts, and what automations cost those who write.
import { curveTable, type Curve } from './growth/curve.ts';
import { atPlace } from './growth/place.ts';
import type { Part } from './part.ts';
import { markdownTable, short } from './report/tables.ts';
import { approvalSpeeds } from './workflow/approvals.ts';
import { latencyCurves } from './workflow/latency.ts';
import { speeds, type Speed } from './workflow/throughput.ts';

/** Of the full scale; of each kind. */
const fullRuns = 8_000;
const fullApprovals = 2_000;
/** That are decided by one request. */
const batch = 100;

function speedTable(found: readonly Speed[], by: string): string {
  const [bare] = found;
  const rows = found.map(({ name, perSecond }) => [name, short(perSecond), short(perSecond / (bare?.perSecond ?? Number.NaN))]);
  return markdownTable(['', 'a second', by], rows);
}

/** p50 of each number of automations by that of none. */
function latencyLine({ title, figures }: Curve): string {
  const [none] = figures;
  const ratios = figures.map(({ name, p50 }) => `${name} ${p50.toFixed(2)} ms (× ${(p50 / (none?.p50 ?? Number.NaN)).toFixed(2)})`);
  return `- ${title}, p50: ${ratios.join(', ')}.`;
}

export const workflow: Part = {
  name: 'workflow',
  title: 'Automations and approvals',
  run: (options, tell) =>
    atPlace(async (place) => {
      const runs = 4 * Math.max(100, Math.round((fullRuns * options.scale) / 4));
      const found = await speeds(place, runs, tell);
      const approvals = batch * Math.max(1, Math.round((fullApprovals * options.scale) / batch));
      const decided = await approvalSpeeds(place, { approvals, batch }, tell);
      const curves = await latencyCurves(place, { options, postmaster: place.cluster.postmaster });
      const notes = [
        `- ${String(runs)} runs of four tenants each time, all due at one moment, and as many empty jobs of pg-boss in four loops. A run has one or five steps that set a field of its record, each a commit with journal, history and outbox; runs that stand at the same step are done as sets.`,
        `- ${String(approvals)} approvals each time: a new record waits until two people have approved it, so there are three requests, each a commit with tasks, histories, messages in the app, shares and outbox. Four requests are under way at once; of bulks and batches of ${String(batch)} one, in which each decision is a commit. Beside them the rows that are left of an approval, written by bare inserts in three commits.`,
        '- Writes: one request at a time, on a node that does no jobs.',
        ...curves.map(latencyLine),
      ].join('\n');
      const tables = [
        ['### Runs', speedTable(found, 'by bare jobs one at a time')],
        ['### Approvals', speedTable(decided, 'by bare inserts')],
      ];
      const markdown = [notes, ...tables.flat(), ...curves.map(curveTable)].join('\n\n');
      return { markdown, missed: [], failed: false, figures: { runs, speeds: found, approvals, decided, curves } };
    }),
};
