// A layer: the files of the platform, of one pack, or of the tenant itself.
import { folderKinds, folderOf, kindInFolder, type ComponentKind } from '../kinds.ts';

/** Files that are no components. */
const plainKinds = ['extension', 'translation', 'data', 'migration', 'scenario', 'fixture', 'pack'] as const;

export type FileKind = ComponentKind | (typeof plainKinds)[number];

export const isComponent = (kind: FileKind): kind is ComponentKind => !plainKinds.some((plain) => plain === kind);

/** What a newer pack no longer brings, and what stays because the tenant uses it. */
export interface KeptPart {
  readonly kind: ComponentKind;
  readonly name: string;
  /** JSON pointer within the component; empty: the component as a whole. */
  readonly pointer: string;
  /** The version of the pack that was the first without it. */
  readonly removedIn: string;
  /** The tenant's files, with pointers, that use it: `extensions/account.json#/fields/fax/label`. */
  readonly users: readonly string[];
}

export interface Layer {
  readonly kind: 'platform' | 'pack' | 'tenant';
  readonly name: string;
  readonly version: string;
  /** Empty where the publisher answers for its names itself. */
  readonly namespace: string;
  /** Parsed JSON by path within the layer, `objects/account.json`. */
  readonly files: Readonly<Record<string, unknown>>;
  /** The hash of a pack's files as they came, those included that are no JSON. */
  readonly integrity?: string;
  /** What is in the files only because the tenant uses it. */
  readonly kept?: readonly KeptPart[];
}

/** Folders of files that are no components of their own. */
const others: Readonly<Record<string, FileKind>> = {
  extensions: 'extension',
  translations: 'translation',
  data: 'data',
  migrations: 'migration',
  tests: 'scenario',
  fixtures: 'fixture',
};

export const knownFolders: readonly string[] = [...folderKinds.map(folderOf), ...Object.keys(others)];

/** What a path in a layer holds: its kind and the name that the file must bear; undefined for a path that means nothing. */
export function fileOf(path: string): { readonly kind: FileKind; readonly name: string } | undefined {
  if (path === 'pack.json') return { kind: 'pack', name: 'pack' };
  if (path === 'settings.json') return { kind: 'settings', name: 'settings' };
  const match = /^([a-zA-Z]+)\/([^/]+)\.json$/.exec(path);
  if (match === null) return undefined;
  const [, folder = '', name = ''] = match;
  const kind = kindInFolder(folder) ?? (Object.hasOwn(others, folder) ? others[folder] : undefined);
  return kind === undefined ? undefined : { kind, name };
}
