// The tenant that a pack is tried out in: made where it is not there; people whom data bring can sign in like its administrator.
import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Administration } from '@tessera/engine';

/** What a tenant for the pack in a folder is called. */
export const tenantFor = (folder: string): string =>
  basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');

export interface DevPeople {
  /** To be told at the start. */
  readonly notes: readonly string[];
  /** Does something, and gives people who come with it the password that all have here; gives what it gave, and lines to be told. */
  readonly welcoming: <T>(work: () => Promise<T>) => Promise<{ readonly result: T; readonly lines: readonly string[] }>;
}

interface DevTenant {
  readonly administration: Administration;
  readonly tenant: string;
  /** The one that was asked for. */
  readonly password: string | undefined;
}

async function emails({ administration, tenant }: DevTenant): Promise<ReadonlyMap<string, string>> {
  return new Map((await administration.people(tenant)).map(({ name, email }) => [email, name]));
}

const welcoming =
  (place: DevTenant, password: string | undefined): DevPeople['welcoming'] =>
  async (work) => {
    // Whoever has come by other ways meanwhile has a password of his own, or will have.
    const known = await emails(place);
    const result = await work();
    const come = [...(await emails(place))].filter(([email]) => !known.has(email));
    if (come.length === 0) return { result, lines: [] };
    const names = `${come
      .slice(0, 4)
      .map(([email]) => email)
      .join(', ')}${come.length > 4 ? ` and ${come.length - 4} more` : ''}`;
    if (password === undefined) return { result, lines: [`New people: ${names}. They have no password: DEMO_PASSWORD was not set.`] };
    await place.administration.setPasswords(
      place.tenant,
      come.map(([email, name]) => ({ email, name, password })),
    );
    return { result, lines: [`New people, who sign in with the same password: ${names}`] };
  };

/** Makes the tenant unless it is there; without packs, which come to it as they do with every save. */
export async function readyTenant(place: DevTenant): Promise<DevPeople> {
  const { administration, tenant, password } = place;
  const administrator = { name: 'Administrator', email: `admin@${tenant.replaceAll('_', '-')}.example` };
  const isThere = (await administration.tenants()).some(({ name }) => name === tenant);
  if (isThere) {
    // Whose tenant it is nobody knows here, so nothing of it is taken away.
    const left = (await administration.isComplete(tenant))
      ? 'sign in as before'
      : `nobody has a password; tessera tenant drop ${tenant} has it made anew`;
    return { notes: ['', `Tenant ${tenant}: as it was left; ${left}`], welcoming: welcoming(place, password) };
  }
  const chosen = password ?? randomBytes(12).toString('base64url');
  await administration.createTenant({ name: tenant, packs: [], demo: true, administrator: { ...administrator, password: chosen } });
  const said = password === undefined ? `Password, shown only this once: ${chosen}` : 'Password: the one in DEMO_PASSWORD';
  return {
    notes: ['', `Tenant ${tenant}, made anew: sign in as ${administrator.email}`, said],
    welcoming: welcoming(place, chosen),
  };
}
