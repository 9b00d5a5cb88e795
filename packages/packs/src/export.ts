// A pack of a tenant's own layer: what the tenant has added gets the names of the pack.
import { failAll } from '@tessera/kernel';
import { checkFile, type Layer } from '@tessera/metadata';
import { engineVersion } from './dependencies.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ExportInput {
  /** Of the pack: lower case with hyphens. */
  readonly name: string;
  /** Of the pack: `fmcg` makes `fmcg__visit` of `visit__c`. Empty: `visit`. */
  readonly namespace: string;
  /** Default 1.0.0. */
  readonly version?: string;
  readonly publisher?: string;
}

const tenantName = /^[a-z][A-Za-z0-9_]*__c$/;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every name with the tenant's mark that is a key somewhere, or the name of a file: what the layer adds. */
function addedNames(files: Layer['files']): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isJson(value)) return;
    for (const [key, entry] of Object.entries(value)) {
      if (tenantName.test(key)) names.add(key);
      if ((key === 'name' || key === 'plural' || key === 'inverse') && typeof entry === 'string' && tenantName.test(entry))
        names.add(entry);
      visit(entry);
    }
  };
  for (const [path, content] of Object.entries(files)) {
    const name = /([^/]+)\.json$/.exec(path)?.[1] ?? '';
    if (tenantName.test(name)) names.add(name);
    visit(content);
  }
  return names;
}

/** Texts for people, in which a name is only a word. */
const texts: ReadonlySet<string> = new Set(['label', 'pluralLabel', 'help', 'message', 'description', '$comment']);

/** `renamed` in every key, and in every word of every text that is a name or a path. */
function rewritten(value: unknown, renamed: (text: string) => string, property = ''): unknown {
  if (typeof value === 'string') return texts.has(property) ? value : renamed(value);
  if (Array.isArray(value)) return value.map((item) => rewritten(item, renamed, property));
  if (!isJson(value)) return value;
  if (texts.has(property)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [renamed(key), rewritten(entry, renamed, key)]));
}

/**
 * The files of the pack. What the tenant has changed of the packs below becomes extensions of them, which the pack then needs.
 * Throws METADATA_INVALID where it cannot be called so.
 */
export function exportPack(layers: readonly Layer[], { name, namespace, version = '1.0.0', publisher }: ExportInput): Layer['files'] {
  const own: Layer['files'] = layers.find(({ kind }) => kind === 'tenant')?.files ?? {};
  const added = addedNames(own);
  const present = (old: string): string => {
    const bare = old.slice(0, -'__c'.length);
    return namespace === '' ? bare : `${namespace}__${bare}`;
  };
  const renamed = (text: string): string =>
    text.replaceAll(/[a-z][A-Za-z0-9_]*__c(?![A-Za-z0-9_])/g, (word) => (added.has(word) ? present(word) : word));
  const needed = layers.filter(({ kind }) => kind === 'pack').map((pack) => [pack.name, `^${pack.version}`] as const);
  const manifest = {
    name,
    namespace,
    version,
    engine: `>=${engineVersion}`,
    label: { en: name },
    ...(publisher === undefined ? {} : { publisher }),
    ...(needed.length === 0 ? {} : { dependencies: Object.fromEntries(needed) }),
  };
  const problems = checkFile('pack', manifest, 'pack.json');
  if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
  const files: readonly (readonly [string, unknown])[] = Object.entries(own).map(
    ([path, content]) => [renamed(path), rewritten(content, renamed)] as const,
  );
  return { 'pack.json': manifest, ...Object.fromEntries(files) };
}
