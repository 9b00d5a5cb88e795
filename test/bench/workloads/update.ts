// One field of one opportunity, the history of which is kept; no value is written twice in a row.
import { at, graphql, workload, type HttpRequest } from './workload.ts';

interface Change {
  readonly id: string;
  readonly probability: number;
}

const ours =
  'mutation ($id: ID!, $probability: Float!) { updateOpportunity(id: $id, input: { probability: $probability }) { id probability } }';
const theirs = `mutation ($id: UUID!, $probability: BigFloat!) {
  updateOpportunityByRowId(input: { rowId: $id, opportunityPatch: { probability: $probability } }) { opportunity { id: rowId probability } } }`;

const patch =
  (path: string, query = '') =>
  ({ id, probability }: Change): HttpRequest => ({ method: 'PATCH', path: `${path}/${id}${query}`, body: { probability } });

const turns = 3;

export const update = workload<Change>({
  name: 'update',
  title: 'update one field',
  goal: 0.5,
  compared: 6,
  choose: async ({ sql, schema, team }) => {
    const rows = await sql(
      `select id from ${schema}.opportunity where owner_id = any($1) and created_at < '2025-01-01' order by md5(id::text) limit 2700`,
      [team],
    );
    // Three decimals: what was loaded has two.
    return Array.from({ length: turns * rows.length }, (_, n) => ({
      id: String(rows[n % rows.length]?.['id']),
      probability: (101 + Math.floor(n / rows.length) * 100) / 1000,
    }));
  },
  stored: { table: 'opportunity', columns: 'id, probability', ids: (answer) => [String(at(answer, 'id'))] },
  dialects: {
    raw: { request: patch('/opportunities'), answer: (json) => json },
    postgraphile: {
      request: ({ id, probability }) => graphql(theirs, { id, probability: String(probability) }),
      answer: (json) => at(json, 'data', 'updateOpportunityByRowId', 'opportunity'),
    },
    rest: { request: patch('/api/v1/records/opportunity', '?fields=id,probability'), answer: (json) => json },
    graphql: {
      request: ({ id, probability }) => graphql(ours, { id, probability }),
      answer: (json) => at(json, 'data', 'updateOpportunity'),
    },
  },
});
