// The engine under test, as it is served over HTTP, and tenants in it.
import { createServer } from 'node:http';
import { createListener } from '@tessera/api';
import { createEngine, createTenant, engineParts, Identity, setPasswords, type Engine, type EngineOptions } from '@tessera/engine';
import { silentLogger, uuidv7Source, type Logger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers } from '@tessera/packs';
import { openCell } from '@tessera/storage';
import pg from 'pg';
import { listen } from '../api/rest-scene.ts';
import { pack, password } from '../support/engine.ts';
import { testDatabase } from '../support/postgres.ts';
import type { ModelSketch } from './models.ts';
import { explained, info, TenantSite, type Site } from './site.ts';

export interface Lab {
  /** What the server blamed itself for. */
  readonly blamed: string[];
  site(name: string, sketch: ModelSketch): Promise<Site>;
  /** A tenant with exactly these layers, whose rules may refuse records; such are mended, or left out. */
  tenant(name: string, layers: readonly Layer[]): Promise<Site>;
  close(): Promise<void>;
}

/** Makes the engine that is to be proved. */
export type MakeEngine = (options: EngineOptions) => Promise<Engine>;

/** Where a lab's database is; dropped when the lab closes. */
export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function openLab(make: MakeEngine = createEngine, scratch?: ScratchDatabase): Promise<Lab> {
  const database = scratch ?? (await testDatabase());
  const blamed: string[] = [];
  const log: Logger = {
    ...silentLogger,
    error: (fields) => void blamed.push(fields['err'] instanceof Error ? (fields['err'].stack ?? '') : JSON.stringify(fields)),
    child: () => log,
  };
  const cell = await openCell({ url: database.url, log });
  const clock = { now: (): number => Date.now() };
  // Random computed fields read one another to any depth; what they cost is no matter of permissions.
  const limits = { cost: 100_000_000 };
  const options: EngineOptions = { cell, log, secret: 'a secret of the prover, long enough', clock, limits };
  const parts = engineParts(options);
  const identity = new Identity(parts);
  const engine = await make(options);
  const listener = createListener({ engine, log, newId: uuidv7Source(() => clock.now()) });
  // As our server: a kept connection that ends just when it is used again would look like a failure.
  const server = createServer({ keepAliveTimeout: 65_000 }, listener);
  const url = await listen(server);
  const client = new pg.Client({ connectionString: database.url, application_name: 'prover' });
  await client.connect();
  return {
    blamed,
    site: async (name, { objects }) => {
      const administrator = { email: `admin@${name}.example`, name: 'Admin', password };
      const id = await explained(() => createTenant(parts, identity, { name, packs: [pack('prover', objects)], administrator }));
      return new TenantSite({ engine, parts, identity, client, url }, name, id);
    },
    tenant: async (name, layers) => {
      await explained(() => cell.createTenant(name));
      const now = new Date(clock.now()).toISOString();
      await explained(() => applyLayers(cell, { tenant: name, before: undefined, layers, now, author: null, reason: 'to be proved' }));
      const administrator = { email: 'admin@prover.example', name: 'Admin', password, roles: ['administrator'] };
      const context = identity.contextOf(name, { kind: 'system', userId: null }, info);
      const [id = ''] = await explained(() => setPasswords(parts, context, [administrator]));
      return new TenantSite({ engine, parts, identity, client, url }, name, id, true);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      try {
        await client.end();
        await engine.close();
        await cell.close();
      } finally {
        await database.drop();
      }
    },
  };
}
