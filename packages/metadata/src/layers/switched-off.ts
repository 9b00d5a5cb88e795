// Components that a layer switches off, and what only makes sense with them.
import type { ComponentKind } from '../kinds.ts';
import { emptyComponents, type Components } from './components.ts';
import { isJsonObject } from './merge.ts';

type Json = Readonly<Record<string, unknown>>;

function withoutItems(app: Json, isGone: (item: Json) => boolean): Json {
  const { items } = app;
  if (!isJsonObject(items)) return app;
  const kept = Object.entries(items).filter(([, item]) => !isJsonObject(item) || !isGone(item));
  return kept.length === Object.keys(items).length ? app : { ...app, items: Object.fromEntries(kept) };
}

/**
 * Takes away what says `"active": false`. With an object go its layouts, list views, named rules and sharing rules, with a list view or an
 * object the menu items that open it. What else refers to them stays, and is a mistake to be told.
 * @returns what is switched off, by kind
 */
export function dropSwitchedOff(components: Components): Components {
  const dropped = emptyComponents();
  const isOff = (component: Json): boolean => component['active'] === false;
  const objects = new Set(Object.keys(components.object).filter((name) => isOff(components.object[name] ?? {})));
  const views = new Set<string>();
  for (const [kind, byName] of Object.entries(components) as [ComponentKind, Components[ComponentKind]][]) {
    for (const [name, component] of Object.entries(byName)) {
      const about = kind === 'object' ? undefined : component['object'];
      if (!isOff(component) && !(typeof about === 'string' && objects.has(about))) continue;
      if (kind === 'listView') views.add(name);
      dropped[kind][name] = component;
      Reflect.deleteProperty(byName, name);
    }
  }
  for (const [name, app] of Object.entries(components.app)) {
    components.app[name] = withoutItems(app, (item) => objects.has(String(item['object'])) || views.has(String(item['listView'])));
  }
  return dropped;
}
