// The command line: one tree of commands, each of which parses, calls one action and prints what came of it.
import yargs, { type Argv } from 'yargs';
import { settingsHelp } from '../config.ts';
import { accessCommands } from './access-commands.ts';
import type { CliActions } from './actions.ts';
import type { Cli } from './cli-context.ts';
import { devCommand } from './dev-command.ts';
import { explainCommand } from './explain-command.ts';
import { failureJson, failureText, type CliStreams } from './output.ts';
import { packCommands } from './pack-commands.ts';
import { sandboxCommands } from './sandbox-commands.ts';
import { secretCommands } from './secret-commands.ts';
import { tenantCommands } from './tenant-commands.ts';
import { transferCommands } from './transfer-commands.ts';
import { upkeepCommands } from './upkeep-commands.ts';
import { versionCommands } from './version-commands.ts';

export type { CliStreams } from './output.ts';

/** 0: done. 1: refused or failed. 2: the command line itself is wrong. */
type ExitCode = 0 | 1 | 2;

class UsageError extends Error {}

function commandTree(words: readonly string[], cli: Cli): Argv {
  const parser = yargs([...words])
    .scriptName('tessera')
    .usage('$0 <command>')
    .option('json', { type: 'boolean', default: false, global: true, describe: 'Answer as JSON on standard output' })
    .epilogue(settingsHelp())
    .wrap(110)
    .strict()
    .demandCommand(1, 'Which command?')
    .help()
    .alias('help', 'h')
    .version(false)
    .locale('en')
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new UsageError(message ?? 'The command line is wrong.');
    });
  const all = [
    tenantCommands,
    packCommands,
    devCommand,
    versionCommands,
    sandboxCommands,
    transferCommands,
    accessCommands,
    explainCommand,
    upkeepCommands,
    secretCommands,
  ];
  for (const commands of all) commands(parser, cli);
  return parser;
}

/**
 * Runs one command line.
 * @param words without the program's name: `['tenant', 'list', '--json']`
 * @returns the exit code
 */
export async function runCli(words: readonly string[], actions: CliActions, streams: CliStreams): Promise<ExitCode> {
  const print: Cli['print'] = async (json, value, text) => {
    await streams.out(json ? `${JSON.stringify(value)}\n` : text());
  };
  try {
    let shown = '';
    await commandTree(words, { actions, streams, print }).parseAsync([...words], {}, (_error, _argv, output) => {
      shown = output;
    });
    // Help, which yargs would have printed itself.
    if (shown !== '') await streams.out(`${shown}\n`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      await streams.err(`${error.message}\nSee tessera --help.\n`);
      return 2;
    }
    await streams.err(words.includes('--json') ? failureJson(error) : failureText(error));
    return 1;
  }
}
