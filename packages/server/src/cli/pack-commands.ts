// tessera pack …: create, validate, plan, apply, upgrade, uninstall, list, diff, export.
import type { Argv } from 'yargs';
import { failAll, type Problem } from '@tessera/kernel';
import { type Cli } from './cli-context.ts';
import { placeText, ProgressBar, table } from './output.ts';
import { packTestCommand } from './pack-test-command.ts';
import { agreedPlan, applyOptions, decisionOptions, decisionsOf, showOptions } from './plan-options.ts';
import { renderChanges, renderPlan } from './plan-text.ts';

const folderAndTenant = (args: Argv): Argv<{ folder: string; with: string[]; tenant: string }> =>
  args
    .positional('folder', { type: 'string', demandOption: true })
    .option('with', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Folder of another pack that comes in the same step, where each needs the other’s new version; several',
    })
    .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' });

const foldersIn = (folder: string, others: readonly string[]): { readonly folder: string; readonly with?: readonly string[] } => ({
  folder,
  ...(others.length === 0 ? {} : { with: others }),
});

const warningLine = (warning: Problem): string => `  ${placeText(warning)}: ${warning.message}`;

function create(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'create <folder>',
    'Make a new pack that is whole from the start: an object with its layout, list, role, texts, data and a scenario',
    (args) =>
      args
        .positional('folder', { type: 'string', demandOption: true, describe: 'Where it is made; must not be there yet, or be empty' })
        .option('name', { type: 'string', describe: 'The pack’s name. Default: the folder’s' })
        .option('namespace', { type: 'string', describe: 'What its names begin with, in a market of packs. Default: none' })
        .option('publisher', { type: 'string', describe: 'Who makes it' })
        .option('on', { type: 'string', array: true, default: [] as string[], describe: 'A pack beside it that it builds on' }),
    async ({ folder, name, namespace, publisher, on, json }) => {
      const files = await actions.createPack({ folder, name, namespace, publisher, on });
      await print(json === true, { folder, files }, () => [`${folder}:`, ...files.map((file) => `  ${file}`), ''].join('\n'));
    },
  );
}

function validate(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'validate <folder>',
    'Check the files of a pack, and point out what is seldom meant',
    (args) => args.positional('folder', { type: 'string', demandOption: true }),
    async ({ folder, json }) => {
      const { name, version, problems, warnings } = await actions.validatePack(folder);
      if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
      const pointed = warnings.length === 0 ? '' : `Worth a look (${warnings.length}):\n${warnings.map(warningLine).join('\n')}\n`;
      await print(json === true, { name, version, problems, warnings }, () => `${name} ${version} is valid.\n${pointed}`);
    },
  );
}

function plan(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'plan <folder>',
    'Show what installing or upgrading a pack would do; nothing is changed',
    (args) => showOptions(decisionOptions(folderAndTenant(args))),
    async ({ folder, with: others, tenant, json, format, language, choices, prefer }) => {
      const planned = await actions.planPack({ ...foldersIn(folder, others), tenant, ...(await decisionsOf({ choices, prefer })) });
      await print(json === true, planned, () => renderPlan(planned, { format, language }));
    },
  );
}

/** `apply` takes what there is, `upgrade` only what is newer than what is installed. */
function apply(parser: Argv, cli: Cli, name: 'apply' | 'upgrade', description: string): void {
  const { actions, streams, print } = cli;
  const newer = name === 'upgrade' ? { newer: true } : {};
  parser.command(
    `${name} <folder>`,
    description,
    (args) =>
      applyOptions(showOptions(decisionOptions(folderAndTenant(args)))).option('demo-data', {
        type: 'boolean',
        default: false,
        describe: 'Load its demo data too; those that are there are changed',
      }),
    async ({ folder, with: others, tenant, demoData, plan: given, yes, json, format, language, choices, prefer }) => {
      const packs = { ...foldersIn(folder, others), tenant, ...newer, ...(demoData ? { demoData } : {}) };
      const input = { ...packs, ...(await decisionsOf({ choices, prefer })) };
      const agreed = await agreedPlan(cli, { plan: given, yes }, { format, language }, () => actions.planPack(input));
      const bar = new ProgressBar(streams, name);
      const applied = await actions.applyPack({ ...input, ...agreed }, bar.update).finally(() => {
        bar.done();
      });
      await print(json === true, applied, () =>
        applied.version === undefined ? 'Nothing to do: the tenant has it already.\n' : `Applied as version ${applied.version}.\n`,
      );
    },
  );
}

function uninstall(parser: Argv, cli: Cli): void {
  const { actions, print } = cli;
  parser.command(
    'uninstall <name>',
    'Take a pack away; what its tables hold is set aside, and comes back with it within the retention time',
    (args) =>
      applyOptions(showOptions(args.positional('name', { type: 'string', demandOption: true }))).option('tenant', {
        type: 'string',
        demandOption: true,
        describe: 'The tenant',
      }),
    async ({ name, tenant, plan: given, yes, json, format, language }) => {
      const input = { tenant, uninstall: name };
      const agreed = await agreedPlan(cli, { plan: given, yes }, { format, language }, () => actions.planPack(input));
      const applied = await actions.applyPack({ ...input, ...agreed }, () => undefined);
      await print(json === true, applied, () => `${name} is taken away: version ${applied.version ?? 0}.\n`);
    },
  );
}

function list(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'list',
    'The packs of a tenant, with the hashes of their files',
    (args) => args.option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' }),
    async ({ tenant, json }) => {
      const packs = await actions.listPacks(tenant);
      const rows = packs.map(({ name, version, namespace, integrity, kept }) => [
        name,
        version,
        namespace,
        integrity ?? '',
        kept.length === 0 ? '' : String(kept.length),
      ]);
      await print(json === true, packs, () => table(['NAME', 'VERSION', 'NAMESPACE', 'INTEGRITY', 'KEPT'], rows));
    },
  );
}

function diff(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'diff <left> <right>',
    'What leads from one to the other: folders of packs, or tenant:<name>',
    (args) => args.positional('left', { type: 'string', demandOption: true }).positional('right', { type: 'string', demandOption: true }),
    async ({ left, right, json }) => {
      const changes = await actions.diffPacks(left, right);
      await print(json === true, changes, () => renderChanges(changes));
    },
  );
}

function exportTenant(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'export <folder>',
    'Make a pack of what a tenant has added and changed itself',
    (args) =>
      args
        .positional('folder', { type: 'string', demandOption: true, describe: 'Where it is written; must not be there yet' })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('name', { type: 'string', demandOption: true, describe: 'The pack’s name' })
        .option('namespace', { type: 'string', default: '', describe: 'The pack’s namespace' })
        .option('publisher', { type: 'string', describe: 'Who makes it' }),
    async ({ folder, tenant, name, namespace, publisher, json }) => {
      const written = await actions.exportPack({ folder, tenant, name, namespace, ...(publisher === undefined ? {} : { publisher }) });
      await print(json === true, written, () => `${written.files} file(s) in ${folder}.\n`);
    },
  );
}

/** Hangs the commands into the tree. */
export function packCommands(parser: Argv, cli: Cli): void {
  parser.command('pack <command>', 'Packs: folders of metadata', (args) => {
    for (const command of [create, validate, plan, packTestCommand, uninstall, list, diff, exportTenant]) command(args, cli);
    apply(args, cli, 'apply', 'Install a pack, or put it in the place of its other version, in one transaction');
    apply(args, cli, 'upgrade', 'Put a newer version of a pack in the place of the one that is installed, in one transaction');
    return args.demandCommand(1, 'Which command of pack?').strict();
  });
}
