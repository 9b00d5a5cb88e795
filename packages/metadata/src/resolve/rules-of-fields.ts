// The rules that stand on fields: defaults, conditions, formulas, filters; and the checks that need other fields.
import { checkCondition, checkRule, dependencies, type Expression } from '@tessera/rules';
import { fieldTypes } from '../field-types/index.ts';
import type { FieldModel } from '../model.ts';
import type { ModelCatalog } from './catalog.ts';
import type { DraftField, DraftObject } from './draft.ts';
import { known } from './report.ts';

const literal = (field: FieldModel, value: Extract<Expression, { node: 'literal' }>['value']): Expression => ({
  node: 'literal',
  type: field.ruleType,
  value,
});

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

  /** `true`, `false`, or a rule. */
  flag(source: unknown, pointer: string, fallback: boolean): boolean | Expression {
    if (source === undefined) return fallback;
    if (typeof source === 'boolean') return source || fallback;
    return this.condition(source, pointer, this.#draft.name, true) ?? fallback;
  }

  default(entry: DraftField, model: FieldModel): Expression | undefined {
    const { source, pointer } = entry;
    const at = `${pointer}/default`;
    if (source.default === undefined) return model.type === 'boolean' ? literal(model, false) : undefined;
    const written = source.default;
    const isLiteral = typeof written === 'object' && written !== null && 'literal' in written;
    const constant: unknown = isLiteral ? written.literal : written;
    if (isLiteral || typeof constant !== 'object') {
      const coerced = fieldTypes[model.type].coerce(constant, model);
      if (coerced.ok) return literal(model, coerced.value);
      this.#draft.report.add(at, coerced.code, { field: model.name, ...coerced.params });
      return undefined;
    }
    const checked = checkRule(written, this.#catalog.scope(this.#draft.name), model.ruleType);
    this.#draft.report.addAll(at, checked.problems);
    return checked.expression;
  }

  formula(entry: DraftField, model: FieldModel): FieldModel['formula'] {
    const checked = checkRule(entry.source.formula, this.#catalog.scope(this.#draft.name), model.ruleType);
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
  checkFacets(draft, entry, typed);
  const target = typed.lookup?.to[0];
  const filter =
    source.filter === undefined || target === undefined ? undefined : rules.condition(source.filter, `${pointer}/filter`, target);
  const formula = typed.type === 'formula' ? rules.formula(entry, typed) : undefined;
  const value = rules.default(entry, typed);
  return {
    ...typed,
    required: rules.flag(source.required, `${pointer}/required`, typed.required === true),
    readOnly: rules.flag(source.readOnly, `${pointer}/readOnly`, typed.readOnly === true),
    default: value,
    ...(typed.lookup === undefined ? {} : { lookup: { ...typed.lookup, filter } }),
    ...(formula === undefined ? {} : { formula }),
  };
}

function checkFacets(draft: DraftObject, entry: DraftField, field: FieldModel): void {
  const { report } = draft;
  const { pointer, source } = entry;
  const unfit = (at: string, reason: string): void => void report.add(pointer + at, 'METADATA_REFERENCE_UNFIT', { reason });
  const { decimal, dependsOn } = field;
  if (decimal !== undefined && source.type !== 'quote') {
    if (decimal.scale > decimal.precision)
      unfit('/scale', `The scale ${String(decimal.scale)} exceeds the precision ${String(decimal.precision)}.`);
    if (decimal.min !== undefined && decimal.max !== undefined && Number(decimal.min) > Number(decimal.max))
      unfit('/min', `min ${decimal.min} exceeds max ${decimal.max}.`);
    const named = decimal.currencyField === undefined ? undefined : draft.fields.get(decimal.currencyField)?.model;
    if (decimal.currencyField !== undefined && named?.type !== 'picklist' && named?.type !== 'text') {
      unfit('/currencyField', `${decimal.currencyField} must be a text or picklist field of ${draft.name} that holds the currency's code.`);
    }
  }
  if (field.text?.pattern !== undefined && !isPattern(field.text.pattern))
    unfit('/pattern', `${field.text.pattern} is not a regular expression.`);
  if (field.autoNumber !== undefined && (field.autoNumber.format.match(/\{0+\}/g) ?? []).length !== 1) {
    unfit('/format', 'The format needs the counter once, as {0000}; {YYYY}, {MM} and {DD} may stand beside it.');
  }
  if (field.unique && (field.columns.length !== 1 || field.ruleType.kind === 'json' || field.ruleType.kind === 'list'))
    unfit('/unique', `A field of type ${field.type} cannot be unique.`);
  if (dependsOn !== undefined) checkDependency(draft, entry, field);
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
      known: known(picklists),
    });
    return;
  }
  for (const [option, allowed] of Object.entries(dependsOn.values)) {
    if (!Object.hasOwn(controlling.options, option)) {
      draft.report.add(`${at}/values/${option}`, 'METADATA_REFERENCE_MISSING', {
        kind: 'option',
        name: option,
        where: ` of ${controlling.name}`,
        known: known(Object.keys(controlling.options)),
      });
    }
    for (const name of allowed) {
      if (field.options !== undefined && !Object.hasOwn(field.options, name)) {
        draft.report.add(`${at}/values/${option}`, 'METADATA_REFERENCE_MISSING', {
          kind: 'option',
          name,
          where: ` of ${field.name}`,
          known: known(Object.keys(field.options)),
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
