// Writes the rows of a chunk: lookups found, records that are there changed, others made, each row with its outcome.
import { bind, problem, type Problem } from '@tessera/kernel';
import { fieldTypes } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { readCondition } from '@tessera/security';
import { findMatchesStatement, type RecordValues } from '@tessera/storage';
import { createRecords } from '../create.ts';
import { isAgreed } from '../moments.ts';
import type { RecordOutcome } from '../results.ts';
import { updateRecords } from '../update.ts';
import { findLookups, referenceTo, type LookupScope } from './lookups.ts';
import type { MappingPlan } from './mapping.ts';
import type { PreparedRow } from './prepare.ts';
import { segments } from './segments.ts';
import { addCounts, noCounts, type Counts, type RefusedRow, type WaitingRow } from './types.ts';

export interface Written {
  readonly counts: Counts;
  readonly refused: readonly RefusedRow[];
  readonly waiting: readonly WaitingRow[];
  /** Rows that were written: for names of records, and for a dry run that must know what its rows would have brought. */
  readonly accepted: readonly AcceptedRow[];
}

export interface AcceptedRow extends PreparedRow {
  /** Of the record. */
  readonly id: string;
}

interface Ready {
  readonly row: PreparedRow;
  readonly input: Readonly<Record<string, unknown>>;
  readonly emptied: readonly string[];
  readonly problems: readonly Problem[];
}

type Match = { readonly id: string } | { readonly problem: Problem };

/** A row that is refused before it reaches the pipeline is told what its other values would have been refused for. */
function withCoercion(plan: MappingPlan, ready: Ready): Ready {
  if (ready.problems.length === 0 || ready.row.source.flaw !== undefined) return ready;
  const more = Object.entries(ready.input).flatMap(([name, value]) => {
    const field = plan.object.fields[name];
    const coerced = field === undefined ? undefined : fieldTypes[field.type].coerce(value, field);
    if (coerced === undefined || coerced.ok) return [];
    return [problem(coerced.code, { field: name, ...coerced.params }, { pointer: `/${name}` })];
  });
  return { ...ready, problems: [...ready.problems, ...more] };
}

/** Puts what was found into the rows' inputs. */
async function linked(scope: LookupScope, rows: readonly PreparedRow[]): Promise<readonly Ready[]> {
  const now = rows.map((row) => row.lookups.filter(({ plan }) => !plan.deferred));
  const answerTo = await findLookups(
    scope,
    rows.flatMap((row, i) => (row.problems.length > 0 ? [] : (now[i] ?? []))),
  );
  return rows.map((row, i) => {
    if (row.problems.length > 0) return { row, input: row.input, emptied: row.emptied, problems: row.problems };
    const input: Record<string, unknown> = { ...row.input };
    const emptied = [...row.emptied];
    const problems: Problem[] = [];
    for (const lookup of now[i] ?? []) {
      const answer = answerTo(lookup);
      if ('id' in answer) input[lookup.plan.field.name] = referenceTo(lookup.plan, answer.id);
      else if ('none' in answer) emptied.push(lookup.plan.field.name);
      else problems.push(answer.problem);
    }
    return { row, input, emptied, problems };
  });
}

/** The values by which a row finds its record; undefined where one is missing or unfit. */
function matchValues(plan: MappingPlan, ready: Ready): RecordValues | undefined {
  const values: Record<string, Value> = {};
  for (const field of plan.match?.fields ?? []) {
    const given = ready.input[field.name];
    const coerced = given === undefined ? undefined : fieldTypes[field.type].coerce(given, field);
    if (coerced?.ok !== true) return undefined;
    values[field.name] = coerced.value;
  }
  return values;
}

/** The records that are there for these rows, by their places. */
async function matches(scope: LookupScope, plan: MappingPlan, rows: readonly Ready[]): Promise<ReadonlyMap<number, Match>> {
  const { match, object } = plan;
  const found = new Map<number, Match>();
  if (match === undefined) return found;
  const searched = rows.flatMap((ready, place) => {
    const values = ready.problems.length > 0 ? undefined : matchValues(plan, ready);
    return values === undefined ? [] : [{ place, values }];
  });
  if (searched.length === 0) return found;
  const { session } = scope;
  const records = searched.map(({ values }) => values);
  const seen = readCondition(session.access.policy, object.name);
  const statement = findMatchesStatement(session.target, object, match, records, seen);
  const { rows: answers } = await session.transaction.query(bind(statement, session.slots));
  for (const answer of answers) {
    const place = searched[Number(answer['i'])]?.place ?? -1;
    const count = Number(answer['n']);
    const ambiguous = problem('IMPORT_MATCH_AMBIGUOUS', { count, by: match.name }, { pointer: `/${match.fields[0]?.name ?? ''}` });
    found.set(place, count === 1 ? { id: String(answer['id']) } : { problem: ambiguous });
  }
  return found;
}

/** An id that nothing has makes no record of that id, unless the engine itself restores one. */
function missingId(plan: MappingPlan, ready: Ready): Problem | undefined {
  const id = ready.input['id'];
  if (plan.internal || id === undefined) return undefined;
  return problem('RECORD_NOT_FOUND', { object: plan.object.name, id }, { pointer: '/id' });
}

/** What an update sets: the row's values without those that it was found by, null for what the row empties. */
function changes(plan: MappingPlan, ready: Ready): Readonly<Record<string, unknown>> {
  const key = plan.match?.fields.map((field) => field.name) ?? [];
  const all = { ...ready.input, ...Object.fromEntries(ready.emptied.map((field) => [field, null])) };
  return Object.fromEntries(Object.entries(all).filter(([field]) => field !== 'id' && !key.includes(field)));
}

async function writeReady(scope: LookupScope, plan: MappingPlan, rows: readonly Ready[]): Promise<readonly RecordOutcome[]> {
  const { session, internal } = scope;
  const found = await matches(scope, plan, rows);
  const outcomes: RecordOutcome[] = rows.map(({ problems }) => ({ ok: false, problems }));
  const updates: { place: number; id: string }[] = [];
  const creates: number[] = [];
  rows.forEach((ready, place) => {
    const match = found.get(place);
    const against = match !== undefined && 'problem' in match ? match.problem : match === undefined ? missingId(plan, ready) : undefined;
    if (ready.problems.length > 0) return;
    if (against !== undefined) outcomes[place] = { ok: false, problems: [against] };
    else if (match !== undefined && 'id' in match) updates.push({ place, id: match.id });
    else creates.push(place);
  });
  const changed = updates.flatMap(({ place, id }) => {
    const ready = rows[place];
    return ready === undefined ? [] : [{ pointer: '', id, input: changes(plan, ready) }];
  });
  const options = { allOrNone: false, internal };
  const updated = changed.length === 0 ? [] : await updateRecords(session, plan.object.name, changed, options);
  updates.forEach(({ place }, i) => void (outcomes[place] = updated[i] ?? { ok: false, problems: [] }));
  const fresh = creates.map((place) => newRecord(rows[place]));
  const created = fresh.length === 0 ? [] : await createRecords(session, plan.object.name, fresh, options);
  creates.forEach((place, i) => void (outcomes[place] = created[i] ?? { ok: false, problems: [] }));
  return outcomes;
}

function newRecord(ready: Ready | undefined): { pointer: string; id?: string; input: Readonly<Record<string, unknown>> } {
  const { id, ...input } = ready?.input ?? {};
  return { pointer: '', input, ...(typeof id === 'string' ? { id: id.toLowerCase() } : {}) };
}

/** Another writer may have made the record between our look and our insert: then the row changes it after all. */
async function writeTwice(scope: LookupScope, plan: MappingPlan, rows: readonly Ready[]): Promise<readonly RecordOutcome[]> {
  const outcomes = [...(await writeReady(scope, plan, rows))];
  if (plan.match === undefined) return outcomes;
  const collided = outcomes.flatMap((outcome, place) =>
    !outcome.ok && outcome.problems.length > 0 && outcome.problems.every(({ code }) => code === 'RECORD_NOT_UNIQUE') ? [place] : [],
  );
  if (collided.length === 0) return outcomes;
  const again = collided.flatMap((place) => rows[place] ?? []);
  const found = await matches(scope, plan, again);
  const retried = collided.filter((_, i) => found.has(i));
  if (retried.length === 0) return outcomes;
  const second = await writeReady(
    scope,
    plan,
    retried.flatMap((place) => rows[place] ?? []),
  );
  retried.forEach((place, i) => void (outcomes[place] = second[i] ?? { ok: false, problems: [] }));
  return outcomes;
}

function outcomeOf(ready: Ready, outcome: RecordOutcome): Written {
  const { source, lookups } = ready.row;
  if (!outcome.ok) {
    return {
      ...nothing,
      counts: { ...noCounts, refused: 1 },
      refused: [{ row: source.row, problems: outcome.problems, cells: source.cells }],
    };
  }
  const deferred = lookups.filter(({ plan }) => plan.deferred);
  const links = Object.fromEntries(deferred.map(({ plan, text }) => [plan.field.name, text]));
  const isHeld = !isAgreed(outcome.approval);
  const counts = { ...noCounts, created: outcome.created ? 1 : 0, updated: outcome.created || isHeld ? 0 : 1, inApproval: isHeld ? 1 : 0 };
  const waiting = deferred.length === 0 ? [] : [{ row: source.row, id: outcome.id, links, cells: source.cells }];
  return { ...nothing, counts, waiting, accepted: [{ ...ready.row, id: outcome.id }] };
}

const nothing: Written = { counts: noCounts, refused: [], waiting: [], accepted: [] };

function together(parts: readonly Written[]): Written {
  return {
    counts: parts.reduce((sum, part) => addCounts(sum, part.counts), noCounts),
    refused: parts.flatMap((part) => part.refused),
    waiting: parts.flatMap((part) => part.waiting),
    accepted: parts.flatMap((part) => part.accepted),
  };
}

/** Writes rows in the session's transaction; a row that is refused leaves the others alone. */
export async function writeRows(scope: LookupScope, plan: MappingPlan, rows: readonly PreparedRow[]): Promise<Written> {
  const skipped = rows.filter((row) => row.skip).length;
  const parts: Written[] = [{ ...nothing, counts: { ...noCounts, read: rows.length, skipped } }];
  const kept = rows.filter((row) => !row.skip);
  for (const segment of segments(plan, kept)) {
    const ready = (await linked(scope, segment)).map((each) => withCoercion(plan, each));
    const outcomes = await writeTwice(scope, plan, ready);
    ready.forEach((each, i) => void parts.push(outcomeOf(each, outcomes[i] ?? { ok: false, problems: [] })));
  }
  return together(parts);
}
