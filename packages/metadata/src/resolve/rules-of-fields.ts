// The rules that stand on fields: defaults, conditions, formulas, filters; and the checks that need other fields.
import { checkCondition, dependencies, type Expression } from '@tessera/rules';
import { compareDecimals } from '../decimal.ts';
import { isDate } from '../field-types/date.ts';
import type { FieldSource } from '../effective.ts';
import type { FieldModel, LookupModel } from '../model.ts';
import type { ModelCatalog } from './catalog.ts';
import type { DraftField, DraftObject } from './draft.ts';
import { fieldValue, literal } from './field-values.ts';
import { known } from '../known.ts';

class FieldRules {
  readonly #draft: DraftObject;
  readonly #catalog: ModelCatalog;

  constructor(draft: DraftObject, catalog: ModelCatalog) {
    this.#draft = draft;
    this.#catalog = catalog;
  }

  condition(source: unknown, pointer: string, object = this.#draft.name, old = false): Expression | undefined {
    const checked = checkCondition(source, this.#catalog.scope(object, { old }));
    this.#draft.report.addAll(pointer, checked.problems);
    return checked.expression;
  }

  /** A lookup's filter: a bare name is the record pointed to, `$record` the one that points. */
  filter(source: unknown, pointer: string, field: FieldModel): Expression | undefined {
    const [target, ...others] = field.lookup?.to ?? [];
    // A filter on several targets is refused with the lookup's other facets.
    if (source === undefined || target === undefined || others.length > 0 || !this.#catalog.hasObject(target)) return undefined;
    const checked = checkCondition(source, this.#catalog.scope(this.#draft.name, { frames: [target] }));
    this.#draft.report.addAll(pointer, checked.problems);
    return checked.expression;
  }

  /** `true`, `false`, or a rule. */
  flag(source: unknown, pointer: string, fallback: boolean): boolean | Expression {
    if (source === undefined) return fallback;
    if (typeof source === 'boolean') return source || fallback;
    return this.condition(source, pointer, this.#draft.name, true) ?? fallback;
  }

  default(entry: DraftField, model: FieldModel): Expression | undefined {
    const { source, pointer } = entry;
    if (source.default === undefined) return model.type === 'boolean' ? literal(model, false) : undefined;
    const written = { source: source.default, pointer: `${pointer}/default`, purpose: 'be the default' };
    return fieldValue(model, written, this.#catalog.scope(this.#draft.name), this.#draft.report);
  }

  formula(entry: DraftField, model: FieldModel): FieldModel['formula'] {
    const checked = this.#catalog.formula(this.#draft, entry);
    this.#draft.report.addAll(`${entry.pointer}/formula`, checked.problems);
    if (checked.expression === undefined) return undefined;
    const expression: Expression =
      model.decimal === undefined
        ? checked.expression
        : {
            node: 'call',
            type: checked.expression.type,
            operator: 'round',
            arguments: [checked.expression, { node: 'literal', type: { kind: 'number' }, value: String(model.decimal.scale) }],
          };
    return { expression, live: false };
  }
}

/** The field with its rules typed. */
export function resolveField(draft: DraftObject, entry: DraftField, catalog: ModelCatalog): FieldModel | undefined {
  const typed = entry.model.system && entry.model.name !== 'name' ? entry.model : catalog.model(draft.name, entry.model.name);
  if (typed === undefined) return undefined;
  const rules = new FieldRules(draft, catalog);
  const { source, pointer } = entry;
  const sound = checkFacets(draft, entry, typed);
  const filter = rules.filter(source.filter, `${pointer}/filter`, typed);
  const formula = typed.type === 'formula' ? rules.formula(entry, typed) : undefined;
  const value = sound ? rules.default(entry, typed) : undefined;
  return {
    ...typed,
    required: rules.flag(source.required, `${pointer}/required`, typed.required === true),
    readOnly: rules.flag(source.readOnly, `${pointer}/readOnly`, typed.readOnly === true),
    default: value,
    ...(typed.lookup === undefined ? {} : { lookup: { ...typed.lookup, filter } }),
    ...(formula === undefined ? {} : { formula }),
  };
}

/** Whether what the field says of its values holds together; what does not is reported. */
function checkFacets(draft: DraftObject, entry: DraftField, field: FieldModel): boolean {
  const { pointer, source } = entry;
  let sound = true;
  const unfit = (at: string, reason: string): void => {
    sound = false;
    draft.report.add(pointer + at, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  const { decimal, dependsOn } = field;
  if (decimal !== undefined && source.type !== 'quote') checkDecimal(decimal, source, draft, unfit);
  if (field.dateRange !== undefined) checkDates(field.dateRange, unfit);
  if (field.text !== undefined && source.type !== 'quote') checkText(field.text, unfit);
  if (field.lookup !== undefined) checkLookup(field.lookup, source, field, unfit);
  for (const property of ['indexed', 'searchable'] as const) {
    if (field[property] && field.columns.length === 0)
      unfit(`/${property}`, `${field.name} is worked out when it is read, so it cannot be ${property}. Remove it.`);
  }
  if (field.autoNumber !== undefined && (field.autoNumber.format.match(/\{0+\}/g) ?? []).length !== 1) {
    unfit('/format', 'The format needs the counter once, as {0000}; {YYYY}, {MM} and {DD} may stand beside it.');
  }
  if (field.unique && (field.columns.length !== 1 || field.ruleType.kind === 'json' || field.ruleType.kind === 'list'))
    unfit('/unique', `A field of type ${field.type} cannot be unique.`);
  if (dependsOn !== undefined) checkDependency(draft, entry, field);
  return sound;
}

type Unfit = (at: string, reason: string) => void;

function checkDecimal(decimal: NonNullable<FieldModel['decimal']>, source: FieldSource, draft: DraftObject, unfit: Unfit): void {
  const { precision, scale, min, max } = decimal;
  if (scale > precision) unfit('/scale', `The scale ${String(scale)} exceeds the precision ${String(precision)}.`);
  if (min !== undefined && max !== undefined && compareDecimals(min, max) > 0) unfit('/min', `min ${min} exceeds max ${max}.`);
  const { currencyField } = source;
  const named = currencyField === undefined ? undefined : draft.fields.get(currencyField)?.model;
  if (currencyField !== undefined && named?.type !== 'picklist' && named?.type !== 'text') {
    unfit('/currencyField', `${currencyField} must be a text or picklist field of ${draft.name} that holds the currency's code.`);
  }
}

function checkDates({ min, max }: NonNullable<FieldModel['dateRange']>, unfit: Unfit): void {
  for (const [property, day] of Object.entries({ min, max })) {
    if (day !== undefined && !isDate(day)) unfit(`/${property}`, `${day} is no day of the calendar.`);
  }
  if (min !== undefined && max !== undefined && min > max) unfit('/min', `min ${min} exceeds max ${max}.`);
}

function checkText({ minLength, maxLength, pattern }: NonNullable<FieldModel['text']>, unfit: Unfit): void {
  if (minLength > maxLength) unfit('/minLength', `minLength ${String(minLength)} exceeds maxLength ${String(maxLength)}.`);
  if (pattern !== undefined && !isPattern(pattern)) unfit('/pattern', `${pattern} is not a regular expression.`);
}

function checkLookup(lookup: LookupModel, source: FieldSource, field: FieldModel, unfit: Unfit): void {
  if (lookup.onDelete === 'setNull' && field.required === true)
    unfit('/onDelete', `${field.name} must have a value, so it cannot be emptied when its target is deleted. Say "onDelete": "restrict".`);
  if (source.filter !== undefined && lookup.to.length > 1)
    unfit('/filter', `A filter is a condition over one object; ${field.name} may point to several. Remove it.`);
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function checkDependency(draft: DraftObject, entry: DraftField, field: FieldModel): void {
  const { dependsOn } = field;
  if (dependsOn === undefined) return;
  const controlling = draft.fields.get(dependsOn.field)?.model;
  const at = `${entry.pointer}/dependsOn`;
  if (controlling?.options === undefined || dependsOn.field === field.name) {
    const picklists = [...draft.fields.values()].filter((other) => other.model.options !== undefined).map((other) => other.model.name);
    draft.report.add(`${at}/field`, 'METADATA_REFERENCE_MISSING', {
      kind: 'picklist',
      name: dependsOn.field,
      where: ` on ${draft.name}`,
      known: known(picklists, dependsOn.field),
    });
    return;
  }
  for (const [option, allowed] of Object.entries(dependsOn.values)) {
    if (!Object.hasOwn(controlling.options, option)) {
      draft.report.add(`${at}/values/${option}`, 'METADATA_REFERENCE_MISSING', {
        kind: 'option',
        name: option,
        where: ` of ${controlling.name}`,
        known: known(Object.keys(controlling.options), option),
      });
    }
    for (const [i, name] of allowed.entries()) {
      if (field.options !== undefined && !Object.hasOwn(field.options, name)) {
        draft.report.add(`${at}/values/${option}/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
          kind: 'option',
          name,
          where: ` of ${field.name}`,
          known: known(Object.keys(field.options), name),
        });
      }
    }
  }
}

/** Does the expression itself ask for the time or for who reads. */
export function readsClockOrUser(expression: Expression): boolean {
  const { usesNow, usesUser } = dependencies(expression);
  return usesNow || usesUser;
}

/** Does the expression leave its own record: paths through lookups, aggregates. */
export function leavesRecord(expression: Expression, frame: number): boolean {
  const { paths, aggregates } = dependencies(expression);
  return aggregates.length > 0 || paths.some((path) => path.steps.length > 1 || path.root !== frame);
}
