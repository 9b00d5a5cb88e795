// tessera sandbox … and promote: copies of a tenant, and what was changed in one brought to the tenant.
import type { Argv } from 'yargs';
import type { NewSandbox, Sandbox } from '@tessera/engine';
import { readConfig } from '../config.ts';
import { confirmed, type Cli } from './cli-context.ts';
import { table } from './output.ts';
import { agreedPlan, applyOptions, decisionOptions, decisionsOf, showOptions } from './plan-options.ts';
import { renderPlan } from './plan-text.ts';

const named = <T>(args: Argv<T>) =>
  args
    .positional('tenant', { type: 'string', demandOption: true, describe: 'The tenant that is copied' })
    .positional('name', { type: 'string', demandOption: true, describe: 'The sandbox: 1 to 16 of a-z and 0-9' });

const dataChoices = ['none', 'sample', 'all'] as const;

const settings = <T>(args: Argv<T>) =>
  args
    .option('sample', { type: 'number', describe: 'Records of each object in a sample; default 1,000' })
    .option('mask', { type: 'boolean', describe: 'Replace values that tell of people' })
    .option('login', { type: 'string', array: true, default: [] as string[], describe: 'Email of somebody who may sign in; several' })
    .epilogue('The password of those who may sign in comes from TESSERA_ADMIN_PASSWORD or standard input.');

interface Given {
  readonly sample: number | undefined;
  readonly mask: boolean | undefined;
  readonly login: readonly string[];
}

async function settingsOf({ streams }: Cli, { sample, mask, login }: Given): Promise<Omit<NewSandbox, 'name' | 'data'>> {
  const password =
    login.length === 0 ? '' : (readConfig().TESSERA_ADMIN_PASSWORD ?? (await streams.ask('Password of those who may sign in: ', true)));
  return {
    logins: login.map((email) => ({ email, password })),
    ...(sample === undefined ? {} : { sample }),
    ...(mask === undefined ? {} : { mask }),
  };
}

function copied({ tenant, origin, version, progress, masked }: Sandbox): string {
  const { records = 0, files = 0, missing = 0 } = progress ?? {};
  const lost = missing === 0 ? '' : ` The content of ${missing} file(s) was not in the store.`;
  const as = `Sandbox ${tenant} is a copy of ${origin}, version ${version ?? 0}: ${records} records and ${files} files`;
  return `${as}${masked ? ', masked' : ''}.${lost}\n`;
}

function create(parser: Argv, cli: Cli): void {
  parser.command(
    'create <tenant> <name>',
    'Copy a tenant into a sandbox, which is a tenant of its own; nothing goes out from it',
    (args) => settings(named(args)).option('data', { choices: dataChoices, demandOption: true, describe: 'How much of the data' }),
    async ({ tenant, name, data, sample, mask, login, json }) => {
      const made = await cli.actions.createSandbox(tenant, { name, data, ...(await settingsOf(cli, { sample, mask, login })) });
      await cli.print(json === true, made, () => copied(made));
    },
  );
}

function refresh(parser: Argv, cli: Cli): void {
  parser.command(
    'refresh <tenant> <name>',
    'Copy the tenant anew; all that was done in the sandbox is lost',
    (args) =>
      settings(named(args))
        .option('data', { choices: dataChoices, describe: 'How much of the data; default: as before' })
        .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' }),
    async ({ tenant, name, data, sample, mask, login, yes, json }) => {
      await confirmed(cli, yes, `All that was done in the sandbox ${name} will be lost. Type its name to go on:`, name);
      const given = await settingsOf(cli, { sample, mask, login });
      const made = await cli.actions.refreshSandbox(tenant, { name, ...given, ...(data === undefined ? {} : { data }) });
      await cli.print(json === true, made, () => copied(made));
    },
  );
}

function list(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'list <tenant>',
    'The sandboxes of a tenant',
    (args) => args.positional('tenant', { type: 'string', demandOption: true }),
    async ({ tenant, json }) => {
      const sandboxes = await actions.listSandboxes(tenant);
      const rows = sandboxes.map(({ name, tenant: own, state, data, sample, masked, version, copiedAt }) => [
        name,
        own,
        state,
        sample === null ? data : `${data} ${String(sample)}`,
        masked ? 'yes' : 'no',
        version === null ? '' : String(version),
        copiedAt ?? '',
      ]);
      await print(json === true, sandboxes, () => table(['NAME', 'TENANT', 'STATE', 'DATA', 'MASKED', 'VERSION', 'COPIED'], rows));
    },
  );
}

function remove(parser: Argv, cli: Cli): void {
  parser.command(
    'delete <tenant> <name>',
    'Delete a sandbox with all that it has',
    (args) => named(args).option('yes', { type: 'boolean', default: false, describe: 'Do not ask' }),
    async ({ tenant, name, yes, json }) => {
      await confirmed(cli, yes, `All that is in the sandbox ${name} will be gone. Type its name to go on:`, name);
      await cli.actions.deleteSandbox(tenant, name);
      await cli.print(json === true, { deleted: name }, () => `Sandbox ${name} of ${tenant} is gone.\n`);
    },
  );
}

function promote(parser: Argv, cli: Cli): void {
  const { actions, print } = cli;
  parser.command(
    'promote <tenant> <name>',
    'Bring the metadata that was changed in a sandbox to its tenant; with --plan alone: show what that would do',
    (args) =>
      applyOptions(showOptions(decisionOptions(named(args)))).option('reason', { type: 'string', describe: 'Noted with the version' }),
    async ({ tenant, name, plan, yes, json, format, language, choices, prefer, reason }) => {
      const change = { name, ...(await decisionsOf({ choices, prefer })) };
      const style = { format, language };
      if (plan === '') {
        const planned = await actions.planPromotion(tenant, change);
        await print(json === true, planned, () => renderPlan(planned, style));
        return;
      }
      const agreed = await agreedPlan(cli, { plan, yes }, style, () => actions.planPromotion(tenant, change));
      const done = await actions.promoteSandbox(tenant, { ...change, ...agreed, ...(reason === undefined ? {} : { reason }) });
      await print(json === true, done, () => `Promoted as version ${done.version}.\n`);
    },
  );
}

/** Hangs the commands into the tree. */
export function sandboxCommands(parser: Argv, cli: Cli): void {
  parser.command('sandbox <command>', 'Copies of a tenant to try things out in', (args) => {
    for (const command of [create, list, refresh, remove]) command(args, cli);
    return args.demandCommand(1, 'Which command of sandbox?').strict();
  });
  promote(parser, cli);
}
