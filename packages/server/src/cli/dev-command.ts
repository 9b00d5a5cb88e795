// tessera dev: serves a tenant for a pack, and puts every save of its files in force.
import type { Argv } from 'yargs';
import type { Cli } from './cli-context.ts';
import { interrupted } from './interrupted.ts';
import { decisionOptions, decisionsOf } from './plan-options.ts';

/** Hangs the command into the tree. */
export function devCommand(parser: Argv, { actions, streams }: Cli): void {
  parser.command(
    'dev <folder>',
    'Serve a pack in a tenant of its own, with demo data, and put every save in force there',
    (args) =>
      decisionOptions(args)
        .positional('folder', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', describe: 'The tenant; made where it is not there. Default: the folder’s name' })
        .option('test', { type: 'boolean', default: false, describe: 'Play the scenarios with every good save' })
        .option('yes', { type: 'boolean', default: false, describe: 'Do not ask before columns and tables are set aside' }),
    async ({ folder, tenant, test, yes, choices, prefer }) => {
      const say = async (text: string): Promise<void> => {
        await streams.out(text);
      };
      const agrees = async (): Promise<boolean> => {
        if (yes) return true;
        if (streams.interactive) return (await streams.ask('Set it aside? Type yes: ')).trim() === 'yes';
        await say('Nobody is there to be asked. Start with --yes to have it set aside.\n');
        return false;
      };
      const decisions = await decisionsOf({ choices, prefer });
      await actions.dev({ folder, tenant, test, decisions }, { say, agrees }, interrupted());
    },
  );
}
