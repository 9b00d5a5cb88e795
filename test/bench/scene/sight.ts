// What the manager of the scene sees, said once more in plain SQL: by this the engine's answers are judged.
import type pg from 'pg';
import type { Choosing, Row } from '../workloads/workload.ts';
import { largeAmount } from './pack.ts';
import { middleManager, personId } from './people.ts';
import { schema } from './scene.ts';

async function idsOf(client: pg.Client, text: string, values: readonly unknown[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ readonly id: string }>(text, [...values]);
  return rows.map(({ id }) => id);
}

/** Everybody at or below the manager. */
const teamText = `with recursive team (id) as (
    select $1::uuid union select u.id from ${schema}."user" u join team t on u.manager_id = t.id)
  select id::text from team order by id`;

const deskText = `select u.id::text from ${schema}."user" u join ${schema}.department d on d.id = u.department_id where d.code = 'd16' order by 1`;

const among = (ids: readonly string[]): string => `o.owner_id in (${ids.map((id) => `'${id}'`).join(', ')})`;

/** What the workloads' cases are chosen from. */
export async function choosingFrom(client: pg.Client): Promise<Choosing> {
  const team = await idsOf(client, teamText, [personId(middleManager)]);
  const desk = await idsOf(client, deskText, []);
  return {
    schema,
    team,
    seen: `(${among([...team, ...desk])} or o.amount >= ${String(largeAmount)})`,
    sql: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
  };
}
