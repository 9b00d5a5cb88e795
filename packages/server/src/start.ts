// Starts the server: configuration, platform, HTTP; stops it all in the opposite order.
import { parseArgs } from 'node:util';
import { createListener } from '@tessera/api';
import { TesseraError, uuidv7Source, type Logger } from '@tessera/kernel';
import { readConfig, settingsHelp, type Config } from './config.ts';
import { readDocuments } from './documents.ts';
import { startHttp } from './http.ts';
import { createLogger, gathering } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { openPlatform, systemClock, type Platform } from './wiring.ts';

/** A server that runs. */
export interface Running {
  readonly url: string;
  /** What to tell who has started it. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

/** Starts everything; what fails half-way is taken back. */
export async function startServer(config: Config, log = createLogger(config.LOG_LEVEL), demoPack?: string): Promise<Running> {
  const persisted = await readDocuments(config);
  return serve(await openPlatform(config, log, demoPack), { config, log, persisted });
}

interface Serving {
  readonly config: Config;
  readonly log: Logger;
  readonly persisted: Awaited<ReturnType<typeof readDocuments>>;
}

/** Serves a platform, whose end comes with the server's; where that fails, at once. */
export async function serve(platform: Platform, { config, log, persisted }: Serving): Promise<Running> {
  try {
    const { engine, cell } = platform;
    const app = createListener({
      engine,
      log,
      newId: uuidv7Source(() => systemClock.now()),
      limits: { body: config.BODY_LIMIT, upload: config.UPLOAD_LIMIT },
      schemaMemory: config.SCHEMA_MEMORY,
      persisted,
      corsOrigins: config.CORS_ORIGINS,
      trustedProxies: config.TRUSTED_PROXIES,
      ...(config.PUBLIC_URL === undefined ? {} : { publicUrl: config.PUBLIC_URL }),
    });
    const metrics = createMetrics(
      () => cell.stats(),
      () => engine.jobFigures(),
    );
    const { HOST: host, PORT: port, SHUTDOWN_TIMEOUT: graceMs } = config;
    const http = await startHttp({ app, host, port, log, metrics, ready: () => platform.ready(), graceMs });
    const stop = async (): Promise<void> => {
      await http.close();
      await platform.close();
    };
    return { url: http.url, notes: platform.notes, stop };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

function told(error: unknown): string {
  if (!(error instanceof TesseraError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [error.message, ...error.problems.map(({ message }) => `  ${message}`)].join('\n');
}

/** Where everything is. */
export function greeting({ url, notes }: Pick<Running, 'url' | 'notes'>, publicUrl: string | undefined): string {
  const base = publicUrl ?? url;
  const addresses = [`Tessera runs at ${base}`, `  REST      ${base}/api/v1`, `  GraphQL   ${base}/graphql`, `  Reference ${base}/docs`];
  return `${[...addresses, ...notes].join('\n')}\n`;
}

/** Ends the process when it is told to; told twice, at once. */
function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${told(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

const usage = `Usage: npm start

Starts the server. It stops on SIGINT and SIGTERM. --demo FOLDER names the pack of the tenant demo.

`;

/** What `npm start` runs; `--demo FOLDER` comes from the script. */
export async function main(words: readonly string[]): Promise<void> {
  try {
    const { values } = parseArgs({ args: [...words], options: { demo: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) {
      process.stdout.write(usage + settingsHelp());
      return;
    }
    const config = readConfig();
    const running = await startServer(config, createLogger(config.LOG_LEVEL, gathering()), values.demo);
    stopOnSignals(running);
    process.stdout.write(greeting(running, config.PUBLIC_URL));
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    process.exitCode = 1;
  }
}
