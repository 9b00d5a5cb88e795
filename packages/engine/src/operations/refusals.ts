// Records that a stricter rule or field would refuse at their next save: as they are now, or as migrations will leave them.
import { isoNow, TesseraError } from '@tessera/kernel';
import { canonicalJson, movedWords, ruleScope, type Model } from '@tessera/metadata';
import type { LayerPlan } from '@tessera/packs';
import { checkCondition, withoutOptions, type RuleScope } from '@tessera/rules';
import { futureRecords, type FutureRecords } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { RefusedRecords } from '../types/metadata.ts';
import { countedNow, sampled, type Counted } from './record-counts.ts';
import { isStricterText, refusedTexts } from './refused-texts.ts';
import { renamesIn } from './renames-in.ts';

type Json = Readonly<Record<string, unknown>>;

/** Each is a count over a whole object. */
const mostCounted = 50;

const asJson = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});

interface Candidate extends Pick<RefusedRecords, 'object' | 'rule' | 'field'> {
  /** Under the names of after the change; undefined: of a field whose texts must look otherwise. */
  readonly filter: unknown;
  /** The same under those of before; undefined where only the change brings what it reads. */
  readonly former: RefusedRecords['query'] | undefined;
}

/** An object in both Models, with what it and its fields were called before. */
interface Successor {
  readonly object: string;
  readonly former: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly before: Json;
  readonly after: Json;
}

/** Rules that are new or say something else, on records that are there. */
function ofRules({ object, former, fields, before, after }: Successor): readonly Candidate[] {
  const known = asJson(before['validationRules']);
  const areNamesAlike = object === former && fields.size === 0;
  return Object.entries(asJson(after['validationRules'])).flatMap(([rule, source]): readonly Candidate[] => {
    const { refuseWhen, recordTypes, active, on } = asJson(source);
    const { refuseWhen: was, recordTypes: formerTypes, active: wasActive, on: askedOn } = asJson(known[rule]);
    const isSaved = (when: unknown): boolean => !Array.isArray(when) || when.includes('save');
    if (!isSaved(on)) return [];
    const said = (...parts: readonly unknown[]): string => canonicalJson(parts.map((part) => part ?? null));
    if (active === false || (wasActive !== false && isSaved(askedOn) && said(refuseWhen, recordTypes) === said(was, formerTypes)))
      return [];
    const filter = recordTypes === undefined ? refuseWhen : { and: [{ in: [{ var: 'recordType' }, recordTypes] }, refuseWhen] };
    return [{ object, rule, filter, former: areNamesAlike ? { object, filter } : undefined }];
  });
}

/** The limits of a field, each with the rule for values beyond it. */
const limits: readonly {
  readonly property: string;
  readonly isTighter: (now: number, was: number) => boolean;
  readonly beyond: (field: string, limit: unknown) => unknown;
}[] = [
  { property: 'maxLength', isTighter: (now, was) => now < was, beyond: (field, limit) => ({ '>': [{ length: [{ var: field }] }, limit] }) },
  { property: 'minLength', isTighter: (now, was) => now > was, beyond: (field, limit) => ({ '<': [{ length: [{ var: field }] }, limit] }) },
  { property: 'max', isTighter: (now, was) => now < was, beyond: (field, limit) => ({ '>': [{ var: field }, limit] }) },
  { property: 'min', isTighter: (now, was) => now > was, beyond: (field, limit) => ({ '<': [{ var: field }, limit] }) },
];

type Options = Parameters<typeof movedWords>[0];

/** Options that are gone, and not renamed. */
function goneOptions(was: Json, now: Json): readonly string[] {
  const [before, after] = [asJson(was['options']) as Options, asJson(now['options']) as Options];
  const moved = movedWords(before, after);
  return Object.keys(before).filter((option) => !Object.hasOwn(after, option) && !moved.has(option));
}

function ofOptions(was: Json, now: Json): readonly ((field: string) => unknown)[] {
  const gone = was['type'] === now['type'] ? goneOptions(was, now) : [];
  if (gone.length === 0) return [];
  return [
    (field) =>
      now['type'] === 'picklist' ? { in: [{ var: field }, gone] } : { or: gone.map((option) => ({ in: [option, { var: field }] })) },
  ];
}

function ofLimits(was: Json, now: Json): readonly ((field: string) => unknown)[] {
  return limits.flatMap(({ property, isTighter, beyond }) => {
    const [former, limit] = [was[property], now[property]];
    if (limit === undefined || (former !== undefined && !isTighter(Number(limit), Number(former)))) return [];
    return [(field: string) => ({ and: [{ '!': [{ isBlank: [{ var: field }] }] }, beyond(field, limit)] })];
  });
}

function ofFields({ object, former, fields, before, after }: Successor): readonly Candidate[] {
  const known = asJson(before['fields']);
  return Object.entries(asJson(after['fields'])).flatMap(([field, source]): readonly Candidate[] => {
    const formerField = fields.get(field) ?? field;
    if (!Object.hasOwn(known, formerField)) return [];
    const [was, now] = [asJson(known[formerField]), asJson(source)];
    const beyond = [...ofLimits(was, now), ...ofOptions(was, now)].map((filter) => ({
      object,
      field,
      filter: filter(field),
      former: { object: former, filter: filter(formerField) },
    }));
    return isStricterText(was, now) ? [...beyond, { object, field, filter: undefined, former: undefined }] : beyond;
  });
}

/** Conditions speak of options that are gone too. */
function openScope(after: Model, object: string): RuleScope {
  const { catalog, ...scope } = ruleScope(after, object);
  const field: typeof catalog.field = (of, name) => {
    const found = catalog.field(of, name);
    return found && { ...found, type: withoutOptions(found.type) };
  };
  return { ...scope, catalog: { ...catalog, field } };
}

/** On the rows as they will be; undefined where only a save can tell. */
async function foundAfter(session: Session, plan: LayerPlan, { object, field, filter }: Candidate): Promise<FutureRecords | undefined> {
  if (filter === undefined) return refusedTexts(session, plan, object, field ?? '');
  const { expression: condition } = checkCondition(filter, openScope(plan.after, object));
  if (condition === undefined) return undefined;
  const wanted = { to: plan.after, object, condition, now: isoNow(session.context) };
  try {
    return await session.parts.cell.control((transaction) => futureRecords(transaction, plan.ddl, wanted));
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    return undefined;
  }
}

async function countedAfter(session: Session, plan: LayerPlan, candidate: Candidate, former: string): Promise<Counted | undefined> {
  const found = await foundAfter(session, plan, candidate);
  if (found === undefined) return undefined;
  const { count, ids } = found;
  // As they are now, only their ids tell them.
  return { count, sample: ids.slice(0, sampled), query: { object: former, filter: { in: [{ var: 'id' }, ids] } } };
}

/** Objects of both Models; a plan's changes know what is renamed on the way back, too. */
function successorsOf(session: Session, { after, changes }: LayerPlan): readonly Successor[] {
  const [known, next] = [session.runtime.model.source['object'] ?? {}, after.source['object'] ?? {}];
  const renames = renamesIn(changes);
  return Object.values(after.objects).flatMap(({ name: object, kept }): readonly Successor[] => {
    const { former, fields } = renames(object);
    // Nobody saves what the platform keeps.
    if (kept === true || !Object.hasOwn(known, former)) return [];
    return [{ object, former, fields, before: asJson(known[former]), after: asJson(next[object]) }];
  });
}

/** Empty where nothing becomes stricter for records that are there. */
export async function planRefusals(session: Session, plan: LayerPlan): Promise<readonly RefusedRecords[]> {
  const candidates = successorsOf(session, plan).flatMap((successor) =>
    [...ofRules(successor), ...ofFields(successor)].map((candidate) => ({ candidate, successor })),
  );
  const refused: RefusedRecords[] = [];
  for (const [i, { candidate, successor }] of candidates.entries()) {
    const { object, rule, field, filter, former } = candidate;
    const isCounted = i < mostCounted;
    const now = isCounted && former !== undefined && !plan.ddl.future.changes(object) ? await countedNow(session, former) : undefined;
    const found = now ?? (isCounted ? await countedAfter(session, plan, candidate, successor.former) : undefined);
    if (found?.count === 0) continue;
    const what = { object, ...(rule === undefined ? {} : { rule }), ...(field === undefined ? {} : { field }) };
    refused.push({ ...what, ...(found ?? { count: null, sample: [], query: former ?? { object: successor.former, filter } }) });
  }
  return refused;
}
