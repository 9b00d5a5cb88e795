// What is left of layouts, list views and apps for a person.
import {
  ruleScope,
  type AppModel,
  type LayoutModel,
  type ListViewModel,
  type Model,
  type ObjectModel,
  type RelatedListModel,
} from '@tessera/metadata';
import { checkRule } from '@tessera/rules';
import { named } from './named.ts';
import type { Viewing } from './view-fields.ts';

type Objects = Readonly<Record<string, ObjectModel>>;

/** A column shows one field, so its last name may be masked; what leads there may not. */
function columnsLeft(viewing: Viewing, objects: Objects, object: string, columns: readonly string[]): readonly string[] {
  return columns.filter((column) => {
    if (objects[object]?.fields[column] !== undefined) return true;
    const { expression } = checkRule({ var: column }, ruleScope(viewing.model, object));
    if (expression?.node !== 'path') return false;
    const last = expression.steps.at(-1);
    if (last === undefined || objects[last.object]?.fields[last.field] === undefined) return false;
    return viewing.reads({ ...expression, steps: expression.steps.slice(0, -1) });
  });
}

function relatedListsLeft(viewing: Viewing, objects: Objects, layout: LayoutModel): readonly RelatedListModel[] {
  return layout.relatedLists.flatMap((list) => {
    const child = objects[layout.object]?.relations[list.relation]?.object;
    if (child === undefined) return [];
    const sort = list.sort.filter(({ key }) => viewing.reads(key.by));
    return [Object.freeze({ ...list, columns: columnsLeft(viewing, objects, child, list.columns), sort })];
  });
}

function layoutLeft(viewing: Viewing, objects: Objects, layout: LayoutModel): LayoutModel {
  const fields = objects[layout.object]?.fields ?? {};
  const sections = layout.sections.flatMap((section) => {
    const left = section.fields.filter(({ field }) => fields[field] !== undefined);
    return left.length === 0 && section.fields.length > 0 ? [] : [Object.freeze({ ...section, fields: left })];
  });
  return Object.freeze({ ...layout, sections, relatedLists: relatedListsLeft(viewing, objects, layout) });
}

/** Without its filter a list view would be another one, so it goes as a whole; it can do without all else. */
function listViewLeft(viewing: Viewing, objects: Objects, view: ListViewModel): ListViewModel | undefined {
  const fields = objects[view.object]?.fields;
  if (fields === undefined || (view.filter !== undefined && !viewing.reads(view.filter))) return undefined;
  const usable = (name: string | undefined): string | undefined =>
    name !== undefined && fields[name] !== undefined && fields[name].masked !== true ? name : undefined;
  const { groupBy, dateField, endField } = view;
  const left = { groupBy: usable(groupBy), dateField: usable(dateField), endField: usable(endField) };
  const broken = (groupBy !== undefined && left.groupBy === undefined) || (dateField !== undefined && left.dateField === undefined);
  return Object.freeze({
    ...view,
    ...left,
    kind: broken ? 'table' : view.kind,
    columns: columnsLeft(viewing, objects, view.object, view.columns),
    sort: view.sort.filter(({ key }) => viewing.reads(key.by)),
  });
}

function appLeft(objects: Objects, listViews: Readonly<Record<string, ListViewModel>>, app: AppModel): AppModel | undefined {
  const items = app.items.flatMap((item) => {
    if (item.object !== undefined && objects[item.object] === undefined) return [];
    const lost = item.listView !== undefined && listViews[item.listView] === undefined;
    if (lost && item.object === undefined) return [];
    return [lost ? Object.freeze({ ...item, listView: undefined }) : item];
  });
  return items.length === 0 && app.items.length > 0 ? undefined : Object.freeze({ ...app, items });
}

/** Layouts, list views and apps, as far as what they show exists. */
export function viewPages(viewing: Viewing, objects: Objects): Pick<Model, 'layouts' | 'listViews' | 'apps'> {
  const { model } = viewing;
  const layouts = Object.values(model.layouts).filter(({ object }) => objects[object] !== undefined);
  const listViews = named(
    Object.values(model.listViews).flatMap((view) => {
      const left = listViewLeft(viewing, objects, view);
      return left === undefined ? [] : [[view.name, left] as const];
    }),
  );
  const apps = Object.values(model.apps).flatMap((app) => {
    const left = appLeft(objects, listViews, app);
    return left === undefined ? [] : [[app.name, left] as const];
  });
  return {
    layouts: named(layouts.map((layout) => [layout.name, layoutLeft(viewing, objects, layout)] as const)),
    listViews,
    apps: named(apps),
  };
}
