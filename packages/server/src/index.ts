// The server: configuration, HTTP, metrics, the wiring of all packages, the command line. Nobody imports it but tests.
export { readConfig, settings, settingsHelp, type Config } from './config.ts';
export { startHttp, type HttpOptions, type HttpServer } from './http.ts';
export { createLogger } from './logging.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { keptSecret } from './secret.ts';
export { startServer, type Running } from './start.ts';
export { renderPlan } from './cli/plan-text.ts';
export { runCli, type CliStreams } from './cli/commands.ts';
export type { CliActions } from './cli/actions.ts';
