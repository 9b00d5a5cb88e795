// What tenants take in a node's memory: where all have one Model, and where each has its own.
import { ask } from '../load/loader.ts';
import type { PeerProcess } from '../peers/process.ts';
import { objectName } from '../synthetic-pack.ts';
import type { Place } from './place.ts';
import { gets, graphqlPages } from './requests.ts';
import { heapMb, signedBytes } from './server.ts';
import { object, rows, type Tenant } from './tenant-curve.ts';

export interface Held {
  readonly name: string;
  /** Megabytes of heap after a collection: of a server that has answered nobody, one tenant, all of them. */
  readonly empty: number;
  readonly one: number;
  readonly all: number;
  /** Milliseconds for a get and a page over GraphQL of one tenant, on the average of all, one after the other, twice. */
  readonly rounds: readonly number[];
}

/** A get and a page over GraphQL of each tenant, one after the other. Gives milliseconds of each. */
async function askAll(server: PeerProcess, tenants: readonly (readonly [token: string, tenant: Tenant])[]): Promise<number> {
  const requests = [gets(object, rows)[0], graphqlPages(object, 1)[0]];
  const since = performance.now();
  for (const [token] of tenants) {
    for (const request of requests) {
      if (request === undefined) continue;
      const { status, body } = await ask(server.url, signedBytes(server, token, request));
      if (status !== 200 || body.includes('"errors":[{'))
        throw new Error(`The server refused: ${String(status)} ${body.toString('utf8', 0, 500)}`);
    }
  }
  return (performance.now() - since) / tenants.length;
}

async function held(place: Place, name: string, tenants: readonly Tenant[], settings: Readonly<Record<string, string>>): Promise<Held> {
  const server = await place.start({ inspect: true, settings });
  try {
    const signed: (readonly [string, Tenant])[] = [];
    for (const tenant of tenants) signed.push([await place.hands.token(tenant.name, tenant.owner), tenant]);
    const empty = await heapMb(server);
    // As often as all of them later: what is compiled of our own code is no tenant's.
    const [first] = signed;
    if (first !== undefined)
      await askAll(
        server,
        signed.map(() => first),
      );
    const one = await heapMb(server);
    const rounds = [await askAll(server, signed), await askAll(server, signed)];
    return { name, empty, one, all: await heapMb(server), rounds };
  } finally {
    await server.stop();
  }
}

/** What small bounds leave: a tenth of the defaults. */
const small = { MODEL_MEMORY: '25MB', SCHEMA_MEMORY: '10MB' } as const;

export async function heldByTenants(place: Place, tenants: readonly Tenant[], tell: (line: string) => void): Promise<readonly Held[]> {
  const same = await held(place, 'all with one Model', tenants, {});
  for (const [i, { name }] of tenants.entries()) await place.hands.relabel(name, objectName(0), `Thing of ${String(i)}`);
  tell('Every tenant has a Model of its own.');
  return [
    same,
    await held(place, 'each with its own, 256 MB and 100 MB for them', tenants, {}),
    await held(place, 'each with its own, 25 MB and 10 MB for them', tenants, small),
  ];
}
