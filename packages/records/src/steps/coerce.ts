// coerce: the caller's values made fit for their fields, or refused with the reason.
import sanitizeHtml from 'sanitize-html';
import { fieldTypes, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { sameValue } from '../changed.ts';
import { SealedText } from '../sealed-text.ts';
import { isAutomatic, type WriteSession } from '../session.ts';
import { isRestricted, mapSound, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

/** System fields that a caller may set. */
const settable: ReadonlySet<string> = new Set(['name', 'recordType', 'owner']);

function whyReadOnly(field: FieldModel, { internal, session }: WriteSet): string | undefined {
  if (field.type === 'formula' || field.type === 'rollup' || field.type === 'quote') return 'it is computed.';
  if (field.type === 'autoNumber') return 'it is numbered by the engine.';
  if (internal) return undefined;
  if (field.system && !settable.has(field.name)) return 'it is kept by the engine.';
  return field.readOnly === true && !isAutomatic(session) ? 'it is read-only.' : undefined;
}

/** So many mistakes of one record are told: a record of nothing else would be told about for ever. */
const mostTold = 100;

function known(object: ObjectModel): string {
  const names = Object.keys(object.fields);
  return `Fields: ${names.slice(0, 30).join(', ')}${names.length > 30 ? ', …' : ''}.`;
}

/** What is stored for a value of the type. */
export function stored(session: WriteSession, field: FieldModel, value: Value): Value {
  // Of a text that was nothing but scripts nothing is left, and no text is no value.
  if (field.type === 'richText' && typeof value === 'string') return sanitizeHtml(value) || null;
  if (field.type === 'secret' && typeof value === 'string') return session.sealer.seal(value);
  return value;
}

/** The value as it is stored, or what is wrong with it. */
export function coerceField(session: WriteSession, field: FieldModel, given: unknown): Coerced {
  // An empty text is no value: so CSV, forms and JSON mean the same.
  if (given === null || given === undefined || given === '') return { ok: true, value: field.type === 'boolean' ? false : null };
  if (given instanceof SealedText && field.type === 'secret') return { ok: true, value: given.text };
  const coerced = fieldTypes[field.type].coerce(given, field);
  return coerced.ok ? { ok: true, value: stored(session, field, coerced.value) } : coerced;
}

type Coerced = ReturnType<(typeof fieldTypes)[FieldModel['type']]['coerce']>;

/** A lookup none of whose targets exists for the person: whatever it is set to is not there. */
function leadsNowhere(whole: ObjectModel, seen: FieldModel): boolean {
  return seen.lookup === undefined && whole.fields[seen.name]?.lookup !== undefined;
}

/** The record that it points to may be named again; any other is not there. */
function unseenTarget(item: WriteItem, field: string, given: unknown): WriteItem {
  const same = sameValue((typeof given === 'string' ? given.toLowerCase() : given) as Value, item.old?.[field]);
  return same ? item : withProblem(item, 'LOOKUP_NOT_FOUND', { field, object: 'another object' }, field);
}

function coerceItem(set: WriteSet, object: ObjectModel, item: WriteItem): WriteItem {
  const { session, object: whole } = set;
  const values: Record<string, Value> = { ...item.values };
  let result = item;
  for (const [name, given] of Object.entries(item.input)) {
    if (result.problems.length >= mostTold) break;
    const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
    const reason = field === undefined ? undefined : whyReadOnly(field, set);
    if (field === undefined)
      result = withProblem(result, 'FIELD_UNKNOWN', { object: object.name, field: name, known: known(object) }, name);
    else if (reason !== undefined) result = withProblem(result, 'FIELD_READ_ONLY', { field: name, reason }, name);
    else if (leadsNowhere(whole, field) && given !== null && given !== '') result = unseenTarget(result, name, given);
    else {
      const coerced = coerceField(session, field, given);
      if (coerced.ok) values[name] = coerced.value;
      else result = withProblem(result, coerced.code, { field: name, ...coerced.params }, name);
    }
  }
  return { ...result, values };
}

export const coerce: Step = (set) => {
  // For whoever is restricted a field that may not be read is not there, and one that may not be edited is read-only.
  const object = isRestricted(set) ? (set.session.access.view.objects[set.object.name] ?? set.object) : set.object;
  return mapSound(set, (item) => coerceItem(set, object, item));
};
