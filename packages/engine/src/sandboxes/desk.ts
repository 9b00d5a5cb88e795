// The sandboxes of a tenant: listed, made, made anew, taken away.
import { fail, isoNow, TesseraError } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { checkPassword, hashPassword } from '@tessera/security';
import {
  copyName,
  findCredential,
  findUser,
  forgetSandbox,
  isCopy,
  isTenant,
  listStoredSandboxes,
  lockOrigin,
  noteCopying,
  noteFailed,
  noteGoing,
  noteReady,
  type SandboxPlan,
  type StoredLogin,
  type StoredSandbox,
} from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import type { NewSandbox, RefreshedSandbox, Sandbox, SandboxLogin, SandboxProgress } from '../types/sandbox.ts';
import { copyTenant, removeCopy } from './copy-tenant.ts';

/** A tenant has no more than these. */
export const mostSandboxes = 10;
const defaultSample = 1_000;
const largestSample = 100_000;

/** Whoever copies holds it while he lives. */
const holdOf = (tenant: string): string => `copy ${tenant}`;

function shown(stored: StoredSandbox): Sandbox {
  const { name, tenant, origin, state, data, sample, masked, version, createdBy, createdAt, copiedAt, progress, error } = stored;
  return {
    ...{ name, tenant, origin, state, data, sample, masked, version, createdBy, createdAt, copiedAt },
    progress: progress === null ? null : (JSON.parse(progress) as SandboxProgress),
    error: error === null ? null : (JSON.parse(error) as Sandbox['error']),
  };
}

/** One that nobody copies any more was broken off with its node. */
async function ended(parts: EngineParts, sandbox: StoredSandbox): Promise<StoredSandbox> {
  const { cell } = parts;
  if (sandbox.state !== 'copying') return sandbox;
  const error = { code: 'SANDBOX_NOT_READY', message: 'The copy was broken off. Refresh or delete the sandbox.' };
  const held = await cell.alone(holdOf(sandbox.tenant), () => cell.control((control) => noteFailed(control, sandbox.tenant, error)), 1);
  if (held === undefined) return sandbox;
  return (await storedIn(parts, sandbox.origin)).find(({ tenant }) => tenant === sandbox.tenant) ?? sandbox;
}

const storedIn = ({ cell }: EngineParts, origin: string): Promise<readonly StoredSandbox[]> =>
  cell.control((control) => listStoredSandboxes(control, origin));

async function allIn(parts: EngineParts, origin: string): Promise<readonly StoredSandbox[]> {
  const all: StoredSandbox[] = [];
  for (const sandbox of await storedIn(parts, origin)) all.push(await ended(parts, sandbox));
  return all;
}

export const listSandboxes = async (parts: EngineParts, origin: string): Promise<readonly Sandbox[]> =>
  (await allIn(parts, origin)).map(shown);

/** @throws SANDBOX_NOT_FOUND */
export async function storedSandbox(parts: EngineParts, origin: string, name: string): Promise<StoredSandbox> {
  const all = await allIn(parts, origin);
  const found = all.find((sandbox) => sandbox.name === name);
  const known = all.length === 0 ? '' : `It has: ${all.map((sandbox) => sandbox.name).join(', ')}.`;
  if (found === undefined) throw fail('SANDBOX_NOT_FOUND', { tenant: origin, name, known });
  return found;
}

export const getSandbox = async (parts: EngineParts, origin: string, name: string): Promise<Sandbox> =>
  shown(await storedSandbox(parts, origin, name));

/** Whose copies are asked for, by whom. */
export interface Asked {
  readonly origin: string;
  readonly model: Model;
  /** Null: the operator. */
  readonly by: string | null;
}

/** @throws RECORD_NOT_FOUND, PASSWORD_TOO_WEAK */
async function hashed({ cell }: EngineParts, { origin, model }: Asked, logins: readonly SandboxLogin[]): Promise<readonly StoredLogin[]> {
  const people = model.objects['user'];
  if (people === undefined) return [];
  const known: (SandboxLogin & { readonly userId: string })[] = [];
  const door = cell.tenant(origin);
  for (const login of logins) {
    // By the address of the person, or the one that the person signs in with.
    const id = (await findCredential(door, login.email))?.userId;
    const user = await findUser(door, people, id === undefined ? { email: login.email } : { id });
    if (user === undefined) throw fail('RECORD_NOT_FOUND', { object: 'user', id: login.email });
    checkPassword(login.password, model.settings.passwords, { name: user.name, email: login.email });
    known.push({ ...login, userId: user.id });
  }
  return Promise.all(
    known.map(async ({ userId, email, password }) => ({ userId, email: email.toLowerCase(), hash: await hashPassword(password) })),
  );
}

function sampleOf({ data, sample }: Pick<NewSandbox, 'data' | 'sample'>): number | null {
  if (data !== 'sample') return null;
  const records = sample ?? defaultSample;
  if (Number.isInteger(records) && records >= 1 && records <= largestSample) return records;
  throw fail('REQUEST_INVALID', { reason: `a sample has 1 to ${String(largestSample)} records of each object.` }, { pointer: '/sample' });
}

const refuseCopy = (origin: string): void => {
  if (isCopy(origin)) throw fail('SANDBOX_OF_SANDBOX', { tenant: origin });
};

/** A copy that has begun, and its end. */
export interface Begun {
  readonly sandbox: Sandbox;
  readonly done: Promise<void>;
}

async function carryOut(parts: EngineParts, plan: SandboxPlan): Promise<void> {
  const { cell } = parts;
  try {
    const progress = await parts.background.inTurn(() => copyTenant(parts, plan));
    await cell.control((control) => noteReady(control, plan.tenant, isoNow(parts), progress));
  } catch (error) {
    const { code, message } = error instanceof TesseraError ? error : { code: 'INTERNAL', message: 'Something went wrong on our side.' };
    await cell.control((control) => noteFailed(control, plan.tenant, { code, message }));
    throw error;
  }
}

/** Comes back once the copy is on the list, and lets it go on. @param admit looks, under the origin's lock, whether there may be one */
async function begin(parts: EngineParts, plan: SandboxPlan, admit: (sandboxes: readonly StoredSandbox[]) => void): Promise<Begun> {
  const { cell } = parts;
  // Of a tenant one copy is made at a time; those that were broken off are none.
  await allIn(parts, plan.origin);
  const noted = Promise.withResolvers<undefined>();
  const work = cell.alone(
    holdOf(plan.tenant),
    async () => {
      await cell.control(async (control) => {
        if (!(await lockOrigin(control, plan.origin))) throw fail('TENANT_NOT_FOUND', { name: plan.origin });
        const sandboxes = await listStoredSandboxes(control, plan.origin);
        const copied = sandboxes.find(({ state, tenant }) => state === 'copying' && tenant !== plan.tenant);
        if (copied !== undefined) throw fail('SANDBOX_BUSY', { name: copied.name });
        admit(sandboxes);
        // One that is no sandbox of ours is not ours to make anew.
        const isOurs = sandboxes.some(({ tenant }) => tenant === plan.tenant);
        if (!isOurs && (await isTenant(control, plan.tenant))) throw fail('TENANT_EXISTS', { name: plan.tenant });
        await noteCopying(control, plan, isoNow(parts));
      });
      noted.resolve(undefined);
      await carryOut(parts, plan);
    },
    1,
  );
  const done = work.then((held) => {
    if (held === undefined) throw fail('SANDBOX_BUSY', { name: plan.name });
  });
  parts.background.follow(done, { tenant: plan.origin, sandbox: plan.name });
  await Promise.race([noted.promise, done]);
  return { sandbox: await getSandbox(parts, plan.origin, plan.name), done };
}

/** @throws SANDBOX_NAME_INVALID, SANDBOX_EXISTS, SANDBOX_LIMIT, SANDBOX_OF_SANDBOX, RECORD_NOT_FOUND, PASSWORD_TOO_WEAK */
export async function createSandbox(parts: EngineParts, asked: Asked, input: NewSandbox): Promise<Begun> {
  const { origin, by: createdBy } = asked;
  refuseCopy(origin);
  const { name, data, mask = false } = input;
  const tenant = copyName(origin, name);
  const sample = sampleOf(input);
  const logins = await hashed(parts, asked, input.logins);
  if (logins.length === 0)
    throw fail('REQUEST_INVALID', { reason: 'nobody could sign in: /logins must name somebody.' }, { pointer: '/logins' });
  const plan: SandboxPlan = { tenant, origin, name, data, sample, masked: mask, maskKey: parts.newId(), createdBy, logins };
  return begin(parts, plan, (sandboxes) => {
    if (sandboxes.some((sandbox) => sandbox.name === name)) throw fail('SANDBOX_EXISTS', { tenant: origin, name });
    if (sandboxes.length >= mostSandboxes) throw fail('SANDBOX_LIMIT', { tenant: origin, limit: mostSandboxes });
  });
}

/** All that the sandbox has is lost. @throws SANDBOX_NOT_FOUND, SANDBOX_BUSY, RECORD_NOT_FOUND, PASSWORD_TOO_WEAK */
export async function refreshSandbox(parts: EngineParts, asked: Asked, input: RefreshedSandbox): Promise<Begun> {
  const { origin } = asked;
  const known = await storedSandbox(parts, origin, input.name);
  const { tenant, name, maskKey, createdBy } = known;
  const data = input.data ?? known.data;
  const sample = sampleOf({ data, sample: input.sample ?? known.sample ?? defaultSample });
  const added = await hashed(parts, asked, input.logins ?? []);
  const logins = [...known.logins.filter(({ userId }) => added.every((login) => login.userId !== userId)), ...added];
  const plan: SandboxPlan = { tenant, origin, name, data, sample, masked: input.mask ?? known.masked, maskKey, createdBy, logins };
  return begin(parts, plan, (sandboxes) => {
    if (sandboxes.every((sandbox) => sandbox.name !== name)) throw fail('SANDBOX_NOT_FOUND', { tenant: origin, name, known: '' });
  });
}

/** @throws SANDBOX_NOT_FOUND, SANDBOX_BUSY */
export async function deleteSandbox(parts: EngineParts, origin: string, name: string): Promise<void> {
  const { tenant } = await storedSandbox(parts, origin, name);
  const { cell } = parts;
  const done = await cell.alone(
    holdOf(tenant),
    async () => {
      // Whoever promotes from it waits for the row, and finds it gone.
      const error = { code: 'SANDBOX_NOT_READY', message: 'Its deletion was broken off. Delete it again.' };
      await cell.control((control) => noteGoing(control, tenant, error));
      await removeCopy(parts, tenant);
      await cell.control((control) => forgetSandbox(control, tenant));
    },
    1,
  );
  if (done === undefined) throw fail('SANDBOX_BUSY', { name });
}
