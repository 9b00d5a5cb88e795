// Search over all objects at once: one statement, restricted as every other read.
import { bind, fail, toStatement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { searchWords } from '@tessera/records';
import { restrict } from '@tessera/security';
import { compileSearch, searchFields, searchSlots, type RootQuery, type SearchSource, type Selection } from '@tessera/storage';
import type { JsonText, SearchInput } from '../types/operation.ts';
import type { Session } from '../engine-parts.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import { objectOf } from '../read/resolve.ts';
import { speaker } from './describe.ts';
import { guardedAnswer, readSlots } from './read.ts';

const defaultFirst = 5;

function searched(session: Session, names: readonly string[] | undefined): readonly ObjectModel[] {
  const model = session.view;
  const objects = names === undefined ? Object.values(model.objects) : [...new Set(names)].map((name) => objectOf(model, name));
  return objects.filter((object) => searchFields(object).length > 0);
}

const selectField = (field: string): Selection => ({ kind: 'field', as: field, field });

/** The search of an object as a list: what it shows, and the fields that it looks into. */
function listOf(object: ObjectModel, first: number): RootQuery {
  const named: readonly Selection[] = object.fields['name'] === undefined ? [] : [selectField('name')];
  const shown: readonly Selection[] = [selectField('id'), ...named, { kind: 'constant', as: 'object', value: object.name }];
  return {
    kind: 'list',
    as: object.name,
    list: { object: object.name, orderBy: [], page: { direction: 'forward', size: first } },
    parts: [
      { kind: 'nodes', as: 'shown', selections: shown },
      { kind: 'nodes', as: 'searched', selections: searchFields(object).map((field) => selectField(field.name)) },
    ],
  };
}

/** What the policy has left of such a list; nothing, where the caller may not read the object or any of its searchable fields. */
function sourceOf(root: RootQuery, label: string): SearchSource | undefined {
  if (root.kind !== 'list') return undefined;
  const selections = (as: string): readonly Selection[] =>
    root.parts.flatMap((part) => (part.kind === 'nodes' && part.as === as ? part.selections : []));
  const fields = selections('searched').flatMap((selection) => (selection.kind === 'field' ? [selection.field] : []));
  if (fields.length === 0) return undefined;
  const { object, where } = root.list;
  return { object, label, fields, selections: selections('shown'), ...(where === undefined ? {} : { where }) };
}

/** Undefined where nothing can be found. */
export function preparedSearch(session: Session, input: SearchInput): PreparedRead | undefined {
  const { database, runtime, parts, policy } = session;
  const { first = defaultFirst } = input;
  if (!Number.isInteger(first) || first < 1 || first > parts.limits.page) {
    throw fail('REQUEST_PARAMETER_INVALID', { name: 'first', reason: `it takes 1 to ${String(parts.limits.page)}.` });
  }
  const objects = searched(session, input.objects);
  const words = searchWords(input.q);
  if (words === undefined || objects.length === 0) return undefined;
  const say = speaker(session);
  const labels = new Map(objects.map((object) => [object.name, say(object.pluralLabel)]));
  const sources = restrict(
    { model: runtime.model, policy },
    objects.map((object) => listOf(object, first)),
  ).flatMap((root) => sourceOf(root, labels.get(root.as) ?? root.as) ?? []);
  const compiled = toStatement(compileSearch({ model: runtime.model, schema: database.schema }, sources, words));
  return { compiled, statement: bind(compiled, { ...readSlots(session), ...searchSlots(words, first) }) };
}

/**
 * `{"groups":[{"object","label","records":[{"id","name","object"}],"more"}]}`, best group first. `first`: most records of a group.
 * A text without letters and digits finds nothing.
 */
export async function searchRecords(session: Session, input: SearchInput): Promise<JsonText> {
  const prepared = preparedSearch(session, input);
  return prepared === undefined ? '{"groups":[]}' : guardedAnswer(session, prepared.statement);
}
