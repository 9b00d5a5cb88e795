// One new opportunity with ten fields, seven of them answered.
import { personId, middleManager } from '../scene/people.ts';
import { sources, stages } from '../scene/pack.ts';
import { at, graphql, spread, workload, type Row } from './workload.ts';

const fields = 'id name amount stage probability closeDate account: accountId';
const ours = `mutation ($input: OpportunityCreateInput!) { createOpportunity(input: $input) { ${fields} } }`;
const theirs = `mutation ($input: OpportunityInput!) { createOpportunity(input: { opportunity: $input }) { opportunity { ${fields.replace('id', 'id: rowId')} } } }`;
const named = 'id,name,amount,stage,probability,closeDate,account';

/** What the engine fills in by itself. */
const stamped = (now = '2026-01-01T00:00:00Z'): Row => ({ ownerId: personId(middleManager), createdAt: now, updatedAt: now });
const owned = (record: Row): Row => ({ ...record, owner: personId(middleManager) });

function theirInput({ account, ...record }: Row): Row {
  const [amount, probability] = [String(record['amount']), String(record['probability'])];
  return { ...record, amount, probability, accountId: account, ...stamped() };
}

export const create = workload<Row>({
  name: 'create',
  title: 'create one record',
  goal: 0.5,
  compared: 4,
  choose: async ({ sql, schema }) => {
    const rows = await sql(`select id from ${schema}.account order by md5(id::text) limit 1000`);
    return Array.from({ length: 2000 }, (_, n) => ({
      name: `Made ${String(n)}`,
      account: String(rows[n % rows.length]?.['id']),
      amount: 1000 + spread(n, 900_000),
      stage: stages[n % stages.length] ?? '',
      probability: spread(n, 100) / 100,
      closeDate: `2026-0${String(1 + (n % 9))}-1${String(n % 10)}`,
      source: sources[n % sources.length] ?? '',
      externalNumber: `M-${String(n)}`,
      nextStep: 'Call back',
    }));
  },
  stored: {
    table: 'opportunity',
    columns:
      'name, account_id, amount, stage, probability, close_date, source, external_number, next_step, version, life_status, deleted_at',
    ids: (answer) => [String(at(answer, 'id'))],
  },
  dialects: {
    raw: { request: (record) => ({ method: 'POST', path: '/opportunities', body: owned(record) }), answer: (json) => json },
    postgraphile: {
      request: (record) => graphql(theirs, { input: theirInput(record) }),
      answer: (json) => at(json, 'data', 'createOpportunity', 'opportunity'),
    },
    rest: {
      request: (record) => ({ method: 'POST', path: `/api/v1/records/opportunity?fields=${named}`, body: record }),
      answer: (json) => json,
    },
    graphql: { request: (record) => graphql(ours, { input: record }), answer: (json) => at(json, 'data', 'createOpportunity') },
  },
});
