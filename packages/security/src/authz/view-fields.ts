// What is left of a field for a person: shown, masked, or not there.
import type { FieldModel, LookupModel, Model } from '@tessera/metadata';
import type { Expression, RuleType } from '@tessera/rules';
import { canRead, fieldOf, type Levels } from './closure.ts';
import type { ObjectPolicy } from './policy.ts';

/** What decides what is left of a Model. */
export interface Viewing {
  readonly model: Model;
  readonly levels: Levels;
  /** Whether a rule reads nothing that is gone. */
  reads(expression: Expression): boolean;
}

/** People stay what owners are compared with: `$user` is there for everybody. */
function leftType(type: RuleType, viewing: Viewing): RuleType {
  if (type.kind === 'reference') return { ...type, to: type.to.filter((object) => object === 'user' || viewing.levels.readable(object)) };
  return type.kind === 'list' ? { ...type, of: leftType(type.of, viewing) } : type;
}

/** Undefined where no target is left: then the field is an id that leads nowhere. */
function leftLookup(lookup: LookupModel, { levels }: Viewing): LookupModel | undefined {
  const to = lookup.to.filter((object) => levels.readable(object));
  return to.length === 0 ? undefined : { ...lookup, to };
}

/** Whether a field of the object, or of the one behind a lookup (`through.field`), is there to read. */
function isLeft(viewing: Viewing, object: string, path: string): boolean {
  let at = object;
  for (const name of path.split('.')) {
    if (!canRead(viewing.levels, viewing.model, { object: at, field: name })) return false;
    at = fieldOf(viewing.model, at, name)?.lookup?.to[0] ?? '';
  }
  return true;
}

/** Amounts whose currency is said by a field that is gone are of currencies that one does not know. */
function withoutCurrencyField(field: FieldModel, viewing: Viewing): Partial<FieldModel> {
  const { decimal, ruleType } = field;
  if (decimal?.currencyField === undefined || isLeft(viewing, field.object, decimal.currencyField)) return {};
  const { kind, currency } = ruleType.kind === 'number' ? ruleType : { kind: 'number' as const, currency: undefined };
  const type: RuleType = { kind, ...(currency === undefined ? {} : { currency }) };
  return { decimal: { ...decimal, currencyField: undefined }, ...(ruleType.kind === 'number' ? { ruleType: type } : {}) };
}

function readableField(field: FieldModel, editable: boolean, viewing: Viewing): FieldModel {
  const { lookup, dependsOn, ...rest } = field;
  const left = lookup && leftLookup(lookup, viewing);
  return Object.freeze({
    ...rest,
    ruleType: leftType(field.ruleType, viewing),
    ...withoutCurrencyField(field, viewing),
    ...(left === undefined ? {} : { lookup: left }),
    ...(dependsOn !== undefined && isLeft(viewing, field.object, dependsOn.field) ? { dependsOn } : {}),
    ...(editable ? {} : { readOnly: true }),
  });
}

/** It is shown, and good for nothing else. A secret that may be set is still set. */
function maskedField(field: FieldModel, editable: boolean): FieldModel {
  const rest = Object.fromEntries(Object.entries(field).filter(([name]) => name !== 'options' && name !== 'dependsOn')) as unknown;
  return Object.freeze({
    ...(rest as FieldModel),
    masked: true,
    default: undefined,
    readOnly: editable ? field.readOnly : true,
    unique: false,
    history: false,
    searchable: false,
    indexed: false,
  });
}

/** The field as it exists for the person; undefined where it does not. */
export function viewField(field: FieldModel, allowed: ObjectPolicy, viewing: Viewing): FieldModel | undefined {
  const level = Object.hasOwn(allowed.fields, field.name) ? allowed.fields[field.name] : undefined;
  if (level === undefined) return undefined;
  const editable = level === 'edit';
  return canRead(viewing.levels, viewing.model, { object: field.object, field: field.name })
    ? readableField(field, editable, viewing)
    : maskedField(field, editable);
}
