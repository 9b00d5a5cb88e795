// Makes a tenant: schema and role, platform and packs, the first administrator.
import { fail, type Context } from '@tessera/kernel';
import type { Layer, PasswordPolicy } from '@tessera/metadata';
import { applyLayers, orderPacks, packDifferences, readPlatform } from '@tessera/packs';
import { matchingRecord, runInSession, updateRecords, type WriteSession } from '@tessera/records';
import { checkPassword, hashPassword } from '@tessera/security';
import { doorOf, findUser, setCredential } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';
import { following } from './following.ts';
import { createPerson } from './identity/new-person.ts';
import { systemSession } from './identity/platform-session.ts';
import type { Identity } from './identity.ts';

export { systemSession } from './identity/platform-session.ts';

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** Given beside those that the person has; left out: none. */
  readonly roles?: readonly string[];
}

export interface NewTenant {
  readonly name: string;
  readonly label?: string;
  /** In any order; the platform is put below them. */
  readonly packs: readonly Layer[];
  readonly administrator: Person;
  /** Fills the tenant before anybody can sign in; gives those who may, beside the administrator. */
  readonly seed?: () => Promise<readonly Person[]>;
}

/** The context of work that the platform itself does for a tenant. */
export function systemContext(identity: Identity, tenant: string): Context {
  return identity.contextOf(tenant, { kind: 'system', userId: null }, { requestId: 'system', languages: ['en'] });
}

const people = 'user';

/** The platform's role of whoever may do everything. */
const administratorRole = 'administrator';

/** What no tenant's own policy goes below; the tenant's is not known before its metadata is there. */
const leastPolicy: PasswordPolicy = { minLength: 8, minKinds: 1, remember: 0, maxAgeDays: undefined };

/** Gives people of the tenant (found by email, else made) passwords, all or none; gives their ids. @throws PASSWORD_TOO_WEAK */
export async function setPasswords(parts: EngineParts, context: Context, persons: readonly Person[]): Promise<readonly string[]> {
  const input = await systemSession(parts, context);
  for (const person of persons) checkPassword(person.password, input.model.settings.passwords, person);
  const hashed = await Promise.all(persons.map(async (person) => ({ person, hash: await hashPassword(person.password) })));
  return runInSession(input, async (write) => {
    const door = doorOf(write.transaction, write.target.schema);
    const ids: string[] = [];
    for (const { person, hash } of hashed) {
      const userId = await findOrCreatePerson(write, person);
      await setCredential(door, { userId, email: person.email, hash, at: write.at });
      ids.push(userId);
    }
    return ids;
  });
}

async function findOrCreatePerson(write: WriteSession, { name, email, roles = [] }: Person): Promise<string> {
  const object = write.model.objects[people];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: people });
  const existing = await matchingRecord(write, object, 'email', { email });
  if (existing === undefined) return createPerson(write, { name, email, roles });
  if (roles.length > 0) {
    const known = await findUser(doorOf(write.transaction, write.target.schema), object, { id: existing });
    const all = [...new Set([...(known?.roles ?? []), ...roles])];
    await updateRecords(write, people, [{ pointer: '', id: existing, input: { roles: all } }], { allOrNone: true, internal: true });
  }
  return existing;
}

/** All or nothing: what fails leaves no tenant behind. Gives the administrator's id. */
export async function createTenant(parts: EngineParts, identity: Identity, tenant: NewTenant): Promise<string> {
  const { administrator: first } = tenant;
  checkPassword(first.password, leastPolicy, first);
  const { cell, clock } = parts;
  await cell.createTenant(tenant.name, tenant.label === undefined ? {} : { label: tenant.label });
  try {
    const layers = [await readPlatform(), ...orderPacks(tenant.packs)];
    await applyLayers(cell, {
      ...following(parts),
      tenant: tenant.name,
      before: undefined,
      layers,
      packs: packDifferences([], layers),
      now: new Date(clock.now()).toISOString(),
      author: null,
      reason: 'created',
    });
    const context = systemContext(identity, tenant.name);
    // Before the data, which may take long.
    checkPassword(first.password, (await systemSession(parts, context)).model.settings.passwords, first);
    const others = (await tenant.seed?.()) ?? [];
    // Last, and for all at once: a tenant where nobody can sign in was left by a set-up that was broken off.
    const persons = [
      { ...first, roles: [administratorRole] },
      ...others.filter(({ email }) => email.toLowerCase() !== first.email.toLowerCase()),
    ];
    const [administrator = ''] = await setPasswords(parts, context, persons);
    return administrator;
  } catch (error) {
    await cell.dropTenant(tenant.name);
    throw error;
  } finally {
    parts.runtimes.forget(tenant.name);
  }
}
