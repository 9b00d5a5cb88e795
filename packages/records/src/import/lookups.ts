// Lookups of a chunk: one statement for each column, whatever the number of rows.
import { bind, problem, type Problem } from '@tessera/kernel';
import { fieldTypes } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { readCondition } from '@tessera/security';
import { findMatchesStatement } from '@tessera/storage';
import { createRecords } from '../create.ts';
import type { WriteSession } from '../session.ts';
import type { LookupPlan } from './lookup-plan.ts';
import type { PendingLookup } from './prepare.ts';

/** What a text stands for: a record, nothing, or a reason against the row. */
export type Answer = { readonly id: string } | { readonly none: true } | { readonly problem: Problem };

/** Found ids by column's field and text, kept over chunks; the least recently used go first. */
export class FoundRecords {
  readonly #ids = new Map<string, string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): string | undefined {
    const id = this.#ids.get(key);
    if (id === undefined) return undefined;
    this.#ids.delete(key);
    this.#ids.set(key, id);
    return id;
  }

  set(key: string, id: string): void {
    this.#ids.set(key, id);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > this.#limit && oldest !== undefined) this.#ids.delete(oldest);
  }
}

/** How lookups are found: `known` from earlier chunks, `learned` in this one, to be kept once it is committed. */
export interface LookupScope {
  readonly session: WriteSession;
  readonly internal: boolean;
  readonly known: FoundRecords;
  readonly learned: Map<string, string>;
}

const keyOf = (plan: LookupPlan, text: string): string => `${plan.field.name}\n${text}`;

function refused(plan: LookupPlan, text: string, count: number): Answer {
  const params = { field: plan.field.name, object: plan.target.name, by: plan.by.name, text: JSON.stringify(text), count };
  const place = { pointer: `/${plan.field.name}` };
  return { problem: problem(count === 0 ? 'IMPORT_LOOKUP_MISSING' : 'IMPORT_LOOKUP_AMBIGUOUS', params, place) };
}

/** Asks the database for texts that are not known yet. */
async function ask(scope: LookupScope, plan: LookupPlan, texts: readonly string[], answers: Map<string, Answer>): Promise<void> {
  const { session } = scope;
  const wanted: { text: string; value: Value }[] = [];
  for (const text of texts) {
    const coerced = fieldTypes[plan.by.type].coerce(text, plan.by);
    if (coerced.ok) wanted.push({ text, value: coerced.value });
  }
  if (wanted.length === 0) return;
  const records = wanted.map(({ value }) => ({ [plan.by.name]: value }));
  const seen = readCondition(session.access.policy, plan.target.name);
  const statement = findMatchesStatement(session.target, plan.target, plan.key, records, seen);
  const { rows } = await session.transaction.query(bind(statement, session.slots));
  for (const row of rows) {
    const text = wanted[Number(row['i'])]?.text ?? '';
    const count = Number(row['n']);
    answers.set(text, count === 1 ? { id: String(row['id']) } : refused(plan, text, count));
  }
}

/** Makes records for texts that nothing has; what stands against one stands against the rows that name it. */
async function make(scope: LookupScope, plan: LookupPlan, texts: readonly string[], answers: Map<string, Answer>): Promise<void> {
  const records = texts.map((text) => ({ pointer: '', input: { [plan.by.name]: text } }));
  const outcomes = await createRecords(scope.session, plan.target.name, records, { allOrNone: false, internal: scope.internal });
  texts.forEach((text, i) => {
    const outcome = outcomes[i];
    if (outcome?.ok === true) answers.set(text, { id: outcome.id });
    const [found] = outcome?.ok === false ? outcome.problems : [];
    if (found !== undefined) answers.set(text, { problem: { ...found, pointer: `/${plan.field.name}` } });
  });
}

/** The answer to each distinct text of one column. */
async function answerColumn(scope: LookupScope, plan: LookupPlan, texts: readonly string[]): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const text of texts) {
    const id = scope.known.get(keyOf(plan, text)) ?? scope.learned.get(keyOf(plan, text));
    if (id !== undefined) answers.set(text, { id });
  }
  await ask(
    scope,
    plan,
    texts.filter((text) => !answers.has(text)),
    answers,
  );
  const missing = texts.filter((text) => !answers.has(text));
  if (plan.onMissing === 'create' && missing.length > 0) await make(scope, plan, missing, answers);
  for (const text of missing) {
    if (!answers.has(text)) answers.set(text, plan.onMissing === 'null' ? { none: true } : refused(plan, text, 0));
  }
  // Rows of this very file may bring a second record of a name, so names of the imported object are asked for each time.
  if (!plan.own) for (const [text, answer] of answers) if ('id' in answer) scope.learned.set(keyOf(plan, text), answer.id);
  return answers;
}

/** Finds all lookups of some rows, column by column. The answer to a lookup is had by `answerTo`. */
export async function findLookups(scope: LookupScope, lookups: readonly PendingLookup[]): Promise<(lookup: PendingLookup) => Answer> {
  const columns = new Map<LookupPlan, Set<string>>();
  for (const { plan, text } of lookups) {
    const texts = columns.get(plan) ?? new Set<string>();
    columns.set(plan, texts.add(text));
  }
  const found = new Map<LookupPlan, ReadonlyMap<string, Answer>>();
  for (const [plan, texts] of columns) found.set(plan, await answerColumn(scope, plan, [...texts]));
  return ({ plan, text }) => found.get(plan)?.get(text) ?? { none: true };
}

/** What the lookup's field is given. */
export function referenceTo(plan: LookupPlan, id: string): unknown {
  return plan.field.wire === 'anyReference' ? { object: plan.target.name, id } : id;
}
