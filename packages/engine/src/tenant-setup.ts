// Makes a tenant: schema and role, platform and packs, the first administrator.
import { fail, failAll, type Actor, type Context } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, orderPacks, readPlatform } from '@tessera/packs';
import { createRecords, runInSession, updateRecords, type SessionInput } from '@tessera/records';
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

/** Gives a person of the tenant (found or made by email) a password. */
export async function setPassword(parts: EngineParts, context: Context, person: Person): Promise<string> {
  checkPasswordStrength(person.password);
  const hash = await hashPassword(person.password);
  const input = await systemSession(parts, context);
  return runInSession(input, async (write) => {
    const users = { object: 'user', name: person.name, email: person.email };
    const [outcome] = await createRecords(
      write,
      users.object,
      [{ pointer: '', input: { name: users.name, email: users.email, active: true } }],
      { allOrNone: false, internal: true },
    );
    if (outcome === undefined) throw fail('INTERNAL');
    if (!outcome.ok) throw failAll('RECORDS_INVALID', outcome.problems);
    await updateRecords(write, users.object, [{ pointer: '', id: outcome.id, input: { owner: outcome.id } }], {
      allOrNone: true,
      internal: true,
    });
    await setCredential(
      { schema: write.target.schema, query: (statement) => write.transaction.query(statement) },
      { userId: outcome.id, email: person.email, hash },
    );
    return outcome.id;
  });
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
    return await setPassword(parts, systemContext(identity, tenant.name), tenant.administrator);
  } catch (error) {
    await cell.dropTenant(tenant.name);
    throw error;
  } finally {
    parts.runtimes.forget(tenant.name);
  }
}
