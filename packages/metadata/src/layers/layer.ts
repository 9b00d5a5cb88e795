// A layer: the files of the platform, of one pack, or of the tenant itself.
import { folderKinds, folderOf, kindInFolder, type ComponentKind } from '../kinds.ts';

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

/** Folders of files that are no components of their own. */
const others: Readonly<Record<string, FileKind>> = { extensions: 'extension', translations: 'translation', data: 'data' };

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
