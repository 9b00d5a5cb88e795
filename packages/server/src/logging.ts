// pino as the kernel's Logger: lines of JSON without secrets, bodies or the values that database errors quote.
import type { Logger } from '@tessera/kernel';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';

/** Names whose values are never logged, at the top of the fields and one level down. */
const secretNames = [
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
];

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

function adapt(log: Pino): Logger {
  return {
    debug: (fields, message) => {
      log.debug(fields, message);
    },
    info: (fields, message) => {
      log.info(fields, message);
    },
    warn: (fields, message) => {
      log.warn(fields, message);
    },
    error: (fields, message) => {
      log.error(fields, message);
    },
    child: (fields) => adapt(log.child(fields)),
  };
}

/** @param destination default: standard error, so that standard output is free for what a command answers */
export function createLogger(level: string, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields, error: errorFields, cause: errorFields },
    redact: { paths: [...secretNames, ...secretNames.map((name) => `*.${name}`)], censor: '[secret]' },
  };
  return adapt(pino(options, destination));
}
