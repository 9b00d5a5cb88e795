// RAW tuned: what is left when everything is taken away. node:http alone, better SQL, and the answer's bytes as PostgreSQL sent them.
import { createServer, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import pg from 'pg';
import { announce, databaseUrl, poolSize, schemaName } from './peer-setting.ts';
import { tunedStatements, type TunedStatement } from './tuned-statements.ts';

type HandlePacket = (offset: number, code: number, length: number, bytes: Buffer) => unknown;
interface ParserModule {
  readonly Parser: { readonly prototype: { handlePacket: HandlePacket } };
}

const dataRow = 0x44;

/** pg makes a string of every value; a row of one value is kept as its bytes here. */
function keepBytes(): void {
  const { Parser } = createRequire(import.meta.url)('pg-protocol/dist/parser') as ParserModule;
  const { handlePacket } = Parser.prototype;
  Parser.prototype.handlePacket = function (offset, code, length, bytes) {
    if (code !== dataRow || bytes.readInt16BE(offset) !== 1) return handlePacket.call(this, offset, code, length, bytes);
    const size = bytes.readInt32BE(offset + 2);
    const value = size === -1 ? null : Buffer.from(bytes.subarray(offset + 6, offset + 6 + size));
    return { name: 'dataRow', length, fieldCount: 1, fields: [value] };
  };
}

keepBytes();
const types = { getTypeParser: () => (value: unknown) => value };
const pool = new pg.Pool({ connectionString: databaseUrl(), max: poolSize, idleTimeoutMillis: 0, types });
const statements = tunedStatements(schemaName());

async function answer(response: ServerResponse, statement: TunedStatement, values: readonly (string | null)[]): Promise<void> {
  const { rows } = await pool.query<[Buffer | null]>({ ...statement, values: [...values], rowMode: 'array' });
  const bytes = rows[0]?.[0];
  if (bytes === undefined || bytes === null) response.writeHead(404).end();
  else response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length }).end(bytes);
}

function route(url: string, response: ServerResponse): Promise<void> {
  const question = url.indexOf('?');
  if (question < 0) return answer(response, statements.get, [url.slice(url.lastIndexOf('/') + 1)]);
  const query = new URLSearchParams(url.slice(question + 1));
  switch (url.slice(0, question)) {
    case '/opportunities':
      return answer(response, statements.list, [query.get('owner'), query.get('stage')]);
    case '/accounts':
      return answer(response, statements.nested, [query.get('owner')]);
    default:
      return answer(response, statements.sums, [query.get('from'), query.get('to')]);
  }
}

const server = createServer((request, response) => {
  route(request.url ?? '', response).catch(() => response.writeHead(500).end());
});
announce(server.listen(0, '127.0.0.1'));
