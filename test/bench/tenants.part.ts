// Tenants of one database as a part: making them, starting a node over them, asking them by Zipf's law, holding them in memory.
import { curveTable, type Curve, type Setting } from './growth/curve.ts';
import { heldByTenants, type Held } from './growth/memory.ts';
import { atPlace, type Place } from './growth/place.ts';
import { packOf, tenantStages, type Stage } from './growth/tenant-curve.ts';
import { zipfCurve, zipfGoal } from './growth/zipf.ts';
import type { Part, PartResult } from './part.ts';
import { markdownTable, short } from './report/tables.ts';

/** Seconds from the start of a node over a hundred tenants to its greeting; memory of many with one Model by that of one; MB of the caches. */
const [startGoal, sameGoal, bound] = [3, 1.5, 256 + 100];

function stageTable(stages: readonly Stage[]): string {
  const head = [
    'tenants',
    'making one, s',
    'CPU of that, server ms',
    'database ms',
    'relations',
    'catalogue MB',
    'database MB',
    'largest backend MB',
  ];
  const rows = stages.map((stage) => [
    String(stage.tenants),
    ...[stage.madeSeconds, stage.madeServerMs, stage.madeDatabaseMs].map(short),
    String(stage.relations),
    ...[stage.catalogueMb, stage.databaseMb, stage.backendMb].map(short),
  ]);
  return markdownTable(head, rows);
}

function startTable(stages: readonly Stage[]): string {
  const head = ['tenants', 'start to greeting, s', 'first answer of a tenant, ms', 'of another with its Model, ms', 'then, ms'];
  return markdownTable(
    head,
    stages.map(({ tenants, startSeconds, first }) => [String(tenants), startSeconds.toFixed(2), ...first.map((ms) => ms.toFixed(0))]),
  );
}

function memoryTable(held: readonly Held[]): string {
  const head = ['heap in MB', 'nobody asked', 'one tenant', 'all', 'all by one', 'a get and a GraphQL page of each, ms', 'again, ms'];
  const rows = held.map(({ name, empty, one, all, rounds }) => [name, ...[empty, one, all, all / one, ...rounds].map(short)]);
  return markdownTable(head, rows);
}

function missedOf(stages: readonly Stage[], zipf: Curve, [same, own]: readonly Held[]): readonly string[] {
  const hundred = stages.findLast(({ tenants }) => tenants <= 100);
  const [one, byZipf] = zipf.figures;
  const ratio = (byZipf?.perSecond ?? 0) / (one?.perSecond ?? Number.NaN);
  const grown = (own?.all ?? Number.NaN) - (own?.empty ?? Number.NaN);
  const sameRatio = (same?.all ?? Number.NaN) / (same?.one ?? Number.NaN);
  return [
    ...((hundred?.startSeconds ?? 0) <= startGoal
      ? []
      : [`a node over 100 tenants starts in ${hundred?.startSeconds.toFixed(2) ?? '?'} s`]),
    ...(ratio >= zipfGoal ? [] : [`tenants by Zipf’s law have ${ratio.toFixed(2)} of one tenant’s throughput`]),
    ...(sameRatio <= sameGoal ? [] : [`tenants of one Model take ${sameRatio.toFixed(2)} times the heap of one`]),
    ...(grown <= bound ? [] : [`tenants with Models of their own take ${grown.toFixed(0)} MB`]),
  ];
}

async function measured(place: Place, setting: Setting, tell: (line: string) => void): Promise<PartResult> {
  const { tenants, stages, curves } = await tenantStages(place, setting, tell);
  const zipf = await zipfCurve(place, tenants, setting);
  const held = await heldByTenants(place, tenants, tell);
  const missed = missedOf(stages, zipf, held);
  const notes = [
    `- Each tenant has 30 tables: ${String(packOf.objects)} objects of ${String(packOf.fields)} fields with lookups, formulas, layouts and rules, and the platform’s. All have one Model until memory is looked at.`,
    `- Wanted: start over 100 tenants ≤ ${String(startGoal)} s; by Zipf’s law ≥ ${String(zipfGoal)} of one tenant’s throughput; with one Model all ≤ ${String(sameGoal)} × the heap of one; with a Model each ≤ ${String(bound)} MB beyond a server that nobody asked. ${missed.length === 0 ? 'All met.' : `Missed: ${missed.join('; ')}.`}`,
    '- The heap is that of the server’s process after a collection, with buffers. What bounds it are MODEL_MEMORY (Models and permissions) and SCHEMA_MEMORY (GraphQL).',
  ].join('\n');
  const sections = [
    notes,
    '### Making tenants',
    stageTable(stages),
    '### Starting a node',
    startTable(stages),
    ...[...curves, zipf].map(curveTable),
    '### Memory',
    memoryTable(held),
  ];
  return { markdown: sections.join('\n\n'), missed, failed: false, figures: { stages, curves, zipf, held } };
}

export const tenants: Part = {
  name: 'tenants',
  title: 'Tenants of one database',
  run: (options, tell) => atPlace((place) => measured(place, { options, postmaster: place.cluster.postmaster }, tell)),
};
