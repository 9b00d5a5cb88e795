// Data of packs in scenarios: rules about the time, names of records, demo sets with those that they need, demo people.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger, type Clock } from '@tessera/kernel';
import { password, testEngine, type Json, type TestEngine } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { ago, files, tenders, told } from './seeds-scene.ts';
import { scenarioScene, type ScenarioScene } from './scenarios-scene.ts';

describe('data of packs in scenarios', () => {
  let lab: TestEngine;
  let scene: ScenarioScene;

  const desk = (clock: Clock): Administration => new Administration({ cell: lab.cell, log: silentLogger, secret: password, clock });

  beforeAll(async () => {
    lab = await testEngine();
    scene = await scenarioScene(lab, files);
  });
  afterAll(async () => {
    await scene.close();
    await lab.close();
  });

  const given = { clock: '2026-03-02T09:00:00Z', people: 'demo', data: ['todo'] } as unknown as Json;

  it('are there as of the clock, with all that they need, under their names, for the people of the demo data', async () => {
    const { results } = await scene.play(
      {
        firstTime: {
          there: {
            type: 'expect',
            records: {
              first: { values: { closeDate: '2026-03-09', owner: { ref: 'ben' }, order: { ref: 'standing' } } },
              call: { values: { deal: { ref: 'first' } } },
              ben: { values: { manager: { ref: 'ada' } } },
            },
            counts: { deals: { object: 'deal', is: 2 } },
          },
          worse: { type: 'update', as: 'ben', record: 'first', values: { name: 'Changed' } },
        },
        // What the one before has changed is as it was loaded.
        again: { there: { type: 'expect', records: { first: { values: { name: 'First deal' } } } } },
      },
      given,
    );
    expect(results.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    const later = await scene.play(
      { later: { there: { type: 'expect', records: { first: { values: { closeDate: '2026-06-08' } } } } } },
      { ...given, clock: '2026-06-01T09:00:00Z' },
    );
    expect(later.results[0]?.failure).toBeUndefined();
    // A file is looked at anew, and states that nobody asks for any more go.
    const states = async (): Promise<number> => {
      const [found] = await lab.sql(
        "select count(distinct split_part(relname, '_', 3))::int as n from pg_class where starts_with(relname, '_baseline_') and relkind = 'r'",
      );
      return Number(found?.['n']);
    };
    const before = await states();
    await scene.write({ 'data/deals.csv': String(files['data/deals.csv']).replace('First deal', 'Other deal') });
    const other = { there: { type: 'expect', records: { first: { values: { name: 'Other deal' } } } } };
    expect((await scene.play({ other }, given)).results[0]?.failure).toBeUndefined();
    await scene.write({ 'data/deals.csv': files['data/deals.csv'] });
    expect(await states()).toBe(before);
    const without = await scene.play({ none: { there: { type: 'expect', counts: { deals: { object: 'deal', is: 0 } } } } });
    expect(without.results[0]?.failure).toBeUndefined();
  });

  it('tell of the past: who did what when, as if it had been done then, and nothing follows from it', async () => {
    const dealIs = (name: string): Json => ({ '==': [{ var: 'record' }, { ref: name }] });
    const wrong = await scene.wrong(
      {
        jobs: { type: 'runJobs' },
        there: {
          type: 'expect',
          records: {
            big: {
              values: {
                createdAt: '2026-01-21T09:00:00Z',
                createdBy: { ref: 'ben' },
                stageSince: '2026-02-20T09:00:00Z',
                size: 'big',
                note: 'agreed',
              },
              approval: { process: 'check', status: 'approved' },
              history: {
                offered: { field: 'stage', from: 'open', to: 'offer', by: 'ben' },
                raised: { field: 'amount', from: 5000, to: 6000, by: 'ben' },
                won: { field: 'stage', from: 'offer', to: 'won', by: 'ben' },
              },
            },
            small: { approval: { process: 'check', status: 'running', pendingWith: ['ada'] } },
          },
          counts: {
            stages: { object: 'dealStageChange', where: dealIs('big'), is: 3 },
            offered: {
              object: 'dealStageChange',
              where: { and: [dealIs('big'), { '==': [{ var: 'until' }, '2026-02-20T09:00:00Z'] }, { '==': [{ var: 'days' }, 20] }] },
              is: 1,
            },
            decided: {
              object: 'dealApprovalDecision',
              where: { and: [{ '==': [{ var: 'at' }, '2026-02-11T09:00:00Z'] }, { '==': [{ var: 'person' }, { ref: 'ada' }] }] },
              is: 1,
            },
            told: { object: 'notification', is: 0 },
            greeted: { object: 'task', where: { '==': [{ var: 'name' }, 'hello'] }, is: 0 },
            // What has become due since and is still open is done as at any other time.
            late: { object: 'task', where: { '==': [{ var: 'name' }, 'half'] }, is: 1 },
          },
        },
        decide: { type: 'approval', as: 'ada', record: 'small', action: 'approve' },
        over: { type: 'expect', records: { small: { approval: { status: 'approved' } } } },
      },
      { ...given, data: ['pipeline'] },
    );
    expect(wrong).toEqual([]);
  });

  it('are loaded where they are asked for, and loading them again changes what is there instead of adding to it', async () => {
    const administration = desk(lab.clock);
    const administrator = { name: 'Root', email: 'root@demo.example', password };
    await administration.createTenant({ name: 'show', packs: [scene.folder], administrator, demo: true });
    const state = async (): Promise<unknown> =>
      lab.sql(`select name, stage, amount::text, created_at::text, (select count(*)::int from t_show.deal_stage_change) as moves
        from t_show.deal order by name`);
    const before = await state();
    expect(before).toMatchObject([
      { name: 'Big', stage: 'won', moves: 6 },
      { name: 'First deal' },
      { name: 'Nameless' },
      { name: 'Small' },
    ]);
    await lab.sql("update t_show.deal set name = 'Renamed' where name = 'Big'");
    await administration.packs.apply('show', { folder: scene.folder }, { demo: true });
    expect(await state()).toEqual(before);
  });

  it('are told whole: what breaks in the middle of a past, or of a file, the next load makes good', async () => {
    await scene.write(tenders);
    const at = lab.clock.now();
    const administration = desk({ now: () => at });
    for (const name of ['whole', 'torn']) {
      const administrator = { name: 'Root', email: `root@${name}.example`, password };
      await administration.createTenant({ name, packs: [scene.folder], administrator, demo: name === 'whole' });
    }
    const load = (): Promise<unknown> => administration.packs.loadDemo('torn', scene.folder);
    const broken: string[] = [];
    for (const moment of ["new.stage = 'offer'", "new.note = 'agreed'", "new.name = 'West'"]) {
      // The connection dies with the statement.
      await lab.sql(`create function t_torn.die() returns trigger language plpgsql security definer as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`);
      await lab.sql(`create trigger die before update on t_torn.deal for each row when (${moment}) execute function t_torn.die()`);
      broken.push((await failureOf(load())).code);
      await lab.sql('drop function t_torn.die cascade');
    }
    expect(broken).toEqual(['DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
    const [before] = await lab.sql("select count(*)::int as deals, count(*) filter (where stage <> 'open')::int as moved from t_torn.deal");
    expect(before).toEqual({ deals: 6, moved: 1 });
    await scene.write({ 'data/tenders.csv': `${String(tenders['data/tenders.csv'])}south,South,-1\n` });
    expect(await failureOf(load())).toMatchObject({ code: 'SEED_REFUSED', problems: [{ file: 'shop/data/tenders.csv', line: 4 }] });
    await scene.write(tenders);
    await load();
    const whole = await told(lab, 'whole');
    const counted = (table: string): number => whole.filter((line) => line.startsWith(`${table} `)).length;
    expect([counted('deal'), counted('deal_stage_change'), counted('deal_approval_decision')]).toEqual([6, 9, 7]);
    expect(await told(lab, 'torn')).toEqual(whole);
    // What waits for an approval stays as it is, and what was saved meanwhile is not put in force with the data.
    await lab.sql("update t_torn.deal set locked_by_id = (select id from t_torn.user limit 1) where name = 'First deal'");
    const held = await told(lab, 'torn');
    const versions = await administration.packs.versions('torn');
    await scene.write({
      'data/todo.json': { ...(files['data/todo.json'] as Json), records: { call: { name: 'Changed' } } },
      'roles/late.json': { name: 'late', label: { en: 'Late' } },
    });
    await load();
    expect(await told(lab, 'torn')).toEqual(held);
    expect(await administration.packs.versions('torn')).toEqual(versions);
    expect(await lab.sql('select name from t_torn.task')).toEqual([{ name: 'Call' }]);
    await scene.write({ ...files, 'roles/late.json': null });
  });

  it('are named rightly or not at all (METADATA_INVALID)', async () => {
    const wrong = scene.play({ one: { step: { type: 'expect', records: { nobody: {} } } } }, { ...given, data: ['catalogue', 'todos'] });
    await expect(wrong).rejects.toMatchObject({
      problems: [
        { code: 'METADATA_REFERENCE_MISSING', pointer: '/given/data/1' },
        { code: 'METADATA_REFERENCE_MISSING', pointer: '/steps/step/records/nobody' },
      ],
    });
    const pipeline = files['data/pipeline.json'] as Json;
    const late = { small: { late: { at: { dateAdd: [{ var: '$now' }, 'P1D'] }, by: 'ben', values: { note: 'x' } } } };
    await scene.write({ 'data/pipeline.json': { ...pipeline, history: late } });
    expect(await scene.wrong({ any: { type: 'runJobs' } }, { ...given, data: ['pipeline'] })).toMatchObject([
      { found: expect.stringContaining('SEED_HISTORY_INVALID at /history/small/late/at') },
    ]);
    const stray = { nobody: { at: ago('P1D'), by: 'ada' } };
    await scene.write({
      'data/pipeline.json': {
        ...pipeline,
        records: { small: { name: 'Small', owner: { ref: 'eve' }, sizes: 1 } },
        history: { other: stray },
      },
    });
    const { problems } = await desk(lab.clock).packs.validate(scene.folder);
    expect(problems.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/records/small/owner/ref', '/records/small/sizes', '/history/other']),
    );
  });
});
