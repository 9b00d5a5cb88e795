// tessera migrate and doctor: keeping an installation in order.
import type { Argv } from 'yargs';
import { fail } from '@tessera/kernel';
import type { Cli } from './cli-context.ts';
import { ProgressBar } from './output.ts';

function migrate(parser: Argv, { actions, streams, print }: Cli): void {
  parser.command(
    'migrate',
    'Bring the system tables of all tenants up to date; may be stopped and run again',
    (args) => args,
    async ({ json }) => {
      const bar = new ProgressBar(streams, 'migrate');
      const { tenants } = await actions.migrate(bar.update).finally(() => {
        bar.done();
      });
      await print(json === true, { tenants }, () =>
        tenants === 0 ? 'Everything is up to date.\n' : `${tenants} tenant(s) brought up to date.\n`,
      );
    },
  );
}

function doctor(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'doctor',
    'Look for what could be wrong with this installation',
    (args) => args,
    async ({ json }) => {
      const checks = await actions.doctor();
      const lines = checks.map(
        ({ name, ok, detail, remedy }) => `${ok ? 'ok  ' : 'BAD '} ${name}: ${detail}${remedy === undefined ? '' : `\n     ${remedy}`}`,
      );
      await print(json === true, checks, () => `${lines.join('\n')}\n`);
      const bad = checks.filter(({ ok }) => !ok);
      if (bad.length > 0) throw fail('UNAVAILABLE', { reason: `${bad.map(({ name }) => name).join(', ')}: see above.` });
    },
  );
}

/** Hangs the commands into the tree. */
export function upkeepCommands(parser: Argv, cli: Cli): void {
  migrate(parser, cli);
  doctor(parser, cli);
}
