// Typed values that somebody or something gives: of a button, a call, a webhook.
import type { RuleType } from '@tessera/rules';
import type { InputJson } from '../../generated/types.ts';
import type { FieldSource } from '../../effective.ts';
import { fieldTypes } from '../../field-types/index.ts';
import type { FieldModel, InputModels } from '../../model.ts';
import type { ModelCatalog } from '../catalog.ts';
import { sorted } from '../sorted.ts';

type Inputs = Readonly<Record<string, InputJson>>;

function inputModel(name: string, input: InputJson, currency: string): FieldModel {
  const { type, label = { en: name }, help, required = false, options, to } = input;
  const source: FieldSource = { type, ...(options === undefined ? {} : { options }), ...(to === undefined ? {} : { to }) };
  const kind = fieldTypes[type];
  const ruleType = kind.ruleType(source);
  return {
    object: '',
    name,
    type,
    label,
    help,
    origin: '',
    system: false,
    columns: [],
    ruleType: type === 'currency' && ruleType.kind === 'number' ? { ...ruleType, currency } : ruleType,
    wire: kind.wire(source),
    required,
    readOnly: false,
    default: undefined,
    unique: false,
    history: false,
    searchable: false,
    indexed: false,
    renamedFrom: [],
    ...kind.facets(source),
  };
}

/** The inputs in their order, as fields of no object: their values coerce like those of records. */
export function inputModels(inputs: Inputs | undefined, catalog: ModelCatalog): InputModels {
  return Object.fromEntries(sorted(inputs).map(([name, input]) => [name, inputModel(name, input, catalog.currency)]));
}

/** What rules see of them. */
export const inputTypes = (inputs: InputModels): Readonly<Record<string, RuleType>> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { ruleType }]) => [name, ruleType]));
