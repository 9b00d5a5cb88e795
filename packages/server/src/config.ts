// All configuration: one table of settings, read from the environment here and nowhere else.
import { failAll, problem, type Problem } from '@tessera/kernel';
import { parsePorts, parseProxies } from './networks.ts';

interface Kinds {
  readonly text: string;
  readonly whole: number;
  readonly bytes: number;
  readonly flag: boolean;
  readonly origins: readonly string[];
  readonly texts: readonly string[];
  readonly ports: readonly number[];
  readonly proxies: number | readonly string[];
  readonly url: string;
}
type Kind = keyof Kinds;

interface Setting {
  readonly kind: Kind;
  readonly fallback?: string;
  readonly meaning: string;
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** `off` says 0. */
  readonly orOff?: true;
  /** Protocols of a URL. */
  readonly protocols?: readonly string[];
  /** Its value is never shown. */
  readonly secret?: true;
}

/** Every setting: `--help` is printed from this table, and the environment is checked against it. */
export const settings = {
  PORT: { kind: 'whole', fallback: '4000', least: 0, most: 65_535, meaning: 'The port to listen on; 0 takes any free one.' },
  HOST: { kind: 'text', fallback: '127.0.0.1', meaning: 'The address to listen on; 0.0.0.0 for all.' },
  PUBLIC_URL: {
    kind: 'url',
    protocols: ['http:', 'https:'],
    meaning: 'Where the server is as seen from outside; builds links. Default: http://HOST:PORT.',
  },
  DATABASE_URL: {
    kind: 'url',
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    meaning: 'A PostgreSQL database, 15 or newer, as a user who may create roles. Default: an embedded PostgreSQL in DATA_DIR.',
  },
  DATA_DIR: { kind: 'text', fallback: './data', meaning: 'The folder of the embedded database, of files and of the generated secret.' },
  DEMO: { kind: 'flag', fallback: 'on', meaning: 'Whether an empty database gets the tenant demo with demo data.' },
  DEMO_PASSWORD: { kind: 'text', secret: true, meaning: 'The password of the demo people. Default: a random one, shown once.' },
  TESSERA_SECRET: {
    kind: 'text',
    least: 32,
    secret: true,
    meaning: 'What keys are derived from, 32 characters or more, the same on all nodes. Default: generated once, kept in DATA_DIR.',
  },
  TESSERA_OLD_SECRETS: {
    kind: 'texts',
    fallback: '',
    least: 32,
    secret: true,
    meaning: 'Secrets in use before, with commas between them: still good for what was sealed with them, until tessera secrets rotate.',
  },
  TESSERA_ADMIN_PASSWORD: { kind: 'text', secret: true, meaning: 'For the command line: the password of a new tenant’s administrator.' },
  LOG_LEVEL: { kind: 'text', fallback: 'info', choices: ['debug', 'info', 'warn', 'error', 'silent'], meaning: 'What is logged.' },
  BODY_LIMIT: { kind: 'bytes', fallback: '1MB', least: 1024, meaning: 'Largest JSON body.' },
  FILES_S3_ENDPOINT: {
    kind: 'url',
    protocols: ['http:', 'https:'],
    meaning: 'An S3-compatible store for files; all five FILES_S3_… or none. Default: files lie in DATA_DIR.',
  },
  FILES_S3_BUCKET: { kind: 'text', meaning: 'Its bucket, which must be there.' },
  FILES_S3_REGION: { kind: 'text', meaning: 'Its region; where the store knows none, us-east-1.' },
  FILES_S3_ACCESS_KEY: { kind: 'text', secret: true, meaning: 'The id of the key to sign with.' },
  FILES_S3_SECRET_KEY: { kind: 'text', secret: true, meaning: 'The key to sign with.' },
  SMTP_URL: {
    kind: 'url',
    protocols: ['smtp:', 'smtps:'],
    secret: true,
    meaning: 'A mail server, such as smtp://name:password@mail.example:587. Default: no mails are sent.',
  },
  MAIL_FROM: { kind: 'text', meaning: 'The sender of mails, such as Tessera <no-reply@crm.example>.' },
  OUTWARD_ALLOW: {
    kind: 'texts',
    fallback: '',
    meaning: 'Hosts and networks (10.1.0.0/16) that may be called though they are not public, with commas between them.',
  },
  OUTWARD_PORTS: { kind: 'ports', fallback: '80,443', meaning: 'Ports that may be called, with commas between them.' },
  OUTWARD_HTTP: { kind: 'flag', fallback: 'off', meaning: 'Whether identity providers may be asked without TLS; for tests only.' },
  UPLOAD_LIMIT: { kind: 'bytes', fallback: '100MB', least: 1024, meaning: 'Largest file or import; these are streamed.' },
  CORS_ORIGINS: { kind: 'origins', fallback: '', meaning: 'Origins whose pages may call, with commas between them; * for all.' },
  TRUSTED_PROXIES: {
    kind: 'proxies',
    fallback: '0',
    meaning: 'Proxies whose X-Forwarded-For is believed: how many stand before the server, or their addresses and networks.',
  },
  RATE_LIMIT_TENANT: {
    kind: 'whole',
    fallback: '2000',
    most: 10_000_000,
    meaning: 'Requests per second of a tenant, over all nodes; 0: no limit.',
  },
  RATE_LIMIT_ACTOR: { kind: 'whole', fallback: '200', most: 10_000_000, meaning: 'The same of one person or API key.' },
  RATE_LIMIT_ADDRESS: { kind: 'whole', fallback: '100', most: 10_000_000, meaning: 'The same from one address without a token.' },
  RATE_LIMIT_BURST: { kind: 'whole', fallback: '2', least: 1, most: 50, meaning: 'Seconds’ budget that may be spent at once.' },
  LOGIN_LIMIT_ACCOUNT: {
    kind: 'whole',
    fallback: '10',
    most: 1_000_000,
    meaning: 'Failures to sign in of an account in a window; 0: no limit.',
  },
  LOGIN_LIMIT_ADDRESS: { kind: 'whole', fallback: '100', most: 1_000_000, meaning: 'The same from an address.' },
  LOGIN_LIMIT_WINDOW: { kind: 'whole', fallback: '900', least: 1, most: 86_400, meaning: 'That window, in seconds.' },
  POOL_SIZE: { kind: 'whole', fallback: '16', least: 1, most: 1000, meaning: 'Connections to the database for tenants’ statements.' },
  WORKERS: {
    kind: 'whole',
    fallback: '4',
    most: 100,
    orOff: true,
    meaning: 'Jobs of each kind that this node does at once: automations and timers, mails and webhooks. off or 0: none.',
  },
  MODEL_MEMORY: {
    kind: 'bytes',
    fallback: '256MB',
    least: 1024 ** 2,
    meaning: 'Memory for tenants’ metadata and the permissions of their people; what was used longest ago is forgotten.',
  },
  SCHEMA_MEMORY: { kind: 'bytes', fallback: '100MB', least: 1024 ** 2, meaning: 'The same for GraphQL schemas.' },
  STATEMENT_TIMEOUT: {
    kind: 'whole',
    fallback: '30000',
    least: 100,
    most: 3_600_000,
    meaning: 'Longest statement of a tenant, in milliseconds.',
  },
  SLOW_QUERY_MS: {
    kind: 'whole',
    fallback: '1000',
    most: 3_600_000,
    orOff: true,
    meaning: 'A tenant’s statement that takes so many milliseconds is logged, without values; off or 0: none is.',
  },
  GRAPHQL_DOCUMENTS: {
    kind: 'text',
    meaning: 'A JSON file of GraphQL documents by their SHA-256, which callers may name (documentId) instead of sending them.',
  },
  GRAPHQL_DOCUMENTS_ONLY: {
    kind: 'flag',
    fallback: 'off',
    meaning: 'Whether all but administrators may ask for those documents only; no introspection either.',
  },
  SHUTDOWN_TIMEOUT: {
    kind: 'whole',
    fallback: '10000',
    least: 0,
    most: 600_000,
    meaning: 'How long requests, and then jobs, may go on after SIGTERM, in milliseconds.',
  },
} as const satisfies Record<string, Setting>;

type SettingName = keyof typeof settings;
type Value<N extends SettingName> = Kinds[(typeof settings)[N]['kind']];
type Given<N extends SettingName> = (typeof settings)[N] extends { readonly fallback: string } ? Value<N> : Value<N> | undefined;

/** The checked settings by their names in the environment. */
export type Config = { readonly [N in SettingName]: Given<N> };

type Parsed = { readonly value: Kinds[Kind] } | { readonly reason: string };

const units: Readonly<Record<string, number>> = { '': 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

function between(value: number, { least = 0, most = Number.MAX_SAFE_INTEGER }: Setting): Parsed {
  if (value >= least && value <= most) return { value };
  return { reason: most === Number.MAX_SAFE_INTEGER ? `it must be at least ${least}.` : `it must lie between ${least} and ${most}.` };
}

function parseUrl(text: string, { protocols = [] }: Setting): Parsed {
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol))
    return { reason: `it must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.` };
  // Paths are put behind it.
  if (url.protocol.startsWith('http') && [url.search, url.hash, url.username, url.password].some((part) => part !== ''))
    return { reason: 'it takes a host and a path, but no user name, no query and no fragment.' };
  return { value: text.replace(/\/$/, '') };
}

function parseOrigins(text: string): Parsed {
  const origins = text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const wrong = origins.find((origin) => origin !== '*' && URL.parse(origin)?.origin !== origin);
  if (wrong === undefined) return { value: origins };
  return { reason: `${wrong} is no origin: scheme, host and port, such as https://crm.example.` };
}

function parseTexts(text: string, { least = 0 }: Setting): Parsed {
  const texts = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const short = texts.some((each) => each.length < least);
  return short ? { reason: `each of them must have at least ${least} characters.` } : { value: texts };
}

const parsers: Readonly<Record<Kind, (text: string, setting: Setting) => Parsed>> = {
  text: (text, { choices, least = 0 }) => {
    if (choices !== undefined && !choices.includes(text)) return { reason: `it must be one of ${choices.join(', ')}.` };
    return text.length < least ? { reason: `it must have at least ${least} characters.` } : { value: text };
  },
  whole: (text, setting) => {
    if (setting.orOff === true && /^off$/i.test(text)) return { value: 0 };
    if (/^\d{1,15}$/.test(text)) return between(Number(text), setting);
    return { reason: `it must be a whole number${setting.orOff === true ? ', or off' : ''}.` };
  },
  bytes: (text, setting) => {
    const [, digits, unit = ''] = /^(\d{1,12})\s*(KB|MB|GB)?$/i.exec(text) ?? [];
    return digits === undefined
      ? { reason: 'it must be a number of bytes, or one with KB, MB or GB.' }
      : between(Number(digits) * (units[unit.toUpperCase()] ?? 1), setting);
  },
  flag: (text) => {
    if (/^(on|true|yes|1)$/i.test(text)) return { value: true };
    return /^(off|false|no|0)$/i.test(text) ? { value: false } : { reason: 'it must be on or off.' };
  },
  origins: parseOrigins,
  texts: parseTexts,
  ports: parsePorts,
  proxies: parseProxies,
  url: parseUrl,
};

/** Settings that say something only together. */
const together: readonly (readonly SettingName[])[] = [
  ['FILES_S3_ENDPOINT', 'FILES_S3_BUCKET', 'FILES_S3_REGION', 'FILES_S3_ACCESS_KEY', 'FILES_S3_SECRET_KEY'],
  ['SMTP_URL', 'MAIL_FROM'],
];

function missingCompanions(isGiven: (name: SettingName) => boolean): readonly Problem[] {
  return together.flatMap((names) => {
    const given = names.find(isGiven);
    if (given === undefined) return [];
    const reason = `it must be set too, since ${given} is.`;
    return names.filter((name) => !isGiven(name)).map((name) => problem('SETTING_INVALID', { name, value: '', reason }));
  });
}

/**
 * Reads and checks all settings. An empty text counts as unset.
 * @throws CONFIGURATION_INVALID with every mistake at once
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: Problem[] = [];
  const givenOf = (name: string): string => environment[name]?.trim() ?? '';
  const entries = Object.entries(settings).map(([name, setting]: readonly [string, Setting]) => {
    const given = givenOf(name);
    const text = given === '' ? setting.fallback : given;
    if (text === undefined) return [name, undefined] as const;
    const parsed = parsers[setting.kind](text, setting);
    if ('value' in parsed) return [name, parsed.value] as const;
    problems.push(problem('SETTING_INVALID', { name, value: setting.secret === true ? '…' : text, reason: parsed.reason }));
    return [name, undefined] as const;
  });
  problems.push(...missingCompanions((name) => givenOf(name) !== ''));
  if (problems.length > 0) throw failAll('CONFIGURATION_INVALID', problems);
  // Each entry was made by the parser of its setting's kind.
  return Object.fromEntries(entries) as unknown as Config;
}

/** The settings as lines of text, for `--help`. */
export function settingsHelp(): string {
  const width = Math.max(...Object.keys(settings).map((name) => name.length));
  const lines = Object.entries(settings).map(([name, setting]: readonly [string, Setting]) => {
    const choices = setting.choices === undefined ? '' : ` One of ${setting.choices.join(', ')}.`;
    const fallback = setting.fallback === undefined || setting.fallback === '' ? '' : ` Default: ${setting.fallback}.`;
    return `  ${name.padEnd(width)}  ${setting.meaning}${choices}${fallback}`;
  });
  return `Settings, from the environment:\n${lines.join('\n')}\n`;
}
