// Approvals: one row for each that was begun, with the machine's state. A record has at most one that is not over.
import { ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

/** `failed`: everybody has approved, and the held change could not be written. It is not over: an administrator retries or cancels. */
export type ApprovalStatus = 'running' | 'returned' | 'approved' | 'rejected' | 'recalled' | 'cancelled' | 'failed';

export interface NewApproval {
  readonly id: string;
  readonly process: string;
  /** Hash of a kept definition. */
  readonly definition: string;
  readonly object: string;
  readonly recordId: string;
  readonly event: 'create' | 'update' | 'delete' | 'void' | 'submit';
  readonly submitter: string;
  readonly status: ApprovalStatus;
  /** The record's life status unless it is approved; null: the approval leaves that as it is. */
  readonly former: string | null;
  /** JSON text: the machine's state. */
  readonly state: string;
  /** Everybody with a turn that is not decided yet, in one's own or another's name: by them those are found whom somebody's leaving concerns. */
  readonly people: readonly string[];
  /** JSON text: the change that waits to be written. */
  readonly held: string | null;
  /** JSON text: what stood against the held change. */
  readonly problems: string | null;
  readonly comment: string | null;
  /** RFC 3339; null as long as it is not over. */
  readonly endedAt: string | null;
}

export interface ApprovalRow extends NewApproval {
  /** RFC 3339, UTC. */
  readonly startedAt: string;
}

/** What an act makes of an approval. */
export type ApprovalChange = Pick<NewApproval, 'id' | 'definition' | 'status' | 'state' | 'people' | 'held' | 'problems' | 'endedAt'>;

const columns = sql`
  a.id::text as id, a.process, a.definition, a.object, a.record_id::text as record_id, a.event, a.submitter::text as submitter, a.status, a.former,
  a.state::text as state, a.people::text[] as people, a.held::text as held, a.problems::text as problems, a.comment,
  ${timeText('a.started_at')} as started_at, ${timeText('a.ended_at')} as ended_at`;

function approvalOf(row: Readonly<Record<string, unknown>>): ApprovalRow {
  return {
    id: String(row['id']),
    process: String(row['process']),
    definition: String(row['definition']),
    object: String(row['object']),
    recordId: String(row['record_id']),
    event: String(row['event']) as ApprovalRow['event'],
    submitter: String(row['submitter']),
    status: String(row['status']) as ApprovalStatus,
    former: textOrNull(row['former']),
    state: String(row['state']),
    people: row['people'] as readonly string[],
    held: textOrNull(row['held']),
    problems: textOrNull(row['problems']),
    comment: textOrNull(row['comment']),
    startedAt: String(row['started_at']),
    endedAt: textOrNull(row['ended_at']),
  };
}

const tableOf = ({ schema }: Pick<WorkflowDoor, 'schema'>): Sql => ident(schema, '_approval');

/**
 * Begins approvals, all in one statement. Gives the ids of those that were begun: of a record that has one already none is.
 * @param at RFC 3339
 */
export async function insertApprovals(door: WorkflowDoor, approvals: readonly NewApproval[], at: string): Promise<ReadonlySet<string>> {
  if (approvals.length === 0) return new Set();
  const { rows } = await door.query(
    toStatement(
      sql`
        insert into ${tableOf(door)} (id, process, definition, object, record_id, event, submitter, status, former, state, people,
          held, problems, comment, started_at, ended_at)
        select n.id, n.process, n.definition, n.object, n."recordId", n.event, n.submitter, n.status, n.former, n.state::json,
          array(select json_array_elements_text(n.people)::uuid), n.held::json, n.problems::json, n.comment, ${at}::timestamptz, n."endedAt"
        from json_to_recordset(${JSON.stringify(approvals)}::json) as n(id uuid, process text, definition text, object text, "recordId" uuid,
          event text, submitter uuid, status text, former text, state text, people json, held text, problems text, comment text,
          "endedAt" timestamptz)
        order by n.object, n."recordId"
        on conflict (object, record_id) where ended_at is null do nothing
        returning id::text as id`,
      'insert-approvals',
    ),
  );
  return new Set(rows.map((row) => String(row['id'])));
}

/** Writes down what became of approvals that the transaction holds. */
export async function saveApprovals(door: WorkflowDoor, changes: readonly ApprovalChange[]): Promise<void> {
  if (changes.length > 0) await door.query(saveApprovalsStatement(door.schema, changes));
}

/** The same for whoever need not wait for it. */
export const saveApprovalsStatement = (schema: string, changes: readonly ApprovalChange[]): Statement =>
  toStatement(
    sql`
      update ${tableOf({ schema })} a
         set definition = c.definition, status = c.status, state = c.state::json,
             people = array(select json_array_elements_text(c.people)::uuid), held = c.held::json, problems = c.problems::json,
             ended_at = c."endedAt"
        from json_to_recordset(${JSON.stringify(changes)}::json) as c(id uuid, definition text, status text, state text, people json,
          held text, problems text, "endedAt" timestamptz)
       where a.id = c.id`,
    'save-approvals',
  );

async function read(door: WorkflowDoor, which: Sql, name: string): Promise<readonly ApprovalRow[]> {
  const { rows } = await door.query(toStatement(sql`select ${columns} from ${tableOf(door)} a where ${which}`, name));
  return rows.map(approvalOf);
}

/** By id, ended ones too; those that are not there are left out. */
export async function readApprovals(door: WorkflowDoor, ids: readonly string[]): Promise<ReadonlyMap<string, ApprovalRow>> {
  if (ids.length === 0) return new Map();
  const found = await read(door, sql`a.id = any(${ids}::uuid[])`, 'approvals');
  return new Map(found.map((row) => [row.id, row]));
}

/** The same, locked in the order of their ids until the transaction ends. Whoever locks them has locked their records. */
export async function lockApprovals(door: WorkflowDoor, ids: readonly string[]): Promise<ReadonlyMap<string, ApprovalRow>> {
  if (ids.length === 0) return new Map();
  const found = await read(door, sql`a.id = any(${ids}::uuid[]) order by a.id for update of a`, 'lock-approvals');
  return new Map(found.map((row) => [row.id, row]));
}

/** Those of an object's records that are not over, by the record's id. */
export async function pendingApprovals(
  door: WorkflowDoor,
  object: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, ApprovalRow>> {
  if (recordIds.length === 0) return new Map();
  const found = await read(
    door,
    sql`a.object = ${object} and a.record_id = any(${recordIds}::uuid[]) and a.ended_at is null`,
    'pending-approvals',
  );
  return new Map(found.map((row) => [row.recordId, row]));
}

/** Approvals of a record, the latest first, ended ones too. */
export const approvalsOf = (door: WorkflowDoor, object: string, recordId: string, first: number): Promise<readonly ApprovalRow[]> =>
  read(
    door,
    sql`a.object = ${object} and a.record_id = ${recordId}::uuid order by a.started_at desc, a.id desc limit ${first}`,
    'approvals-of',
  );

/** Of those that are not over: the ones in whose undecided turns a person is named, or those of a process. */
export type PendingWanted = { readonly person: string } | { readonly process: string };

const wantedOf = (wanted: PendingWanted): Sql =>
  'person' in wanted ? sql`a.people @> array[${wanted.person}::uuid]` : sql`a.process = ${wanted.process}`;

const noId = '00000000-0000-0000-0000-000000000000';

/** A page of those that are not over, by id; none is locked. @param after the id that the page begins behind; null: at the first */
export const pendingPage = (
  door: WorkflowDoor,
  wanted: PendingWanted,
  { after, first }: { readonly after: string | null; readonly first: number },
): Promise<readonly ApprovalRow[]> =>
  read(
    door,
    sql`a.ended_at is null and ${wantedOf(wanted)} and a.id > ${after ?? noId}::uuid order by a.id limit ${first}`,
    'person' in wanted ? 'pending-of-person' : 'pending-of-process',
  );
