// RAW: the yardstick. Express and pg, one prepared statement per workload, PostgreSQL's JSON text handed on as it is; no permissions.
import { uuidv7Source } from '@tessera/kernel';
import express, { type Response } from 'express';
import pg from 'pg';
import { announce, databaseUrl, poolSize, schemaName } from './peer-setting.ts';
import { rawStatements, type RawStatement } from './raw-statements.ts';

type Json = Readonly<Record<string, unknown>>;

const pool = new pg.Pool({ connectionString: databaseUrl(), max: poolSize, idleTimeoutMillis: 0 });
const statements = rawStatements(schemaName());
const newId = uuidv7Source(() => Date.now());

async function answer(response: Response, { name, text }: RawStatement, values: readonly unknown[], status = 200): Promise<void> {
  const { rows } = await pool.query<{ readonly answer: string }>({ name, text, values: [...values] });
  const [row] = rows;
  if (row === undefined) response.status(404).end();
  else response.status(status).setHeader('Content-Type', 'application/json; charset=utf-8').end(row.answer);
}

const app = express();
app.disable('x-powered-by').disable('etag');
app.use(express.json({ limit: '4mb' }));

app.get('/opportunities/:id', (request, response) => answer(response, statements.get, [request.params.id]));
app.get('/opportunities', (request, response) => answer(response, statements.list, [request.query['owner'], request.query['stage']]));
app.get('/accounts', (request, response) => answer(response, statements.nested, [request.query['owner']]));
app.get('/sums', (request, response) => answer(response, statements.sums, [request.query['from'], request.query['to']]));
app.post('/opportunities', (request, response) => {
  const r = request.body as Json;
  const values = ['name', 'account', 'amount', 'stage', 'probability', 'closeDate', 'source', 'externalNumber', 'nextStep', 'owner'];
  return answer(response, statements.create, [newId(), ...values.map((name) => r[name])], 201);
});
app.patch('/opportunities/:id', (request, response) =>
  answer(response, statements.update, [request.params.id, (request.body as Json)['probability']]),
);
app.post('/activities/bulk', (request, response) => {
  const { records } = request.body as { readonly records: readonly Json[] };
  return answer(response, statements.bulk, [JSON.stringify(records.map((record) => ({ ...record, id: newId() })))], 201);
});

announce(app.listen(0, '127.0.0.1'));
