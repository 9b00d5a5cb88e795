// pino as the kernel's Logger: lines of JSON without secrets, bodies or the values that database errors quote.
import type { Logger } from '@tessera/kernel';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';

/** Names whose values are never logged, at the top of the fields and one level down. */
const secretNames: ReadonlySet<string> = new Set([
  'password',
  'newPassword',
  'accessToken',
  'refreshToken',
  'token',
  'secret',
  'clientSecret',
  'recoveryCodes',
  'authorization',
  'cookie',
  'apiKey',
  'url',
  'databaseUrl',
]);

const deepestCause = 5;

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

/** What is told of an error. Other properties are left out: PostgreSQL's `detail` and `where` quote people's data. */
function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause === undefined || depth >= deepestCause ? {} : { cause: errorFields(error.cause, depth + 1) };
  const told: LoggedError = {
    type: error.name,
    message: error.message,
    ...code,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...cause,
  };
  return told;
}

const censored = '[secret]';

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

/** The fields without secrets: as they are where there are none, as nearly always. */
function withoutSecrets(fields: Readonly<Record<string, unknown>>, levels = 2): Readonly<Record<string, unknown>> {
  let clean: Record<string, unknown> | undefined;
  for (const name in fields) {
    const value = fields[name];
    const shown = secretNames.has(name) ? censored : levels > 1 && isMap(value) ? withoutSecrets(value, levels - 1) : value;
    if (shown !== value) (clean ??= { ...fields })[name] = shown;
  }
  return clean ?? fields;
}

/** @param made gives pino's logger; for most requests nobody asks for theirs */
function adapt(made: () => Pino): Logger {
  let known: Pino | undefined;
  const log = (): Pino => (known ??= made());
  return {
    debug: (fields, message) => {
      log().debug(withoutSecrets(fields), message);
    },
    info: (fields, message) => {
      log().info(withoutSecrets(fields), message);
    },
    warn: (fields, message) => {
      log().warn(withoutSecrets(fields), message);
    },
    error: (fields, message) => {
      log().error(withoutSecrets(fields), message);
    },
    child: (fields) => adapt(() => log().child(withoutSecrets(fields))),
  };
}

const gatherMs = 100;
const gatheredCharacters = 8192;

/**
 * Standard error, many lines with one write: for servers. What is left is written when the process ends, unless it is killed. Nothing is
 * dropped: whoever does not read what he is piped holds the server up, as with any line that a process writes.
 */
export function gathering(): DestinationStream {
  const out = pino.destination({ fd: 2, sync: true });
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const pass = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') out.write(lines);
    lines = '';
  };
  // pino ends what it writes to when the process has nothing left to do.
  process.prependOnceListener('beforeExit', pass);
  process.once('exit', pass);
  return {
    write: (line) => {
      lines += line;
      if (lines.length >= gatheredCharacters) pass();
      else timer ??= setTimeout(pass, gatherMs).unref();
    },
  };
}

/** pino's time, worked out once a millisecond: busy servers write many lines in one. */
function timestamps(): () => string {
  let last = NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== last) {
      last = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

/** @param destination default: standard error at once, so that standard output is free for what a command answers */
export function createLogger(level: string, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Logger {
  const options = {
    level,
    base: null,
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields, error: errorFields, cause: errorFields },
  };
  const log = pino(options, destination);
  return adapt(() => log);
}
