// Matching for a caller: records that are there or only typed, and what is found for them among what the caller may see.
import { fail, failAll, isUuid, problem, type Problem } from '@tessera/kernel';
import { fieldTypes, type CriterionModel, type FieldModel, type MatchingRuleModel, type Model, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { readCondition } from '@tessera/security';
import { blankRecord, readRecords, type RecordValues } from '@tessera/storage';
import { objectOf, type WriteSession } from '../session.ts';
import { sightOf } from '../steps/see.ts';
import { findCandidates, matchedOf, type Sought } from './find.ts';
import { RuleKeys } from './keys.ts';
import { told } from './told.ts';

/** A record that is there, values that are not saved, or what a record would be with other values. */
export interface Described {
  readonly id?: string | undefined;
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** The record with this id as a write is about to make it: nothing of it is read. */
  readonly proposed?: RecordValues | undefined;
}

export interface MatchInput {
  readonly rule: string;
  /** Whose records are described; left out: the rule's own. */
  readonly object?: string | undefined;
  readonly records: readonly Described[];
}

export interface MatchAnswer {
  readonly kind: 'none' | 'one' | 'many';
  readonly record: { readonly object: string; readonly id: string } | null;
  /** Nearest first. */
  readonly candidates: readonly Readonly<Record<string, unknown>>[];
}

const isPlain = (field: FieldModel | undefined): boolean => field !== undefined && field.masked !== true;

/** Whether the caller may read all that a criterion compares; else an answer would tell of it. */
function mayAsk({ access: { view } }: WriteSession, rule: MatchingRuleModel, source: string): (criterion: CriterionModel) => boolean {
  const found = view.objects[rule.object]?.fields ?? {};
  const asked = view.objects[source]?.fields ?? {};
  const names = rule.sources[source] ?? {};
  return ({ fields }) => fields.every(({ field }) => isPlain(found[field]) && isPlain(asked[names[field] ?? field]));
}

/** The rule, where the caller may look for anything by it. Throws MATCHING_RULE_UNKNOWN. */
export function matchingRule(model: Model, view: Model, name: string): MatchingRuleModel {
  const rule = Object.hasOwn(model.matchingRules, name) ? model.matchingRules[name] : undefined;
  if (rule === undefined || !Object.hasOwn(view.objects, rule.object)) throw fail('MATCHING_RULE_UNKNOWN', { rule: name });
  return rule;
}

function valueOf(object: ObjectModel, name: string, given: unknown, pointer: string): Value | Problem {
  const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
  if (field === undefined) return problem('FIELD_UNKNOWN', { object: object.name, field: name, known: '' }, { pointer });
  if (given === null || given === undefined || given === '') return null;
  if (field.autoNumber !== undefined && typeof given === 'string') return given;
  const coerced = fieldTypes[field.type].coerce(given, field);
  return coerced.ok ? coerced.value : problem(coerced.code, { field: name, ...coerced.params }, { pointer });
}

const isProblem = (value: Value | Problem): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value;

/** What is described, as records. Throws what is wrong with the description, and RECORD_NOT_FOUND for what the caller does not see. */
export async function describedRecords(
  session: WriteSession,
  name: string,
  described: readonly Described[],
): Promise<readonly (Sought & { readonly record: RecordValues })[]> {
  const object = objectOf(session, name);
  const shown = session.access.view.objects[name];
  if (shown === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  const ids = described.flatMap(({ id, proposed }) =>
    id === undefined || proposed !== undefined || !isUuid(id) ? [] : [id.toLowerCase()],
  );
  const sight = session.access.policy.administrator ? undefined : await sightOf(session, name, ids);
  const known = await readRecords(session.transaction, session.target, object, ids);
  const problems: Problem[] = [];
  const result: Sought[] = [];
  for (const [i, { id: given, values = {}, proposed }] of described.entries()) {
    const id = given?.toLowerCase();
    if (proposed !== undefined) {
      result.push({ record: proposed, without: id });
      continue;
    }
    const isSeen = id === undefined || (isUuid(id) && sight?.(id).readable !== false);
    const stored = id === undefined || !isSeen ? undefined : known.get(id);
    if (id !== undefined && stored === undefined)
      throw fail('RECORD_NOT_FOUND', { object: name, id }, { pointer: `/records/${String(i)}/id` });
    const record: Record<string, Value> = { ...(stored ?? blankRecord(object)) };
    for (const [field, value] of Object.entries(values)) {
      const made = valueOf(shown, field, value, `/records/${String(i)}/values/${field}`);
      if (isProblem(made)) problems.push(made);
      else record[field] = made;
    }
    result.push({ record, without: id });
  }
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return result;
}

/** For each record what the rule finds for it, among the records that the caller may see, by what the caller may read. */
export async function matchRecords(session: WriteSession, input: MatchInput): Promise<readonly MatchAnswer[]> {
  const rule = matchingRule(session.model, session.access.view, input.rule);
  const source = input.object ?? rule.object;
  if (!Object.hasOwn(rule.sources, source))
    throw fail(
      'REQUEST_INVALID',
      { reason: `${rule.name} takes records of ${Object.keys(rule.sources).join(', ')}.` },
      { pointer: '/object' },
    );
  const sought = await describedRecords(session, source, input.records);
  const { policy } = session.access;
  const restricted = policy.administrator ? {} : { by: mayAsk(session, rule, source) };
  const readable = policy.administrator ? {} : { readable: { where: readCondition(policy, rule.object), about: policy.objects } };
  const keys = new RuleKeys(session.model, rule, objectOf(session, source));
  const own = sought.map(({ record, without }) => ({ record, without: source === rule.object ? without : undefined }));
  const found = await findCandidates(session, keys, own, { ...restricted, ...readable });
  return found.map((each) => {
    const { kind, record, candidates } = matchedOf(each);
    return {
      kind,
      record: record === undefined ? null : { object: rule.object, id: record },
      candidates: candidates.map((candidate) => told(session, candidate)),
    };
  });
}
