// From layers to the Model, or to the list of everything that is wrong with them.
import type { Problem } from '@tessera/kernel';
import { checkRule } from '@tessera/rules';
import type { Effective } from '../effective.ts';
import { assemble, type Assembled } from '../layers/assemble.ts';
import type { Layer } from '../layers/layer.ts';
import type {
  AppModel,
  ApprovalProcessModel,
  AssignmentRuleModel,
  AutomationModel,
  CalendarModel,
  ClockModel,
  ConversionModel,
  DecisionTableModel,
  GrantSetModel,
  DuplicateRuleModel,
  LayoutModel,
  ListViewModel,
  MatchingRuleModel,
  Model,
  NamedRuleModel,
  ObjectModel,
  ParameterModel,
  PoolModel,
  SettingsModel,
  SharingRuleModel,
  StageFlowModel,
  TemplateModel,
} from '../model.ts';
import { resolveApprovalProcess } from './approvals/process.ts';
import { resolveAutomation, signatureOf } from './automations/automation.ts';
import { checkLoops } from './automations/loops.ts';
import { resolveCalendar } from './calendars.ts';
import { resolveClock } from './clocks.ts';
import { ModelCatalog } from './catalog.ts';
import { linkComputedFields } from './dependencies.ts';
import { choicesOf } from './choices.ts';
import { resolveDecisionTable } from './decision-tables.ts';
import { draftObjects } from './draft.ts';
import { resolveGrantSet } from './grants.ts';
import { resolveDuplicateRule, resolveMatchingRule } from './matching.ts';
import { resolveObject } from './objects.ts';
import { resolveParameter } from './parameters.ts';
import { resolveAssignmentRule } from './pools/assignment.ts';
import { resolveConversion } from './pools/conversion.ts';
import { resolvePool } from './pools/pool.ts';
import { References } from './references.ts';
import { Reports } from './report.ts';
import { sealed } from './sealed.ts';
import { componentHashes, modelHash, objectHash } from './hashes.ts';
import { resolveSettings } from './settings.ts';
import { resolveSharingRule } from './sharing.ts';
import { checkFlowsApart, resolveStageFlow } from './stage-flows.ts';
import { resolveTemplate } from './templates.ts';
import { resolveMigrations } from './migrations.ts';
import { missingObject, resolveApp, resolveLayout, resolveListView } from './views.ts';

export type Built =
  { readonly model: Model; readonly problems: readonly [] } | { readonly model: undefined; readonly problems: readonly Problem[] };

function mapValues<S, T>(map: Readonly<Record<string, S>>, make: (source: S, name: string) => T | undefined): Record<string, T> {
  const result: Record<string, T> = {};
  for (const [name, source] of Object.entries(map)) {
    const made = make(source, name);
    if (made !== undefined) result[name] = made;
  }
  return result;
}

function namedRules(effective: Effective, catalog: ModelCatalog, reports: Reports): Record<string, NamedRuleModel> {
  return mapValues(effective.rule, (source, name) => {
    const report = reports.for('rule', name);
    if (source.object !== undefined && missingObject(catalog, report, source.object)) return undefined;
    report.addAll('/rule', checkRule(source.rule, catalog.scope(source.object)).problems);
    return { name, label: source.label ?? { en: name }, object: source.object, source: source.rule };
  });
}

type Access = Pick<Model, 'roles' | 'permissionSets' | 'sharingRules'>;

/** Who may see and change what. */
function resolveAccess(effective: Effective, switchedOff: Assembled['switchedOff'], catalog: ModelCatalog, reports: Reports): Access {
  const roles: Record<string, GrantSetModel> = mapValues(effective.role, (source, name) =>
    resolveGrantSet(source, catalog, reports.for('role', name)),
  );
  const permissionSets: Record<string, GrantSetModel> = mapValues(effective.permissionSet, (source, name) =>
    resolveGrantSet(source, catalog, reports.for('permissionSet', name)),
  );
  const around = { catalog, roles: { active: Object.keys(roles), switchedOff: Object.keys(switchedOff.role) } };
  const sharingRules: Record<string, SharingRuleModel> = mapValues(effective.sharingRule, (source, name) =>
    resolveSharingRule(source, around, source.kept === true ? reports.unheard('sharingRule', name) : reports.for('sharingRule', name)),
  );
  return { roles, permissionSets, sharingRules };
}

interface Resolving {
  readonly effective: Effective;
  readonly assembled: Assembled;
  readonly reports: Reports;
  readonly settings: SettingsModel;
}

/** What happens by itself, and what its steps name. */
function resolveAutomations(
  { effective, assembled, reports, settings }: Resolving,
  catalog: ModelCatalog,
  hashes: Hashes,
): Pick<Model, 'automations' | 'approvalProcesses' | 'assignmentRules' | 'templates' | 'decisionTables'> {
  const templates: Record<string, TemplateModel> = mapValues(effective.template, (source, name) =>
    resolveTemplate(source, catalog, reports.for('template', name)),
  );
  const tables: Record<string, DecisionTableModel> = mapValues(effective.decisionTable, (source, name) =>
    resolveDecisionTable(source, catalog, reports.for('decisionTable', name)),
  );
  const references = new References(assembled.components, assembled.switchedOff);
  const signatures = new Map(Object.entries(effective.automation).map(([name, source]) => [name, signatureOf(source, catalog)]));
  const around = { catalog, references, templates, tables, signatures, timeZone: settings.timeZone };
  const automations: Record<string, AutomationModel> = mapValues(effective.automation, (source, name) =>
    resolveAutomation(source, hashes.automation[name] ?? '', around, reports.for('automation', name)),
  );
  const processes: Record<string, ApprovalProcessModel> = mapValues(effective.approvalProcess, (source, name) =>
    resolveApprovalProcess(source, hashes.approvalProcess[name] ?? '', around, reports.for('approvalProcess', name)),
  );
  checkLoops(Object.values(automations), Object.values(processes), reports);
  const assignmentRules: Record<string, AssignmentRuleModel> = mapValues(effective.assignmentRule, (source, name) =>
    resolveAssignmentRule(source, around, reports.for('assignmentRule', name)),
  );
  return { automations, approvalProcesses: processes, assignmentRules, templates, decisionTables: tables };
}

/** How records go from stage to stage. */
function resolveStageFlows({ effective, assembled, reports }: Resolving, catalog: ModelCatalog): Pick<Model, 'stageFlows'> {
  const references = new References(assembled.components, assembled.switchedOff);
  const stageFlows: Record<string, StageFlowModel> = mapValues(effective.stageFlow, (source, name) =>
    resolveStageFlow(source, catalog, references, reports.for('stageFlow', name)),
  );
  checkFlowsApart(Object.values(stageFlows), (name) => reports.for('stageFlow', name));
  return { stageFlows };
}

/** How long something may take. */
function resolveClocks({ effective, assembled, reports }: Resolving, catalog: ModelCatalog): Pick<Model, 'clocks'> {
  const references = new References(assembled.components, assembled.switchedOff);
  const clocks: Record<string, ClockModel> = mapValues(effective.clock, (source, name) =>
    resolveClock(source, catalog, references, reports.for('clock', name)),
  );
  return { clocks };
}

/** Which records are about the same. */
function resolveMatching(
  { effective, assembled, reports }: Resolving,
  catalog: ModelCatalog,
): Pick<Model, 'matchingRules' | 'duplicateRules'> {
  const matchingRules: Record<string, MatchingRuleModel> = mapValues(effective.matchingRule, (source, name) =>
    resolveMatchingRule(source, catalog, reports.for('matchingRule', name)),
  );
  const around = { catalog, references: new References(assembled.components, assembled.switchedOff), matching: matchingRules };
  const duplicateRules: Record<string, DuplicateRuleModel> = mapValues(effective.duplicateRule, (source, name) =>
    resolveDuplicateRule(source, around, reports.for('duplicateRule', name)),
  );
  return { matchingRules, duplicateRules };
}

/** Records that nobody owns yet, and records that become others. */
function resolvePools(
  { effective, assembled, reports }: Resolving,
  catalog: ModelCatalog,
  matching: Model['matchingRules'],
): Pick<Model, 'pools' | 'conversions'> {
  const { components, switchedOff } = assembled;
  const roles = { active: Object.keys(effective.role), switchedOff: Object.keys(switchedOff.role) };
  const around = { catalog, roles, matching, references: new References(components, switchedOff) };
  const pools: Record<string, PoolModel> = mapValues(effective.pool, (source, name) =>
    resolvePool(source, around, reports.for('pool', name)),
  );
  const conversions: Record<string, ConversionModel> = mapValues(effective.conversion, (source, name) =>
    resolveConversion(source, around, reports.for('conversion', name)),
  );
  return { pools, conversions };
}

/** How an object's records are shown. */
function resolveViews(effective: Effective, catalog: ModelCatalog, reports: Reports): Pick<Model, 'layouts' | 'listViews' | 'apps'> {
  const layouts: Record<string, LayoutModel> = mapValues(effective.layout, (source, name) =>
    resolveLayout(source, catalog, reports.for('layout', name)),
  );
  const listViews: Record<string, ListViewModel> = mapValues(effective.listView, (source, name) =>
    resolveListView(source, catalog, reports.for('listView', name)),
  );
  const apps: Record<string, AppModel> = mapValues(effective.app, (source, name) =>
    resolveApp(source, catalog, Object.keys(effective.listView), reports.for('app', name)),
  );
  return { layouts, listViews, apps };
}

type Hashes = ReturnType<typeof componentHashes>;

/** The Model of assembled components; mistakes are told to the reports. */
export function resolve(assembled: Assembled, reports: Reports, layers: readonly Layer[]): Model {
  const { components, switchedOff } = assembled;
  // The schemas have held every component to these shapes.
  const effective = components as unknown as Effective;
  const settings = resolveSettings(effective.settings['settings'] ?? {}, reports.for('settings', 'settings'));
  const { currency } = settings;
  const off = new Set(Object.keys(switchedOff.object));
  const drafts = draftObjects(effective.object, { reports, currency, switchedOff: off, choices: choicesOf(effective, switchedOff) });
  const parameters: Record<string, ParameterModel> = mapValues(effective.parameter, (source, name) =>
    resolveParameter(source, reports.for('parameter', name)),
  );
  const calendars: Record<string, CalendarModel> = mapValues(effective.calendar, (source, name) =>
    resolveCalendar(source, settings.timeZone, reports.for('calendar', name)),
  );
  const catalog = new ModelCatalog({ drafts, rules: effective.rule, parameters, calendars, switchedOff: off, currency });
  const resolved: Record<string, ObjectModel> = {};
  for (const draft of drafts.values()) resolved[draft.name] = resolveObject(draft, catalog);
  const linked = linkComputedFields(resolved, drafts);
  const hashes = componentHashes(components);
  const objects = mapValues(linked, (object, name) => ({
    ...object,
    hash: objectHash(object, { source: hashes.object[name] ?? '', fields: effective.object[name]?.fields ?? {}, currency }),
  }));
  const matching = resolveMatching({ effective, assembled, reports, settings }, catalog);
  return {
    hash: modelHash(hashes),
    layers: layers.map(({ kind, name, version }) => ({ kind, name, version })),
    settings,
    objects,
    ...resolveViews(effective, catalog, reports),
    parameters,
    rules: namedRules(effective, catalog, reports),
    ...resolveAccess(effective, switchedOff, catalog, reports),
    calendars,
    ...resolveAutomations({ effective, assembled, reports, settings }, catalog, hashes),
    ...matching,
    ...resolveStageFlows({ effective, assembled, reports, settings }, catalog),
    ...resolvePools({ effective, assembled, reports, settings }, catalog, matching.matchingRules),
    ...resolveClocks({ effective, assembled, reports, settings }, catalog),
    source: components,
  };
}

/** Does a problem speak of something that is missing only because its own file is wrong. */
function isConsequence({ message }: Problem, missing: ReadonlySet<string>): boolean {
  return missing.size > 0 && message.split(/[^A-Za-z0-9_]+/).some((word) => missing.has(word));
}

/**
 * Validates layers (lowest first: platform, packs in dependency order, tenant) and builds their Model, frozen.
 * Schema mistakes, collisions, missing references, type errors and circles of all files are told at once.
 */
export function buildModel(layers: readonly Layer[]): Built {
  const assembled = assemble(layers);
  const reports = new Reports(assembled.provenance);
  const model = resolve(assembled, reports, layers);
  const problems = [...assembled.problems, ...reports.problems.filter((found) => !isConsequence(found, assembled.missing))];
  // What migrations read is the finished Model.
  const told = problems.length > 0 ? problems : resolveMigrations(layers, model).problems;
  if (told.length > 0) return { model: undefined, problems: told };
  return { model: sealed(model) as Model, problems: [] };
}

/**
 * The layers with each reference to a former name (`renamedFrom`) of a lower layer's part moved to its present name: what a plan stores as
 * the tenant's layer. `buildModel` follows them in the same way, so a layer that is not rewritten yet works as well. Nothing is mended in
 * files that break their schema; layers and files in which there is nothing to move are given back as they are.
 */
export function rewriteRenames(layers: readonly Layer[]): readonly Layer[] {
  return assemble(layers).layers;
}
