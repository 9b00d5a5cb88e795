// One record by its id, nine fields of it.
import { at, graphql, workload } from './workload.ts';

const fields = 'id name amount stage probability closeDate account: accountId owner: ownerId createdAt';
const ours = `query ($id: ID!) { opportunity(id: $id) { ${fields} } }`;
const theirs = `query ($id: UUID!) { opportunityByRowId(rowId: $id) { ${fields.replace('id', 'id: rowId')} } }`;
const named = 'id,name,amount,stage,probability,closeDate,account,owner,createdAt';

export const get = workload<string>({
  name: 'get',
  title: 'get one record by id (9 fields)',
  goal: 0.75,
  compared: 50,
  choose: async ({ sql, schema, seen }) => {
    const rows = await sql(
      `select o.id from ${schema}.opportunity o where o.created_at < '2025-01-01' and ${seen} order by md5(o.id::text) limit 4000`,
    );
    return rows.map(({ id }) => String(id));
  },
  statement: { name: 'get', values: (id) => [id] },
  dialects: {
    raw: { request: (id) => ({ method: 'GET', path: `/opportunities/${id}` }), answer: (json) => json },
    tuned: { request: (id) => ({ method: 'GET', path: `/opportunities/${id}` }), answer: (json) => json },
    postgraphile: { request: (id) => graphql(theirs, { id }), answer: (json) => at(json, 'data', 'opportunityByRowId') },
    rest: { request: (id) => ({ method: 'GET', path: `/api/v1/records/opportunity/${id}?fields=${named}` }), answer: (json) => json },
    graphql: { request: (id) => graphql(ours, { id }), answer: (json) => at(json, 'data', 'opportunity') },
  },
});
