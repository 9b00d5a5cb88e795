// Stage flows: stages are options of the field, moves lead to stages, and what a stage asks for can be had.
import { checkAggregate } from '@tessera/rules';
import type { StageConditionJson, StageFlowJson, StageJson, StageMoveJson } from '../generated/types.ts';
import { historyName } from '../kept/parts.ts';
import { stageFields } from '../kept/stage-parts.ts';
import { known } from '../known.ts';
import type { FieldModel, StageConditionModel, StageFlowModel, StageModel, StageMoveModel } from '../model.ts';
import { byOrder, unordered } from '../order.ts';
import { StepScope } from './automations/scope.ts';
import type { ModelCatalog } from './catalog.ts';
import type { References } from './references.ts';
import type { Report } from './report.ts';
import { hasField, type StagesAround } from './stage-site.ts';
import { resolveTasks } from './stage-tasks.ts';
import { missingObject } from './views.ts';

type Allowed = Readonly<Record<string, StageMoveModel>>;

/** A stage before its moves are known: they depend on all of them. */
type Placed = Omit<StageModel, 'moves'>;

function moveTo({ scope }: StagesAround, to: string, { when, message }: StageMoveJson, pointer: string): StageMoveModel {
  return { to, when: scope.condition(when, `${pointer}/when`), message };
}

/** What the flow says of moves that no stage speaks of itself. */
type Usual = Readonly<Partial<Record<'skip' | 'back' | 'reopen', Omit<StageMoveModel, 'to'>>>>;

function usualOf(around: StagesAround): Usual {
  const entries = (['skip', 'back', 'reopen'] as const).flatMap((name) => {
    const written = around.source[name];
    return written === undefined ? [] : [[name, moveTo(around, '', written, `/${name}`)] as const];
  });
  return Object.fromEntries(entries);
}

/** What is allowed where the stage says nothing itself. */
function usualMoves(usual: Usual, from: Placed, all: readonly Placed[]): Allowed {
  const normal = all.filter(({ kind }) => kind === 'normal');
  const place = normal.indexOf(from);
  const moves: StageMoveModel[] = [];
  const free = (to: string): void => void moves.push({ to, when: undefined, message: undefined });
  const under = (property: keyof Usual, to: string): void => {
    const move = usual[property];
    if (move !== undefined) moves.push({ ...move, to });
  };
  for (const to of all) {
    if (to === from) continue;
    const target = normal.indexOf(to);
    if (from.kind !== 'normal') {
      if (to.kind === 'normal') under('reopen', to.name);
    } else if (to.kind === 'lost' || target === place + 1) free(to.name);
    else if (to.kind === 'won' && place === normal.length - 1) free(to.name);
    else under(to.kind === 'won' || target > place ? 'skip' : 'back', to.name);
  }
  return Object.fromEntries(moves.map((move) => [move.to, move]));
}

function ownMoves(around: StagesAround, from: string, written: Readonly<Record<string, StageMoveJson>>): Allowed {
  const { scope, source } = around;
  const at = `/stages/${from}/moves`;
  const entries = Object.entries(written).flatMap(([to, move]) => {
    if (!Object.hasOwn(source.stages, to)) scope.missing(`${at}/${to}`, 'stage', to, { names: Object.keys(source.stages) });
    else if (to !== from) return [[to, moveTo(around, to, move, `${at}/${to}`)] as const];
    else scope.report.add(`${at}/${to}`, 'METADATA_REFERENCE_UNFIT', { reason: `${to} is this stage itself. Remove it.` });
    return [];
  });
  return Object.fromEntries(entries);
}

type Conditions = Readonly<Record<string, StageConditionJson>>;

function conditions({ scope, field }: StagesAround, written: Conditions | undefined, pointer: string): readonly StageConditionModel[] {
  return Object.entries(written ?? {}).flatMap(([name, { refuseWhen, at, message, active }]) => {
    if (active === false) return [];
    const rule = scope.condition(refuseWhen, `${pointer}/${name}/refuseWhen`);
    if (at !== undefined) hasField(scope, field.object, at, `${pointer}/${name}/at`);
    return rule === undefined ? [] : [{ name, refuseWhen: rule, at: at ?? field.name, message }];
  });
}

function figure({ scope }: StagesAround, written: unknown, pointer: string, most?: number): void {
  if (typeof written === 'number' && most !== undefined && written > most)
    scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: `${String(written)} is more than ${String(most)}: 0.5 is one half.` });
  if (typeof written === 'object') scope.check(written, pointer, { kind: 'number' });
}

/** An active process of the same object. */
function approvalOf(
  { scope: { report }, source, references }: StagesAround,
  name: string | undefined,
  pointer: string,
): string | undefined {
  if (name === undefined || !references.has('approvalProcess', name, report, pointer)) return undefined;
  const object = references.objectOf('approvalProcess', name);
  if (object === source.object) return name;
  const reason = `${name} is about records of ${object ?? 'nothing'}, and the stages are those of ${source.object}. Name a process of ${source.object}.`;
  report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  return undefined;
}

function stage(around: StagesAround, name: string, written: StageJson): Placed | undefined {
  const { scope, field } = around;
  const at = `/stages/${name}`;
  const option = Object.hasOwn(field.options ?? {}, name) ? field.options?.[name] : undefined;
  if (option === undefined) {
    scope.missing(at, 'option', name, { where: ` of ${field.name}`, names: Object.keys(field.options ?? {}) });
    return undefined;
  }
  const required = (written.required ?? []).filter(
    (each, i) => scope.settable(field.object, each, `${at}/required/${String(i)}`) !== undefined,
  );
  figure(around, written.probability, `${at}/probability`, 1);
  figure(around, written.allowedDays, `${at}/allowedDays`);
  return {
    name,
    order: written.order ?? option.order,
    kind: written.kind ?? 'normal',
    enter: conditions(around, written.enter, `${at}/enter`),
    leave: conditions(around, written.leave, `${at}/leave`),
    required,
    tasks: resolveTasks(around, name, written.tasks),
    approval: approvalOf(around, written.approval, `${at}/approval`),
  };
}

/** The picklist with the stages. */
function stagedField(source: StageFlowJson, catalog: ModelCatalog, report: Report): FieldModel | undefined {
  const { object, field: name } = source;
  const field = catalog.model(object, name);
  if (field?.type === 'picklist' && !field.system) return field;
  const unfit = field !== undefined;
  if (unfit)
    report.add('/field', 'METADATA_REFERENCE_UNFIT', {
      reason: `${name} is a ${field.type}; stages are the options of a picklist of one's own.`,
    });
  else if (catalog.field(object, name) === undefined) {
    const hint = catalog.fieldHint(object, name);
    report.add('/field', 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${object}`, known: hint });
  }
  return undefined;
}

function checkRecordTypes({ object, recordTypes }: StageFlowJson, catalog: ModelCatalog, report: Report): void {
  const types = catalog.recordTypeNames(object);
  recordTypes?.forEach((type, i) => {
    if (types.includes(type) || catalog.isDormantRecordType(object, type)) return;
    report.add(`/recordTypes/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
      kind: 'record type',
      name: type,
      where: ` on ${object}`,
      known: known(types, type),
    });
  });
}

/** Undefined where its object or field is missing; every mistake is told. */
export function resolveStageFlow(
  source: StageFlowJson,
  catalog: ModelCatalog,
  references: References,
  report: Report,
): StageFlowModel | undefined {
  const { name, label = { en: name }, object, recordTypes, creation = 'any' } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const field = stagedField(source, catalog, report);
  checkRecordTypes(source, catalog, report);
  if (field === undefined) return undefined;
  const scope = new StepScope(
    { catalog, report, old: true, user: true, stepHints: {} },
    { frames: [object], outcomes: {}, values: {}, broken: [] },
  );
  const around: StagesAround = { scope, source, field, aggregate: checkAggregate, references };
  const placed = Object.entries(source.stages)
    .flatMap(([key, written]) => stage(around, key, written) ?? [])
    .map((each) => ({ ...each, order: Number.isFinite(each.order) ? each.order : unordered }))
    .sort(byOrder);
  const first = placed.find(({ kind }) => kind === 'normal');
  if (first === undefined && placed.length > 0)
    report.add('/stages', 'METADATA_REFERENCE_UNFIT', { reason: 'Records begin in a stage of kind normal, and there is none. Add one.' });
  const usual = usualOf(around);
  const stages = placed.map((each): StageModel => {
    const written = source.stages[each.name]?.moves;
    return { ...each, moves: written === undefined ? usualMoves(usual, each, placed) : ownMoves(around, each.name, written) };
  });
  const beside = stageFields(field.name);
  return {
    name,
    label,
    object,
    field: field.name,
    recordTypes,
    creation,
    stages: Object.fromEntries(stages.map((each) => [each.name, each])),
    first: first?.name ?? '',
    since: beside.since,
    done: catalog.field(object, beside.done) === undefined ? undefined : beside.done,
    history: historyName(object, 'stageChange'),
  };
}

/** Each record has one flow of a field at most. */
export function checkFlowsApart(flows: readonly StageFlowModel[], reportOf: (name: string) => Report): void {
  const taken = new Map<string, string>();
  for (const { name, object, field, recordTypes } of flows) {
    (recordTypes ?? ['']).forEach((type, i) => {
      const key = [object, field, type].join(' ');
      const other = taken.get(key);
      taken.set(key, other ?? name);
      if (other === undefined) return;
      const whose = type === '' ? 'records of no named type' : type;
      const reason = `${other} is the stage flow of ${object}.${field} for ${whose} already; there can be one. Name other record types.`;
      reportOf(name).add(recordTypes === undefined ? '/field' : `/recordTypes/${String(i)}`, 'METADATA_REFERENCE_UNFIT', { reason });
    });
  }
}
