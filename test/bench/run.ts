// `npm run bench [part…] [-- options]`: runs the parts of the benchmark and writes RESULTS.md; fails where a limit is broken.
import { loadavg } from 'node:os';
import { readOptions, usage } from './options.ts';
import { parts } from './parts.ts';
import { madeOn } from './report/machine.ts';
import { writeResults } from './report/results-file.ts';

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const known = parts.map(({ name }) => name);
  const missing = options.parts.filter((name) => !known.includes(name));
  if (missing.length > 0) throw new Error(`There is no part ${missing.join(', ')}. Known: ${known.join(', ')}.\n\n${usage}`);
  const wanted = parts.filter(({ name }) => options.parts.length === 0 || options.parts.includes(name));
  const figures: Record<string, unknown> = {};
  for (const { name, title, run } of wanted) {
    tell(`\n${title}`);
    const made = await madeOn();
    const result = await run(options, tell);
    const after = `Load after: ${loadavg()[0]?.toFixed(1) ?? '?'}.`;
    const section = { name, title, markdown: [`${made} ${after}`, result.markdown].join('\n\n') };
    // At once: a later part may fail. Profiles are no results.
    if (options.write && options.profile === undefined) await writeResults(known, [section]);
    figures[name] = result.figures;
    if (!options.json) process.stdout.write(`\n## ${title}\n\n${result.markdown}\n`);
    if (result.missed.length > 0) tell(`\nMissed:\n${result.missed.map((each) => `  ${each}`).join('\n')}`);
    if (result.failed) process.exitCode = 1;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await main();
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
