// From layers to effective metadata: every file checked, deltas laid over, names and namespaces held to.
import { problem, type Problem } from '@tessera/kernel';
import { checkFile } from '../schema-check.ts';
import { componentId, emptyComponents, type Components } from './components.ts';
import { fileOf, knownFolders, type ComponentKind, type FileKind, type Layer } from './layer.ts';
import { isJsonObject, mergeComponent } from './merge.ts';
import { checkNamespace } from './namespaces.ts';
import { Provenance } from './provenance.ts';
import { translate } from './translate.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Assembled {
  readonly components: Components;
  readonly provenance: Provenance;
  readonly problems: readonly Problem[];
}

interface File {
  readonly layer: Layer;
  readonly path: string;
  readonly kind: FileKind;
  readonly name: string;
  readonly content: Json;
}

/** Remarks are for the readers of the file only. */
export function withoutRemarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRemarks);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$schema' && key !== '$comment')
      .map(([key, item]) => [key, withoutRemarks(item)]),
  );
}

function place(file: Pick<File, 'layer' | 'path'>, pointer = ''): { readonly file: string; readonly pointer: string } {
  return { file: `${file.layer.name}/${file.path}`, pointer };
}

/** Checks every file of a layer against its schema and its name. */
function readLayer(layer: Layer, problems: Problem[]): File[] {
  const files: File[] = [];
  for (const [path, content] of Object.entries(layer.files)) {
    const meant = fileOf(path);
    if (meant === undefined) {
      problems.push(problem('METADATA_FILE_UNKNOWN', { path, folders: knownFolders.join(', ') }, place({ layer, path })));
      continue;
    }
    const found = checkFile(meant.kind, content, `${layer.name}/${path}`);
    problems.push(...found);
    if (found.length > 0 || !isJsonObject(content)) continue;
    const file: File = { layer, path, kind: meant.kind, name: meant.name, content: withoutRemarks(content) as Json };
    const written = content['name'];
    if (meant.kind !== 'pack' && typeof written === 'string' && written !== meant.name) {
      problems.push(problem('METADATA_FILE_NAME', { file: path, name: written }, place(file, '/name')));
      continue;
    }
    files.push(file);
  }
  return files;
}

function addComponent(
  file: File,
  kind: ComponentKind,
  assembled: { components: Components; provenance: Provenance; problems: Problem[] },
): void {
  const { components, provenance, problems } = assembled;
  const id = componentId(kind, file.name);
  const existing = components[kind][file.name];
  const origin = { layer: file.layer.name, file: place(file).file, pointer: '' };
  if (existing !== undefined && kind !== 'settings') {
    const first = provenance.definedBy(id, '') ?? 'another layer';
    problems.push(problem('METADATA_COLLISION', { kind, name: file.name, first }, place(file, '/name')));
    return;
  }
  if (kind !== 'settings') problems.push(...checkNamespace(file.layer, file.name, place(file, '/name')));
  if (existing === undefined) {
    provenance.set(id, '', origin);
    components[kind][file.name] = file.content;
  } else {
    components[kind][file.name] = mergeComponent(existing, file.content, { component: id, provenance, origin });
  }
}

function extendComponent(
  file: File,
  extended: Set<string>,
  assembled: { components: Components; provenance: Provenance; problems: Problem[] },
): void {
  const { components, provenance, problems } = assembled;
  const { extends: target, kind: written, ...delta } = file.content;
  const kind = (written ?? 'object') as ComponentKind;
  const name = String(target);
  const existing = components[kind][name];
  if (existing === undefined) {
    problems.push(problem('METADATA_EXTENDS_MISSING', { kind, name }, place(file, '/extends')));
    return;
  }
  const id = componentId(kind, name);
  problems.push(...checkAddedKeys(file, existing, delta));
  components[kind][name] = mergeComponent(existing, delta, {
    component: id,
    provenance,
    origin: { layer: file.layer.name, file: place(file).file, pointer: '' },
  });
  extended.add(id);
}

/** What an extension adds to another's component carries its layer's mark. */
function checkAddedKeys(file: File, base: Json, delta: Json): Problem[] {
  const problems: Problem[] = [];
  for (const property of ['fields', 'recordTypes', 'keys', 'validationRules', 'sections', 'relatedLists', 'items']) {
    const added = delta[property];
    const known = base[property];
    if (!isJsonObject(added)) continue;
    for (const [key, entry] of Object.entries(added)) {
      const below = isJsonObject(known) ? known[key] : undefined;
      const pointer = `/${property}/${key}`;
      if (below === undefined && entry !== null && !isRenamed(known, key))
        problems.push(...checkNamespace(file.layer, key, place(file, pointer)));
    }
  }
  return problems;
}

function isRenamed(known: unknown, key: string): boolean {
  return (
    isJsonObject(known) &&
    Object.values(known).some((entry) => isJsonObject(entry) && Array.isArray(entry['renamedFrom']) && entry['renamedFrom'].includes(key))
  );
}

/** A component that was changed by extensions must be whole again; its mistakes are told where they were written. */
function recheck(ids: ReadonlySet<string>, components: Components, provenance: Provenance): Problem[] {
  const problems: Problem[] = [];
  for (const id of ids) {
    const [kind, name] = id.split(' ') as [ComponentKind, string];
    for (const found of checkFile(kind, components[kind][name], id)) {
      const origin = provenance.find(id, found.pointer ?? '');
      problems.push(origin === undefined ? found : { ...found, file: origin.file, pointer: origin.pointer });
    }
  }
  return problems;
}

function dropInactive(components: Components): void {
  for (const byName of Object.values(components)) {
    for (const [name, component] of Object.entries(byName)) if (component['active'] === false) Reflect.deleteProperty(byName, name);
  }
}

/** Lays the layers over one another, lowest first. Problems of all files are reported at once. */
export function assemble(layers: readonly Layer[]): Assembled {
  const assembled = { components: emptyComponents(), provenance: new Provenance(), problems: [] as Problem[] };
  const extended = new Set<string>();
  const translations: File[] = [];
  for (const layer of layers) {
    const files = readLayer(layer, assembled.problems);
    for (const file of files) {
      if (file.kind === 'translation') translations.push(file);
      else if (file.kind !== 'extension' && file.kind !== 'data' && file.kind !== 'pack') addComponent(file, file.kind, assembled);
    }
    for (const file of files) if (file.kind === 'extension') extendComponent(file, extended, assembled);
  }
  for (const file of translations) {
    assembled.problems.push(...translate(assembled.components, file.content, place(file).file));
  }
  assembled.problems.push(...recheck(extended, assembled.components, assembled.provenance));
  dropInactive(assembled.components);
  return assembled;
}
