// The root field of a subscription: which events are heard, and how one looks in the answer.
import type { RecordEvent, SelectionRequest } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import type { SelectionSetNode } from 'graphql';
import { fieldMeaning } from '../schema/meaning.ts';
import { filterOf } from './filter.ts';
import { objectText } from './json-text.ts';
import { recordSelections } from './records.ts';
import { Returned } from './returned.ts';
import type { Picked, Translation } from './translation.ts';
import { argumentTypeOf } from './types.ts';
import { property, renderer } from './writes.ts';

export type Heard = RecordEvent & { readonly record: string | null };

export interface EventPlan {
  readonly input: { readonly object: string; readonly filter?: unknown; readonly selections: readonly SelectionRequest[] };
  /** The answer's `data` as JSON text. */
  readonly render: (event: Heard) => string;
}

function objectOf(t: Translation, picked: Picked, named: string | undefined): string {
  const object = named ?? String(picked.arguments['object']);
  if (!Object.hasOwn(t.model.objects, object)) throw fail('OBJECT_UNKNOWN', { object }, { pointer: `${picked.at}/object` });
  return object;
}

/** Translates the root selection of a subscription; validation has held it to one field. */
export function eventPlan(t: Translation, set: SelectionSetNode): EventPlan {
  const type = t.schema.getSubscriptionType();
  const [picked] = type === null || type === undefined ? [] : t.pickRoots(type, set);
  const meaning = picked?.definition === undefined ? undefined : fieldMeaning(picked.definition);
  if (picked === undefined || meaning?.kind !== 'changed')
    throw fail('GRAPHQL_OPERATION', { reason: 'A subscription asks for one event.' });
  const object = objectOf(t, picked, meaning.object);
  const filter =
    meaning.object === undefined
      ? (picked.arguments['filter'] ?? undefined)
      : filterOf(argumentTypeOf(picked.definition, 'where'), picked.arguments['where'], `${picked.at}/where`);
  const returned = new Returned();
  const render = renderer<Heard>(t, picked, (part) => {
    if (part.name !== 'record') return property((event) => event[part.name as keyof RecordEvent]);
    const place = returned.add(recordSelections(t, object, part));
    return (event) => returned.text(event.record, place);
  });
  return {
    input: { object, ...(filter === undefined ? {} : { filter }), selections: returned.selections ?? [] },
    render: (event) => objectText([[picked.as, render(event)]]),
  };
}
