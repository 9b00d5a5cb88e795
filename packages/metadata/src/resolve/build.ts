// From layers to the Model, or to the list of everything that is wrong with them.
import type { Problem } from '@tessera/kernel';
import { checkRule } from '@tessera/rules';
import { contentHash, deepFreeze } from '../canonical.ts';
import type { Effective } from '../effective.ts';
import { assemble } from '../layers/assemble.ts';
import type { Components } from '../layers/components.ts';
import type { Layer } from '../layers/layer.ts';
import type { AppModel, LayoutModel, ListViewModel, Model, NamedRuleModel, ObjectModel, ParameterModel, SettingsModel } from '../model.ts';
import { ModelCatalog, parameterModel } from './catalog.ts';
import { linkComputedFields } from './dependencies.ts';
import { draftObjects } from './draft.ts';
import { resolveObject } from './objects.ts';
import { Reports } from './report.ts';
import { resolveApp, resolveLayout, resolveListView } from './views.ts';

export type Built =
  { readonly model: Model; readonly problems: readonly [] } | { readonly model: undefined; readonly problems: readonly Problem[] };

function settingsModel(effective: Effective): SettingsModel {
  const source = effective.settings['settings'] ?? {};
  const currency = source.currency ?? 'USD';
  return {
    languages: source.languages ?? ['en'],
    timeZone: source.timeZone ?? 'UTC',
    currency,
    currencies: source.currencies ?? [currency],
  };
}

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
    const checked = checkRule(source.rule, catalog.scope(source.object));
    reports.for('rule', name).addAll('/rule', checked.problems);
    return { name, label: source.label ?? { en: name }, object: source.object, source: source.rule };
  });
}

function resolve(components: Components, reports: Reports, layers: readonly Layer[]): Model {
  // The schemas have held every component to these shapes.
  const effective = components as unknown as Effective;
  const drafts = draftObjects(effective.object, reports);
  const parameters: Record<string, ParameterModel> = mapValues(effective.parameter, parameterModel);
  const catalog = new ModelCatalog({ drafts, rules: effective.rule, parameters });
  const resolved: Record<string, ObjectModel> = {};
  for (const draft of drafts.values()) resolved[draft.name] = resolveObject(draft, catalog);
  const objects = linkComputedFields(resolved, drafts);
  const layouts: Record<string, LayoutModel> = mapValues(effective.layout, (source, name) =>
    resolveLayout(source, catalog, reports.for('layout', name)),
  );
  const listViews: Record<string, ListViewModel> = mapValues(effective.listView, (source, name) =>
    resolveListView(source, catalog, reports.for('listView', name)),
  );
  const apps: Record<string, AppModel> = mapValues(effective.app, (source, name) =>
    resolveApp(source, catalog, Object.keys(effective.listView), reports.for('app', name)),
  );
  return {
    hash: contentHash(components),
    layers: layers.map(({ kind, name, version }) => ({ kind, name, version })),
    settings: settingsModel(effective),
    objects,
    layouts,
    listViews,
    apps,
    parameters,
    rules: namedRules(effective, catalog, reports),
    source: components,
  };
}

/** Maps without a prototype, so that `objects['constructor']` is undefined like any other name that is not there. */
function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) result[key] = withoutPrototypes(item);
  return result;
}

/**
 * Validates layers (lowest first: platform, packs in dependency order, tenant) and builds their Model, frozen.
 * Schema mistakes, collisions, missing references, type errors and circles of all files are told at once.
 */
export function buildModel(layers: readonly Layer[]): Built {
  const { components, provenance, problems } = assemble(layers);
  if (problems.length > 0) return { model: undefined, problems };
  const reports = new Reports(provenance);
  const model = resolve(components, reports, layers);
  if (reports.problems.length > 0) return { model: undefined, problems: reports.problems };
  return { model: deepFreeze(withoutPrototypes(model)) as Model, problems: [] };
}
