// Fifty accounts of a person, each with its five latest opportunities, their owners' names, and three contacts. REST has no child lists.
import { people, personId } from '../scene/people.ts';
import { at, graphql, listAt, workload, type HttpRequest, type Row } from './workload.ts';

const ours = `query ($owner: ID!) {
  accounts(where: { ownerId: { eq: $owner } }, orderBy: [{ id: DESC }], first: 50) { nodes { id name industry city revenue
    opportunities(orderBy: [{ closeDate: DESC }, { id: DESC }], first: 5) { nodes { id name amount stage closeDate owner { name } } }
    contacts(orderBy: [{ id: ASC }], first: 3) { nodes { id name email phone } } } } }`;
const theirs = `query ($owner: UUID!) {
  allAccounts(condition: { ownerId: $owner, deletedAt: null }, orderBy: [ROW_ID_DESC], first: 50) { nodes { id: rowId name industry city revenue
    opportunities: opportunitiesByAccountId(condition: { deletedAt: null }, orderBy: [CLOSE_DATE_DESC, ROW_ID_DESC], first: 5) {
      nodes { id: rowId name amount stage closeDate owner: userByOwnerId { name } } }
    contacts: contactsByAccountId(condition: { deletedAt: null }, orderBy: [ROW_ID_ASC], first: 3) { nodes { id: rowId name email phone } } } } }`;

const raw = (owner: string): HttpRequest => ({ method: 'GET', path: `/accounts?owner=${owner}` });

/** Connections as plain lists. */
const flat = (account: unknown): unknown => ({
  ...(account as Row),
  opportunities: at(account, 'opportunities', 'nodes'),
  contacts: at(account, 'contacts', 'nodes'),
});

export const nested = workload<string>({
  name: 'nested',
  title: '50 accounts, each with 5 latest opportunities (+ owner name) and 3 contacts',
  goal: 0.95,
  compared: 6,
  choose: () => Promise.resolve(Array.from({ length: people }, (_, n) => personId(1 + ((n * 37) % people)))),
  statement: { name: 'nested', values: (owner) => [owner] },
  dialects: {
    raw: { request: raw, answer: (json) => json },
    tuned: { request: raw, answer: (json) => json },
    postgraphile: {
      request: (owner) => graphql(theirs, { owner }),
      answer: (json) => listAt(json, 'data', 'allAccounts', 'nodes').map(flat),
    },
    graphql: { request: (owner) => graphql(ours, { owner }), answer: (json) => listAt(json, 'data', 'accounts', 'nodes').map(flat) },
  },
});
