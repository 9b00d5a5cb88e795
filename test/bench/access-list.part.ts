// Lists under record permissions as a part: the contenders take turns in this process, on the database of the tests.
import setUp, { takeBack } from '../support/global-setup.ts';
import { benchmark } from './access-list.bench.ts';
import { broken, type Benchmark, type Findings } from './benchmark.ts';
import { markdownTable } from './report/tables.ts';
import type { Part } from './part.ts';

function section({ description, limit }: Benchmark, { figures, notes }: Findings): string {
  const rows = figures.map(({ name, min, median, p95, ratio, limited }) => {
    const bound = limited && limit !== undefined ? `at most ${String(limit)}: ${ratio <= limit ? 'met' : 'missed'}` : '';
    return [name, ...[min, median, p95, ratio].map((value) => value.toFixed(2)), bound];
  });
  const beside = Object.entries(notes).map(([what, value]) => `- ${what}: ${String(value)}`);
  return [`${description}.`, markdownTable(['milliseconds', 'min', 'median', 'p95', 'ratio', 'limit'], rows), beside.join('\n')].join(
    '\n\n',
  );
}

export const accessList: Part = {
  name: 'access-list',
  title: 'What record permissions cost in lists',
  run: async () => {
    await setUp();
    try {
      const findings = await benchmark.run();
      const missed = broken(benchmark, findings).map(({ name, ratio }) => `${name}: × ${ratio.toFixed(2)}`);
      return { markdown: section(benchmark, findings), missed, failed: missed.length > 0, figures: findings };
    } finally {
      if (globalThis.tesseraTestPostgres !== undefined) await takeBack(globalThis.tesseraTestPostgres);
    }
  },
};
