// What the commands about packs and versions do, over a database that is opened for one command.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Comparable, PackStep, PlanDecisions } from '@tessera/engine';
import type { OperatorDesk } from '../wiring.ts';
import type { CliActions, PackInput } from './actions.ts';

type AtDesk = <T>(work: (desk: OperatorDesk) => Promise<T>) => Promise<T>;

type PackActions = Pick<
  CliActions,
  | 'validatePack'
  | 'planPack'
  | 'applyPack'
  | 'listPacks'
  | 'diffPacks'
  | 'exportPack'
  | 'showVersion'
  | 'listVersions'
  | 'planRollback'
  | 'rollBack'
>;

const stepOf = (input: PackInput): PackStep =>
  'uninstall' in input ? { uninstall: input.uninstall } : { folder: input.folder, with: input.with ?? [], newer: input.newer ?? false };

const decisionsOf = ({ choices, prefer }: PackInput): PlanDecisions => ({
  ...(choices === undefined ? {} : { choices }),
  ...(prefer === undefined ? {} : { prefer }),
});

const tenantMark = 'tenant:';

const comparable = (text: string): Comparable =>
  text.startsWith(tenantMark) ? { tenant: text.slice(tenantMark.length) } : { folder: text };

/** Into a folder that must not be there yet. */
async function writePack(folder: string, files: Readonly<Record<string, unknown>>): Promise<number> {
  await mkdir(folder);
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  }
  return Object.keys(files).length;
}

export const packActions = (atDesk: AtDesk): PackActions => ({
  validatePack: (folder) => atDesk(({ administration }) => administration.packs.validate(folder)),
  planPack: (input) => atDesk(({ administration }) => administration.packs.plan(input.tenant, stepOf(input), decisionsOf(input))),
  applyPack: (input, progress) =>
    atDesk(async ({ administration }) => {
      const { plan, version } = await administration.packs.apply(input.tenant, stepOf(input), {
        decisions: decisionsOf(input),
        demo: 'folder' in input && input.demoData === true,
        onProgress: ({ records }) => {
          progress(records);
        },
        ...(input.planHash === undefined ? {} : { planHash: input.planHash }),
      });
      return { ...plan, version };
    }),
  listPacks: (tenant) => atDesk(({ administration }) => administration.packs.list(tenant)),
  diffPacks: (left, right) => atDesk(({ administration }) => administration.packs.diff(comparable(left), comparable(right))),
  exportPack: ({ tenant, folder, ...input }) =>
    atDesk(async ({ administration }) => ({ folder, files: await writePack(folder, await administration.packs.export(tenant, input)) })),
  showVersion: (tenant, number) => atDesk(({ administration }) => administration.packs.version(tenant, number)),
  listVersions: (tenant) => atDesk(({ administration }) => administration.packs.versions(tenant)),
  planRollback: ({ tenant, version }) => atDesk(({ administration }) => administration.packs.planRollback(tenant, version)),
  rollBack: ({ tenant, ...input }) => atDesk(({ administration }) => administration.packs.rollback(tenant, input)),
});
