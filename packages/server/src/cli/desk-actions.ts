// The actions as the program runs them: over a database that is opened for one command.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fail } from '@tessera/kernel';
import { createPack } from '@tessera/engine';
import { migrateTenants } from '@tessera/storage';
import { readConfig } from '../config.ts';
import { createLogger } from '../logging.ts';
import { openDesk, type OperatorDesk } from '../wiring.ts';
import type { Check, CliActions } from './actions.ts';
import { linesOf, writeLines } from './lines.ts';
import { packActions } from './pack-actions.ts';
import { sandboxActions } from './sandbox-actions.ts';
import { scenarioActions } from './scenario-actions.ts';

async function atDesk<T>(work: (desk: OperatorDesk) => Promise<T>): Promise<T> {
  const desk = await openDesk(readConfig(), createLogger('warn'));
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}

const createTenant: CliActions['createTenant'] = ({ name, label, packs, administrator, demoData }, progress) =>
  atDesk(async ({ administration }) => {
    const { email, password } = administrator;
    await administration.createTenant({
      name,
      packs,
      demo: demoData,
      administrator: { email, password, name: email.split('@')[0] ?? email },
      onProgress: ({ records }) => {
        progress(records);
      },
      ...(label === undefined ? {} : { label }),
    });
    return { name, administrator: email };
  });

const backUpTenant: CliActions['backUpTenant'] = ({ tenant, file }, progress) =>
  atDesk(async ({ administration }) => {
    let written = 0;
    const { rows, ...files } = await writeLines(file, (write) =>
      administration.backup(tenant, write, (table) => {
        written += table.rows;
        progress(written);
      }),
    );
    return { tenant, file, records: rows, ...files };
  });

const restoreTenant: CliActions['restoreTenant'] = ({ tenant, file }, progress) =>
  atDesk(async ({ administration }) => {
    const { rows, ...restored } = await administration.restore(linesOf(file), {
      name: tenant,
      onRows: (done) => {
        progress(done);
      },
    });
    return { file, records: rows, ...restored };
  });

async function readMapping(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw fail(
      'REQUEST_PARAMETER_INVALID',
      { name: '--mapping', reason: `${path} is not valid JSON: ${(error as Error).message}` },
      {},
      error,
    );
  }
}

/** Without a mapping every column is the field of its name. */
async function headerMapping(file: string): Promise<unknown> {
  for await (const line of linesOf(file)) {
    const names = line.startsWith('{') ? Object.keys(JSON.parse(line) as object) : line.replace(/^\uFEFF/, '').split(',');
    const columns = Object.fromEntries(names.map((name) => [name.replaceAll('"', ''), { field: name.replaceAll('"', '').trim() }]));
    return { format: line.startsWith('{') ? 'ndjson' : 'csv', columns };
  }
  return { columns: {} };
}

const importFile: CliActions['importFile'] = ({ tenant, object, file, mapping, by, resume, dryRun }, progress) =>
  atDesk(async ({ administration }) =>
    administration.import(tenant, {
      object,
      mapping: mapping === undefined ? await headerMapping(file) : await readMapping(mapping),
      content: createReadStream(file) as AsyncIterable<Uint8Array>,
      dryRun,
      onProgress: ({ read }) => {
        progress(read);
      },
      ...(by === undefined ? {} : { by }),
      ...(resume === undefined ? {} : { resume }),
    }),
  );

const exportRecords: CliActions['exportRecords'] = ({ tenant, ...input }, write, progress) =>
  atDesk(async ({ administration }) => {
    let records = input.format === 'csv' ? -1 : 0;
    for await (const text of administration.export(tenant, input)) {
      await write(text);
      records += text.split('\n').length - 1;
      progress(Math.max(records, 0));
    }
    return { records: Math.max(records, 0) };
  });

async function checks({ cell, administration }: OperatorDesk): Promise<readonly Check[]> {
  const version = `${Math.floor(cell.serverVersion / 10_000)}.${cell.serverVersion % 10_000}`;
  const wall: Check = cell.wall
    ? { name: 'tenant roles', ok: true, detail: 'each tenant has a role of its own' }
    : {
        name: 'tenant roles',
        ok: false,
        detail: 'roles could not be created: only our statements keep tenants apart',
        remedy: 'Connect once as a user who may create roles.',
      };
  const tenants = (await administration.upkeep.check()).map(({ tenant, drift, problems, platform }): Check => {
    const name = `tenant ${tenant}`;
    const [first] = drift;
    if (problems.length > 0)
      return {
        name,
        ok: false,
        detail: `its metadata has ${problems.length} mistake(s): ${problems[0]?.message ?? ''}`,
        remedy: 'Apply its packs again.',
      };
    if (first === undefined && platform !== undefined)
      return {
        name,
        ok: false,
        detail: `it stays on an older platform: ${platform}`,
        remedy: 'Start a server, or plan and apply one of its packs again.',
      };
    if (first === undefined) return { name, ok: true, detail: 'tables and metadata agree' };
    const detail = `${drift.length} difference(s) between tables and metadata, first: ${first.kind} ${first.what} ${first.table}.${first.name}`;
    return { name, ok: false, detail, remedy: 'Undo what was changed by hand, or restore a backup.' };
  });
  return [{ name: 'database', ok: true, detail: `PostgreSQL ${version}, ${tenants.length} tenant(s)` }, wall, ...tenants];
}

const explainRead: CliActions['explainRead'] = ({ tenant, read, ...input }) =>
  atDesk(async ({ administration }) => {
    // Much to load, and for this alone.
    const { Documents, readWriter } = await import('@tessera/api');
    const request = readWriter(new Documents())(read, { languages: [] });
    return administration.explainRead(tenant, { request, ...input });
  });

/** The actions as the program runs them. */
export const cliActions: CliActions = {
  explainAccess: ({ tenant, ...input }) => atDesk(({ administration }) => administration.explainAccess(tenant, input)),
  explainRead,
  createTenant,
  listTenants: () => atDesk(({ administration }) => administration.tenants()),
  dropTenant: (name) => atDesk(({ administration }) => administration.dropTenant(name)),
  backUpTenant,
  restoreTenant,
  createPack,
  dev: async (input, onlooker, signal) => {
    // The whole server, and for this alone.
    const { runDev } = await import('../dev/dev.ts');
    await runDev(readConfig(), input, onlooker, signal);
  },
  ...packActions(atDesk),
  ...scenarioActions(atDesk),
  ...sandboxActions(atDesk),
  importFile,
  exportRecords,
  migrate: (progress) =>
    atDesk(async ({ cell }) => ({
      tenants: await migrateTenants(cell, {
        onProgress: ({ done, total }) => {
          progress(done, total);
        },
      }),
    })),
  rotateSecrets: (progress) => atDesk(({ administration }) => administration.upkeep.rotateSecrets(progress)),
  doctor: async () => {
    const node: Check = { name: 'node', ok: true, detail: process.versions.node };
    const configuration: Check = { name: 'configuration', ok: true, detail: 'every setting is valid' };
    readConfig();
    return [node, configuration, ...(await atDesk(checks))];
  },
};
