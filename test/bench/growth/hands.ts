// Makes tenants and sessions for the growth of databases: the engine's own parts, in the process of the benchmark.
import { createHash, randomBytes } from 'node:crypto';
import { createTenant, engineParts, Identity } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { buildModel, type Layer } from '@tessera/metadata';
import { createSession, loadLayers, migrateTenants, openCell, saveLayers, writeModelHash } from '@tessera/storage';
import { password } from '../../support/engine.ts';
import { secret } from '../scene/scene.ts';

export interface Hands {
  /** Makes a tenant; gives its administrator's id. */
  make(name: string, pack: Layer): Promise<string>;
  /** A token of somebody, as if they had signed in; checking a password takes longer than all that is measured here. */
  token(tenant: string, userId: string): Promise<string>;
  /** Changes a word of an object of the tenant's pack, which changes its Model's hash and none of its tables. */
  relabel(tenant: string, object: string, word: string): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 86_400_000;

type Json = Readonly<Record<string, unknown>>;

function relabelled(layers: readonly Layer[], object: string, word: string): readonly Layer[] {
  const path = `objects/${object}.json`;
  return layers.map((layer) => {
    const content = layer.files[path] as Json | undefined;
    return content === undefined ? layer : { ...layer, files: { ...layer.files, [path]: { ...content, label: { en: word } } } };
  });
}

export async function openHands(url: string): Promise<Hands> {
  const cell = await openCell({ url, log: silentLogger });
  await migrateTenants(cell);
  const clock = { now: (): number => Date.now() };
  const parts = engineParts({ cell, log: silentLogger, secret, clock });
  const identity = new Identity(parts);
  return {
    make: (name, pack) => {
      const administrator = { name: 'Administrator', email: 'admin@bench.example', password };
      return createTenant(parts, identity, { name, packs: [pack], administrator });
    },
    token: async (tenant, userId) => {
      const [sessionId, now] = [parts.newId(), clock.now()];
      await createSession(cell.tenant(tenant), {
        id: sessionId,
        userId,
        refreshHash: createHash('sha256').update(randomBytes(32)).digest('hex'),
        userAgent: null,
        address: null,
        at: new Date(now).toISOString(),
        expiresAt: new Date(now + dayMs).toISOString(),
        impersonator: null,
      });
      return parts.signer.sign({ tenant, userId, sessionId });
    },
    relabel: async (tenant, object, word) => {
      const layers = relabelled(await cell.control((transaction) => loadLayers(transaction, tenant)), object, word);
      const { model } = buildModel(layers);
      if (model === undefined) throw new Error(`The layers of ${tenant} make no Model.`);
      await cell.administer(tenant, async (transaction) => {
        await saveLayers(transaction, tenant, layers);
        await writeModelHash(transaction, tenant, model.hash);
      });
    },
    close: () => cell.close(),
  };
}
