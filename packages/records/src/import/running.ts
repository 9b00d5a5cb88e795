// One import on its way: each chunk of rows is one transaction, in which the book moves on too.
import { createHash, type Hash } from 'node:crypto';
import { problem, TesseraError, type Problem } from '@tessera/kernel';
import { allows, type Policy } from '@tessera/security';
import { isRowError } from '@tessera/storage';
import { commitChecks } from '../rules/commit-checks.ts';
import type { WriteSession } from '../session.ts';
import { advanceImport, keepRows, type ImportState } from './journal.ts';
import { FoundRecords, type LookupScope } from './lookups.ts';
import { compileMapping, type MappingPlan } from './mapping.ts';
import { prepareRow, type PreparedRow } from './prepare.ts';
import { rejectOf, shownRejects } from './report.ts';
import {
  addCounts,
  noCounts,
  type Counts,
  type ImportDeps,
  type ImportInput,
  type ImportReject,
  type ImportStatus,
  type RefusedRow,
  type SourceRow,
} from './types.ts';
import { writeRows, type AcceptedRow, type Written } from './write.ts';

/** Names that are kept over chunks, for all columns together. */
const knownNames = 10_000;

/** Commit checks refused the transaction: which of its rows is at fault is found by writing fewer at a time. */
class ChecksRefused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super('Commit checks');
    this.problems = problems;
  }
}

/** Ends the transaction of a dry run: everything goes back, the result comes out. */
class DryRunEnded<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super('Dry run');
    this.result = result;
  }
}

/** How a transaction goes on: by a plan, or not at all. */
export type Planned = { readonly plan: MappingPlan } | { readonly against: readonly Problem[] };

export class RunningImport {
  readonly deps: ImportDeps;
  readonly input: ImportInput;
  state: ImportState;
  /** What a dry run has met: its first refusals; else what the status shows of the book. */
  readonly rejects: ImportReject[];
  readonly #hash: Hash;
  #plan: MappingPlan;
  #known = new FoundRecords(knownNames);
  /** As whom the names of `#known` were found. */
  #policy: Policy | undefined;

  constructor(deps: ImportDeps, input: ImportInput, plan: MappingPlan, state: ImportState, rejects: readonly ImportReject[]) {
    this.deps = deps;
    this.input = input;
    this.state = state;
    this.rejects = [...rejects];
    this.#plan = plan;
    this.#hash = createHash('sha256').update(JSON.stringify(state.book.columns));
  }

  get dryRun(): boolean {
    return this.input.dryRun === true;
  }

  get at(): string {
    return new Date(this.deps.context.clock.now()).toISOString();
  }

  /**
   * The plan for the Model as it exists for the session's person, or what their rights have against the import by now: both may be others
   * than when it began. Throws what stands against the mapping whoever imports.
   */
  planFor(session: WriteSession): Planned {
    const { policy, view } = session.access;
    const { object } = this.input;
    const isThere = Object.hasOwn(session.model.objects, object);
    if (isThere && !allows(policy, object, 'import'))
      return { against: [problem('PERMISSION_DENIED', { action: `import records of ${object}` })] };
    try {
      if (view.hash !== this.#plan.model.hash) this.#plan = compileMapping(view, this.input);
      return { plan: this.#plan };
    } catch (error) {
      if (!(error instanceof TesseraError)) throw error;
      compileMapping(session.model, this.input);
      // Pointers of rows are fields, these would lead into the mapping.
      return { against: error.problems.map(({ code, message }) => ({ code, message })) };
    }
  }

  scope(session: WriteSession): LookupScope {
    const { internal = false } = this.input;
    const { policy } = session.access;
    // What one might find then, one may not be meant to find now.
    if (policy !== this.#policy) this.#known = new FoundRecords(knownNames);
    this.#policy = policy;
    return { session, internal, known: this.#known, learned: new Map() };
  }

  /** Takes a row that an earlier run has done with. Gives the digest up to it. */
  skip(row: SourceRow): void {
    this.#hash.update(rowText(row));
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  status(status: ImportStatus['status'] = this.dryRun ? 'dryRun' : 'running'): ImportStatus {
    const { id, object, counts } = this.state;
    return { id, object, status, ...counts, rejects: [...this.rejects] };
  }

  noteRejects(refused: readonly RefusedRow[]): void {
    for (const row of refused) if (this.rejects.length < shownRejects) this.rejects.push(rejectOf(row));
  }

  /** Runs work and its commit checks in one transaction; in a dry run nothing of it stays. */
  async transaction<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    try {
      return await this.deps.run(async (session) => {
        const result = await work({ ...session, importing: true });
        await checked(session);
        if (this.dryRun) throw new DryRunEnded(result);
        return result;
      });
    } catch (error) {
      if (error instanceof DryRunEnded) return error.result as T;
      throw error;
    }
  }

  /** Writes a chunk. Where the database or a commit check refuses it as a whole, halves of it are tried. Gives the rows written. */
  async writeChunk(rows: readonly SourceRow[]): Promise<readonly PreparedRow[]> {
    try {
      return await this.#writeAll(rows);
    } catch (error) {
      const problems = problemsOf(error);
      if (problems === undefined) throw error;
      const [only] = rows;
      if (only !== undefined && rows.length === 1) return await this.#refuse(only, problems);
      const half = Math.ceil(rows.length / 2);
      const first = await this.writeChunk(rows.slice(0, half));
      return [...first, ...(await this.writeChunk(rows.slice(half)))];
    }
  }

  async #writeAll(rows: readonly SourceRow[]): Promise<readonly PreparedRow[]> {
    const hash = this.#hash.copy();
    for (const row of rows) hash.update(rowText(row));
    const digest = hash.digest('hex');
    const { learned, written } = await this.transaction(async (session) => {
      const scope = this.scope(session);
      const result = await this.#written(scope, rows);
      await this.#name(session, result.accepted);
      await this.#book(session, rows, result, digest);
      return { learned: scope.learned, written: result };
    });
    // Records that a dry run made for missing names are gone.
    if (!this.dryRun) for (const [name, id] of learned) this.#known.set(name, id);
    this.#advance(rows, written.counts, digest);
    this.noteRejects(written.refused);
    return written.accepted;
  }

  async #written(scope: LookupScope, rows: readonly SourceRow[]): Promise<Written> {
    const planned = this.planFor(scope.session);
    if ('against' in planned) return refusal(rows, planned.against);
    const { plan } = planned;
    const prepared = rows.map((row) => {
      const one = prepareRow(scope.session, plan, this.state.book.columns, row);
      return this.input.naming?.leaves(this.#nameOf(row)) === true ? { ...one, skip: true } : one;
    });
    return writeRows(scope, plan, prepared);
  }

  /** Empty where nothing names the row. */
  #nameOf({ cells }: SourceRow): string {
    const { naming } = this.input;
    return naming === undefined ? '' : textOf(cells[this.state.book.columns.indexOf(naming.column)]);
  }

  async #name(session: WriteSession, accepted: readonly AcceptedRow[]): Promise<void> {
    const { naming } = this.input;
    if (naming === undefined) return;
    const named = accepted.map(({ source, id }) => ({ name: this.#nameOf(source), id }));
    await naming.keep(
      session,
      named.filter(({ name }) => name !== ''),
    );
  }

  async #refuse(row: SourceRow, problems: readonly Problem[]): Promise<readonly PreparedRow[]> {
    const digest = this.#hash.copy().update(rowText(row)).digest('hex');
    const result = refusal([row], problems);
    await this.transaction((session) => this.#book(session, [row], result, digest));
    this.#advance([row], result.counts, digest);
    this.noteRejects(result.refused);
    return [];
  }

  /** The book moves on in the same transaction, or not at all. */
  async #book(session: WriteSession, rows: readonly SourceRow[], written: Written, digest: string): Promise<void> {
    if (this.dryRun) return;
    const { state } = this;
    const to = this.#next(rows, written.counts, digest);
    const { schema } = session.target;
    await advanceImport(session.transaction, schema, state.position, to, session.at);
    await keepRows(session.transaction, schema, state.id, this.#withoutSecrets(written));
  }

  /** What must never be read back is not read back from a report either. */
  #withoutSecrets({ refused, waiting }: Written): Pick<Written, 'refused' | 'waiting'> {
    const { columns } = this.state.book;
    const secret = new Set(this.#plan.columns.filter(({ field }) => field?.wire === 'secret').map(({ column }) => column));
    if (secret.size === 0) return { refused, waiting };
    const hide = <R extends { readonly cells: readonly unknown[] }>(row: R): R => ({
      ...row,
      cells: row.cells.map((cell, i) => (secret.has(columns[i] ?? '') || row.cells.length !== columns.length ? '•••' : cell)),
    });
    return { refused: refused.map(hide), waiting: waiting.map(hide) };
  }

  #next(rows: readonly SourceRow[], counts: Partial<Counts>, digest: string): ImportState {
    const { state } = this;
    return { ...state, position: rows.at(-1)?.row ?? state.position, counts: addCounts(state.counts, counts), digest };
  }

  #advance(rows: readonly SourceRow[], counts: Partial<Counts>, digest: string): void {
    this.state = this.#next(rows, counts, digest);
    for (const row of rows) this.#hash.update(rowText(row));
    this.input.onProgress?.(this.status());
  }
}

const textOf = (cell: unknown): string => (typeof cell === 'string' || typeof cell === 'number' ? String(cell).trim() : '');

function refusal(rows: readonly SourceRow[], problems: readonly Problem[]): Written {
  const refused = rows.map(({ row, cells }) => ({ row, problems, cells }));
  return { counts: { ...noCounts, read: rows.length, refused: rows.length }, refused, waiting: [], accepted: [] };
}

function rowText({ row, cells }: SourceRow): string {
  return `${JSON.stringify([row, cells])}\n`;
}

/** The checks of a transaction, made here, so that what they refuse can be told from everything else. */
async function checked(session: WriteSession): Promise<void> {
  try {
    await commitChecks(session);
  } catch (error) {
    if (error instanceof TesseraError) throw new ChecksRefused(error.problems);
    throw error;
  }
  session.touched.clear();
}

/** What stands against rows: commit checks, or values that PostgreSQL does not take; undefined for all other failures. */
export function problemsOf(error: unknown): readonly Problem[] | undefined {
  if (error instanceof ChecksRefused) return error.problems;
  if (!isRowError(error)) return undefined;
  const reason = error instanceof Error ? error.message : '';
  return [problem('IMPORT_ROW_UNREADABLE', { reason: `the database does not take it: ${reason}` })];
}
