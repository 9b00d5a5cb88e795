// Effective components while the layers are laid over one another.
import type { ComponentKind } from './layer.ts';

/** Components by kind and name, as JSON. */
export type Components = Record<ComponentKind, Record<string, Readonly<Record<string, unknown>>>>;

export const emptyComponents = (): Components => ({ object: {}, layout: {}, listView: {}, app: {}, rule: {}, parameter: {}, settings: {} });

/** How provenance calls a component. */
export const componentId = (kind: ComponentKind, name: string): string => `${kind} ${name}`;
