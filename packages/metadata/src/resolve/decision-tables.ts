// Decision tables: how records of an object are read as rows, with the types of what goes in and comes out.
import { describeType, sameType, type RuleType } from '@tessera/rules';
import type { DecisionTableJson, TableInputJson } from '../generated/types.ts';
import type { DecisionTableModel, FieldModel, TableInputModel } from '../model.ts';
import { sortKeys } from './automations/queries.ts';
import { StepScope } from './automations/scope.ts';
import { fieldValues } from './automations/values.ts';
import type { ModelCatalog } from './catalog.ts';
import type { Report } from './report.ts';
import { missingObject } from './views.ts';

/** Kinds that one can ask for equality, or for a range. */
const comparable: ReadonlySet<RuleType['kind']> = new Set(['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference']);
const ranged: ReadonlySet<RuleType['kind']> = new Set(['number', 'date', 'datetime', 'time']);

class Rows {
  readonly #object: string;
  readonly #catalog: ModelCatalog;
  readonly #report: Report;

  constructor(object: string, catalog: ModelCatalog, report: Report) {
    this.#object = object;
    this.#catalog = catalog;
    this.#report = report;
  }

  unfit(pointer: string, reason: string): void {
    this.#report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }

  /** A field that rows have; what is worked out when it is read is compared as well. */
  field(name: string, pointer: string): FieldModel | undefined {
    const field = this.#catalog.model(this.#object, name);
    if (field === undefined && this.#catalog.field(this.#object, name) === undefined) {
      const hint = this.#catalog.fieldHint(this.#object, name);
      this.#report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${this.#object}`, known: hint });
    }
    if (field?.type !== 'secret') return field;
    this.unfit(pointer, `${name} is a secret: those are never read.`);
    return undefined;
  }

  input(name: string, source: TableInputJson): TableInputModel | undefined {
    const { match = 'equals' } = source;
    const at = `/inputs/${name}`;
    if (match === 'range') return this.#range(name, source, at);
    const field = this.field(source.field ?? '', `${at}/field`);
    if (field === undefined) return undefined;
    const { ruleType: type, name: of } = field;
    if (match === 'in' && type.kind === 'list') return { name, type: type.of, match, field: of };
    if (match === 'equals' && comparable.has(type.kind)) return { name, type, match, field: of };
    const reason =
      match === 'in'
        ? `Among the options of ${of} there is nothing to look for: it is ${describeType(type)}, no multiPicklist.`
        : `A value cannot equal ${of}: it is ${describeType(type)}.`;
    this.unfit(`${at}/field`, reason);
    return undefined;
  }

  #range(name: string, source: TableInputJson, at: string): TableInputModel | undefined {
    const from = this.field(source.from ?? '', `${at}/from`);
    const to = this.field(source.to ?? '', `${at}/to`);
    if (from === undefined || to === undefined) return undefined;
    const words = describeType(from.ruleType);
    if (!ranged.has(from.ruleType.kind)) this.unfit(`${at}/from`, `${from.name} is ${words}, of which there are no ranges.`);
    else if (!sameType(from.ruleType, to.ruleType))
      this.unfit(`${at}/to`, `${from.name} is ${words}, but ${to.name} is ${describeType(to.ruleType)}.`);
    return { name, type: from.ruleType, match: 'range', from: from.name, to: to.name };
  }

  /** What comes out of a field, as the hit policy makes it. */
  output(name: string, hit: DecisionTableModel['hit'], pointer: string): RuleType | undefined {
    const type = this.field(name, pointer)?.ruleType;
    if (type === undefined) return undefined;
    if (hit === 'sum' && type.kind !== 'number') this.unfit(pointer, `${name} is ${describeType(type)}: only numbers can be summed.`);
    if (hit !== 'collect') return type;
    if (!comparable.has(type.kind)) this.unfit(pointer, `${name} is ${describeType(type)}, of which there are no lists.`);
    return { kind: 'list', of: type };
  }

  validity(name: string | undefined, pointer: string): void {
    const field = name === undefined ? undefined : this.field(name, pointer);
    if (field !== undefined && field.ruleType.kind !== 'date')
      this.unfit(pointer, `${field.name} is ${describeType(field.ruleType)}; a date is needed here.`);
  }
}

function byName<T>(names: readonly string[], make: (name: string, i: number) => T | undefined): Record<string, T> {
  const entries = names.flatMap((name, i) => {
    const made = make(name, i);
    return made === undefined ? [] : [[name, made] as const];
  });
  return Object.fromEntries(entries);
}

/** What comes out where no row matches. */
function otherwise(source: DecisionTableJson, outputs: DecisionTableModel['outputs'], scope: StepScope): DecisionTableModel['default'] {
  const { default: kind = 'none', values = {}, object, hit } = source;
  if (kind !== 'values') return { kind };
  for (const name of Object.keys(values)) {
    if (source.outputs.includes(name)) continue;
    scope.missing(`/values/${name}`, 'output', name, { names: Object.keys(outputs) });
  }
  if (hit === 'collect')
    scope.report.add('/default', 'METADATA_REFERENCE_UNFIT', {
      reason: 'Where no row matches, an empty list is collected. Say none or error.',
    });
  const known = Object.fromEntries(Object.entries(values).filter(([name]) => source.outputs.includes(name)));
  return { kind, values: fieldValues({ values: known, pointer: '/values' }, object, scope) };
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveDecisionTable(source: DecisionTableJson, catalog: ModelCatalog, report: Report): DecisionTableModel | undefined {
  const { name, label = { en: name }, object, hit = 'first', validFrom, validTo } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const rows = new Rows(object, catalog, report);
  const whole = { catalog, report, old: false, user: false, stepHints: {} };
  const here = { outcomes: {}, values: {}, broken: [] };
  const inputs = byName(Object.keys(source.inputs), (input) => {
    const written = source.inputs[input];
    return written && rows.input(input, written);
  });
  const outputs = byName(source.outputs, (output, i) => rows.output(output, hit, `/outputs/${String(i)}`));
  rows.validity(validFrom, '/validFrom');
  rows.validity(validTo, '/validTo');
  return {
    name,
    label,
    object,
    inputs,
    outputs,
    hit,
    sort: sortKeys(source.sort, '/sort', new StepScope(whole, { ...here, frames: [object] })),
    validFrom,
    validTo,
    default: otherwise(source, outputs, new StepScope(whole, { ...here, frames: [undefined] })),
  };
}
