// tessera pack …: validate, plan, apply.
import type { Argv } from 'yargs';
import { failAll } from '@tessera/kernel';
import { confirmed, type Cli } from './cli-context.ts';
import { ProgressBar } from './output.ts';
import { renderPlan } from './plan-text.ts';

function validate(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'validate <folder>',
    'Check the files of a pack',
    (args) => args.positional('folder', { type: 'string', demandOption: true }),
    async ({ folder, json }) => {
      const { name, version, problems } = await actions.validatePack(folder);
      if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
      await print(json === true, { name, version, problems }, () => `${name} ${version} is valid.\n`);
    },
  );
}

function plan(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'plan <folder>',
    'Show what installing or upgrading a pack would do; nothing is changed',
    (args) =>
      args
        .positional('folder', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' }),
    async ({ folder, tenant, json }) => {
      const planned = await actions.planPack({ folder, tenant });
      await print(json === true, planned, () => renderPlan(planned));
    },
  );
}

function apply(parser: Argv, cli: Cli): void {
  const { actions, streams, print } = cli;
  parser.command(
    'apply <folder>',
    'Install or upgrade a pack, in one transaction',
    (args) =>
      args
        .positional('folder', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('plan', { type: 'string', describe: 'The hash of the plan that was looked at: only that one is applied' })
        .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' }),
    async ({ folder, tenant, plan: given, yes, json }) => {
      let planHash = given;
      if (planHash === undefined && !yes) {
        const planned = await actions.planPack({ folder, tenant });
        await streams.err(renderPlan(planned));
        await confirmed(cli, false, 'Apply it? Type yes:', 'yes');
        planHash = planned.hash;
      }
      const bar = new ProgressBar(streams, 'apply');
      const applied = await actions
        .applyPack({ folder, tenant, ...(planHash === undefined ? {} : { planHash }) }, bar.update)
        .finally(() => {
          bar.done();
        });
      await print(json === true, applied, () =>
        applied.version === undefined ? 'Nothing to do: the tenant has it already.\n' : `Applied as version ${applied.version}.\n`,
      );
    },
  );
}

/** Hangs the commands into the tree. */
export function packCommands(parser: Argv, cli: Cli): void {
  parser.command('pack <command>', 'Packs: folders of metadata', (args) => {
    for (const command of [validate, plan, apply]) command(args, cli);
    return args.demandCommand(1, 'Which command of pack?').strict();
  });
}
