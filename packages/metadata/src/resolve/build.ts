// From layers to the Model, or to the list of everything that is wrong with them.
import type { Problem } from '@tessera/kernel';
import { checkRule } from '@tessera/rules';
import { contentHash } from '../canonical.ts';
import type { Effective } from '../effective.ts';
import { assemble, type Assembled } from '../layers/assemble.ts';
import type { Layer } from '../layers/layer.ts';
import type {
  AppModel,
  GrantSetModel,
  LayoutModel,
  ListViewModel,
  Model,
  NamedRuleModel,
  ObjectModel,
  ParameterModel,
  SharingRuleModel,
} from '../model.ts';
import { ModelCatalog } from './catalog.ts';
import { linkComputedFields } from './dependencies.ts';
import { choicesOf } from './choices.ts';
import { draftObjects } from './draft.ts';
import { resolveGrantSet } from './grants.ts';
import { resolveObject } from './objects.ts';
import { resolveParameter } from './parameters.ts';
import { Reports } from './report.ts';
import { sealed } from './sealed.ts';
import { componentHashes, objectHash } from './hashes.ts';
import { resolveSettings } from './settings.ts';
import { resolveSharingRule } from './sharing.ts';
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
    resolveSharingRule(source, around, reports.for('sharingRule', name)),
  );
  return { roles, permissionSets, sharingRules };
}

function resolve({ components, switchedOff }: Assembled, reports: Reports, layers: readonly Layer[]): Model {
  // The schemas have held every component to these shapes.
  const effective = components as unknown as Effective;
  const settings = resolveSettings(effective.settings['settings'] ?? {}, reports.for('settings', 'settings'));
  const { currency } = settings;
  const off = new Set(Object.keys(switchedOff.object));
  const drafts = draftObjects(effective.object, { reports, currency, switchedOff: off, choices: choicesOf(effective, switchedOff) });
  const parameters: Record<string, ParameterModel> = mapValues(effective.parameter, (source, name) =>
    resolveParameter(source, reports.for('parameter', name)),
  );
  const catalog = new ModelCatalog({ drafts, rules: effective.rule, parameters, switchedOff: off, currency });
  const resolved: Record<string, ObjectModel> = {};
  for (const draft of drafts.values()) resolved[draft.name] = resolveObject(draft, catalog);
  const linked = linkComputedFields(resolved, drafts);
  const layouts: Record<string, LayoutModel> = mapValues(effective.layout, (source, name) =>
    resolveLayout(source, catalog, reports.for('layout', name)),
  );
  const listViews: Record<string, ListViewModel> = mapValues(effective.listView, (source, name) =>
    resolveListView(source, catalog, reports.for('listView', name)),
  );
  const apps: Record<string, AppModel> = mapValues(effective.app, (source, name) =>
    resolveApp(source, catalog, Object.keys(effective.listView), reports.for('app', name)),
  );
  const rules = namedRules(effective, catalog, reports);
  const hashes = componentHashes(components);
  const objects = mapValues(linked, (object, name) => ({
    ...object,
    hash: objectHash(object, { source: hashes.object[name] ?? '', fields: effective.object[name]?.fields ?? {}, currency }),
  }));
  return {
    hash: contentHash(hashes),
    layers: layers.map(({ kind, name, version }) => ({ kind, name, version })),
    settings,
    objects,
    layouts,
    listViews,
    apps,
    parameters,
    rules,
    ...resolveAccess(effective, switchedOff, catalog, reports),
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
  if (problems.length > 0) return { model: undefined, problems };
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
