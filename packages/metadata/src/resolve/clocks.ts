// Clocks: conditions that writes of the record decide, a target, and thresholds on the way.
import { dependencies, type Expression } from '@tessera/rules';
import type { ClockJson, ThresholdJson } from '../generated/types.ts';
import { clockFields } from '../kept/clock-parts.ts';
import { historyName } from '../kept/parts.ts';
import type { ClockModel, DurationModel, ThresholdModel, ThresholdTime } from '../model.ts';
import { durationModel } from './automations/durations.ts';
import { StepScope } from './automations/scope.ts';
import type { ModelCatalog } from './catalog.ts';
import type { References } from './references.ts';
import type { Report } from './report.ts';
import { sorted } from './sorted.ts';
import { missingObject } from './views.ts';

interface Site {
  readonly source: ClockJson;
  readonly scope: StepScope;
  readonly references: References;
}

/** Whether a rule reads nothing but what writes of the record itself change. */
function isDecidedByWrites(rule: Expression, { catalog }: StepScope): boolean {
  const { usesNow, usesUser, aggregates, paths } = dependencies(rule);
  if (usesNow || usesUser || aggregates.length > 0) return false;
  return paths.every(({ root, steps }) => {
    const field = steps[0] === undefined ? undefined : catalog.model(steps[0].object, steps[0].field);
    return (
      root === '$tenant' ||
      (root === 0 && steps.length <= 1 && (field === undefined || (field.columns.length > 0 && field.type !== 'rollup')))
    );
  });
}

/** A rule that is worked out in the transaction of the write, of the record alone. */
function ownRule(source: unknown, pointer: string, { scope }: Site, kind?: 'boolean'): Expression | undefined {
  if (source === undefined) return undefined;
  const rule = kind === undefined ? scope.check(source, pointer) : scope.condition(source, pointer);
  if (rule === undefined || isDecidedByWrites(rule, scope)) return rule;
  const reason =
    'A clock follows writes of its record: its rules read stored fields of the record itself, no other records, roll-ups and formulas, and not the time or the user.';
  scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  return undefined;
}

type Written = Parameters<typeof durationModel>[0]['source'];

function duration(source: Written | undefined, pointer: string, { source: clock, scope, references }: Site): DurationModel | undefined {
  if (source === undefined) return undefined;
  // That the calendar is missing is told once, where it is named.
  const calendar = clock.calendar !== undefined && scope.catalog.calendar(clock.calendar) !== undefined ? clock.calendar : undefined;
  return durationModel({ source, pointer }, { name: calendar, pointer: '/calendar' }, scope, references);
}

function target(site: Site): ClockModel['target'] | undefined {
  const { source, scope } = site;
  const isParameter = typeof source.target === 'object' && 'param' in source.target;
  if (typeof source.target === 'object' && !isParameter) {
    const rule = ownRule(source.target, '/target', site);
    if (rule === undefined) return undefined;
    if (rule.type.kind === 'number') return { kind: 'minutes', rule };
    scope.report.add('/target', 'METADATA_REFERENCE_UNFIT', { reason: 'A rule gives the target in minutes: a number is needed here.' });
    return undefined;
  }
  const found = duration(source.target, '/target', site);
  return found && { kind: 'duration', duration: found };
}

function timeOf(written: ThresholdJson, at: string, site: Site): ThresholdTime | undefined {
  if (written.at !== undefined) return { kind: 'share', share: written.at };
  const kind = written.before === undefined ? 'after' : 'before';
  const found = duration(written[kind], `${at}/${kind}`, site);
  return found && { kind, duration: found };
}

function threshold(name: string, written: ThresholdJson, site: Site): ThresholdModel | undefined {
  const at = `/thresholds/${name}`;
  const time = timeOf(written, at, site);
  const every = duration(written.repeat?.every, `${at}/repeat/every`, site);
  if (written.repeat !== undefined && written.repeat.times === undefined && site.scope.catalog.field('user', 'manager') === undefined)
    site.scope.report.add(`${at}/repeat`, 'METADATA_REFERENCE_UNFIT', { reason: 'Nobody has a manager here: say how many `times`.' });
  const repeat = every && { every, times: written.repeat?.times };
  return time && { name, label: written.label ?? { en: name }, time, repeat };
}

/** Undefined where its object is missing or its rules are wrong; every mistake is told. */
export function resolveClock(source: ClockJson, catalog: ModelCatalog, references: References, report: Report): ClockModel | undefined {
  const { name, label = { en: name }, object, calendar, reopen = 'ignore', missed = 'latest' } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const whole = { catalog, report, old: false, user: true, stepHints: {} };
  const scope = new StepScope(whole, { frames: [object], outcomes: {}, values: {}, broken: [] });
  const site: Site = { source, scope, references };
  if (calendar !== undefined) references.has('calendar', calendar, report, '/calendar');
  const start = ownRule(source.start, '/start', site, 'boolean');
  const pause = ownRule(source.pause, '/pause', site, 'boolean');
  const stop = ownRule(source.stop, '/stop', site, 'boolean');
  const length = target(site);
  const thresholds = sorted(source.thresholds).flatMap(([key, written]) => threshold(key, written, site) ?? []);
  if (start === undefined || stop === undefined || length === undefined) return undefined;
  return {
    name,
    label,
    object,
    calendar,
    start,
    pause,
    stop,
    target: length,
    thresholds: Object.fromEntries(thresholds.map((each) => [each.name, each])),
    reopen,
    missed,
    fields: clockFields(name),
    history: historyName(object, 'clockCycle'),
  };
}
