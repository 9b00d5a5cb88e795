// Effective components while the layers are laid over one another.
import type { ComponentKind } from './layer.ts';

/** Components by kind and name, as JSON. */
export type Components = Record<ComponentKind, Record<string, Readonly<Record<string, unknown>>>>;

/** A map that knows no name but its own: `constructor` is a name like any other. */
const emptyMap = (): Record<string, Readonly<Record<string, unknown>>> =>
  Object.create(null) as Record<string, Readonly<Record<string, unknown>>>;

export const emptyComponents = (): Components => ({
  object: emptyMap(),
  layout: emptyMap(),
  listView: emptyMap(),
  app: emptyMap(),
  rule: emptyMap(),
  parameter: emptyMap(),
  role: emptyMap(),
  permissionSet: emptyMap(),
  sharingRule: emptyMap(),
  settings: emptyMap(),
});

/** How provenance calls a component. */
export const componentId = (kind: ComponentKind, name: string): string => `${kind} ${name}`;
