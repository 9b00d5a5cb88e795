// How often the secret of a webhook that comes in was made anew: counted like running numbers, under no object's name.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { WorkflowDoor } from './door.ts';

const tableOf = ({ schema }: WorkflowDoor): Sql => ident(schema, '_counter');

const fieldOf = (automation: string): string => `webhook ${automation}`;

/** 0 where it never was. */
export async function secretGeneration(door: WorkflowDoor, automation: string): Promise<number> {
  const { rows } = await door.query(
    toStatement(
      sql`select value::integer as value from ${tableOf(door)} where object = '' and field = ${fieldOf(automation)} and period = ''`,
      'webhook-generation',
    ),
  );
  return Number(rows[0]?.['value'] ?? 0);
}

/** Gives the next one. */
export async function nextGeneration(door: WorkflowDoor, automation: string): Promise<number> {
  const { rows } = await door.query(
    toStatement(sql`
      insert into ${tableOf(door)} as c (object, field, value) values ('', ${fieldOf(automation)}, 1)
      on conflict (object, field, period) do update set value = c.value + 1 returning c.value::integer as value`),
  );
  return Number(rows[0]?.['value']);
}
