// This engine's server as an operator runs it, with limits of requests that no loader reaches.
import { join } from 'node:path';
import { readers, secret, tenant } from '../scene/scene.ts';
import { poolSize } from './peer-setting.ts';
import { startProcess, type PeerProcess } from './process.ts';

const main = join(import.meta.dirname, '../../../packages/server/src/main.ts');

/** Raised, not switched off: requests are counted as ever. */
const requestsASecond = '1000000';

/** What is said of it beside the results. */
export const ourSettings = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  POOL_SIZE: String(poolSize),
  RATE_LIMIT_TENANT: requestsASecond,
  RATE_LIMIT_ACTOR: requestsASecond,
  RATE_LIMIT_ADDRESS: requestsASecond,
} as const;

export function startOurs({
  url,
  dataDir,
  inspect = false,
}: {
  readonly url: string;
  readonly dataDir: string;
  readonly inspect?: boolean;
}): Promise<PeerProcess> {
  const environment = {
    ...ourSettings,
    DATABASE_URL: url,
    DATA_DIR: dataDir,
    TESSERA_SECRET: secret,
    HOST: '127.0.0.1',
    PORT: '0',
    DEMO: 'off',
  };
  return startProcess({ words: [main], environment, inspect });
}

/** Signs somebody in; the token is good for a quarter of an hour. */
export async function tokenOf(url: string, reader: keyof typeof readers): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tenant, ...readers[reader] }),
  });
  const { accessToken } = (await response.json()) as { readonly accessToken?: string };
  if (accessToken === undefined) throw new Error(`The ${reader} cannot sign in: ${String(response.status)}`);
  return accessToken;
}
