// Configuration: defaults, every mistake at once, nothing secret shown.
import { describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { readConfig, settings, settingsHelp } from '../../packages/server/src/config.ts';

function mistakes(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof TesseraError) || error.code !== 'CONFIGURATION_INVALID') throw error;
    return error.problems.map(({ message }) => message);
  }
}

describe('readConfig', () => {
  it('has a default for whatever may be left out', () => {
    expect(readConfig({})).toEqual({
      PORT: 4000,
      HOST: '127.0.0.1',
      PUBLIC_URL: undefined,
      DATABASE_URL: undefined,
      DATA_DIR: './data',
      DEMO: true,
      DEMO_PASSWORD: undefined,
      TESSERA_SECRET: undefined,
      TESSERA_OLD_SECRETS: [],
      TESSERA_ADMIN_PASSWORD: undefined,
      LOG_LEVEL: 'info',
      BODY_LIMIT: 1_048_576,
      FILES_S3_ENDPOINT: undefined,
      FILES_S3_BUCKET: undefined,
      FILES_S3_REGION: undefined,
      FILES_S3_ACCESS_KEY: undefined,
      FILES_S3_SECRET_KEY: undefined,
      SMTP_URL: undefined,
      MAIL_FROM: undefined,
      OUTWARD_ALLOW: [],
      OUTWARD_PORTS: [80, 443],
      OUTWARD_HTTP: false,
      UPLOAD_LIMIT: 104_857_600,
      CORS_ORIGINS: [],
      TRUSTED_PROXIES: 0,
      RATE_LIMIT_TENANT: 2_000,
      RATE_LIMIT_ACTOR: 200,
      RATE_LIMIT_ADDRESS: 100,
      RATE_LIMIT_BURST: 2,
      LOGIN_LIMIT_ACCOUNT: 10,
      LOGIN_LIMIT_ADDRESS: 100,
      LOGIN_LIMIT_WINDOW: 900,
      POOL_SIZE: 16,
      WORKERS: 4,
      MODEL_MEMORY: 268_435_456,
      SCHEMA_MEMORY: 104_857_600,
      STATEMENT_TIMEOUT: 30_000,
      SLOW_QUERY_MS: 1_000,
      GRAPHQL_DOCUMENTS_ONLY: false,
      SHUTDOWN_TIMEOUT: 10_000,
    });
  });

  it('reads each kind of value', () => {
    const config = readConfig({
      PORT: ' 0 ',
      DEMO: 'off',
      BODY_LIMIT: '2 mb',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      PUBLIC_URL: 'https://crm.example/',
      DATABASE_URL: 'postgres://u:p@db/tessera',
      LOG_LEVEL: '',
    });
    expect(config).toMatchObject({
      PORT: 0,
      DEMO: false,
      BODY_LIMIT: 2_097_152,
      CORS_ORIGINS: ['https://a.example', 'http://localhost:5173'],
      PUBLIC_URL: 'https://crm.example',
      DATABASE_URL: 'postgres://u:p@db/tessera',
      LOG_LEVEL: 'info',
    });
  });

  it('reads when a statement is slow, and that none is', () => {
    const read = (SLOW_QUERY_MS: string): number => readConfig({ SLOW_QUERY_MS }).SLOW_QUERY_MS;
    expect([read('250'), read('0'), read('off'), read('OFF')]).toEqual([250, 0, 0, 0]);
    for (const wrong of ['-1', '1.5', '3600001']) expect(() => read(wrong)).toThrow(`SLOW_QUERY_MS=${wrong}: `);
    expect(() => read('soon')).toThrow('SLOW_QUERY_MS=soon: it must be a whole number, or off.');
    expect(() => readConfig({ POOL_SIZE: 'off' })).toThrow('POOL_SIZE=off: it must be a whole number.');
  });

  it('reads how many jobs are done at once, and that none are', () => {
    const read = (WORKERS: string): number => readConfig({ WORKERS }).WORKERS;
    expect([read('12'), read('off'), read('0')]).toEqual([12, 0, 0]);
    for (const wrong of ['-1', '101']) expect(() => read(wrong)).toThrow(`WORKERS=${wrong}: `);
  });

  it('reads proxies as a number or as networks, and ports', () => {
    expect(readConfig({ TRUSTED_PROXIES: '2' }).TRUSTED_PROXIES).toBe(2);
    expect(readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.0.2.7' }).TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '::1', '192.0.2.7']);
    for (const wrong of ['10.0.0.0/33', 'loopback', '1.2.3', '10.0.0.0/8/8', '-1', '100', '0x7f000001', '::1/129'])
      expect(() => readConfig({ TRUSTED_PROXIES: wrong })).toThrow(`TRUSTED_PROXIES=${wrong}: `);
    expect(readConfig({ OUTWARD_PORTS: '443, 8443' }).OUTWARD_PORTS).toEqual([443, 8443]);
    for (const wrong of ['0', '65536', 'https', '1e3'])
      expect(() => readConfig({ OUTWARD_PORTS: wrong })).toThrow(`OUTWARD_PORTS=${wrong}: `);
  });

  it('takes the store of files whole or not at all', () => {
    const store = {
      FILES_S3_ENDPOINT: 'https://s3.example',
      FILES_S3_BUCKET: 'files',
      FILES_S3_REGION: 'us-east-1',
      FILES_S3_ACCESS_KEY: 'id',
      FILES_S3_SECRET_KEY: 'key',
    };
    expect(readConfig(store)).toMatchObject(store);
    expect(mistakes({ FILES_S3_BUCKET: 'files', FILES_S3_SECRET_KEY: 'key' })).toEqual(
      ['ENDPOINT', 'REGION', 'ACCESS_KEY'].map((name) => `FILES_S3_${name}=: it must be set too, since FILES_S3_BUCKET is.`),
    );
    expect(mistakes({ ...store, FILES_S3_ENDPOINT: 's3.example', FILES_S3_REGION: '' })).toEqual([
      'FILES_S3_ENDPOINT=s3.example: it must be a URL that begins with http:// or https://.',
      'FILES_S3_REGION=: it must be set too, since FILES_S3_ENDPOINT is.',
    ]);
  });

  it.each(['https://crm.example/?x=1', 'https://crm.example/#x', 'https://ann@crm.example/'])(
    'refuses PUBLIC_URL=%s, which is no base of links',
    (url) => {
      expect(() => readConfig({ PUBLIC_URL: url })).toThrow(
        `PUBLIC_URL=${url}: it takes a host and a path, but no user name, no query and no fragment.`,
      );
    },
  );

  it('tells all mistakes at once, and no secret', () => {
    expect(
      mistakes({
        PORT: '70000',
        DEMO: 'perhaps',
        LOG_LEVEL: 'loud',
        BODY_LIMIT: '-1',
        CORS_ORIGINS: 'crm.example',
        DATABASE_URL: 'mysql://root:hunter2@db/x',
        TESSERA_SECRET: 'hunter2',
        PUBLIC_URL: 'javascript:alert(1)',
      }),
    ).toEqual([
      'PORT=70000: it must lie between 0 and 65535.',
      'PUBLIC_URL=javascript:alert(1): it must be a URL that begins with http:// or https://.',
      'DATABASE_URL=…: it must be a URL that begins with postgres:// or postgresql://.',
      'DEMO=perhaps: it must be on or off.',
      'TESSERA_SECRET=…: it must have at least 32 characters.',
      'LOG_LEVEL=loud: it must be one of debug, info, warn, error, silent.',
      'BODY_LIMIT=-1: it must be a number of bytes, or one with KB, MB or GB.',
      'CORS_ORIGINS=crm.example: crm.example is no origin: scheme, host and port, such as https://crm.example.',
    ]);
  });

  it('takes former secrets as they are, and a mail server with its sender only', () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(40)];
    expect(readConfig({ TESSERA_OLD_SECRETS: `${first}, ${second}` })).toMatchObject({ TESSERA_OLD_SECRETS: [first, second] });
    expect(mistakes({ TESSERA_OLD_SECRETS: `${first},hunter2`, SMTP_URL: 'http://u:hunter2@mail.example' })).toEqual([
      'TESSERA_OLD_SECRETS=…: each of them must have at least 32 characters.',
      'SMTP_URL=…: it must be a URL that begins with smtp:// or smtps://.',
      'MAIL_FROM=: it must be set too, since SMTP_URL is.',
    ]);
  });

  it('is explained by the help, setting by setting', () => {
    for (const name of Object.keys(settings)) expect(settingsHelp()).toContain(`  ${name} `);
  });
});
