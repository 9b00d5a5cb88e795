// Deferred lookups in a dry run: nothing of the file is in the database, so what its rows would bring is remembered.
import type { MappingPlan } from './mapping.ts';
import { findLookups } from './lookups.ts';
import type { PendingLookup, PreparedRow } from './prepare.ts';
import type { RunningImport } from './running.ts';
import { valueText } from './segments.ts';
import { addCounts, type RefusedRow } from './types.ts';

interface Unfound {
  readonly row: PreparedRow;
  readonly lookup: PendingLookup;
}

/** More than this are not looked into: by then the file is known to be wrong. */
const mostUnfound = 10_000;

export class Rehearsal {
  readonly #running: RunningImport;
  readonly #plan: MappingPlan;
  readonly #brought = new Set<string>();
  readonly #unfound: Unfound[] = [];

  constructor(running: RunningImport, plan: MappingPlan) {
    this.#running = running;
    this.#plan = plan;
  }

  /** Notes what rows would bring, and which of their deferred lookups the database does not answer. */
  async note(rows: readonly PreparedRow[]): Promise<void> {
    const deferred = this.#plan.columns.flatMap(({ lookup }) => (lookup?.deferred === true ? [lookup] : []));
    if (deferred.length === 0) return;
    for (const row of rows) {
      for (const { by, own } of deferred) if (own) this.#brought.add(`${by.name}\n${valueText(row, by) ?? ''}`);
    }
    const lookups = rows.flatMap((row) => row.lookups.filter(({ plan }) => plan.deferred).map((lookup) => ({ row, lookup })));
    if (lookups.length === 0) return;
    const unfound = await this.#running.transaction(async (session) => {
      if ('against' in this.#running.planFor(session)) return lookups;
      const answerTo = await findLookups(
        this.#running.scope(session),
        lookups.map(({ lookup }) => lookup),
      );
      return lookups.filter(({ lookup }) => 'problem' in answerTo(lookup));
    });
    this.#unfound.push(...unfound.slice(0, mostUnfound - this.#unfound.length));
  }

  /** Refuses what neither the database nor the file has. */
  async end(): Promise<void> {
    const missing = this.#unfound.filter(({ lookup: { plan, text } }) => {
      const value = valueText({ input: { [plan.by.name]: text }, lookups: [] }, plan.by);
      return !plan.own || !this.#brought.has(`${plan.by.name}\n${value ?? ''}`);
    });
    if (missing.length === 0) return;
    const refused = await this.#running.transaction(async (session) => {
      const planned = this.#running.planFor(session);
      if ('against' in planned) return missing.map(({ row: { source } }) => ({ ...source, problems: planned.against }));
      const answerTo = await findLookups(
        this.#running.scope(session),
        missing.map(({ lookup }) => lookup),
      );
      return missing.flatMap(({ row: { source }, lookup }): RefusedRow[] => {
        const answer = answerTo(lookup);
        return 'problem' in answer ? [{ row: source.row, problems: [answer.problem], cells: source.cells }] : [];
      });
    });
    const running = this.#running;
    running.state = { ...running.state, counts: addCounts(running.state.counts, { refused: refused.length }) };
    running.noteRejects(refused);
  }
}
