// Pools: whom they name is there, what they look at is stored, and what they call for exists.
import type { PoolJson, PoolRecyclingJson } from '../../generated/types.ts';
import { historyName } from '../../kept/parts.ts';
import type { PoolModel, RecyclingModel } from '../../model.ts';
import { unordered } from '../../order.ts';
import { durationModel, durationText } from '../automations/durations.ts';
import { StepScope } from '../automations/scope.ts';
import type { ModelCatalog } from '../catalog.ts';
import type { References } from '../references.ts';
import type { Report } from '../report.ts';
import { subjectModels, type RoleNames } from '../sharing.ts';
import { sorted } from '../sorted.ts';
import { missingObject } from '../views.ts';

export interface PoolsAround {
  readonly catalog: ModelCatalog;
  readonly references: References;
  readonly roles: RoleNames;
}

interface Site extends PoolsAround {
  readonly object: string;
  readonly scope: StepScope;
  readonly report: Report;
}

const unfit = ({ report }: Site, pointer: string, reason: string): void => {
  report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
};

/** Fields that tell of activity are written when it happens: what is worked out when it is read moves no timer. */
function activityFields(site: Site, names: readonly string[], pointer: string): readonly string[] {
  const { catalog, object, report } = site;
  return names.filter((name, i) => {
    const at = `${pointer}/${String(i)}`;
    const field = catalog.model(object, name);
    if (field === undefined) {
      if (catalog.field(object, name) !== undefined) return false;
      report.add(at, 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${object}`, known: catalog.fieldHint(object, name) });
      return false;
    }
    const isDate = field.ruleType.kind === 'date' || field.ruleType.kind === 'datetime';
    if (!isDate) unfit(site, at, `${name} is a ${field.type}: a date or a datetime tells when something happened.`);
    const isStored = field.type !== 'formula' && field.type !== 'quote' && field.rollup?.upkeep !== 'live';
    if (isDate && !isStored)
      unfit(site, at, `${name} is worked out when it is read, so nothing is noticed when it changes. Name a stored field.`);
    return isDate && isStored;
  });
}

function templateOf(site: Site, name: string, pointer: string): string | undefined {
  const { references, report, object } = site;
  if (!references.has('template', name, report, pointer)) return undefined;
  const about = references.objectOf('template', name);
  if (about === undefined || about === object) return name;
  unfit(site, pointer, `The template ${name} speaks of a record of ${about}, not of ${object}.`);
  return undefined;
}

function warning(site: Site, { warn, template }: PoolRecyclingJson, pointer: string): RecyclingModel['warn'] {
  if (warn === undefined) {
    if (template !== undefined) unfit(site, `${pointer}/template`, 'Nobody is warned without `warn`. Say how long before, or remove it.');
    return undefined;
  }
  if (template === undefined) {
    unfit(site, `${pointer}/warn`, 'By which message? Name a `template`.');
    return undefined;
  }
  const duration = durationText({ source: warn, pointer: `${pointer}/warn` }, site.scope);
  const found = templateOf(site, template, `${pointer}/template`);
  return duration === undefined || found === undefined ? undefined : { before: { duration, calendar: undefined }, template: found };
}

function recycling(site: Site, name: string, source: PoolRecyclingJson, reasons: readonly string[]): RecyclingModel | undefined {
  const { scope, references } = site;
  const pointer = `/recycle/${name}`;
  const calendar = { name: source.calendar, pointer: `${pointer}/calendar` };
  const after = durationModel({ source: source.after, pointer: `${pointer}/after` }, calendar, scope, references);
  if (reasons.includes(name))
    unfit(site, pointer, `${name} is a reason of people already: histories could not tell them apart. Name it otherwise.`);
  const since = activityFields(site, source.since ?? [], `${pointer}/since`);
  const when = scope.condition(source.when, `${pointer}/when`);
  const warn = warning(site, source, pointer);
  return after && { name, label: source.label ?? { en: name }, after, since, when, warn };
}

function checkObject(site: Site): void {
  const { object, catalog } = site;
  if (catalog.sharing(object) === 'controlledByParent')
    unfit(site, '/object', `Records of ${object} are their master's: who owns one decides nothing. Pool the masters instead.`);
  if (catalog.keptOf(object) !== undefined) unfit(site, '/object', `${object} is a history, which belongs to nobody. Name another object.`);
}

/** An assignment rule for records of the object. */
function assignment(site: Site, name: string | undefined): string | undefined {
  const { references, report, object } = site;
  if (name === undefined || !references.has('assignmentRule', name, report, '/assign')) return undefined;
  const of = references.objectOf('assignmentRule', name);
  if (of === object) return name;
  unfit(site, '/assign', `The assignment rule ${name} is for records of ${of ?? 'nothing'}, not of ${object}.`);
  return undefined;
}

/** Undefined where its object is missing; every mistake is told. */
export function resolvePool(source: PoolJson, around: PoolsAround, report: Report): PoolModel | undefined {
  const { catalog, roles } = around;
  const { name, label = { en: name }, object, order = unordered, limits = {}, coolDown } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const scope = new StepScope(
    { catalog, report, old: false, user: false, stepHints: {} },
    { frames: [object], outcomes: {}, values: {}, broken: [] },
  );
  const site: Site = { ...around, object, scope, report };
  checkObject(site);
  if (limits.counts !== undefined && limits.held === undefined)
    unfit(site, '/limits/counts', 'It says what counts for `held`. Give that, or remove it.');
  const reasons = sorted(source.reasons);
  const taken = reasons.map(([reason]) => reason);
  return {
    name,
    label,
    object,
    order,
    enter: scope.condition(source.enter, '/enter'),
    members: subjectModels(source.members, '/members', roles, report),
    administrators: subjectModels(source.administrators ?? {}, '/administrators', roles, report),
    assign: assignment(site, source.assign),
    limits: { perDay: limits.perDay, held: limits.held, counts: scope.condition(limits.counts, '/limits/counts') },
    coolDown: coolDown === undefined ? undefined : durationText({ source: coolDown, pointer: '/coolDown' }, scope),
    reasons: reasons.map(([reason, entry]) => ({ name: reason, label: entry.label })),
    history: historyName(object, 'ownerChange'),
    recycle: sorted(source.recycle).flatMap(([key, entry]) => recycling(site, key, entry, taken) ?? []),
  };
}
