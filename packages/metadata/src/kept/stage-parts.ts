// What stage flows ask for: since when a record is in its stage, how likely it is won, and the history of its stages.
import { behind, asJson, formerly, labelFrom, wordsOf, type Json, type KeptField, type KeptParts } from './parts.ts';

type Map = Readonly<Record<string, Json>>;

interface Flow {
  readonly name: string;
  readonly recordTypes: readonly string[] | undefined;
  /** By option. */
  readonly stages: Map;
}

/** Names of the fields beside that of the stages. */
export const stageFields = (field: string): { readonly since: string; readonly done: string } => ({
  since: behind(field, 'Since'),
  done: behind(field, 'Done'),
});

/** What is ticked off: one option for each task of each stage. */
export const taskOption = (stage: string, task: string): string => `${stage}_${task}`;

const isActive = (entry: Json): boolean => entry['active'] !== false;

/** A number, or a parameter that there is. */
function figure(value: unknown, parameters: Map): unknown {
  if (typeof value === 'number') return value;
  const name = asJson(value)['param'];
  return typeof name === 'string' && asJson(parameters[name])['type'] === 'number' ? { param: name } : undefined;
}

/** Rules that choose by the stage; undefined where no stage says anything. */
class Choice {
  readonly #field: string;
  readonly #options: Json;
  readonly #types: Json;

  constructor(field: string, options: Json, types: Json) {
    this.#field = field;
    this.#options = options;
    this.#types = types;
  }

  of(flows: readonly Flow[], valueOf: (stage: Json) => unknown): unknown {
    const chosen = flows.map((flow) => ({ flow, rule: this.#byStage(flow, valueOf) }));
    if (chosen.every(({ rule }) => rule === undefined)) return undefined;
    const byType = chosen.flatMap(({ flow, rule = null }) => {
      const types = flow.recordTypes?.filter((type) => Object.hasOwn(this.#types, type)) ?? [];
      return types.length === 0 ? [] : [{ in: [{ var: 'recordType' }, types] }, rule];
    });
    const others = chosen.find(({ flow }) => flow.recordTypes === undefined)?.rule ?? null;
    return byType.length === 0 ? others : { if: [...byType, others] };
  }

  #byStage({ stages }: Flow, valueOf: (stage: Json) => unknown): unknown {
    const cases = Object.entries(stages).flatMap(([name, stage]) => {
      const value = Object.hasOwn(this.#options, name) ? valueOf(stage) : undefined;
      return value === undefined ? [] : [{ '==': [{ var: this.#field }, name] }, value];
    });
    return cases.length === 0 ? undefined : { if: [...cases, null] };
  }
}

/** The options of what is ticked off, in the order of stages and tasks. */
function doneOptions(flows: readonly Flow[], options: Json): Json {
  const entries = flows.flatMap(({ stages }) =>
    Object.entries(stages).flatMap(([stage, entry], i) =>
      Object.entries(asJson(entry['tasks'])).flatMap(([task, written], j) => {
        const { type, label, active } = asJson(written);
        if (type !== 'check') return [];
        const former = wordsOf(asJson(options[stage])['renamedFrom']).map((old) => taskOption(old, task));
        const option = { label, order: (i + 1) * 1000 + j, active: active !== false };
        return [[taskOption(stage, task), former.length === 0 ? option : { ...option, renamedFrom: former }] as const];
      }),
    ),
  );
  return Object.fromEntries(entries);
}

/** The fields that stand beside the one with the stages. */
function fieldsBeside(field: string, object: Json, flows: readonly Flow[], parameters: Map): Readonly<Record<string, KeptField>> {
  const source = asJson(asJson(object['fields'])[field]);
  const options = asJson(source['options']);
  const choice = new Choice(field, options, asJson(object['recordTypes']));
  const asker = { kind: 'stageFlow', name: flows[0]?.name ?? '', pointer: '/field' } as const;
  const said = { label: source['label'], name: field };
  const made = (suffix: string, patterns: Readonly<Record<string, string>>, written: Json): readonly (readonly [string, KeptField])[] => [
    [
      behind(field, suffix),
      { asker, source: { label: labelFrom(said, patterns), follows: [field], ...formerly(source, suffix), ...written } },
    ],
  ];
  const formula = (suffix: string, patterns: Readonly<Record<string, string>>, returns: string, rule: unknown) =>
    rule === undefined ? [] : made(suffix, patterns, { type: 'formula', returns, formula: rule });
  const { since } = stageFields(field);
  const allowed = choice.of(flows, (stage) => figure(stage['allowedDays'], parameters));
  const days = { dateDiff: [{ coalesce: [{ var: since }, { var: 'createdAt' }] }, { var: '$now' }, 'days'] };
  const done = doneOptions(flows, options);
  return Object.fromEntries([
    ...made('Since', { en: '{} since', zh: '{}开始时间' }, { type: 'datetime', readOnly: true }),
    ...formula(
      'Probability',
      { en: '{} probability', zh: '{}赢单概率' },
      'percent',
      choice.of(flows, (stage) => figure(stage['probability'], parameters)),
    ),
    ...formula(
      'Forecast',
      { en: '{} forecast category', zh: '{}预测类别' },
      'text',
      choice.of(flows, (stage) => stage['forecast']),
    ),
    ...formula('Stalled', { en: '{} stalled', zh: '{}停滞' }, 'boolean', allowed === undefined ? undefined : { '>': [days, allowed] }),
    ...(Object.keys(done).length === 0
      ? []
      : made('Done', { en: '{} tasks done', zh: '{}已完成任务' }, { type: 'multiPicklist', options: done, edit: true, history: true })),
  ]);
}

/** What a change of a stage is: one row from when a record came into a stage until it went on. */
function changeFields(fields: readonly string[], object: Json): Map {
  const sources = fields.map((name) => ({ name, source: asJson(asJson(object['fields'])[name]) }));
  const stages = Object.assign({}, ...sources.map(({ source }) => asJson(source['options'])).reverse()) as Json;
  const own = sources.map(({ name, source }, i) => [
    name,
    { label: labelFrom({ label: source['label'], name }, {}), order: i, ...formerly(source, '') },
  ]);
  const minutes = { dateDiff: [{ var: 'since' }, { var: 'until' }, 'minutes'] };
  const follows = fields;
  return {
    name: { follows },
    field: { type: 'picklist', readOnly: true, options: Object.fromEntries(own), label: { en: 'Field', 'zh-CN': '字段' } },
    from: { type: 'picklist', readOnly: true, options: stages, follows, label: { en: 'From', 'zh-CN': '原阶段' } },
    to: { type: 'picklist', readOnly: true, options: stages, follows, label: { en: 'To', 'zh-CN': '新阶段' } },
    since: { type: 'datetime', readOnly: true, required: true, label: { en: 'Since', 'zh-CN': '开始时间' } },
    until: { type: 'datetime', readOnly: true, label: { en: 'Until', 'zh-CN': '结束时间' } },
    days: {
      type: 'formula',
      returns: 'number',
      scale: 2,
      formula: { '/': [minutes, 1440] },
      label: { en: 'Days', 'zh-CN': '天数' },
    },
  };
}

/** Flows by field, of those whose field is there and has options of its own. */
function flowsOf(object: string, source: Json, flows: Map): ReadonlyMap<string, readonly Flow[]> {
  const byField = new Map<string, Flow[]>();
  for (const [name, flow] of Object.entries(flows)) {
    const field = String(flow['field']);
    const { type, optionsOf, active } = asJson(asJson(source['fields'])[field]);
    if (flow['object'] !== object || !isActive(flow) || type !== 'picklist' || optionsOf !== undefined || active === false) continue;
    const { recordTypes } = flow;
    const stages = Object.entries(asJson(flow['stages'])).map(([stage, entry]) => [stage, asJson(entry)] as const);
    const known = byField.get(field) ?? [];
    byField.set(field, known);
    known.push({ name, recordTypes: recordTypes === undefined ? undefined : wordsOf(recordTypes), stages: Object.fromEntries(stages) });
  }
  return byField;
}

export function stageParts(objects: Map, flows: Map, parameters: Map): readonly KeptParts[] {
  return Object.entries(objects).flatMap(([object, source]): readonly KeptParts[] => {
    const byField = flowsOf(object, source, flows);
    const first = [...byField.values()][0]?.[0];
    if (first === undefined) return [];
    const beside = [...byField].map(([field, own]) => fieldsBeside(field, source, own, parameters));
    const asker = { kind: 'stageFlow', name: first.name, pointer: '/object' } as const;
    return [
      {
        object,
        fields: Object.assign({}, ...beside) as KeptParts['fields'],
        histories: { stageChange: { fields: changeFields([...byField.keys()], source), asker } },
      },
    ];
  });
}
