// The scenarios of the pack saas in each version: on the pack alone, and below a customer's changes before and after each upgrade.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { graphqlAsker } from '@tessera/api';
import { Administration, atScenarioDesk, type EngineOptions } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { readPack } from '@tessera/packs';
import { testEngine, type TestEngine } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';
import { customisedFiles, saasVersions, type SaasVersion, type SaasVersions } from './saas-versions-kit.ts';

const name = 'yunfeng';

let versions: SaasVersions;
let engine: TestEngine;
let options: EngineOptions;
beforeAll(async () => {
  versions = await saasVersions();
  engine = await testEngine();
  options = { cell: engine.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: engine.clock };
  const below = await Promise.all(['crm-base', 'hightech'].map((pack) => readPack(exampleFolder(pack))));
  const tenant = await engine.tenant(name, [...below, await versions.layer('1.0')]);
  await tenant.apply(await customisedFiles());
}, 400_000);
afterAll(async () => {
  await engine.close();
  await versions.remove();
});

/** Scenarios that failed, and how many there were. */
async function played(version: SaasVersion, tenant?: string): Promise<unknown> {
  const { results } = await atScenarioDesk(options, graphqlAsker(), (desk) => desk.test({ folder: versions.folder(version), tenant }));
  return [results.filter(({ passed }) => !passed), results.length];
}

const upgrade = (version: SaasVersion): Promise<unknown> =>
  new Administration(options).packs.apply(name, { folder: versions.folder(version), newer: true }, { decisions: { prefer: 'tenant' } });

describe('the scenarios of the pack', () => {
  it('pass before any upgrade, below the customer’s changes', async () => {
    expect(await played('1.0', name)).toEqual([[], 10]);
  }, 400_000);

  it.each(['1.1', '2.0'] as const)(
    'pass in %s, alone and below the customer’s changes',
    async (version) => {
      await upgrade(version);
      expect(await played(version)).toEqual([[], 9]);
      expect(await played(version, name)).toEqual([[], 10]);
    },
    400_000,
  );
});
