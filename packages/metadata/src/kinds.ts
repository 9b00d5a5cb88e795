// The kinds of components, in one table: whatever only enumerates kinds is derived from it.

/** The folder of each kind, which is also its name in translations and in the Model. */
const folders = {
  object: 'objects',
  layout: 'layouts',
  listView: 'listViews',
  app: 'apps',
  rule: 'rules',
  parameter: 'parameters',
  role: 'roles',
  permissionSet: 'permissionSets',
  sharingRule: 'sharingRules',
  automation: 'automations',
  approvalProcess: 'approvalProcesses',
  calendar: 'calendars',
  template: 'templates',
  decisionTable: 'decisionTables',
  stageFlow: 'stageFlows',
  clock: 'clocks',
  matchingRule: 'matchingRules',
  duplicateRule: 'duplicateRules',
  pool: 'pools',
  assignmentRule: 'assignmentRules',
  conversion: 'conversions',
} as const;

/** Kinds with a file for each component: extensions may change these, translations give their texts. */
export type FolderKind = keyof typeof folders;
/** Kinds of components; each has a schema. `settings` is one file in each layer. */
export type ComponentKind = FolderKind | 'settings';
/** What the Model and translations call the components of a kind. */
export type KindFolder = (typeof folders)[FolderKind];

export const folderKinds = Object.freeze(Object.keys(folders)) as readonly FolderKind[];
/** In the order in which they are shown. */
export const componentKinds: readonly ComponentKind[] = Object.freeze([...folderKinds, 'settings' as const]);

export const folderOf = (kind: FolderKind): KindFolder => folders[kind];

const byFolder: ReadonlyMap<string, FolderKind> = new Map(folderKinds.map((kind) => [folders[kind], kind]));

/** The kind whose components lie in a folder. */
export const kindInFolder = (folder: string): FolderKind | undefined => byFolder.get(folder);

const parted = (kind: string, by: string): string => kind.replaceAll(/[A-Z]/g, (letter) => by + letter.toLowerCase());

/** What a component of the kind is called in a message: `list view`. */
export const kindWord = (kind: ComponentKind): string => parted(kind, ' ');

/** The schema of the kind: `list-view`. */
export const kindSchema = (kind: ComponentKind): string => parted(kind, '-');

/** Something for each kind. */
export function ofEachKind<T>(make: (kind: ComponentKind) => T): Record<ComponentKind, T> {
  return Object.fromEntries(componentKinds.map((kind) => [kind, make(kind)])) as Record<ComponentKind, T>;
}
