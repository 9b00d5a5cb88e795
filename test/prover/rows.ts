// A tenant's tables as they are, past the engine: what the oracle takes for the truth.
import type { Column, Model } from '@tessera/metadata';
import type pg from 'pg';
import { Decimal } from './decimal.ts';
import type { Row, Share, Value } from './world.ts';

export interface HistoryRow {
  readonly number: string;
  readonly change: string;
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function selected({ name, type }: Column): string {
  const column = quoted(name);
  switch (type.kind) {
    case 'datetime':
      return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`;
    case 'text':
    case 'boolean':
    case 'textList':
      return column;
    default:
      return `${column}::text as ${column}`;
  }
}

function valueOf(column: Column, raw: unknown): Value {
  if (raw === null || raw === undefined) return null;
  const { kind } = column.type;
  if ((kind === 'numeric' || kind === 'integer') && typeof raw === 'string') return Decimal.of(raw);
  return raw as Value;
}

/** Every record of every object. */
export async function rowsIn(client: pg.Client, model: Model, schema: string): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>();
  for (const object of Object.values(model.objects)) {
    const fields = Object.values(object.fields).filter((field) => field.columns.length > 0);
    const columns = [...new Map(fields.flatMap((field) => field.columns).map((column) => [column.name, column])).values()];
    const text = `select ${columns.map(selected).join(', ')} from ${quoted(schema)}.${quoted(object.table)} order by id`;
    const { rows } = await client.query<Record<string, unknown>>(text);
    for (const row of rows) {
      const values = fields.map((field): [string, Value] => {
        const column = field.columns.find(({ name }) => row[name] !== null) ?? field.columns[0];
        return [field.name, column === undefined ? null : valueOf(column, row[column.name])];
      });
      const id = String(row['id']);
      found.set(id, { id, object: object.name, deleted: row['deleted_at'] !== null, values: Object.fromEntries(values) });
    }
  }
  return found;
}

/** Statements that empty a tenant but for its administrator. */
export function clearStatements(model: Model, schema: string, administrator: string): readonly string[] {
  const from = (table: string, where: string): string => `delete from ${quoted(schema)}.${quoted(table)}${where}`;
  const objects = Object.values(model.objects).map(({ name, table }) =>
    from(table, name === 'user' ? ` where id <> '${administrator}'` : ''),
  );
  // Foreign keys are not asked: everything goes.
  return [
    'set session_replication_role = replica',
    ...objects,
    ...['_share', '_history', '_session'].map((table) => from(table, '')),
    `update ${quoted(schema)}."user" set manager_id = null, department_id = null, owner_department_id = null where id = '${administrator}'`,
    'set session_replication_role = default',
  ];
}

/** Every share, of people and of team rules. */
export async function sharesIn(client: pg.Client, schema: string): Promise<readonly Share[]> {
  const text = `select object, record_id as record, subject, access, origin, coalesce(expires_at <= now(), false) as expired
    from ${quoted(schema)}._share order by object, record_id, subject, origin`;
  return (await client.query<Share>(text)).rows;
}

export function shareStatement(schema: string, shares: readonly Share[]): { readonly text: string; readonly values: unknown[] } {
  const rows = shares.map((_, i) => {
    const at = i * 6;
    return `(gen_random_uuid(), $${at + 1}, $${at + 2}::uuid, $${at + 3}, $${at + 4}, $${at + 5}, now() + $${at + 6}::interval)`;
  });
  const values = shares.flatMap(({ object, record, subject, access, origin, expired }, i) => {
    const until = expired ? '-1 hour' : i % 2 === 0 ? '1 day' : null;
    return [object, record, subject, access, origin, until];
  });
  const text = `insert into ${quoted(schema)}._share (id, object, record_id, subject, access, origin, expires_at) values ${rows.join(', ')}`;
  return { text, values };
}
