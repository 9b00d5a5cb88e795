// Tests that fail, hang, crash or do not load are told, whatever the others do: a green run means that all of it was right.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Suite {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly title: string; readonly status: string; readonly failureMessages: readonly string[] }[];
}

interface Run {
  readonly code: number | null;
  readonly suites: readonly Suite[];
  readonly output: string;
}

/** Runs fixtures of this folder as tests. */
async function runFixtures(pattern: string): Promise<Run> {
  const jest = ['node_modules/jest/bin/jest.js', '--json', '--testMatch', `**/fixtures/${pattern}.fixture.ts`, '--maxWorkers=2'];
  const child = spawn(process.execPath, jest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, output] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, suites: (JSON.parse(out) as { readonly testResults: readonly Suite[] }).testResults, output };
}

const named = (suites: readonly Suite[], name: string): Suite | undefined => suites.find((suite) => suite.name.includes(name));

it('tells what is wrong of each file, and ends with 1', async () => {
  const { code, suites, output } = await runFixtures('*');
  expect(code).toBe(1);
  expect(Object.fromEntries(suites.map(({ name, status }) => [/(\w+)\.fixture/.exec(name)?.[1], status]))).toEqual({
    closing: 'failed',
    crashing: 'failed',
    failing: 'failed',
    passing: 'passed',
    unheard: 'failed',
    unloadable: 'failed',
  });
  const failing = named(suites, 'failing')?.assertionResults.map(({ title, status, failureMessages }) => [
    title,
    status,
    /Error: ([^\n]*)/.exec(failureMessages.join('\n'))?.[1],
  ]);
  const notRun = 'It was not run: what prepares it has failed.';
  expect(failing).toEqual([
    ['(beforeAll)', 'failed', 'no ground'],
    ['is not run', 'failed', notRun],
    ['is not run either: 1', 'failed', notRun],
    ['is not run either: 2', 'failed', notRun],
    ['hangs', 'failed', 'It has taken longer than 200 ms.'],
    ['is wrong', 'failed', 'expect(received).toEqual(expected) // deep equality'],
    ['is right', 'passed', undefined],
    ['is left out', 'pending', undefined],
    ['(afterAll)', 'failed', 'not tidied up'],
  ]);
  expect(named(suites, 'unheard')?.assertionResults.map(({ title, status }) => [title, status])).toEqual([
    ['leaves a refusal to nobody', 'passed'],
    ['(afterAll)', 'failed'],
  ]);
  expect(named(suites, 'closing')?.assertionResults.map(({ status }) => status)).toEqual(['passed', 'failed']);
  expect(output).toContain('refused at the very end');
  expect(output).toContain('nobody hears of it');
  expect(output).toContain('nobody catches it');
  expect(output).toContain('It does not load.');
});

it('ends with 0 where all is right', async () => {
  const { code, suites } = await runFixtures('passing');
  expect([code, suites.map(({ status }) => status)]).toEqual([0, ['passed']]);
});
