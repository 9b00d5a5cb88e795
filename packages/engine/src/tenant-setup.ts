// Makes a tenant: schema and role, platform and packs, the first administrator.
import { fail, failAll, type Actor, type Context, type Statement } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, orderPacks, readPlatform } from '@tessera/packs';
import { createRecords, matchingRecord, runInSession, updateRecords, type SessionInput, type WriteSession } from '@tessera/records';
import { administratorPolicy, checkPasswordStrength, hashPassword } from '@tessera/security';
import { setCredential } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';
import type { Identity } from './identity.ts';

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly password: string;
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

const system: Actor = { kind: 'system', userId: null };

/** The context of work that the platform itself does for a tenant. */
export function systemContext(identity: Identity, tenant: string): Context {
  return identity.contextOf(tenant, system, { requestId: 'system', languages: ['en'] });
}

/** What a write of the platform itself runs in. */
export async function systemSession(parts: EngineParts, context: Context): Promise<SessionInput> {
  const { database, runtime, state } = await parts.runtimes.refresh(context.tenant);
  return {
    context,
    database,
    model: runtime.model,
    access: state.access,
    rules: runtime.rules,
    sealer: parts.sealer,
    roles: administratorPolicy(null).roles,
  };
}

const people = 'user';

/** Gives people of the tenant (found by email, else made) passwords, all or none; gives their ids. */
export async function setPasswords(parts: EngineParts, context: Context, persons: readonly Person[]): Promise<readonly string[]> {
  for (const { password } of persons) checkPasswordStrength(password);
  const hashed = await Promise.all(persons.map(async (person) => ({ person, hash: await hashPassword(person.password) })));
  const input = await systemSession(parts, context);
  return runInSession(input, async (write) => {
    const door = { schema: write.target.schema, query: (statement: Statement) => write.transaction.query(statement) };
    const ids: string[] = [];
    for (const { person, hash } of hashed) {
      const userId = await findOrCreatePerson(write, person);
      await setCredential(door, { userId, email: person.email, hash });
      ids.push(userId);
    }
    return ids;
  });
}

async function findOrCreatePerson(write: WriteSession, { name, email }: Person): Promise<string> {
  const object = write.model.objects[people];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: people });
  const existing = await matchingRecord(write, object, 'email', { email });
  if (existing !== undefined) return existing;
  const options = { allOrNone: true, internal: true };
  const [outcome] = await createRecords(write, people, [{ pointer: '', input: { name, email, active: true } }], options);
  if (outcome?.ok !== true) throw failAll('RECORDS_INVALID', outcome?.problems ?? []);
  // People own themselves: the platform, which made them, is nobody.
  await updateRecords(write, people, [{ pointer: '', id: outcome.id, input: { owner: outcome.id } }], options);
  return outcome.id;
}

/** All or nothing: what fails leaves no tenant behind. Gives the administrator's id. */
export async function createTenant(parts: EngineParts, identity: Identity, tenant: NewTenant): Promise<string> {
  checkPasswordStrength(tenant.administrator.password);
  const { cell, clock } = parts;
  await cell.createTenant(tenant.name, tenant.label === undefined ? {} : { label: tenant.label });
  try {
    const layers = [await readPlatform(), ...orderPacks(tenant.packs)];
    await applyLayers(cell, {
      tenant: tenant.name,
      before: undefined,
      layers,
      now: new Date(clock.now()).toISOString(),
      author: null,
      reason: 'created',
    });
    const others = (await tenant.seed?.()) ?? [];
    // Last, and for all at once: a tenant where nobody can sign in was left by a set-up that was broken off.
    const [administrator = ''] = await setPasswords(parts, systemContext(identity, tenant.name), [tenant.administrator, ...others]);
    return administrator;
  } catch (error) {
    await cell.dropTenant(tenant.name);
    throw error;
  } finally {
    parts.runtimes.forget(tenant.name);
  }
}
