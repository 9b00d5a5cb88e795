// A tenant with crm-base on a database of its own, and its GraphQL over HTTP.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Administration, createEngine, type Engine } from '@tessera/engine';
import { fail, silentLogger, type Logger } from '@tessera/kernel';
import { openCell } from '@tessera/storage';
import { graphqlHandler } from '../../packages/api/src/graphql/index.ts';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase } from '../support/postgres.ts';
import type { GraphqlBody } from './graphql-scene.ts';

const administrator = { email: 'admin@acme.example', name: 'Ada', password: 'correct horse battery staple 7' };

export interface Reply extends GraphqlBody {
  readonly status: number;
  readonly text: string;
}

export interface Tenant {
  readonly engine: Engine;
  readonly url: string;
  readonly token: string;
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Reply>;
  close(): Promise<void>;
}

export async function openTenant(log: Logger = silentLogger): Promise<Tenant> {
  const database = await testDatabase();
  const cell = await openCell({ url: database.url, log });
  const options = { cell, log, secret: 'a secret of at least thirty-two characters', clock: { now: () => Date.now() } };
  const packs = [exampleFolder('crm-base')];
  await new Administration(options).createTenant({ name: 'acme', packs, administrator, demo: false });
  const engine = await createEngine(options);
  const { accessToken } = await engine.login({ tenant: 'acme', ...administrator }, { requestId: 'login', languages: ['en'] });
  const handler = graphqlHandler({
    engine,
    log,
    contextOf: ({ headers }) => {
      const token = headers.authorization?.replace(/^Bearer /, '');
      if (token === undefined) return Promise.reject(fail('AUTHENTICATION_REQUIRED'));
      return engine.authenticate(token, { requestId: 'request-1', languages: ['en'] });
    },
  });
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`;
  const headers = {
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
  };
  return {
    engine,
    url,
    token: accessToken,
    ask: async (query, variables) => {
      const send = async (): Promise<Reply> => {
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
        const text = await response.text();
        return { ...(JSON.parse(text) as GraphqlBody), status: response.status, text };
      };
      const first = await send();
      if (/^\s*(mutation|subscription)/.test(query)) return first;
      // A plan is kept of the first; what it answers must be the same.
      const again = await send();
      if (again.text !== first.text) throw new Error(`${query} was answered ${first.text} and then ${again.text}`);
      return again;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      await cell.close();
      await database.drop();
    },
  };
}
