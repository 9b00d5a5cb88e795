// `npm run prove -- --tenant acme`: proves that a tenant's own roles and sharing rules show and hide what ACCESS.md says.
import { parseArgs } from 'node:util';
import { loadLayers } from '@tessera/storage';
import type { Layer } from '@tessera/metadata';
import { readConfig } from '@tessera/server';
import { failureText } from '../../packages/server/src/cli/output.ts';
import { createLogger } from '../../packages/server/src/logging.ts';
import { openDesk } from '../../packages/server/src/wiring.ts';
import { openLab } from './lab.ts';
import { proveTenant, type TenantReport } from './tenant-prove.ts';
import { tenantReportText } from './tenant-report.ts';
import { scratchDatabase } from './tenant-scratch.ts';

const usage = `npm run prove -- --tenant <name> [--worlds 20] [--seed <number>] [--only <world>]

Reads the tenant's metadata (never its records) from DATABASE_URL, or from the embedded database of DATA_DIR where no server holds it,
and proves it in a scratch database that is thrown away: of TEST_DATABASE_URL, or an embedded one.
Ends with 0 where nothing differs, 1 where something does, 2 where it could not be proved.
`;

interface Wanted {
  readonly tenant: string;
  readonly worlds: number;
  readonly seed: number;
  readonly only: number | undefined;
}

const whole = (text: string | undefined, name: string): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new TypeError(`--${name} takes a whole number, not ${text}.`);
  return Number(text);
};

function wantedOf(args: readonly string[]): Wanted {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { tenant: text, worlds: text, seed: text, only: text } });
  if (values.tenant === undefined) throw new TypeError('Which tenant?');
  return {
    tenant: values.tenant,
    worlds: whole(values.worlds, 'worlds') ?? 20,
    seed: whole(values.seed, 'seed') ?? Math.trunc(Date.now() % 1_000_000),
    only: whole(values.only, 'only'),
  };
}

/** The tenant's layers, lowest first. Its database is closed again before anything else is done. */
async function layersOf(tenant: string): Promise<readonly Layer[]> {
  const desk = await openDesk(readConfig(), createLogger('warn'));
  try {
    const layers = await desk.cell.control((transaction) => loadLayers(transaction, tenant));
    if (layers.length === 0) throw new TypeError(`There is no tenant ${tenant}.`);
    return layers;
  } finally {
    await desk.close();
  }
}

async function proved(layers: readonly Layer[], { worlds, seed, only }: Wanted, signal: AbortSignal): Promise<TenantReport> {
  const scratch = await scratchDatabase();
  const lab = await openLab(undefined, scratch).catch(async (error: unknown) => {
    await scratch.drop();
    throw error;
  });
  try {
    const onWorld = (figures: TenantReport['figures']): void =>
      void process.stderr.write(`\r${String(figures.worlds)} of ${String(worlds)} worlds`);
    const report = await proveTenant(lab, { layers, worlds, seed, signal, onWorld, ...(only === undefined ? {} : { only }) });
    for (const text of lab.blamed) process.stderr.write(`\nThe server blamed itself: ${text}`);
    return report;
  } finally {
    process.stderr.write('\n');
    await lab.close();
  }
}

/** What is under way when somebody interrupts comes to its end, and all is taken away. */
function interrupted(): AbortSignal {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      process.stderr.write('\nStopping; the scratch tenant is dropped.');
      stopped.abort();
    });
  }
  return stopped.signal;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = wantedOf(args);
  const signal = interrupted();
  const isStopped = (): boolean => signal.aborted;
  const layers = await layersOf(wanted.tenant);
  if (isStopped()) return 130;
  const report = await proved(layers, wanted, signal);
  process.stdout.write(tenantReportText(wanted.tenant, layers, report));
  return report.differences.length > 0 ? 1 : isStopped() ? 130 : 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(error instanceof TypeError ? `${error.message}\n\n${usage}` : failureText(error));
  return 2;
});
