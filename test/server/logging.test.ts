// The log and the kept secret: what is written, and what never is.
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
