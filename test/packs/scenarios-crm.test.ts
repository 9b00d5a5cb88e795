// The scenarios of the example pack, as whoever works on it plays them: by the command line.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PackTested } from '@tessera/engine';
import { desk, example, failureOf, type Desk } from '../flows/command-line-scene.ts';
import { testedText } from '../../packages/server/src/cli/scenario-text.ts';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let cli: Desk;

beforeAll(async () => {
  database = await testDatabase();
  cli = await desk(database.url);
});
afterAll(async () => {
  await cli.close();
  await database.drop();
});

describe('tessera pack test', () => {
  it('passes all that the example pack has', async () => {
    const ran = await cli.run(['pack', 'test', exampleFolder('crm-base'), '--json']);
    const { results, failed, coverage } = JSON.parse(ran.out) as PackTested;
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect({ code: ran.code, failed }).toEqual({ code: 0, failed: 0 });
    expect(results.length).toBeGreaterThan(8);
    expect((coverage?.reached ?? 0) / (coverage?.parts ?? 1)).toBeGreaterThan(0.8);
  });

  it('ends with 1 where one fails, and says why', async () => {
    const scenario = await example('crm-base', 'tests/leadIsAnswered.json');
    const steps = { ...(scenario['steps'] as object), days: { order: 40, type: 'advanceClock', by: 'PT1H' } };
    const folder = await cli.pack('crm-base', 'broken', { 'tests/leadIsAnswered.json': { ...scenario, steps } });
    const ran = await cli.run(['pack', 'test', folder, '--scenario', 'leadIsAnswered', '--language', 'zh-CN', '--json']);
    expect(ran.code).toBe(1);
    expect(failureOf(ran).code).toBe('SCENARIOS_FAILED');
    const text = testedText(JSON.parse(ran.out) as PackTested, true);
    expect(text).toContain('一天内跟进新线索为及时响应');
    const place = 'at step verdict “一个及时，一个超时” of crm-base/tests/leadIsAnswered.json';
    expect(text).toMatch(new RegExp(`${place}:\\d+:\\d+\\n +slow\\.leadResponseState\\n +expected: missed\\n +found: +met\\n`));
    expect(text).toContain('crm-base 1.0.0: 1 of 1 scenarios fail (played in ');
    const nobody = { ...steps, takeUp: { type: 'update', order: 30, as: 'sammy', record: 'quick', values: {} } };
    await cli.file('broken/tests/leadIsAnswered.json', JSON.stringify({ ...scenario, steps: nobody }));
    expect(failureOf(await cli.run(['pack', 'validate', folder, '--json'])).problems).toMatchObject([
      { code: 'METADATA_REFERENCE_MISSING', file: 'crm-base/tests/leadIsAnswered.json', pointer: '/steps/takeUp/as' },
    ]);
  });

  it('plays again when a file changes, in the same sandbox', async () => {
    const folder = await cli.pack('library', 'watched', {
      'tests/one.json': { name: 'one', steps: { x: { type: 'expect', counts: { none: { object: 'loan', is: 0 } } } } },
    });
    const data = await mkdtemp(join(tmpdir(), 'tessera-watch-'));
    const program = join(import.meta.dirname, '../../packages/server/src/cli.ts');
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: database.url,
      DATA_DIR: data,
      TESSERA_SECRET: 'a secret of these tests, long enough',
    };
    const child = spawn(process.execPath, [program, 'pack', 'test', folder, '--watch'], { env });
    const verdicts: string[] = [];
    let heard = Promise.withResolvers<undefined>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      verdicts.push(...text.split('\n').filter((line) => line.startsWith('library ')));
      heard.resolve(undefined);
    });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const until = async (count: number): Promise<void> => {
      while (verdicts.length < count) {
        await heard.promise;
        heard = Promise.withResolvers<undefined>();
      }
    };
    try {
      await until(1);
      await cli.file(
        'watched/tests/one.json',
        JSON.stringify({ name: 'one', steps: { x: { type: 'expect', counts: { none: { object: 'loan', is: 1 } } } } }),
      );
      await until(2);
      expect(verdicts).toEqual([
        expect.stringMatching(/all 1 scenarios pass .*sandbox made/),
        expect.stringMatching(/1 of 1 scenarios fail \(played in [\d.]+ s\)\.$/),
      ]);
    } finally {
      child.kill('SIGINT');
      expect(await closed).toBe(0);
      await rm(data, { recursive: true, force: true });
    }
  });
});
