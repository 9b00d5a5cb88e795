import { it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { openLab } from './lab.ts';
import { prove } from './prove.ts';
import { differencesText, figuresText } from './report.ts';
it('runs', async () => {
  const lab = await openLab();
  const e = process.env;
  const t = Date.now();
  const report = await prove(lab, {
    seed: Number(e['PROVER_SEED'] ?? 1),
    worlds: Number(e['W'] ?? 30),
    ...(e['REST'] ? { surfaces: ['rest'] as const } : {}),
    shrink: e['SHRINK'] !== undefined,
    as: e['AS'] === 'admin' ? 'administrator' : 'people',
    most: Number(e['PROVER_MOST'] ?? 3),
    ...(e['PROVER_ONLY'] === undefined ? {} : { only: e['PROVER_ONLY'] }),
    ...(e['SPREAD'] ? { spread: { constitutions: 1, worlds: 4 } } : {}),
  });
  writeFileSync(
    '/tmp/prover-out.txt',
    `${differencesText(report)}\n\n${figuresText(report)}\n${String(Date.now() - t)} ms\n${[...new Set(lab.blamed.map((b) => b.split('\n').slice(0, 4).join('\n')))].join('\n')}\n`,
  );
  await lab.close();
}, 900_000);
