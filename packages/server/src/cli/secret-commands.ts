// tessera secrets rotate: what is sealed is sealed anew, so that an old secret may go.
import type { Argv } from 'yargs';
import { fail } from '@tessera/kernel';
import type { Cli } from './cli-context.ts';
import { ProgressBar } from './output.ts';

function rotate(parser: Argv, { actions, streams, print }: Cli): Argv {
  return parser.command(
    'rotate',
    'Seal everything with TESSERA_SECRET that TESSERA_OLD_SECRETS have sealed; may be stopped and run again',
    (args) => args,
    async ({ json }) => {
      const bar = new ProgressBar(streams, 'rotate');
      const rotated = await actions.rotateSecrets(bar.update).finally(() => {
        bar.done();
      });
      const { tenants, resealed, unreadable } = rotated;
      await print(json === true, rotated, () => `${resealed} secret(s) of ${tenants} tenant(s) sealed anew.\n`);
      if (unreadable > 0)
        throw fail('UNAVAILABLE', { reason: `${unreadable} secret(s) were sealed with a secret that is not configured. Keep the others.` });
    },
  );
}

/** Hangs the commands into the tree. */
export function secretCommands(parser: Argv, cli: Cli): void {
  parser.command('secrets', 'Change the secret that keys are derived from', (args: Argv) =>
    rotate(args, cli).demandCommand(1, 'Which command?'),
  );
}
