// Who may do what about identities: the person, not what acts in the person's name; others only by administrators.
import { fail, isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { findUser, type IdentityUser } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';

/**
 * The caller as a person who has signed in. An API key, or an administrator who acts as the person, may not change how the person
 * signs in, nor make keys that outlive them.
 * @throws PERMISSION_DENIED
 */
export function personally({ context }: Session): string {
  const { userId, apiKeyId, impersonatedBy } = context.actor;
  if (userId === null || apiKeyId !== undefined || impersonatedBy !== undefined)
    throw fail('PERMISSION_DENIED', { action: 'do this with an API key, or as somebody else' });
  return userId;
}

/** Somebody whom the caller, an administrator in person, acts upon. @throws PERMISSION_DENIED, RECORD_NOT_FOUND for no id */
export function administered(session: Session, user: string, action: string): string {
  personally(session);
  if (!session.policy.administrator) throw fail('PERMISSION_DENIED', { action });
  if (!isUuid(user)) throw fail('RECORD_NOT_FOUND', { object: 'user', id: user });
  return user.toLowerCase();
}

export function userObject({ runtime }: Pick<TenantRuntime, 'runtime'>): ObjectModel {
  const object = runtime.model.objects['user'];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: 'user' });
  return object;
}

/** @throws RECORD_NOT_FOUND */
export async function userById(tenant: Pick<TenantRuntime, 'runtime' | 'database'>, id: string): Promise<IdentityUser> {
  const user = isUuid(id) ? await findUser(tenant.database, userObject(tenant), { id }) : undefined;
  if (user === undefined) throw fail('RECORD_NOT_FOUND', { object: 'user', id });
  return user;
}

/** Whether one of the person's roles says that it may do everything. */
export function isAdministrator({ runtime }: Pick<TenantRuntime, 'runtime'>, user: Pick<IdentityUser, 'roles'>): boolean {
  return user.roles.some((role) => runtime.model.roles[role]?.administrator === true);
}
