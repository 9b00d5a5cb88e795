// The tenant `demo`: made on an empty database, with a pack, its demo data and people who can sign in.
import { randomBytes } from 'node:crypto';
import { Administration, type EngineOptions } from '@tessera/engine';
import type { Logger } from '@tessera/kernel';

const tenant = 'demo';
const administrator = { name: 'Administrator', email: 'admin@demo.example' };

export interface DemoOptions extends EngineOptions {
  readonly log: Logger;
  /** The pack's folder. */
  readonly pack: string;
  readonly password: string | undefined;
}

/** Log-ins for those who have just started the server. */
function logins(people: readonly { readonly name: string; readonly email: string }[], password: string | undefined): readonly string[] {
  const others = people.filter(({ email }) => email !== administrator.email).map(({ email }) => email);
  const such = others.length === 0 ? '' : `, or as one of ${String(others.length)} people, such as ${others.slice(0, 3).join(', ')}`;
  return [
    '',
    `Tenant ${tenant}: sign in as ${administrator.email}${such}`,
    password === undefined ? 'Password: the one in DEMO_PASSWORD' : `Password, shown only this once: ${password}`,
  ];
}

/**
 * Makes the demo unless the database has a tenant already; a demo whose making was broken off is made anew. Of nodes that start
 * at once one makes it, and the others wait: what is unfinished then was indeed broken off.
 * @returns what to print
 */
export async function prepareDemo(options: DemoOptions): Promise<readonly string[]> {
  const made = await options.cell.alone(`tenant ${tenant}`, () => makeDemo(options));
  return made?.result ?? [];
}

async function makeDemo({ pack, password, ...options }: DemoOptions): Promise<readonly string[]> {
  const administration = new Administration(options);
  const tenants = (await administration.tenants()).map(({ name }) => name);
  if (tenants.includes(tenant) && !(await administration.isComplete(tenant))) {
    options.log.warn({ tenant }, 'the demo was left unfinished; it is made anew');
    await administration.dropTenant(tenant);
  } else if (tenants.length > 0) {
    return [];
  }
  options.log.info({ tenant, pack }, 'making the demo tenant; this takes a few seconds');
  const chosen = password ?? randomBytes(12).toString('base64url');
  await administration.createTenant({
    name: tenant,
    label: 'Demo',
    packs: [pack],
    demo: true,
    peoplePassword: chosen,
    administrator: { ...administrator, password: chosen },
  });
  return logins(await administration.people(tenant), password === undefined ? chosen : undefined);
}
