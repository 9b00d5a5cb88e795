// tessera versions and rollback: what a tenant's metadata has been, and the way back.
import type { Argv } from 'yargs';
import type { Cli } from './cli-context.ts';
import { table } from './output.ts';
import { agreedPlan, applyOptions, showOptions } from './plan-options.ts';
import { renderPlan } from './plan-text.ts';

function versions(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'versions [number]',
    'The versions of a tenant’s metadata, newest first; with a number, the plan that one was applied by',
    (args) =>
      showOptions(args.positional('number', { type: 'number' })).option('tenant', {
        type: 'string',
        demandOption: true,
        describe: 'The tenant',
      }),
    async ({ number, tenant, json, format, language }) => {
      if (number !== undefined) {
        const version = await actions.showVersion(tenant, number);
        await print(json === true, version, () => renderPlan(version.plan, { format, language }));
        return;
      }
      const all = await actions.listVersions(tenant);
      const rows = all.map(({ number, createdAt, author, reason, modelHash }) => [
        String(number),
        createdAt,
        author ?? '',
        reason ?? '',
        modelHash.slice(0, 12),
      ]);
      await print(json === true, all, () => table(['VERSION', 'AT', 'AUTHOR', 'REASON', 'MODEL'], rows));
    },
  );
}

function rollback(parser: Argv, cli: Cli): void {
  const { actions, print } = cli;
  parser.command(
    'rollback <number>',
    'Go back to a version, which is itself a plan and a new version; records that were set aside come back',
    (args) =>
      applyOptions(showOptions(args.positional('number', { type: 'number', demandOption: true })))
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('reason', { type: 'string', describe: 'Noted with the version' }),
    async ({ number: version, tenant, reason, plan, yes, json, format, language }) => {
      const agreed = await agreedPlan(cli, { plan, yes }, { format, language }, () => actions.planRollback({ tenant, version }));
      const done = await actions.rollBack({ tenant, version, ...(reason === undefined ? {} : { reason }), ...agreed });
      await print(json === true, done, () => `Back as version ${done.version}.\n`);
    },
  );
}

/** Hangs the commands into the tree. */
export function versionCommands(parser: Argv, cli: Cli): void {
  versions(parser, cli);
  rollback(parser, cli);
}
