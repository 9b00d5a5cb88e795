// Conversions: what is made, out of what, and where it hangs afterwards; mapped values fit the fields that they go into.
import { allOf, checkCondition, type Expression } from '@tessera/rules';
import type { ConversionChildrenJson, ConversionJson, ConversionTargetJson } from '../../generated/types.ts';
import type { ConversionChildrenModel, ConversionModel, ConversionTargetModel, MatchingRuleModel, QueryModel } from '../../model.ts';
import { StepScope } from '../automations/scope.ts';
import { checkNeeded, fieldValues, keyOf } from '../automations/values.ts';
import type { ModelCatalog } from '../catalog.ts';
import type { References } from '../references.ts';
import type { Report } from '../report.ts';
import { sorted } from '../sorted.ts';
import { missingObject } from '../views.ts';

export interface ConversionSite {
  readonly catalog: ModelCatalog;
  readonly references: References;
  /** By name. */
  readonly matching: Readonly<Record<string, MatchingRuleModel>>;
}

function unfit({ report }: StepScope, pointer: string, reason: string): void {
  report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
}

/** The children of the record, of which a condition holds. */
function childQuery(
  scope: StepScope,
  { relation, when }: ConversionChildrenJson,
  pointer: string,
): { query: QueryModel; inside: StepScope } | undefined {
  const of = scope.object ?? '';
  const found = scope.catalog.relation(of, relation);
  if (found === undefined) {
    scope.missing(`${pointer}/relation`, 'child relation', relation, { where: ` on ${of}`, names: scope.catalog.relationNames(of) });
    return undefined;
  }
  const inside = scope.inside(found.object);
  const several = (scope.catalog.model(found.object, found.by)?.lookup?.to.length ?? 1) > 1;
  const own = checkCondition(
    { '==': [{ var: several ? `${found.by}:${of}.id` : found.by }, { var: several ? '$record.id' : '$record' }] },
    inside.rules(),
  );
  scope.report.addAll(`${pointer}/relation`, own.problems);
  const condition = inside.condition(when, `${pointer}/when`);
  const parts = [own.expression, condition].filter((part): part is Expression => part !== undefined);
  const where = parts.length === 0 ? undefined : allOf(parts);
  return { query: { object: found.object, frame: inside.frame, where, sort: [], first: undefined }, inside };
}

function children(scope: StepScope, name: string, source: ConversionChildrenJson, pointer: string): ConversionChildrenModel | undefined {
  const { object, values } = source;
  const opened = childQuery(scope, source, pointer);
  if (object !== undefined && !scope.hasObject(object, `${pointer}/object`)) return undefined;
  if (opened === undefined) return undefined;
  const { query, inside } = opened;
  const written = { values, pointer: `${pointer}/values` };
  if (object !== undefined) checkNeeded(written, object, scope);
  return { name, query, object, values: fieldValues(written, object ?? query.object, inside) };
}

/** The oldest record for which a condition holds. */
function findQuery(scope: StepScope, source: unknown, object: string, pointer: string): QueryModel | undefined {
  if (source === undefined) return undefined;
  const inside = scope.inside(object);
  return { object, frame: inside.frame, where: inside.condition(source, pointer), sort: [], first: 1 };
}

/** A lookup of the converted record that takes records of the target. */
function linkOf(scope: StepScope, link: string | undefined, object: string, pointer: string): string | undefined {
  const of = scope.object ?? '';
  const field = link === undefined ? undefined : scope.settable(of, link, pointer);
  if (field === undefined) return undefined;
  if (field.lookup?.to.includes(object) === true) return field.name;
  unfit(scope, pointer, `${of}.${field.name} is no lookup to ${object}.`);
  return undefined;
}

/** A matching rule that finds records of the target for the converted one. */
function matchingOf(scope: StepScope, site: ConversionSite, name: string, object: string, pointer: string): string | undefined {
  if (!site.references.has('matchingRule', name, scope.report, pointer)) return undefined;
  const rule = site.matching[name];
  const of = scope.object ?? '';
  if (rule === undefined) return undefined;
  if (rule.object !== object) unfit(scope, pointer, `${name} finds records of ${rule.object}, not of ${object}.`);
  else if (!Object.hasOwn(rule.sources, of))
    unfit(scope, pointer, `${name} takes records of ${Object.keys(rule.sources).join(', ')}, not of ${of}.`);
  else return name;
  return undefined;
}

function target(scope: StepScope, site: ConversionSite, name: string, source: ConversionTargetJson): ConversionTargetModel | undefined {
  const { object, values, by, find, matching, onMatch = 'update', label = { en: name } } = source;
  const pointer = `/targets/${name}`;
  if (!scope.hasObject(object, `${pointer}/object`)) return undefined;
  if (scope.catalog.keptOf(object) !== undefined)
    unfit(scope, `${pointer}/object`, `${object} is a history: its records are written by the platform.`);
  if (source.onMatch !== undefined && by === undefined && find === undefined && matching === undefined)
    unfit(scope, `${pointer}/onMatch`, 'Nothing is looked for. Say `by`, `find` or `matching`, or remove it.');
  const written = { values, pointer: `${pointer}/values` };
  checkNeeded(written, object, scope);
  const within = scope.after(name, { key: name, record: object });
  return {
    name,
    label,
    object,
    when: scope.condition(source.when, `${pointer}/when`),
    values: fieldValues(written, object, scope),
    by: by === undefined ? undefined : keyOf({ name: by, pointer: `${pointer}/by` }, written, object, scope),
    find: findQuery(scope, find, object, `${pointer}/find`),
    matching: matching === undefined ? undefined : matchingOf(scope, site, matching, object, `${pointer}/matching`),
    onMatch,
    link: linkOf(scope, source.link, object, `${pointer}/link`),
    children: sorted(source.children).flatMap(([key, entry]) => children(within, key, entry, `${pointer}/children/${key}`) ?? []),
  };
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveConversion(source: ConversionJson, site: ConversionSite, report: Report): ConversionModel | undefined {
  const { catalog } = site;
  const { name, label = { en: name }, object, message, attached, set = {} } = source;
  if (missingObject(catalog, report, object)) return undefined;
  let scope = new StepScope(
    { catalog, report, old: false, user: true, stepHints: {} },
    { frames: [object], outcomes: {}, values: {}, broken: [] },
  );
  const when = scope.condition(source.when, '/when');
  const targets: ConversionTargetModel[] = [];
  for (const [key, entry] of sorted(source.targets)) {
    const model = target(scope, site, key, entry);
    if (model !== undefined) targets.push(model);
    scope = scope.after(key, model && { key, record: model.object });
  }
  if (sorted(source.targets).length === 0)
    unfit(scope, '/targets', 'All targets are switched off, so nothing is made. Switch off the conversion.');
  if (attached !== undefined && !Object.hasOwn(source.targets, attached))
    scope.missing('/attached', 'target', attached, { names: Object.keys(source.targets) });
  const linked = targets.flatMap(({ link }) => link ?? []);
  for (const field of Object.keys(set)) {
    if (linked.includes(field))
      unfit(scope, `/set/${field}`, `${field} points to what was made already, by a link. Remove one of the two.`);
  }
  return { name, label, object, when, message, targets, attached, set: fieldValues({ values: set, pointer: '/set' }, object, scope) };
}
