// `npm run bench [name…] [-- --json]`: runs benchmarks against a real PostgreSQL and fails where a stated limit is broken.
import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import setUp, { takeBack } from '../support/global-setup.ts';
import { broken, type Benchmark, type Findings } from './benchmark.ts';

const ending = '.bench.ts';
const known = readdirSync(import.meta.dirname).flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : []));

const load = async (name: string): Promise<Benchmark> =>
  ((await import(join(import.meta.dirname, `${name}${ending}`))) as { readonly benchmark: Benchmark }).benchmark;

function table({ limit }: Benchmark, { figures, notes }: Findings): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const row = (name: string, ...cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join(' ');
  const lines = figures.map(({ name, min, median, p95, ratio, limited }) => {
    const bound = limited && limit !== undefined ? `  at most ${limit}${ratio <= limit ? '' : ': BROKEN'}` : '';
    return `${row(name, ...[min, median, p95].map((ms) => ms.toFixed(2)), `× ${ratio.toFixed(2)}`)}${bound}`;
  });
  const beside = Object.entries(notes).map(([what, value]) => `${what}: ${value}`);
  return [row('milliseconds', 'min', 'median', 'p95', 'ratio'), ...lines, '', ...beside].join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
  const missing = positionals.filter((name) => !known.includes(name));
  if (missing.length > 0) throw new Error(`There is no benchmark ${missing.join(', ')}. Known: ${known.join(', ')}.`);
  const results: unknown[] = [];
  for (const name of positionals.length === 0 ? known : positionals) {
    const benchmark = await load(name);
    if (!values.json) console.log(`${name}: ${benchmark.description}\n`);
    const { figures, notes } = await benchmark.run();
    // A crowded machine interrupts what takes longer more often: the medians' ratios grow with it.
    const findings = { figures, notes: { ...notes, 'load of the machine': loadavg()[0]?.toFixed(1) ?? '' } };
    const failed = broken(benchmark, findings);
    if (failed.length > 0) process.exitCode = 1;
    if (values.json) results.push({ name, limit: benchmark.limit ?? null, ...findings, broken: failed.map((figure) => figure.name) });
    else console.log(`${table(benchmark, findings)}\n`);
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
}

await setUp();
try {
  await main();
} finally {
  if (globalThis.tesseraTestPostgres !== undefined) await takeBack(globalThis.tesseraTestPostgres);
}
