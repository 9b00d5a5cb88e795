// Whether records that are to be written are there already, and what the person is told of that.
import { problem, type Problem } from '@tessera/kernel';
import type { DuplicateMoment, DuplicateRuleModel, ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { lockScopesStatement, type RecordValues } from '@tessera/storage';
import { changedOf } from '../changed.ts';
import { recordEnvironment } from '../rules/environment.ts';
import { fetchKeptFacts, noFacts } from '../rules/facts.ts';
import { asCaller, planOf, type WriteSession } from '../session.ts';
import { sightOf } from '../steps/see.ts';
import { inLanguage } from '../steps/validate.ts';
import { alikeAmong } from './alike.ts';
import { isAsked, turnNames, type DuplicatePlan, type Guard } from './duplicate-plan.ts';
import { findCandidates, type Candidate } from './find.ts';
import { told } from './told.ts';

/** A record as it is to be. */
export interface Checked {
  readonly id: string;
  readonly values: RecordValues;
  /** As it is stored; undefined for a new one. */
  readonly old: RecordValues | undefined;
}

/** What a duplicate rule has found for a record. */
export interface Duplicate {
  readonly rule: DuplicateRuleModel;
  /** The object's fields that are compared, as the nearest criterion has it. */
  readonly fields: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Whether there are others that the person may not see. */
  readonly hidden: boolean;
}

interface Asking {
  readonly session: WriteSession;
  readonly object: ObjectModel;
  readonly records: readonly Checked[];
  /** Or nothing is written, and it is only asked. */
  readonly moment: DuplicateMoment | 'search';
  /** Whether the rights of whoever asked for the write decide what is told. */
  readonly restricted: boolean;
}

/** Whether a condition holds for a record as it is to be. */
type Holds = (condition: Expression | undefined, record: Checked) => boolean;

async function conditionsOf({ session, object, records }: Asking, plan: DuplicatePlan): Promise<Holds> {
  const pairs = records.map(({ values, old }) => ({ record: values, old }));
  const facts = await fetchKeptFacts(session, object, plan.facts, pairs, 'duplicates');
  const known = new Map(records.map((record, i) => [record, facts[i] ?? noFacts]));
  return (condition, record) => {
    if (condition === undefined) return true;
    const scope = { object, record: record.values, old: record.old, facts: known.get(record) ?? noFacts };
    return session.rules.evaluate(condition, recordEnvironment(session, scope)) === true;
  };
}

/** Records that the rule is asked of: what was like another before, and is not changed in that, is no news. */
function askedOf({ records, moment }: Asking, { rule, keys }: Guard, holds: Holds): ReadonlySet<Checked> {
  const isNews = (record: Checked): boolean => moment !== 'update' || changedOf(keys.fields, record).length > 0;
  return new Set(records.filter((record) => isNews(record) && holds(rule.when, record)));
}

/** Candidates of each record that is asked of: those in the database, and those before it in its own set. */
async function candidatesOf(
  { session, object, records, moment }: Asking,
  { keys }: Guard,
  asked: ReadonlySet<Checked>,
  holds: Holds,
): Promise<ReadonlyMap<Checked, readonly Candidate[]>> {
  const sought = [...asked];
  const without = (id: string): string | undefined => (keys.rule.object === object.name ? id : undefined);
  const found = await findCandidates(
    session,
    keys,
    sought.map(({ id, values }) => ({ record: values, without: without(id) })),
  );
  // What is only asked about stays as it is stored.
  if (keys.rule.object !== object.name || moment === 'search') return new Map(sought.map((record, i) => [record, found[i] ?? []]));
  // Those that stay as they are come first: whoever becomes like one of them is the one that is asked.
  const staying = records.filter((record) => !asked.has(record));
  const ordered = [...staying, ...sought];
  const among = alikeAmong(
    keys,
    ordered.map((record) => ({ record: record.values, mayBeFound: holds(keys.rule.where, record) })),
  );
  const near = (place: number): readonly Candidate[] => {
    const alike = among[place];
    const other = ordered[alike?.place ?? -1];
    if (alike === undefined || other === undefined) return [];
    const { criterion, score } = alike;
    const name = other.values['name'];
    return [{ object: object.name, id: other.id, name: typeof name === 'string' ? name : null, criterion, score, criteria: [criterion] }];
  };
  // Others of the set are what they are about to be, not what they are stored as.
  const own = new Set(records.map(({ id }) => id));
  const others = (i: number): readonly Candidate[] => (found[i] ?? []).filter(({ id }) => !own.has(id));
  return new Map(sought.map((record, i) => [record, [...near(staying.length + i), ...others(i)]]));
}

/** The candidates that the person may see, out of all that were found: the platform may write for somebody, who is told all the same. */
async function seenOf(
  { session, records, restricted }: Asking,
  object: string,
  all: readonly Candidate[],
): Promise<(candidate: Candidate) => boolean> {
  if (!restricted) return () => true;
  const reader = asCaller(session);
  if (!Object.hasOwn(reader.access.view.objects, object)) return () => false;
  const sight = await sightOf(reader, object, [...new Set(all.map(({ id }) => id))]);
  // What is not written yet is the person's own.
  const own = new Set(records.filter(({ old }) => old === undefined).map(({ id }) => id));
  return ({ id }) => own.has(id) || sight(id).readable;
}

/** Waits for whoever writes something that could be about the same, and keeps others out until the transaction ends. */
function takeTurn({ session, records }: Asking, plan: DuplicatePlan): void {
  const names = turnNames(
    plan,
    records.map(({ values }) => values),
  );
  if (names.size > 0)
    session.transaction.ahead(
      lockScopesStatement(
        session.target.schema,
        [...names].map((name) => `duplicates ${name}`),
      ),
    );
}

/** For each record, by id, what its duplicate rules have found. */
export async function duplicatesOf(asking: Asking): Promise<ReadonlyMap<string, readonly Duplicate[]>> {
  const { session, object, moment } = asking;
  const plan = planOf(session, object).duplicates;
  const result = new Map<string, Duplicate[]>();
  const guards = plan?.guards.filter((guard) => isAsked(guard, moment)) ?? [];
  if (plan === undefined || guards.length === 0) return result;
  const holds = await conditionsOf(asking, plan);
  const open = guards.map((guard) => ({ guard, records: askedOf(asking, guard, holds) })).filter(({ records }) => records.size > 0);
  if (open.length === 0) return result;
  if (moment !== 'search') takeTurn(asking, plan);
  for (const { guard, records } of open) {
    const found = await candidatesOf(asking, guard, records, holds);
    const seen = await seenOf(asking, guard.keys.rule.object, [...found.values()].flat());
    const names = guard.keys.rule.sources[object.name] ?? {};
    for (const [{ id }, candidates] of found) {
      const [nearest] = candidates;
      if (nearest === undefined) continue;
      const shown = candidates.filter(seen);
      const fields = nearest.criterion.fields.map(({ field }) => names[field] ?? field);
      result.set(id, [
        ...(result.get(id) ?? []),
        { rule: guard.rule, fields, candidates: shown, hidden: shown.length < candidates.length },
      ]);
    }
  }
  return result;
}

const codes = { block: 'DUPLICATE_FOUND', warn: 'DUPLICATE_POSSIBLE' } as const;

/** What stands against a record, its pointer relative to it; undefined where nobody need know. */
export function objectionOf(asking: Pick<Asking, 'session'>, duplicate: Duplicate): Problem | undefined {
  const { rule, fields, candidates, hidden } = duplicate;
  const { session } = asking;
  if (session.allowDuplicates === 'always') return undefined;
  // Warnings are for people: what happens by itself cannot be asked whether it means it.
  if (rule.action === 'warn' && (session.allowDuplicates === true || session.cause.chain.length > 0)) return undefined;
  const unseen = hidden && rule.tellHidden;
  if (rule.action === 'warn' && candidates.length === 0 && !unseen) return undefined;
  const reader = asCaller(session);
  const matches = candidates.map((candidate) => told(reader, candidate));
  const shown = reader.access.view.objects[rule.object]?.fields ?? {};
  const known = fields.filter((field) => shown[field] !== undefined);
  const place = known[0] === undefined ? {} : { pointer: `/${known[0]}` };
  const found = problem(codes[rule.action], { fields: known.length === 0 ? 'what is not shown to you' : known.join(', ') }, place);
  const details = { rule: rule.name, matches, ...(unseen ? { hidden: true } : {}) };
  const message = rule.message === undefined ? undefined : inLanguage(rule.message, session.context.languages);
  return { ...found, ...(message === undefined ? {} : { message }), details };
}
