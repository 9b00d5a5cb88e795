// What people have to do in approvals, as rows of the platform's object; and the shares that let them see what they decide about.
import { ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Queryable } from '../database.ts';
import { liveSql } from '../query/columns.ts';
import { fieldOf, tableSql, type ReadTarget } from '../query/compilation.ts';
import { textOrNull } from '../row-text.ts';

const object = 'approvalTask';

function column(target: ReadTarget, field: string): Sql {
  const [first] = fieldOf(target, object, field).columns;
  if (first === undefined) throw new TypeError(`The platform's ${object}.${field} has no column.`);
  return ident('t', first.name);
}

export interface ApprovalTaskRow {
  readonly id: string;
  /** What the record is called for the assignee. */
  readonly name: string;
  readonly approval: string;
  readonly kind: string;
  readonly state: string;
  readonly turn: string | null;
  readonly step: string | null;
  readonly assignee: string;
  readonly inNameOf: string | null;
  readonly from: string | null;
  /** RFC 3339, UTC. */
  readonly askedAt: string;
  readonly dueAt: string | null;
}

/** All of these approvals. Whoever writes them holds the rows of the approvals. */
export async function approvalTasksOf(
  queryable: Queryable,
  target: ReadTarget,
  approvals: readonly string[],
): Promise<readonly ApprovalTaskRow[]> {
  if (approvals.length === 0) return [];
  const of = (field: string): Sql => column(target, field);
  const time = (field: string): Sql => sql`to_char(${of(field)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const { rows } = await queryable.query(
    toStatement(
      sql`
        select t.id::text as id, ${of('name')} as name, ${of('approval')} as approval, ${of('kind')} as kind, ${of('state')} as state,
          ${of('turn')} as turn, ${of('step')} as step, ${of('assignee')}::text as assignee, ${of('inNameOf')}::text as in_name_of,
          ${of('from')}::text as asker, ${time('askedAt')} as asked_at, ${time('dueAt')} as due_at
        from ${tableSql(target, object, 't')} where ${of('approval')} = any(${approvals}::text[]) and ${liveSql('t')} order by t.id`,
      'approval-tasks',
    ),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    approval: String(row['approval']),
    kind: String(row['kind']),
    state: String(row['state']),
    turn: textOrNull(row['turn']),
    step: textOrNull(row['step']),
    assignee: String(row['assignee']),
    inNameOf: textOrNull(row['in_name_of']),
    from: textOrNull(row['asker']),
    askedAt: String(row['asked_at']),
    dueAt: textOrNull(row['due_at']),
  }));
}

/** Somebody who was asked about a record. */
export interface AskedOf {
  readonly object: string;
  readonly recordId: string;
  readonly user: string;
}

/** Takes approvals' shares away from those who have neither decided anything about the record nor anything to do about it any more. */
export function takeApprovalSharesStatement(target: ReadTarget, asked: readonly AskedOf[]): Statement {
  const of = (field: string): Sql => column(target, field);
  return toStatement(
    sql`
      delete from ${ident(target.schema, '_share')} s
      using json_to_recordset(${JSON.stringify(asked)}::json) as w(object text, "recordId" uuid, "user" uuid)
      where s.object = w.object and s.record_id = w."recordId" and s.subject = 'user:' || w."user" and s.origin = 'approval'
        and not exists (
          select from ${tableSql(target, object, 't')}
          where ${of('aboutId')} = w."recordId"::text and ${of('aboutObject')} = w.object and ${liveSql('t')}
            and (${of('decidedBy')} = w."user" or (${of('state')} = 'open' and ${of('kind')} in ('approve', 'reply')
              and w."user" in (${of('assignee')}, ${of('inNameOf')}))))`,
    'take-approval-shares',
  );
}
