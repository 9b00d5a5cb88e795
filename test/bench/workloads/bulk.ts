// Many new activities in one request, all or none.
import { kinds, priorities } from '../scene/pack.ts';
import { middleManager, personId } from '../scene/people.ts';
import { at, graphql, listAt, spread, workload, type Row, type Workload } from './workload.ts';

const bodies = 8;

const ours = `mutation ($inputs: [ActivityCreateInput!]!) { createActivities(inputs: $inputs) { results { id } } }`;
/** PostGraphile has no list of inputs: a field for each. */
const theirs = (numbers: readonly number[]): string => `mutation (${numbers.map((n) => `$i${String(n)}: ActivityInput!`).join(' ')}) {
  ${numbers.map((n) => `m${String(n)}: createActivity(input: { activity: $i${String(n)} }) { activity { id: rowId } }`).join('\n')} }`;

function theirInput({ account, opportunity, minutes, ...record }: Row): Row {
  const now = '2026-01-01T00:00:00Z';
  const stamps = { ownerId: personId(middleManager), createdAt: now, updatedAt: now };
  return { ...record, minutes: String(minutes), accountId: account, opportunityId: opportunity, ...stamps };
}

const theirInputs = (records: readonly Row[]): Row => Object.fromEntries(records.map((record, n) => [`i${String(n)}`, theirInput(record)]));
const owned = (records: readonly Row[]): readonly Row[] => records.map((record) => ({ ...record, owner: personId(middleManager) }));
const idsOf = (results: readonly unknown[]): unknown => ({ ids: results.map((result) => at(result, 'id')) });

function recordOf(about: readonly Row[], n: number): Row {
  const { id, account } = about[spread(n, about.length)] ?? {};
  return {
    name: `Made ${String(n)}`,
    account,
    opportunity: id,
    kind: kinds[n % kinds.length],
    priority: priorities[n % priorities.length],
    dueAt: `2026-0${String(1 + (n % 9))}-1${String(n % 10)}T08:30:00.000Z`,
    minutes: 15 * (1 + (n % 8)),
    done: n % 3 === 0,
    outcome: 'Later',
  };
}

/** @param size records in a request */
export function bulkOf(size: number): Workload {
  const numbers = Array.from({ length: size }, (_, n) => n);
  const document = theirs(numbers);
  return workload<readonly Row[]>({
    name: 'bulk',
    title: `create ${size.toLocaleString('en')} records in one request`,
    goal: 0.5,
    compared: 1,
    choose: async ({ sql, schema, seen }) => {
      // Of the opportunities the manager sees: lookups may only be set to what one sees.
      const about = await sql(
        `select o.id, o.account_id as account from ${schema}.opportunity o where o.created_at < '2025-01-01' and ${seen} order by md5(o.id::text) limit 2000`,
      );
      return Array.from({ length: bodies }, (_, body) => numbers.map((n) => recordOf(about, body * size + n)));
    },
    stored: {
      table: 'activity',
      columns: 'name, account_id, opportunity_id, kind, priority, due_at, minutes, done, outcome, version, life_status, deleted_at',
      ids: (answer) => listAt(answer, 'ids').map(String),
    },
    dialects: {
      raw: {
        request: (records) => ({ method: 'POST', path: '/activities/bulk', body: { records: owned(records) } }),
        answer: (json) => json,
      },
      postgraphile: {
        request: (records) => graphql(document, theirInputs(records)),
        answer: (json) => idsOf(numbers.map((n) => at(json, 'data', `m${String(n)}`, 'activity'))),
      },
      rest: {
        request: (records) => ({ method: 'POST', path: '/api/v1/records/activity/bulk', body: { action: 'create', records } }),
        answer: (json) => idsOf(listAt(json, 'results')),
      },
      graphql: {
        request: (inputs) => graphql(ours, { inputs }),
        answer: (json) => idsOf(listAt(json, 'data', 'createActivities', 'results')),
      },
    },
  });
}
