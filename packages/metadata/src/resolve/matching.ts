// Matching rules and duplicate rules: what they compare is there on both sides, and can be compared.
import { checkCondition, describeType, sameType, type Expression } from '@tessera/rules';
import type { DuplicateRuleJson, MatchCriterionJson, MatchFieldJson, MatchingRuleJson } from '../generated/types.ts';
import type {
  CriterionModel,
  DuplicateMoment,
  DuplicateRuleModel,
  FieldModel,
  FieldTypeName,
  MatchingRuleModel,
  Normaliser,
} from '../model.ts';
import { isSettable } from '../system-fields.ts';
import type { ModelCatalog } from './catalog.ts';
import type { References } from './references.ts';
import type { Report } from './report.ts';
import { sorted } from './sorted.ts';
import { missingObject } from './views.ts';

const texts: readonly FieldTypeName[] = ['text', 'textarea', 'autoNumber'];

/** The types of fields that a normaliser takes; `exact` takes whatever has one value in a column. */
const fitting: Readonly<Record<Exclude<Normaliser, 'exact'>, readonly FieldTypeName[]>> = {
  text: [...texts, 'email', 'phone', 'url', 'picklist'],
  phone: ['phone', ...texts],
  company: texts,
  pinyin: texts,
  email: ['email', ...texts],
  domain: ['email', 'url', ...texts],
};

const neverExact: readonly FieldTypeName[] = ['richText', 'secret', 'json', 'multiPicklist', 'address', 'location', 'file', 'image'];

class Comparing {
  readonly #rule: string;
  readonly #catalog: ModelCatalog;
  readonly #report: Report;

  constructor(rule: string, catalog: ModelCatalog, report: Report) {
    this.#rule = rule;
    this.#catalog = catalog;
    this.#report = report;
  }

  unfit(pointer: string, reason: string): void {
    this.#report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }

  /** A field that is there and stored: what is worked out when it is read has no key. Undefined: that is told. */
  field(object: string, name: string, pointer: string): FieldModel | undefined {
    const field = this.#catalog.model(object, name);
    if (field === undefined) {
      if (this.#catalog.field(object, name) !== undefined) return undefined;
      const hint = this.#catalog.fieldHint(object, name);
      this.#report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${object}`, known: hint });
      return undefined;
    }
    if (field.system && !isSettable(field)) {
      this.unfit(pointer, `${object}.${name} is kept by the platform, and says nothing about what the record is.`);
      return undefined;
    }
    if (field.columns.length > 0 && field.rollup === undefined) return field;
    this.unfit(pointer, `${object}.${name} is worked out, so no record can be found by it. Compare what it is worked out from.`);
    return undefined;
  }

  /** Whether a field can be compared so. */
  fits(field: FieldModel, by: Normaliser, pointer: string): boolean {
    const what = `${field.object}.${field.name} is of type ${field.type}`;
    if (by === 'exact') {
      if (!neverExact.includes(field.type)) return true;
      this.unfit(pointer, `${what}, of which no two are compared.`);
      return false;
    }
    if (fitting[by].includes(field.type)) return true;
    this.unfit(pointer, `${what}; ${by} takes ${fitting[by].join(', ')}.`);
    return false;
  }

  /** As they are, values of one kind can be equal; options are compared by their names. */
  agree(own: FieldModel, other: FieldModel, pointer: string): void {
    const plain = ({ ruleType }: FieldModel): FieldModel['ruleType'] =>
      ruleType.kind === 'text' ? { kind: 'text' } : ruleType.kind === 'number' ? { kind: 'number' } : ruleType;
    if (sameType(plain(own), plain(other))) return;
    const [left, right] = [describeType(own.ruleType), describeType(other.ruleType)];
    this.unfit(pointer, `${own.object}.${own.name} is ${left}, but ${other.object}.${other.name} is ${right}: they are never equal.`);
  }

  condition(source: unknown, object: string, pointer: string): Expression | undefined {
    if (source === undefined) return undefined;
    const checked = checkCondition(source, this.#catalog.scope(object));
    this.#report.addAll(pointer, checked.problems);
    return checked.expression;
  }

  criterion(name: string, source: MatchCriterionJson, sources: MatchingRuleModel['sources']): CriterionModel {
    const at = `/criteria/${name}/fields`;
    const entries = Object.entries(source.fields).filter((entry): entry is [string, MatchFieldJson] => typeof entry[1] === 'object');
    const alike = entries.filter(([, { similarity }]) => similarity !== undefined);
    for (const [field] of alike.slice(1))
      this.unfit(`${at}/${field}/similarity`, `${alike[0]?.[0] ?? ''} is compared by likeness already; one field of a criterion can be.`);
    for (const [field, { by = 'exact' }] of entries) this.#sides(field, by, `${at}/${field}`, sources);
    return {
      name,
      label: source.label ?? { en: name },
      fields: entries.map(([field, { by = 'exact', similarity }]) => ({ field, by, similarity })),
    };
  }

  /** The field of the rule's object, and those that others have for it. */
  #sides(name: string, by: Normaliser, at: string, sources: MatchingRuleModel['sources']): void {
    const own = this.field(this.#rule, name, at);
    const fits = own !== undefined && this.fits(own, by, `${at}/by`);
    for (const [object, fields] of Object.entries(sources)) {
      if (object === this.#rule) continue;
      const written = fields[name];
      const place = written === undefined ? `/sources/${object}` : `/sources/${object}/fields/${name}`;
      const other = this.field(object, written ?? name, place);
      if (other === undefined || !fits || !this.fits(other, by, place) || by !== 'exact') continue;
      this.agree(own, other, place);
    }
  }
}

/** Its fields by those of the rule's object, as they are written. */
function sourcesOf(source: MatchingRuleJson, catalog: ModelCatalog, report: Report): MatchingRuleModel['sources'] {
  const result: Record<string, Readonly<Record<string, string>>> = {};
  for (const [object, entry] of Object.entries(source.sources ?? {})) {
    if (typeof entry !== 'object') continue;
    const at = `/sources/${object}`;
    if (!catalog.hasObject(object))
      report.add(at, 'METADATA_REFERENCE_MISSING', { kind: 'object', name: object, where: '', known: catalog.objectHint(object) });
    else if (object === source.object)
      report.add(at, 'METADATA_REFERENCE_UNFIT', { reason: `Records of ${object} itself may be looked for anyway.` });
    else result[object] = { ...entry.fields };
  }
  return result;
}

/** Mentions of fields that no criterion compares do nothing. */
function checkMentions(source: MatchingRuleJson, criteria: readonly CriterionModel[], comparing: Comparing): void {
  const compared = new Set(criteria.flatMap(({ fields }) => fields.map(({ field }) => field)));
  for (const [object, entry] of Object.entries(source.sources ?? {})) {
    for (const field of Object.keys(typeof entry === 'object' ? (entry.fields ?? {}) : {})) {
      if (!compared.has(field))
        comparing.unfit(`/sources/${object}/fields/${field}`, `No criterion compares ${field}: name it in one, or leave it out here.`);
    }
  }
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveMatchingRule(source: MatchingRuleJson, catalog: ModelCatalog, report: Report): MatchingRuleModel | undefined {
  const { name, label = { en: name }, object } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const comparing = new Comparing(object, catalog, report);
  const written = sourcesOf(source, catalog, report);
  const criteria = sorted(source.criteria as Readonly<Record<string, MatchCriterionJson>>).map(([key, criterion]) =>
    comparing.criterion(key, criterion, written),
  );
  if (criteria.length === 0) comparing.unfit('/criteria', 'All criteria are switched off, so nothing is ever found. Switch off the rule.');
  checkMentions(source, criteria, comparing);
  const fields = [...new Set(criteria.flatMap((criterion) => criterion.fields.map(({ field }) => field)))];
  const mapped = (own: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(fields.map((field) => [field, own[field] ?? field]));
  const others = Object.entries(written).map(([other, own]) => [other, mapped(own)] as const);
  return {
    name,
    label,
    object,
    sources: Object.fromEntries([[object, mapped({})], ...others]),
    where: comparing.condition(source.where, object, '/where'),
    criteria,
  };
}

const always: readonly DuplicateMoment[] = ['create', 'update', 'restore'];

interface Around {
  readonly catalog: ModelCatalog;
  readonly references: References;
  readonly matching: Readonly<Record<string, MatchingRuleModel>>;
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveDuplicateRule(source: DuplicateRuleJson, around: Around, report: Report): DuplicateRuleModel | undefined {
  const { catalog, references, matching } = around;
  const { name, label = { en: name }, object, on = always, action = 'warn', tellHidden = false, message } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const comparing = new Comparing(object, catalog, report);
  const rule = references.has('matchingRule', source.matching, report, '/matching') ? matching[source.matching] : undefined;
  if (rule !== undefined && !Object.hasOwn(rule.sources, object))
    comparing.unfit('/matching', `${rule.name} compares records of ${Object.keys(rule.sources).join(', ')}, not of ${object}.`);
  const when = comparing.condition(source.when, object, '/when');
  return { name, label, object, matching: source.matching, on, when, action, tellHidden, message };
}
