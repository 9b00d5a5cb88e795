// What clocks ask for: the state of each on the record, and the history of its cycles.
import type { ClockFields } from '../clock-models.ts';
import { asJson, behind, labelFrom, type Json, type JsonMap, type KeptField, type KeptParts } from './parts.ts';

/** Names of the fields that a clock keeps on its records. */
export const clockFields = (clock: string): ClockFields => ({
  state: behind(clock, 'State'),
  due: behind(clock, 'Due'),
  elapsed: behind(clock, 'Elapsed'),
  since: behind(clock, 'Since'),
  used: behind(clock, 'Used'),
  target: behind(clock, 'Target'),
  cycle: behind(clock, 'Cycle'),
});

const states: Json = {
  running: { order: 10, label: { en: 'Running', 'zh-CN': '进行中' } },
  paused: { order: 20, label: { en: 'Paused', 'zh-CN': '已暂停' } },
  met: { order: 30, label: { en: 'Met', 'zh-CN': '达成' } },
  missed: { order: 40, label: { en: 'Missed', 'zh-CN': '超时' } },
};

const whole: Json = { type: 'number', precision: 15, scale: 0 };

/** Fields that the rules of a clock read. */
function readBy(source: unknown, fields: Json, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(source)) for (const item of source) readBy(item, fields, found);
  else if (typeof source === 'object' && source !== null) {
    const { var: path } = source as Json;
    const name = typeof path === 'string' ? (path.replace(/^\$record\./, '').split('.')[0] ?? '') : '';
    if (Object.hasOwn(fields, name)) found.add(name);
    for (const item of Object.values(source)) readBy(item, fields, found);
  }
  return found;
}

interface Clock {
  readonly name: string;
  readonly source: Json;
  readonly follows: readonly string[];
}

/** Those of one object. */
function clocksOf(object: string, source: Json, clocks: JsonMap): readonly Clock[] {
  const own = Object.entries(clocks).filter(([, clock]) => clock['object'] === object && clock['active'] !== false);
  return own.map(([name, clock]) => {
    const rules = [clock['start'], clock['pause'], clock['stop'], clock['target']];
    return { name, source: clock, follows: [...readBy(rules, asJson(source['fields']))] };
  });
}

function elapsed({ state, since, used }: ClockFields, calendar: unknown): Json {
  const running = { dateDiff: [{ var: since }, { var: '$now' }, 'minutes', ...(typeof calendar === 'string' ? [calendar] : [])] };
  const now = { if: [{ '==': [{ var: state }, 'running'] }, running, 0] };
  const whole = { '+': [{ '/': [{ coalesce: [{ var: used }, 0] }, 60_000] }, now] };
  return { if: [{ isBlank: { var: state } }, null, whole] };
}

function fieldsOf({ name, source, follows }: Clock, calendars: JsonMap): readonly (readonly [string, KeptField])[] {
  const fields = clockFields(name);
  const former = Array.isArray(source['renamedFrom']) ? (source['renamedFrom'] as readonly string[]).map(clockFields) : [];
  const asker = { kind: 'clock', name, pointer: '/name' } as const;
  const field = (key: keyof ClockFields, en: string, zh: string, written: Json): readonly [string, KeptField] => {
    const label = labelFrom({ label: source['label'], name }, { en: `{} ${en}`, zh: `{}${zh}` });
    const before = former.length === 0 ? {} : { renamedFrom: former.map((each) => each[key]) };
    return [fields[key], { asker, source: { label, follows, ...before, ...written } }];
  };
  const calendar = typeof source['calendar'] === 'string' && Object.hasOwn(calendars, source['calendar']) ? source['calendar'] : undefined;
  return [
    field('state', 'state', '状态', { type: 'picklist', readOnly: true, options: states }),
    field('due', 'due', '截止时间', { type: 'datetime', readOnly: true, indexed: true }),
    field('elapsed', 'elapsed minutes', '已用分钟', { type: 'formula', returns: 'number', scale: 2, formula: elapsed(fields, calendar) }),
    field('since', 'since', '起算时间', { type: 'datetime', readOnly: true }),
    field('used', 'milliseconds before', '此前毫秒', { ...whole, readOnly: true }),
    field('target', 'milliseconds allowed', '允许毫秒', { ...whole, readOnly: true }),
    field('cycle', 'cycle', '周期', { ...whole, readOnly: true }),
  ];
}

function cycleFields(clocks: readonly Clock[]): JsonMap {
  const options = clocks.map(({ name, source }, order) => {
    const { renamedFrom } = source;
    return [name, { order, label: labelFrom({ label: source['label'], name }, {}), ...(renamedFrom === undefined ? {} : { renamedFrom }) }];
  });
  const follows = [...new Set(clocks.flatMap((clock) => clock.follows))];
  const kept = (type: string, en: string, zh: string, more: Json = {}): Json => ({
    type,
    readOnly: true,
    label: { en, 'zh-CN': zh },
    ...more,
  });
  return {
    name: { follows },
    clock: kept('picklist', 'Clock', '时钟', { options: Object.fromEntries(options) }),
    cycle: kept('number', 'Cycle', '周期', { scale: 0 }),
    state: kept('picklist', 'State', '状态', { options: states, follows }),
    startedAt: kept('datetime', 'Started at', '开始时间', { follows }),
    dueAt: kept('datetime', 'Due at', '截止时间', { follows }),
    endedAt: kept('datetime', 'Ended at', '结束时间', { follows }),
    target: kept('number', 'Minutes allowed', '允许分钟', { scale: 2, follows }),
    elapsed: kept('number', 'Minutes elapsed', '已用分钟', { scale: 2, follows }),
    fired: kept('json', 'Thresholds reached', '已触发阈值', { follows }),
  };
}

export function clockParts(objects: JsonMap, clocks: JsonMap, calendars: JsonMap): readonly KeptParts[] {
  return Object.entries(objects).flatMap(([object, source]): readonly KeptParts[] => {
    const own = clocksOf(object, source, clocks);
    const [first] = own;
    if (first === undefined) return [];
    return [
      {
        object,
        fields: Object.fromEntries(own.flatMap((clock) => fieldsOf(clock, calendars))),
        histories: { clockCycle: { fields: cycleFields(own), asker: { kind: 'clock', name: first.name, pointer: '/object' } } },
      },
    ];
  });
}
