// Scenarios beside tenants: their layers, fixtures of their own, coverage, and sandboxes that nobody else sees or works for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@tessera/kernel';
import { createEngine, type Engine } from '@tessera/engine';
import { readPack } from '../../packages/packs/src/folder.ts';
import { password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { deal, scenarioScene, type ScenarioScene, type Steps } from './scenarios-scene.ts';

let lab: TestEngine;
let scene: ScenarioScene;
let acme: TestTenant;
let node: Engine;

beforeAll(async () => {
  lab = await testEngine();
  node = await createEngine({ cell: lab.cell, log: silentLogger, secret: password, clock: lab.clock, workers: 2 });
  scene = await scenarioScene(lab, {
    'tests/fine.json': { name: 'fine', given: { people: { lin: { roles: ['seller'] } } }, steps: { deal } },
  });
  acme = await lab.tenant('acme', [await readPack(scene.folder)]);
});
afterAll(async () => {
  await scene.close();
  await node.close();
  await lab.close();
});

const sandboxes = async (): Promise<readonly string[]> =>
  (await lab.sql("select name from tessera.tenant where name like 'sandbox%'")).map(({ name }) => String(name));

describe('coverage', () => {
  it('names what no scenario reached, of the pack alone', async () => {
    const steps: Steps = {
      deal: { ...deal, values: { name: 'Deal', amount: 5000 } },
      bad: { type: 'update', record: 'deal', values: { amount: -1 }, refused: { code: 'VALIDATION_FAILED' } },
      offer: { type: 'update', record: 'deal', values: { stage: 'offer' } },
      jobs: { type: 'runJobs' },
      seen: { type: 'expect', records: { deal: { visibleTo: ['wu'] } } },
    };
    const { coverage } = await scene.play({ some: steps });
    expect(coverage?.unreached.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
      [
        ...['automation closing', 'automation daily', 'automation greet', 'automation inbound', 'automation lateDeal', 'automation nudge'],
        ...['approvalCase check/bySize/big', 'approvalProcess check', 'approvalStep check/boss', 'approvalStep check/bySize/big/watchers'],
        ...[
          'case measure/size/small',
          'conversion toOrder',
          'duplicateRule oneOrder',
          'stage stages/won',
          'stageCondition stages/offer/enter/priced',
        ],
        ...['stageMove stages/offer→open', 'stageMove stages/offer→won', 'step closing/task', 'step daily/task', 'step greet/task'],
        ...['step inbound/task', 'step lateDeal/task', 'step measure/size/small/say', 'step nudge/task', 'threshold answer/half'],
        'validationRule deal/never',
      ].sort(),
    );
    expect(coverage?.unreached.find(({ kind }) => kind === 'case')).toEqual({
      kind: 'case',
      name: 'measure/size/small',
      file: 'shop/automations/measure.json',
      pointer: '/steps/size/cases/small',
    });
    const time: Steps = {
      ...steps,
      other: { ...deal, values: { name: 'Other' } },
      more: { type: 'advanceClock', by: 'P2D' },
      unpriced: { type: 'update', record: 'other', values: { stage: 'offer' }, refused: { code: 'STAGE_ENTRY_REFUSED' } },
    };
    const left = (await scene.play({ some: time })).coverage?.unreached.map(({ kind, name }) => `${kind} ${name}`) ?? [];
    for (const part of ['automation daily', 'automation lateDeal', 'threshold answer/half', 'stageCondition stages/offer/enter/priced'])
      expect(left).not.toContain(part);
  });
});

describe('a tenant', () => {
  const region: Json = {
    'extensions/deal.json': {
      extends: 'deal',
      fields: { region__c: { type: 'lookup', to: 'order', required: true, label: { en: 'Region' } } },
    },
  };

  it('has the scenarios played below its own changes, with its fixtures and its own scenarios', async () => {
    await acme.apply(region);
    const test = () => scene.play({ fine: { deal } }, {}, { tenant: 'acme' });
    expect((await test()).results[0]?.failure?.mismatches[0]?.found).toContain('VALUE_REQUIRED');
    await acme.apply({
      'fixtures/deal.json': {
        name: 'deal',
        object: 'deal',
        records: { somewhere: { object: 'order', values: { name: 'Somewhere' } } },
        values: { region__c: { ref: 'somewhere' } },
      },
      'tests/ours.json': { name: 'ours', steps: { made: { type: 'create', object: 'deal', values: { name: 'Ours' } } } },
    });
    expect((await test()).results.map(({ name, passed }) => [name, passed])).toEqual([
      ['fine', true],
      ['ours', true],
    ]);
    expect((await scene.play({ fine: { deal } })).results.map(({ name }) => name)).toEqual(['fine']);
  });
});

describe('a sandbox', () => {
  it('is in no list, is worked for by no node, and goes with its desk', async () => {
    const steps: Steps = {
      deal: { ...deal, values: { name: 'Deal', note: 'greet' } },
      x: { type: 'expect', counts: { none: { object: 'task', is: 0 } } },
    };
    await scene.play({ one: steps });
    const [own = ''] = await sandboxes();
    expect((await lab.cell.tenants()).map(({ name }) => name)).toEqual(['acme']);
    // The run is ready by any clock, and has been told of; whoever works for tenants leaves it.
    await lab.cell.control((transaction) => lab.cell.jobs().enqueue(transaction, [{ kind: 'work', tenant: own }]));
    const jobs = await lab.sql("select 1 from information_schema.tables where table_schema = 'pgboss' and table_name = 'job'");
    if (jobs.length > 0) expect(await lab.sql('select 1 from pgboss.job where group_id = $1', [own])).toEqual([]);
    expect(await lab.sql(`select state from t_${own}._run`)).toEqual([{ state: 'ready' }]);
    await expect(lab.cell.createTenant('sandbox_mine')).rejects.toMatchObject({ code: 'TENANT_NAME_INVALID' });
  });

  it('that was left by a process that died goes with the next desk; one in use stays', async () => {
    await scene.play({ one: { deal } });
    const [own = ''] = await sandboxes();
    await lab.cell.createTenant('sandbox_left', { sandbox: true });
    const other = await scenarioScene(lab);
    expect(await sandboxes()).toEqual([own]);
    await other.close();
    expect(await sandboxes()).toEqual([own]);
  });
});
