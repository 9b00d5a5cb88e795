// The log and the kept secret: what is written, and what never is.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../packages/server/src/logging.ts';
import { keptSecret } from '../../packages/server/src/secret.ts';

function lines(level: string): { readonly log: ReturnType<typeof createLogger>; readonly written: Readonly<Record<string, unknown>>[] } {
  const written: Readonly<Record<string, unknown>>[] = [];
  return { log: createLogger(level, { write: (line) => written.push(JSON.parse(line) as Readonly<Record<string, unknown>>) }), written };
}

describe('createLogger', () => {
  it('writes lines of JSON with the fields of its parents', () => {
    const { log, written } = lines('info');
    log.child({ requestId: 'r1' }).info({ tenant: 'acme' }, 'answered');
    log.debug({}, 'not shown');
    expect(written).toMatchObject([{ level: 'info', requestId: 'r1', tenant: 'acme', msg: 'answered' }]);
    expect(written[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('hides secrets, and what a database error quotes', () => {
    const { log, written } = lines('info');
    const inner = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(ada@x.example)',
      parameters: ['ada@x.example'],
    });
    log.error({ password: 'hunter2', input: { accessToken: 'hunter2' }, err: new Error('outer', { cause: inner }) }, 'failed');
    expect(JSON.stringify(written)).not.toMatch(/hunter2|ada@x/);
    expect(written).toMatchObject([{ err: { message: 'outer', cause: { message: 'duplicate key', code: '23505' } } }]);
  });

  it('hides secrets in the fields of a child too, and leaves the caller’s own fields as they were', () => {
    const { log, written } = lines('info');
    const fields = { settings: { url: 'postgres://hunter2', host: 'db' }, tokens: ['a'], apiKey: 'hunter2' };
    log.child(fields).info({ cookie: 'hunter2', tenant: 'acme' }, 'settled');
    expect(written).toMatchObject([
      { settings: { url: '[secret]', host: 'db' }, tokens: ['a'], apiKey: '[secret]', cookie: '[secret]', tenant: 'acme' },
    ]);
    expect(fields.apiKey).toBe('hunter2');
  });
});

describe('gathering', () => {
  const logging = new URL('../../packages/server/src/logging.ts', import.meta.url).href;
  const ends: Readonly<Record<string, readonly [code: number, text: string]>> = {
    'has nothing left to do': [0, ''],
    'is told to': [3, 'process.exit(3);'],
    'breaks off': [1, "throw new Error('broken off');"],
  };

  it.each(Object.entries(ends))('loses no line of a process that ends because it %s', async (_why, [code, text]) => {
    const program = `
      import { createLogger, gathering } from ${JSON.stringify(logging)};
      const log = createLogger('info', gathering());
      for (let i = 0; i < 500; i += 1) log.info({ i }, 'line');
      ${text}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
    const ended = await new Promise((resolve) => child.on('close', resolve));
    const numbers = told.split('\n').flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as { readonly i: number }).i] : []));
    expect([ended, numbers]).toEqual([code, Array.from({ length: 500 }, (_, i) => i)]);
  });
});

describe('keptSecret', () => {
  it('is made once, for its owner only, however many start at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tessera-secret-'));
    try {
      const dataDir = join(folder, 'data');
      const secrets = await Promise.all([keptSecret(dataDir), keptSecret(dataDir), keptSecret(dataDir)]);
      expect(new Set(secrets).size).toBe(1);
      expect(secrets[0].length).toBeGreaterThanOrEqual(40);
      expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);
      expect((await readFile(join(dataDir, 'secret'), 'utf8')).trim()).toBe(secrets[0]);
      expect(await keptSecret(dataDir)).toBe(secrets[0]);
      await writeFile(join(dataDir, 'secret'), '');
      await expect(keptSecret(dataDir)).rejects.toThrow(/is empty/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
