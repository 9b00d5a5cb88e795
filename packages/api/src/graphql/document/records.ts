// Selections of a record: fields, the records behind lookups, children and what they come to.
import type { SelectionRequest } from '@tessera/engine';
import { fieldMeaning } from '../schema/meaning.ts';
import { aggregateRequest } from './aggregates.ts';
import { listParts, listRequest } from './lists.ts';
import type { Picked, Translation } from './translation.ts';
import { recordTypeOf } from './types.ts';

/** What is asked of a record of `object`; fragments on interfaces and unions are resolved for it. */
export function recordSelections(t: Translation, object: string, record: Pick<Picked, 'sets' | 'at'>): readonly SelectionRequest[] {
  const type = recordTypeOf(t.schema, object);
  return t.pick(type, record.sets, record.at).map((picked): SelectionRequest => {
    const { as, definition } = picked;
    if (definition === undefined) return { kind: 'constant', as, value: type.name };
    const meaning = fieldMeaning(definition);
    switch (meaning?.kind) {
      case 'value':
        return { kind: 'field', as, field: meaning.field };
      case 'nodeId':
        return { kind: 'nodeId', as };
      case 'lookup': {
        const cases = meaning.targets.map((target) => ({ object: target, selections: recordSelections(t, target, picked) }));
        return { kind: 'lookup', as, field: meaning.field, cases };
      }
      case 'children': {
        const parts = listParts(t, meaning.object, picked, recordSelections);
        return { kind: 'children', as, relation: meaning.relation, list: listRequest(picked), parts };
      }
      case 'childAggregate':
        return { kind: 'childAggregate', as, relation: meaning.relation, aggregate: aggregateRequest(t, picked) };
      default:
        throw new TypeError(`${type.name}.${picked.name} has no meaning.`);
    }
  });
}
