// Makes the tenant that a sandbox is: the origin's layers make the tables, its rows and files fill them, a few people may sign in.
import { createHash } from 'node:crypto';
import { fail, isoNow, TesseraError } from '@tessera/kernel';
import type { Layer, Model } from '@tessera/metadata';
import { applyLayers, modelOf, storedRollups } from '@tessera/packs';
import { reindexSearch, rekeyRecords } from '@tessera/records';
import {
  analyzeTenant,
  copyRows,
  fileKeysStatement,
  filesToCopy,
  listVersions,
  loadLayers,
  noteProgress,
  noteVersion,
  setCredential,
  type CopyCounts,
  type CopyInput,
  type FileStandIn,
  type FileToCopy,
  type SandboxPlan,
} from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import { follow } from '../following.ts';
import type { SandboxProgress } from '../types/sandbox.ts';

/** A change of the origin's metadata is waited for so often; where it made other tables, these are made anew, a few times. */
const attempts = 40;
const waitMs = 500;
const rebuilds = 5;
const pageFiles = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

const nothingToSee = Buffer.from('This file was not copied: the sandbox is masked.\n');

const standIn: FileStandIn = {
  name: 'masked.txt',
  type: 'text/plain',
  size: nothingToSee.length,
  sha256: createHash('sha256').update(nothingToSee).digest('hex'),
};

interface Source {
  readonly version: number;
  readonly layers: readonly Layer[];
  readonly model: Model;
}

async function sourceOf({ cell }: EngineParts, origin: string): Promise<Source> {
  const [versions, layers] = await cell.control(
    async (control) => [await listVersions(control, origin), await loadLayers(control, origin)] as const,
  );
  return { version: versions[0]?.number ?? 0, layers, model: modelOf(layers) };
}

async function copyIn(parts: EngineParts, plan: SandboxPlan): Promise<CopyCounts & { readonly model: Model }> {
  const { cell, newId } = parts;
  const { origin, tenant, data, sample, masked, logins } = plan;
  const { version, layers, model } = await sourceOf(parts, origin);
  const now = isoNow(parts);
  const reason = `copied from ${origin}, version ${String(version)}`;
  await applyLayers(cell, { tenant, before: undefined, layers, now, author: null, reason });
  await cell.control((control) => noteVersion(control, tenant, version));
  const input: CopyInput = {
    origin,
    tenant,
    model,
    now,
    records: data === 'all' ? undefined : data === 'none' ? 0 : (sample ?? 0),
    masking: masked ? { key: parts.maskKey(plan.maskKey), known: logins.map(({ userId }) => userId) } : undefined,
    files: { tenant, copy: newId(), standIn: masked ? standIn : undefined },
    rollups: storedRollups(model),
    onObject: (object, records) => cell.control((control) => noteProgress(control, tenant, { object, records } satisfies SandboxProgress)),
    also: (door) => follow(parts, door, { before: undefined, after: model }),
  };
  return { ...(await whenFree(() => copyRows(cell, input))), model };
}

const isOf = (error: unknown, code: 'MODEL_CHANGED' | 'TENANT_BUSY'): boolean => error instanceof TesseraError && error.code === code;

/** Whoever finds the origin's metadata being changed has copied nothing yet. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !isOf(error, 'TENANT_BUSY')) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

async function* standInBytes(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(nothingToSee);
}

/** Whether there was something to be copied. */
async function copyFile({ files }: EngineParts, { from, to }: FileToCopy, masked: boolean): Promise<boolean> {
  try {
    await files.write(to, masked ? standInBytes() : await files.read(from));
    return true;
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'FILE_MISSING') return false;
    throw error;
  }
}

async function copyFiles(parts: EngineParts, plan: SandboxPlan): Promise<Required<Pick<SandboxProgress, 'files' | 'missing'>>> {
  let [files, missing] = [0, 0];
  for (let after = firstId; ;) {
    const page = await filesToCopy(parts.cell, plan, after, pageFiles);
    for (const file of page) {
      if (await copyFile(parts, file, plan.masked)) files += 1;
      else missing += 1;
      after = file.id;
    }
    if (page.length < pageFiles) return { files, missing };
  }
}

/** Takes a tenant away with its files in the store; what is not there is gone already. */
export async function removeCopy({ cell, files, runtimes, log }: EngineParts, tenant: string): Promise<void> {
  try {
    const database = cell.tenant(tenant);
    for (let after = firstId; ;) {
      const statement = fileKeysStatement(database.schema, { after, releasedBefore: '9999-12-31T00:00:00Z', limit: pageFiles });
      const { rows } = await database.query(statement);
      for (const row of rows) {
        await files.remove(String(row['storage_key'])).catch((error: unknown) => {
          log.warn({ tenant, error }, 'a file of a sandbox could not be removed');
        });
        after = String(row['id']);
      }
      if (rows.length < pageFiles) break;
    }
    await cell.dropTenant(tenant);
  } catch (error) {
    if (!(error instanceof TesseraError) || error.code !== 'TENANT_NOT_FOUND') throw error;
  } finally {
    runtimes.forget(tenant);
  }
}

/** Makes the tenant, in the place of what was there. What fails leaves none. @returns what was copied */
export async function copyTenant(parts: EngineParts, plan: SandboxPlan): Promise<SandboxProgress> {
  const { cell, runtimes } = parts;
  const { tenant, origin, name, logins } = plan;
  await removeCopy(parts, tenant);
  for (let attempt = 1; ; attempt += 1) {
    await cell.createTenant(tenant, { label: `${origin} (${name})`, copy: true });
    try {
      const { model, records, history } = await copyIn(parts, plan);
      const database = cell.tenant(tenant);
      await reindexSearch(database, model);
      await rekeyRecords(database, model);
      await analyzeTenant(cell.maintenance(tenant), tenant, model);
      const files = await copyFiles(parts, plan);
      // Last: while somebody can sign in, all is there.
      const at = isoNow(parts);
      for (const login of logins) await setCredential(database, { ...login, at });
      return { records, history, ...files };
    } catch (error) {
      await removeCopy(parts, tenant);
      if (!isOf(error, 'MODEL_CHANGED')) throw error;
      if (attempt === rebuilds) throw fail('TENANT_BUSY', { tenant: origin }, {}, error);
    } finally {
      runtimes.forget(tenant);
    }
  }
}
