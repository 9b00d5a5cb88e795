import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { cruise, type ICruiseResult, type IConfiguration } from 'dependency-cruiser';
import { globSync } from 'node:fs';

const configuration = JSON.parse(readFileSync('.dependency-cruiser.json', 'utf8')) as IConfiguration;

async function cruised(rules: IConfiguration['forbidden']): Promise<ICruiseResult> {
  const { output } = await cruise(['packages'], { ...configuration.options, ruleSet: { forbidden: rules ?? [] }, validate: true });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

describe('layers', () => {
  it('hold, over every source file that there is', async () => {
    const { summary, modules } = await cruised(configuration.forbidden);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    const seen = new Set(modules.map((module) => module.source));
    // With a TypeScript that it cannot drive the checker sees nothing and is content.
    const sources = globSync('packages/*/src/**/*.ts').filter((path) => !path.includes('/generated/'));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => !seen.has(path))).toEqual([]);
  });

  it('see type imports and imports between packages', async () => {
    const { summary } = await cruised([{ name: 'probe', severity: 'error', from: { path: '^packages/kernel/src/logger' }, to: {} }]);
    expect(summary.violations).toEqual([]);
    const probe = await cruised([
      { name: 'probe', severity: 'error', from: { path: '^packages/metadata/src/model.ts' }, to: { path: '^packages/rules/src/index.ts' } },
    ]);
    expect(probe.summary.violations).toHaveLength(1);
  });
});
