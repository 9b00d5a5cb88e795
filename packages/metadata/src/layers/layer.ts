// A layer: the files of the platform, of one pack, or of the tenant itself.

/** Kinds of components; each has a folder and a schema. */
export type ComponentKind =
  'object' | 'layout' | 'listView' | 'app' | 'rule' | 'parameter' | 'role' | 'permissionSet' | 'sharingRule' | 'settings';
export type FileKind = ComponentKind | 'extension' | 'translation' | 'data' | 'pack';

export interface Layer {
  readonly kind: 'platform' | 'pack' | 'tenant';
  readonly name: string;
  readonly version: string;
  /** Empty where the publisher answers for its names itself. */
  readonly namespace: string;
  /** Parsed JSON by path within the layer, `objects/account.json`. */
  readonly files: Readonly<Record<string, unknown>>;
}

const folders: Readonly<Record<string, FileKind>> = {
  objects: 'object',
  extensions: 'extension',
  layouts: 'layout',
  listViews: 'listView',
  apps: 'app',
  rules: 'rule',
  parameters: 'parameter',
  roles: 'role',
  permissionSets: 'permissionSet',
  sharingRules: 'sharingRule',
  translations: 'translation',
  data: 'data',
};

export const knownFolders: readonly string[] = Object.keys(folders);

/** What a path in a layer holds: its kind and the name that the file must bear; undefined for a path that means nothing. */
export function fileOf(path: string): { readonly kind: FileKind; readonly name: string } | undefined {
  if (path === 'pack.json') return { kind: 'pack', name: 'pack' };
  if (path === 'settings.json') return { kind: 'settings', name: 'settings' };
  const match = /^([a-zA-Z]+)\/([^/]+)\.json$/.exec(path);
  if (match === null) return undefined;
  const [, folder = '', name = ''] = match;
  const kind = Object.hasOwn(folders, folder) ? folders[folder] : undefined;
  return kind === undefined ? undefined : { kind, name };
}
