// tessera access …: why somebody may see or change a record, or may not.
import type { AccessExplanation, ExplainedLayer } from '@tessera/engine';
import type { Argv } from 'yargs';
import type { Cli } from './cli-context.ts';
import { table } from './output.ts';

const said = (yes: boolean): string => (yes ? 'yes' : 'no');

function layersText(title: string, layers: readonly ExplainedLayer[]): string {
  if (layers.length === 0) return `${title}: nothing gives it.\n`;
  const rows = layers.map(({ kind, name, gives }) => [gives ? 'gives' : '-', name === undefined ? kind : `${kind} ${name}`]);
  return `${title}:\n${table(['', 'LAYER'], rows)}`;
}

/** The explanation for people. */
export function explanationText(found: AccessExplanation): string {
  const head = `${found.object} ${found.id}\nread: ${said(found.read)}   edit: ${said(found.edit)}\n`;
  if (!found.active) return `${head}The person is inactive and may do nothing.\n`;
  if (found.administrator) return `${head}The person is an administrator.\n`;
  const flags = Object.entries(found.flags).map(([flag, from]) => [
    flag,
    from.length === 0 ? '-' : from.map(({ kind, name }) => `${kind} ${name}`).join(', '),
  ]);
  return `${head}\n${table(['FLAG', 'FROM'], flags)}\n${layersText('Layers of read', found.layers.read)}\n${layersText('Layers of edit', found.layers.edit)}`;
}

export function accessCommands(parser: Argv, { actions, print }: Cli): void {
  parser.command('access <command>', 'Who may see and change what', (args) =>
    args
      .command(
        'explain <object> <id>',
        'Which layer gives or refuses a record',
        (own) =>
          own
            .positional('object', { type: 'string', demandOption: true, describe: 'The object’s name' })
            .positional('id', { type: 'string', demandOption: true, describe: 'The record’s id' })
            .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
            .option('user', { type: 'string', demandOption: true, describe: 'Email of the person' }),
        async ({ object, id, tenant, user, json }) => {
          const found = await actions.explainAccess({ tenant, object, id, user });
          await print(json === true, found, () => explanationText(found));
        },
      )
      .demandCommand(1, 'Which command?'),
  );
}
