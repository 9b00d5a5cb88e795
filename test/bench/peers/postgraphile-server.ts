// PostGraphile 5 over the same tables, with its own HTTP server; it keeps prepared statements by itself.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { announce, databaseUrl, poolSize, postgraphileSchema, schemaName } from './peer-setting.ts';

/** The tenant's tables, and a function for sums by group, which PostGraphile has none of by itself. */
const schemas = [schemaName(), postgraphileSchema];

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  // The engine's indexes leave deleted rows out, and so would this plugin leave out what they serve.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ connectionString: databaseUrl(), schemas, poolConfig: { max: poolSize, idleTimeoutMillis: 0 } })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false, maxRequestLength: 4_000_000 },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
// Ready with its schema made, as it is for all but the first request.
await instance.getSchema();
announce(server.listen(0, '127.0.0.1'));
