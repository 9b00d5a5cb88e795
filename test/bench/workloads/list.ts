// A page of fifty: somebody's opportunities in a stage, the latest close dates first, with the count of all that match.
import { stages } from '../scene/pack.ts';
import { at, graphql, query, workload, type HttpRequest } from './workload.ts';

interface Filter {
  readonly owner: string;
  readonly stage: string;
}

const fields = 'id name amount stage closeDate probability account: accountId owner: ownerId';
const ours = `query ($owner: ID!, $stage: OpportunityStage!) {
  opportunities(where: { ownerId: { eq: $owner }, stage: { eq: $stage } }, orderBy: [{ closeDate: DESC }, { id: DESC }], first: 50) {
    totalCount nodes { ${fields} } } }`;
const theirs = `query ($owner: UUID!, $stage: String!) {
  allOpportunities(condition: { ownerId: $owner, stage: $stage, deletedAt: null }, orderBy: [CLOSE_DATE_DESC, ROW_ID_DESC], first: 50) {
    totalCount nodes { ${fields.replace('id', 'id: rowId')} } } }`;

const raw = (filter: Filter): HttpRequest => ({ method: 'GET', path: query('/opportunities', { ...filter }) });

const rest = ({ owner, stage }: Filter): HttpRequest => ({
  method: 'GET',
  path: query('/api/v1/records/opportunity', {
    filter: JSON.stringify({ and: [{ '==': [{ var: 'owner' }, owner] }, { '==': [{ var: 'stage' }, stage] }] }),
    sort: '-closeDate,-id',
    first: '50',
    count: 'true',
    fields: 'id,name,amount,stage,closeDate,probability,account,owner',
  }),
});

const page = (json: unknown, records: string): unknown => ({ totalCount: at(json, 'totalCount'), records: at(json, records) });

export const list = workload<Filter>({
  name: 'list',
  title: 'list 50, filter on two fields, sort, total count',
  goal: 2,
  compared: 12,
  // Of the manager's people, so that both readers get full pages.
  choose: ({ team }) =>
    Promise.resolve(team.flatMap((owner, n) => stages.map((_, i) => ({ owner, stage: stages[(n + i) % stages.length] ?? '' })))),
  statement: { name: 'list', values: ({ owner, stage }) => [owner, stage] },
  dialects: {
    raw: { request: raw, answer: (json) => page(json, 'records') },
    tuned: { request: raw, answer: (json) => page(json, 'records') },
    postgraphile: {
      request: (filter) => graphql(theirs, { ...filter }),
      answer: (json) => page(at(json, 'data', 'allOpportunities'), 'nodes'),
    },
    rest: { request: rest, answer: (json) => page(json, 'records') },
    graphql: { request: (filter) => graphql(ours, { ...filter }), answer: (json) => page(at(json, 'data', 'opportunities'), 'nodes') },
  },
});
