// Records that a stricter rule or field would refuse at their next save, counted as the tenant is now.
import { TesseraError } from '@tessera/kernel';
import { canonicalJson, movedWords, type Model } from '@tessera/metadata';
import type { Session } from '../engine-parts.ts';
import type { RefusedRecords } from '../metadata-types.ts';
import { readRecords } from './read.ts';

type Json = Readonly<Record<string, unknown>>;

/** Each is a count over a whole object. */
const mostCounted = 50;
const sampled = 5;

const asJson = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});

type Candidate = Omit<RefusedRecords, 'count' | 'sample'>;

/** Rules that are new or say something else, on records that are there. */
function ofRules(object: string, before: Json, after: Json): readonly Candidate[] {
  const known = asJson(before['validationRules']);
  return Object.entries(asJson(after['validationRules'])).flatMap(([rule, source]): readonly Candidate[] => {
    const { refuseWhen, recordTypes, active } = asJson(source);
    const { refuseWhen: was, recordTypes: former, active: wasActive } = asJson(known[rule]);
    const said = (...parts: readonly unknown[]): string => canonicalJson(parts.map((part) => part ?? null));
    if (active === false || (wasActive !== false && said(refuseWhen, recordTypes) === said(was, former))) return [];
    const filter = recordTypes === undefined ? refuseWhen : { and: [{ in: [{ var: 'recordType' }, recordTypes] }, refuseWhen] };
    return [{ object, rule, query: { object, filter } }];
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

function ofOptions(object: string, field: string, was: Json, now: Json): readonly Candidate[] {
  const gone = was['type'] === now['type'] ? goneOptions(was, now) : [];
  if (gone.length === 0) return [];
  const several = { or: gone.map((option) => ({ in: [option, { var: field }] })) };
  return [{ object, field, query: { object, filter: now['type'] === 'picklist' ? { in: [{ var: field }, gone] } : several } }];
}

function ofFields(object: string, before: Json, after: Json): readonly Candidate[] {
  const known = asJson(before['fields']);
  return Object.entries(asJson(after['fields'])).flatMap(([field, source]): readonly Candidate[] => {
    if (!Object.hasOwn(known, field)) return [];
    const [was, now] = [asJson(known[field]), asJson(source)];
    const limited = limits.flatMap(({ property, isTighter, beyond }): readonly Candidate[] => {
      const [former, limit] = [was[property], now[property]];
      if (limit === undefined || (former !== undefined && !isTighter(Number(limit), Number(former)))) return [];
      const filled = { '!': [{ isBlank: [{ var: field }] }] };
      return [{ object, field, query: { object, filter: { and: [filled, beyond(field, limit)] } } }];
    });
    return [...limited, ...ofOptions(object, field, was, now)];
  });
}

interface Found {
  readonly found: { readonly count: number; readonly nodes: readonly { readonly id: string }[] };
}

async function counted(session: Session, candidate: Candidate): Promise<RefusedRecords | undefined> {
  const { object, filter } = candidate.query;
  const id = { kind: 'field', as: 'id', field: 'id' } as const;
  const parts = [
    { kind: 'totalCount', as: 'count' },
    { kind: 'nodes', as: 'nodes', selections: [id] },
  ] as const;
  try {
    const list = { filter, page: { first: sampled } };
    const { found } = JSON.parse(await readRecords(session, { roots: [{ kind: 'list', as: 'found', object, list, parts }] })) as Found;
    return found.count === 0 ? undefined : { ...candidate, count: found.count, sample: found.nodes.map((node) => node.id) };
  } catch (error) {
    // It reads what only the change brings, or what is known only while a record is saved.
    if (!(error instanceof TesseraError) || error.code === 'MODEL_CHANGED') throw error;
    return { ...candidate, count: null, sample: [] };
  }
}

/** Empty where nothing becomes stricter for records that are there. */
export async function planRefusals(session: Session, after: Model): Promise<readonly RefusedRecords[]> {
  const [known, next] = [session.runtime.model.source['object'] ?? {}, after.source['object'] ?? {}];
  const candidates = Object.keys(session.runtime.model.objects).flatMap((object) => {
    const [was, now] = [asJson(known[object]), asJson(next[object])];
    return [...ofRules(object, was, now), ...ofFields(object, was, now)];
  });
  const refused: RefusedRecords[] = [];
  for (const candidate of candidates.slice(0, mostCounted)) {
    const found = await counted(session, candidate);
    if (found !== undefined) refused.push(found);
  }
  return refused;
}
