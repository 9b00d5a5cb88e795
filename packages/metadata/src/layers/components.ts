// Effective components while the layers are laid over one another.
import { ofEachKind, type ComponentKind } from '../kinds.ts';

/** Components by kind and name, as JSON. */
export type Components = Record<ComponentKind, Record<string, Readonly<Record<string, unknown>>>>;

/** A map that knows no name but its own: `constructor` is a name like any other. */
const emptyMap = (): Record<string, Readonly<Record<string, unknown>>> =>
  Object.create(null) as Record<string, Readonly<Record<string, unknown>>>;

export const emptyComponents = (): Components => ofEachKind(emptyMap);

/** How provenance calls a component. */
export const componentId = (kind: ComponentKind, name: string): string => `${kind} ${name}`;
