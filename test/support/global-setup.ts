// Once per Jest run: offers a PostgreSQL to the tests that ask for one, so that the others do not wait for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@tessera/kernel';
import { startEmbedded, type EmbeddedPostgres } from '@tessera/storage';

/** What the tear-down takes back. */
export interface OfferedPostgres {
  readonly server: Server;
  readonly dataDir: string;
  started: Promise<EmbeddedPostgres> | undefined;
}

declare global {
  var tesseraTestPostgres: OfferedPostgres | undefined;
}

/** Workers inherit the environment, so what stands in it here is how they find us. */
export default async function setUp(): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-test-'));
  const server = createServer((_request, response) => {
    // A connection that is kept may be closed here just when a worker uses it again.
    response.setHeader('connection', 'close');
    offered.started ??= startEmbedded({
      dataDir,
      log: silentLogger,
      settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300' },
    });
    offered.started.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  const offered: OfferedPostgres = { server, dataDir, started: undefined };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server of the test database has no port.');
  process.env['TEST_DATABASE_STARTER'] = `http://127.0.0.1:${address.port}/`;
  globalThis.tesseraTestPostgres = offered;
}

export async function takeBack(offered: OfferedPostgres): Promise<void> {
  offered.server.closeAllConnections();
  offered.server.close();
  const started = await offered.started?.catch(() => undefined);
  await started?.stop();
  await rm(offered.dataDir, { recursive: true, force: true });
}
