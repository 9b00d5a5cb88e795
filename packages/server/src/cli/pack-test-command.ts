// tessera pack test: plays a pack's scenarios in a sandbox.
import type { Argv } from 'yargs';
import { fail } from '@tessera/kernel';
import type { PackTested } from '@tessera/engine';
import type { Cli } from './cli-context.ts';
import { interrupted } from './interrupted.ts';
import { failureText } from './output.ts';
import { testedText } from './scenario-text.ts';

export function packTestCommand(parser: Argv, { actions, streams, print }: Cli): void {
  parser.command(
    'test <folder>',
    'Play the scenarios of a pack, in a sandbox of its own or on the layers of a tenant; nothing leaves it',
    (args) =>
      args
        .positional('folder', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', describe: 'Below the changes of this tenant, with its fixtures and its own scenarios' })
        .option('scenario', { type: 'string', describe: 'Only this one' })
        .option('coverage', { type: 'boolean', default: false, describe: 'Show what no scenario reaches' })
        .option('language', { type: 'string', default: 'en', describe: 'Of titles, such as zh-CN' })
        .option('watch', { type: 'boolean', default: false, describe: 'Again whenever a file of the pack changes' }),
    async ({ folder, tenant, scenario, coverage, language, watch, json }) => {
      const input = { folder, tenant, scenario, languages: [language] };
      const show = (tested: PackTested): Promise<void> => print(json === true, tested, () => testedText(tested, coverage));
      if (!watch) {
        const tested = await actions.testPack(input);
        await show(tested);
        const { passed, failed } = tested;
        if (failed > 0) throw fail('SCENARIOS_FAILED', { failed, total: passed + failed });
        return;
      }
      await actions.watchPack(
        input,
        async (test) => {
          // A file that is half written, or a mistake in it, is no reason to stop watching.
          await test().then(show, async (error: unknown) => {
            await streams.err(failureText(error));
          });
        },
        interrupted(),
      );
    },
  );
}
