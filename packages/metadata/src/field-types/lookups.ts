// What the types that point to records have in common: lookup, masterDetail, user, department.
import { isUuid } from '@tessera/kernel';
import { lookupColumn } from '../names.ts';
import type { FieldSource } from '../effective.ts';
import type { Column, FieldModel, FieldTypeName, LookupModel } from '../model.ts';
import { accept, equalityFilters, wrongType, type Coerced, type FieldType, type JsonSchema } from './field-type.ts';

/** `{ "object", "id" }`: the form of a polymorphic lookup's value. */
export interface AnyReference {
  readonly object: string;
  readonly id: string;
}

function coerceReference(value: unknown, field: FieldModel): Coerced {
  const targets = field.lookup?.to ?? [];
  // By its form, not by its targets: of a polymorphic one some may not exist for the caller, and of any other none.
  if (field.wire !== 'anyReference') {
    const target = targets.length === 0 ? 'another object' : targets.join();
    return isUuid(value) ? accept(value.toLowerCase()) : wrongType(`the id of a record of ${target}`, value);
  }
  if (typeof value === 'object' && value !== null && 'object' in value && 'id' in value && Object.keys(value).length === 2) {
    const { object, id } = value;
    if (typeof object === 'string' && targets.includes(object) && isUuid(id)) return accept({ object, id: id.toLowerCase() });
  }
  return wrongType(`{ "object", "id" } of ${targets.join(', ')}`, value);
}

/** Without targets (none exists for the reader) the object of a record is not told. */
const targetSchema = (targets: readonly string[]): JsonSchema =>
  targets.length === 0 ? { type: 'null' } : { type: 'string', enum: targets };

/** What happens to a look-up when its target is deleted: it is emptied, unless it must have a value. */
export function emptied(source: FieldSource): LookupModel['onDelete'] {
  return source.onDelete ?? (source.required === true ? 'restrict' : 'setNull');
}

interface Lookups {
  readonly name: FieldTypeName;
  /** The target where the type itself says it. */
  readonly target?: string;
  readonly lookup: (source: FieldSource) => Pick<LookupModel, 'onDelete' | 'reparent'>;
}

export function lookupType({ name, target, lookup }: Lookups): FieldType {
  const targets = (source: FieldSource): readonly string[] => {
    if (target !== undefined) return [target];
    return typeof source.to === 'string' ? [source.to] : (source.to ?? []);
  };
  return {
    name,
    columns: (field, source): readonly Column[] => {
      const to = targets(source);
      return to.map((object) => ({
        name: to.length === 1 ? lookupColumn(field) : lookupColumn(field, object),
        type: { kind: 'uuid' },
        references: object,
      }));
    },
    ruleType: (source) => ({ kind: 'reference', to: targets(source) }),
    wire: (source) => (targets(source).length === 1 ? 'reference' : 'anyReference'),
    facets: (source) => ({ lookup: { to: targets(source), inverse: source.inverse, filter: undefined, ...lookup(source) } }),
    coerce: coerceReference,
    jsonSchema: (field) =>
      field.wire === 'reference'
        ? { type: 'string', format: 'uuid' }
        : {
            type: 'object',
            properties: { object: targetSchema(field.lookup?.to ?? []), id: { type: 'string', format: 'uuid' } },
            required: ['object', 'id'],
            additionalProperties: false,
          },
    filters: equalityFilters,
    sortable: false,
  };
}
