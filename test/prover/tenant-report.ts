// What came of proving a tenant, in lines for whoever configured it.
import type { Layer } from '@tessera/metadata';
import type { Difference } from './prove.ts';
import type { Population } from './populations.ts';
import type { TenantReport } from './tenant-prove.ts';
import { platformObjectNames } from './tenant-populations.ts';

/** Records fewer than these are shown as they are. */
const mostShown = 12;

function leftRecords(population: Population): readonly string[] {
  const entries = population.creates
    .filter(({ object }) => !platformObjectNames.includes(object))
    .flatMap(({ object, entries: all }) => all.map(({ key, values }) => `    ${object} ${key}: ${JSON.stringify(values)}`));
  const changes = population.updates
    .filter(({ object }) => !platformObjectNames.includes(object))
    .flatMap(({ object, entries: all }) => all.map(({ key, values }) => `    then ${object} ${key}: ${JSON.stringify(values)}`));
  return entries.length > mostShown ? [`    ${String(entries.length)} records`] : [...entries, ...changes];
}

function careerOf(population: Population, email: string): string {
  const users = population.creates.filter(({ object }) => object === 'user').flatMap(({ entries }) => entries);
  const key = users.find(({ values }) => values['email'] === email)?.key;
  const careers = population.updates.filter(({ object }) => object === 'user').flatMap(({ entries }) => entries);
  return JSON.stringify(careers.find((each) => each.key === key)?.values ?? {});
}

function differenceLines({ world, person, ask, difference, smallest }: Difference, again: string): readonly string[] {
  const small =
    smallest === undefined
      ? ['  It does not come again in a fresh world.']
      : [
          `  Smallest, with ${String(smallest.records)} records: ${JSON.stringify(smallest.ask)}`,
          `    ${smallest.difference}`,
          `    ${person}: ${careerOf(smallest.population, person)}`,
          ...leftRecords(smallest.population),
        ];
  return [
    `DIFFERENCE in world ${world}: ${person} asks ${JSON.stringify(ask)}`,
    `  ${difference}`,
    ...small,
    `  Again: ${again} --only ${world}`,
  ];
}

/** The report; `command` is what brings the same run back, without its seed. */
export function tenantReportText(tenant: string, layers: readonly Layer[], report: TenantReport): string {
  const { seed, figures, differences, unjudged } = report;
  const again = `npm run prove -- --tenant ${tenant} --seed ${String(seed)}`;
  const { worlds, requests, comparisons, full, withheld, masked, probes } = figures;
  const packs = layers.map(({ kind, name, version }) => (kind === 'tenant' ? 'its own layer' : `${name} ${version}`));
  const kinds = Object.entries(figures.kinds).map(([kind, count]) => `${kind} ${String(count)}`);
  return [
    `${tenant} (${packs.join(', ')}), seed ${String(seed)}`,
    `${String(worlds)} worlds, ${String(requests)} requests, ${String(comparisons)} answers compared with what ACCESS.md says: ${kinds.join(', ')}.`,
    `${String(full)} had something in them, from ${String(withheld)} something was kept back, ${String(masked)} had masked values, ` +
      `${String(probes)} asked for something hidden and for something invented.`,
    ...(unjudged.length === 0 ? [] : ['Not judged:', ...unjudged.map(({ what, why, hence }) => `  ${what}: ${why}; ${hence}`)]),
    ...differences.flatMap((each) => differenceLines(each, again)),
    differences.length === 0 ? 'No difference.' : `${String(differences.length)} difference(s).`,
    '',
  ].join('\n');
}
