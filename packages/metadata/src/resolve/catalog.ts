// What rules are checked against: the drafts of all objects, with the types of computed fields worked out on demand.
import {
  checkAggregate,
  type AggregateExpression,
  type Catalog,
  type CatalogField,
  type PathExpression,
  type RuleScope,
  type Value,
} from '@tessera/rules';
import type { ParameterSource, RuleSource } from '../effective.ts';
import { decimalFacet, decimalWire } from '../field-types/decimals.ts';
import { fieldTypes } from '../field-types/index.ts';
import type { ColumnType, FieldModel, ParameterModel } from '../model.ts';
import { tenantScope } from '../model-scope.ts';
import { lookupColumn, snakeCase } from '../names.ts';
import type { DraftField, DraftObject } from './draft.ts';
import { known } from './report.ts';

interface Sources {
  readonly drafts: ReadonlyMap<string, DraftObject>;
  readonly rules: Readonly<Record<string, RuleSource>>;
  readonly parameters: Readonly<Record<string, ParameterModel>>;
}

const own = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);

/** The catalogue of a Model in the making. Types of roll-ups and quotes follow from other fields, so they come on demand. */
export class ModelCatalog implements Catalog {
  readonly #sources: Sources;
  readonly #typed = new Map<string, FieldModel | undefined>();
  readonly #inProgress: string[] = [];

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The scope of a rule that stands on a record of `object`. */
  scope(object: string | undefined, options: Partial<RuleScope> = {}): RuleScope {
    return {
      catalog: this,
      ...(object === undefined ? {} : { object }),
      userObject: 'user',
      tenant: tenantScope,
      ...options,
    };
  }

  hasObject(object: string): boolean {
    return this.#sources.drafts.has(object);
  }

  objectNames(): readonly string[] {
    return [...this.#sources.drafts.keys()];
  }

  field(object: string, field: string): CatalogField | undefined {
    const model = this.model(object, field);
    if (model === undefined) return undefined;
    return { type: model.ruleType, ...(model.lookup === undefined ? {} : { to: model.lookup.to }) };
  }

  fieldNames(object: string): readonly string[] {
    return [...(this.#sources.drafts.get(object)?.fields.keys() ?? [])];
  }

  relation(object: string, name: string): { readonly object: string; readonly by: string } | undefined {
    return this.#sources.drafts.get(object)?.relations.get(name);
  }

  relationNames(object: string): readonly string[] {
    return [...(this.#sources.drafts.get(object)?.relations.keys() ?? [])];
  }

  rule(name: string): { readonly source: unknown; readonly object: string | undefined } | undefined {
    const rule = own(this.#sources.rules, name);
    return rule === undefined ? undefined : { source: rule.rule, object: rule.object };
  }

  parameter(name: string): { readonly type: ParameterModel['type']; readonly value: Value } | undefined {
    return own(this.#sources.parameters, name);
  }

  /** The field with its final type; undefined where it is missing or its definition is wrong (then that is reported). */
  model(object: string, field: string): FieldModel | undefined {
    const draft = this.#sources.drafts.get(object);
    const entry = draft?.fields.get(field);
    if (draft === undefined || entry === undefined) return undefined;
    const { type } = entry.model;
    if (type !== 'formula' && type !== 'rollup' && type !== 'quote') return entry.model;
    const id = `${object}.${field}`;
    if (this.#typed.has(id)) return this.#typed.get(id);
    if (this.#inProgress.includes(id)) {
      const chain = [...this.#inProgress.slice(this.#inProgress.indexOf(id)), id].join(' → ');
      draft.report.add(entry.pointer, 'METADATA_CYCLE', { chain });
      return undefined;
    }
    this.#inProgress.push(id);
    const model =
      type === 'formula' ? typedFormula(entry) : type === 'rollup' ? this.#typedRollup(draft, entry) : this.#typedQuote(draft, entry);
    this.#inProgress.pop();
    this.#typed.set(id, model);
    return model;
  }

  #typedRollup(draft: DraftObject, entry: DraftField): FieldModel | undefined {
    const { source, pointer } = entry;
    const upkeep = source.upkeep ?? 'transaction';
    const checked = checkAggregate(source.aggregate, this.scope(draft.name));
    draft.report.addAll(`${pointer}/aggregate`, checked.problems);
    const aggregate = checked.expression;
    if (aggregate?.node !== 'aggregate') return undefined;
    const typed = this.#aggregateType(entry, aggregate);
    const columns = upkeep === 'live' ? [] : [{ name: columnName(entry.model.name, aggregate), type: columnTypeOf(typed) }];
    return { ...typed, columns, rollup: { aggregate, upkeep } };
  }

  /** Counts are whole; sums keep the scale of what they sum, averages have two places more. */
  #aggregateType(entry: DraftField, aggregate: AggregateExpression): FieldModel {
    const { source, model } = entry;
    const { type } = aggregate;
    if (type.kind === 'number') {
      const value = aggregate.value?.node === 'path' ? this.#pathField(aggregate.value) : undefined;
      const count = aggregate.function === 'count' || aggregate.function === 'countDistinct';
      const scale = count ? 0 : (value?.decimal?.scale ?? 2) + (aggregate.function === 'avg' ? 2 : 0);
      const decimal = decimalFacet(
        { ...source, ...(value?.decimal?.currency === undefined ? {} : { currency: value.decimal.currency }) },
        { precision: 15, scale },
      );
      return { ...model, ruleType: type, wire: decimalWire(decimal.precision), decimal };
    }
    const wire =
      type.kind === 'reference'
        ? 'reference'
        : type.kind === 'list'
          ? 'textList'
          : type.kind === 'null' || type.kind === 'json'
            ? 'json'
            : type.kind;
    return { ...model, ruleType: type, wire };
  }

  #pathField(path: PathExpression): FieldModel | undefined {
    const last = path.steps.at(-1);
    return last === undefined ? undefined : this.model(last.object, last.field);
  }

  #typedQuote(draft: DraftObject, entry: DraftField): FieldModel | undefined {
    const { source, pointer, model } = entry;
    const through = draft.fields.get(source.through ?? '')?.model;
    if (through?.lookup === undefined) {
      const lookups = [...draft.fields.values()].filter((field) => field.model.lookup !== undefined).map((field) => field.model.name);
      draft.report.add(`${pointer}/through`, 'METADATA_REFERENCE_MISSING', {
        kind: 'lookup',
        name: source.through ?? '',
        where: ` on ${draft.name}`,
        known: known(lookups),
      });
      return undefined;
    }
    const [object, ...others] = through.lookup.to;
    if (object === undefined || others.length > 0) {
      draft.report.add(`${pointer}/through`, 'METADATA_REFERENCE_UNFIT', {
        reason: `${through.name} may point to several objects; a quote needs a lookup to one.`,
      });
      return undefined;
    }
    const quoted = this.model(object, source.field ?? '');
    if (quoted === undefined) {
      draft.report.add(`${pointer}/field`, 'METADATA_REFERENCE_MISSING', {
        kind: 'field',
        name: source.field ?? '',
        where: ` on ${object}`,
        known: known(this.fieldNames(object)),
      });
      return undefined;
    }
    const path: PathExpression = {
      node: 'path',
      type: quoted.ruleType,
      root: 0,
      steps: [
        { object: draft.name, field: through.name },
        { object, field: quoted.name },
      ],
    };
    const { decimal, options, text } = quoted;
    return {
      ...model,
      ruleType: quoted.ruleType,
      wire: quoted.wire,
      ...(decimal === undefined ? {} : { decimal }),
      ...(options === undefined ? {} : { options }),
      ...(text === undefined ? {} : { text }),
      quote: { path },
    };
  }
}

function typedFormula(entry: DraftField): FieldModel {
  const { source, model } = entry;
  const returned = fieldTypes[source.returns ?? 'text'];
  return { ...model, ...returned.facets(source), ruleType: returned.ruleType(source), wire: returned.wire(source) };
}

function columnName(field: string, aggregate: AggregateExpression): string {
  return aggregate.type.kind === 'reference' ? lookupColumn(field) : snakeCase(field);
}

function columnTypeOf(field: FieldModel): ColumnType {
  const { ruleType, decimal } = field;
  switch (ruleType.kind) {
    case 'number':
      return { kind: 'numeric', precision: decimal?.precision ?? 15, scale: decimal?.scale ?? 0 };
    case 'reference':
      return { kind: 'uuid' };
    case 'list':
      return { kind: 'textList' };
    case 'null':
      return { kind: 'text' };
    case 'text':
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'time':
    case 'json':
      return { kind: ruleType.kind };
  }
}

/** Parameters as rules see them. */
export function parameterModel(source: ParameterSource): ParameterModel {
  const base = { name: source.name, label: source.label ?? { en: source.name } };
  switch (source.type) {
    case 'number':
      return { ...base, type: { kind: 'number' }, value: String(source.value) };
    case 'boolean':
      return { ...base, type: { kind: 'boolean' }, value: source.value === true };
    case 'date':
      return { ...base, type: { kind: 'date' }, value: String(source.value) };
    case 'textList':
      return { ...base, type: { kind: 'list', of: { kind: 'text' } }, value: Array.isArray(source.value) ? source.value.map(String) : [] };
    case 'text':
    case 'duration':
      return { ...base, type: { kind: 'text' }, value: String(source.value) };
  }
}
