// Automations as a part: how many runs nodes do a second beside bare jobs, and what automations cost those who write.
import { curveTable, type Curve } from './growth/curve.ts';
import { atPlace } from './growth/place.ts';
import type { Part } from './part.ts';
import { markdownTable, short } from './report/tables.ts';
import { latencyCurves } from './workflow/latency.ts';
import { speeds, type Speed } from './workflow/throughput.ts';

/** Of the full scale; of each kind. */
const fullRuns = 8_000;

function speedTable(found: readonly Speed[]): string {
  const [bare] = found;
  const rows = found.map(({ name, perSecond }) => [name, short(perSecond), short(perSecond / (bare?.perSecond ?? Number.NaN))]);
  return markdownTable(['', 'a second', 'by bare jobs one at a time'], rows);
}

/** p50 of each number of automations by that of none. */
function latencyLine({ title, figures }: Curve): string {
  const [none] = figures;
  const ratios = figures.map(({ name, p50 }) => `${name} ${p50.toFixed(2)} ms (× ${(p50 / (none?.p50 ?? Number.NaN)).toFixed(2)})`);
  return `- ${title}, p50: ${ratios.join(', ')}.`;
}

export const workflow: Part = {
  name: 'workflow',
  title: 'Automations',
  run: (options, tell) =>
    atPlace(async (place) => {
      const runs = 4 * Math.max(100, Math.round((fullRuns * options.scale) / 4));
      const found = await speeds(place, runs, tell);
      const curves = await latencyCurves(place, { options, postmaster: place.cluster.postmaster });
      const notes = [
        `- ${String(runs)} runs of four tenants each time, all due at one moment, and as many empty jobs of pg-boss in four loops. A run has one or five steps that set a field of its record, each a commit with journal, history and outbox; runs that stand at the same step are done as sets.`,
        '- Writes: one request at a time, on a node that does no jobs.',
        ...curves.map(latencyLine),
      ].join('\n');
      const markdown = [notes, '### Runs', speedTable(found), ...curves.map(curveTable)].join('\n\n');
      return { markdown, missed: [], failed: false, figures: { runs, speeds: found, curves } };
    }),
};
