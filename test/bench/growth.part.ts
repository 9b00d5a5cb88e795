// Growth within tenants as a part: records, depth, objects, fields, sharing rules; and processes side by side.
import { cpus } from 'node:os';
import { brokenPromise, curveTable, type Curve, type Setting } from './growth/curve.ts';
import { fieldCurves, objectCurves, type MetadataCurves } from './growth/metadata.ts';
import { nodeCurves } from './growth/nodes.ts';
import { atPlace, type Place } from './growth/place.ts';
import { recordCurves } from './growth/records.ts';
import { sharingCurves } from './growth/sharing.ts';
import type { Part, PartResult } from './part.ts';
import { markdownTable } from './report/tables.ts';

const firstsTable = ({ firsts }: MetadataCurves): string =>
  markdownTable(['', 'tenant made, s', 'first answer, ms', 'first of GraphQL, ms', 'then, ms'], firsts);

async function measured(place: Place, setting: Setting, tell: (line: string) => void): Promise<PartResult> {
  const found: { readonly curves: readonly Curve[]; readonly beside?: string }[] = [];
  found.push({ curves: await recordCurves(place, setting, tell) });
  for (const curves of [objectCurves, fieldCurves]) {
    const made = await curves(place, setting);
    found.push({ curves: made.curves, beside: firstsTable(made) });
    tell(made.curves.map(({ title }) => title).join('; '));
  }
  found.push({ curves: await sharingCurves(place, setting) }, { curves: await nodeCurves(place, setting) });
  const curves = found.flatMap((each) => each.curves);
  const missed = curves.flatMap((curve) => brokenPromise(curve) ?? []);
  const { rounds, seconds, connections } = setting.options;
  const notes = [
    `- Closed loop, ${String(connections)} connections, ${String(rounds)} rounds of ${String(seconds / 2)} s at each size, turn by turn; medians. CPU is that of the servers and of all of PostgreSQL, a request: where other programs take CPU too, its ratio is the one that holds.`,
    '- Each object has the lookups, picklists, amounts, formulas, layouts, list views and rules of a grown CRM in proportion to its fields.',
    `- Under “Nodes” two processes, PostgreSQL and the loader share ${String(cpus().length)} cores: it shows that a second process costs nothing a request, not how far two machines go.`,
  ].join('\n');
  const sections = found.map(({ curves: each, beside }) =>
    [...each.map(curveTable), ...(beside === undefined ? [] : [beside])].join('\n\n'),
  );
  return { markdown: [notes, ...sections].join('\n\n'), missed, failed: false, figures: curves };
}

export const growth: Part = {
  name: 'growth',
  title: 'Growth within a tenant, and of processes',
  run: (options, tell) => atPlace((place) => measured(place, { options, postmaster: place.cluster.postmaster }, tell)),
};
