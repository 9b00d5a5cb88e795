// tessera tenant …: create, list, drop, backup, restore.
import type { Argv } from 'yargs';
import { readConfig } from '../config.ts';
import type { BackupResult } from './actions.ts';
import { confirmed, type Cli } from './cli-context.ts';
import { ProgressBar, table } from './output.ts';

function create(parser: Argv, { actions, streams, print }: Cli): void {
  parser.command(
    'create <name>',
    'Make a tenant with its packs and first administrator',
    (args) =>
      args
        .positional('name', { type: 'string', demandOption: true, describe: 'Lower case letters, digits, underscores' })
        .option('pack', { type: 'string', array: true, default: [] as string[], describe: 'A pack’s folder; several in dependency order' })
        .option('admin', { type: 'string', demandOption: true, describe: 'Email of the first administrator' })
        .option('label', { type: 'string', describe: 'The tenant’s name for people' })
        .option('demo-data', { type: 'boolean', default: false, describe: 'Load the demo data of the packs' })
        .epilogue('The administrator’s password comes from TESSERA_ADMIN_PASSWORD or standard input.'),
    async ({ name, pack, admin, label, demoData, json }) => {
      const password = readConfig().TESSERA_ADMIN_PASSWORD ?? (await streams.ask('Password of the administrator: ', true));
      const bar = new ProgressBar(streams, 'create');
      const input = { name, packs: pack, administrator: { email: admin, password }, demoData, ...(label === undefined ? {} : { label }) };
      const created = await actions.createTenant(input, bar.update).finally(() => {
        bar.done();
      });
      await print(json === true, created, () => `Tenant ${created.name} is there. Its administrator is ${created.administrator}.\n`);
    },
  );
}

function list(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'list',
    'All tenants',
    (args) => args,
    async ({ json }) => {
      const tenants = await actions.listTenants();
      const some = tenants.some(({ origin }) => origin !== undefined);
      const rows = tenants.map(({ name, label, createdAt, modelHash, systemVersion, origin }) => [
        name,
        label ?? '',
        createdAt,
        (modelHash ?? '').slice(0, 12),
        String(systemVersion),
        ...(some ? [origin ?? ''] : []),
      ]);
      const heads = ['NAME', 'LABEL', 'CREATED', 'MODEL', 'SYSTEM', ...(some ? ['SANDBOX OF'] : [])];
      await print(json === true, tenants, () => table(heads, rows));
    },
  );
}

function drop(parser: Argv, cli: Cli): void {
  parser.command(
    'drop <name>',
    'Remove a tenant and all its data for good',
    (args) =>
      args
        .positional('name', { type: 'string', demandOption: true })
        .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' }),
    async ({ name, yes, json }) => {
      await confirmed(cli, yes, `All data of ${name} will be gone. Type its name to go on:`, name);
      await cli.actions.dropTenant(name);
      await cli.print(json === true, { dropped: name }, () => `Tenant ${name} is gone.\n`);
    },
  );
}

function lost({ missing, missingSample }: BackupResult): string {
  if (missing === 0) return '';
  const such = missingSample.length === 0 ? '' : `, such as ${missingSample.join(', ')}`;
  return `The content of ${missing} file(s) is not there${such}. Their records name them still.\n`;
}

function backup(parser: Argv, { actions, streams, print }: Cli): void {
  const directions = [
    ['backup', 'Write a tenant’s data and metadata to a file', 'backUpTenant', 'written to'],
    ['restore', 'Make a tenant from a backup', 'restoreTenant', 'restored from'],
  ] as const;
  for (const [command, describe, action, done] of directions) {
    parser.command(
      `${command} <name> <file>`,
      describe,
      (args) => args.positional('name', { type: 'string', demandOption: true }).positional('file', { type: 'string', demandOption: true }),
      async ({ name, file, json }) => {
        const bar = new ProgressBar(streams, command);
        const result = await actions[action]({ tenant: name, file }, bar.update).finally(() => {
          bar.done();
        });
        await print(
          json === true,
          result,
          () => `${result.records} records and ${result.files} files of ${name} ${done} ${file}.\n${lost(result)}`,
        );
      },
    );
  }
}

/** Hangs the commands into the tree. */
export function tenantCommands(parser: Argv, cli: Cli): void {
  parser.command('tenant <command>', 'Tenants of this database', (args) => {
    for (const command of [create, list, drop, backup]) command(args, cli);
    return args.demandCommand(1, 'Which command of tenant?').strict();
  });
}
