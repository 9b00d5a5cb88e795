// From layers to effective metadata: every file checked, deltas laid over, names and namespaces held to.
import { problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import { kindInFolder, kindWord, type ComponentKind } from '../kinds.ts';
import { keep } from '../kept/keep.ts';
import { checkFile } from '../schema-check.ts';
import { componentId, emptyComponents, type Components } from './components.ts';
import { isComponentFile, namesIn, placeOf, readLayer, withoutRemarks, type LayerFile } from './files.ts';
import type { Layer } from './layer.ts';
import { isJsonObject, mergeComponent } from './merge.ts';
import { checkAddedKeys, checkNamespace, checkNewEntries } from './namespaces.ts';
import { Provenance } from './provenance.ts';
import { followRenames } from './renames.ts';
import { dropSwitchedOff } from './switched-off.ts';
import { translate } from './translate.ts';

interface Assembling {
  readonly components: Components;
  readonly provenance: Provenance;
  readonly problems: Problem[];
  /** Names that are not there because the files that bring them are wrong. */
  readonly missing: Set<string>;
  /** Components that extensions have changed, with their kinds. */
  readonly extended: Map<string, { readonly kind: ComponentKind; readonly name: string }>;
  /** Components that tenants may not change, with the packs that say so. */
  readonly locked: Map<string, string>;
}

export interface Assembled {
  readonly components: Components;
  readonly provenance: Provenance;
  readonly problems: readonly Problem[];
  /** Names that are not there because the files that bring them are wrong: not to be told again by whoever refers to them. */
  readonly missing: ReadonlySet<string>;
  /** Components that are switched off. */
  readonly switchedOff: Components;
  /** Components (`componentId`) that tenants may not change, with the packs that say so. */
  readonly locked: ReadonlyMap<string, string>;
  /** The layers with each reference to a former name of a lower layer's part moved to its present name. */
  readonly layers: readonly Layer[];
}

function addComponent(file: LayerFile & { readonly kind: ComponentKind }, assembling: Assembling): void {
  const { components, provenance, problems } = assembling;
  const { kind, name, content } = file;
  const id = componentId(kind, name);
  const existing = components[kind][name];
  const origin = { layer: file.layer.name, file: placeOf(file).file, pointer: '' };
  if (existing !== undefined && kind === 'settings') {
    components[kind][name] = mergeComponent(existing, content, { component: id, provenance, origin });
    return;
  }
  if (existing !== undefined) {
    const first = provenance.definedBy(id, '') ?? 'another layer';
    problems.push(problem('METADATA_COLLISION', { kind, name, first }, placeOf(file, '/name')));
    return;
  }
  if (kind !== 'settings') problems.push(...checkNamespace(file.layer, name, placeOf(file, '/name')));
  provenance.set(id, '', origin);
  components[kind][name] = content;
}

function extendComponent(file: LayerFile, assembling: Assembling): void {
  const { components, provenance, problems } = assembling;
  const { extends: target, kind: written, ...delta } = file.content;
  const kind = (written ?? 'object') as ComponentKind;
  const name = String(target);
  const existing = components[kind][name];
  if (existing === undefined) {
    problems.push(problem('METADATA_EXTENDS_MISSING', { kind, name }, placeOf(file, '/extends')));
    return;
  }
  const id = componentId(kind, name);
  const lockedBy = assembling.locked.get(id);
  if (file.layer.kind === 'tenant' && lockedBy !== undefined) {
    problems.push(problem('METADATA_LOCKED', { kind: kindWord(kind), name, pack: lockedBy }, placeOf(file, '/extends')));
    return;
  }
  const definedBy = (pointer: string): string | undefined => provenance.definedBy(id, pointer);
  const place = (pointer: string): ProblemPlace => placeOf(file, pointer);
  problems.push(...checkAddedKeys({ layer: file.layer, delta, base: existing, definedBy, place }));
  const taken = checkNewEntries({ component: name, delta, base: existing, definedBy, place });
  problems.push(...taken);
  if (taken.length > 0) return;
  const origin = { layer: file.layer.name, file: placeOf(file).file, pointer: '' };
  components[kind][name] = mergeComponent(existing, delta, { component: id, provenance, origin });
  assembling.extended.set(id, { kind, name });
}

/** A component that was changed by extensions must be whole again; its mistakes are told where they were written. */
function recheck({ components, provenance, extended, missing, problems }: Assembling): void {
  for (const [id, { kind, name }] of extended) {
    const found = checkFile(kind, components[kind][name], id);
    for (const mistake of found) {
      const pointer = mistake.pointer ?? '';
      // What is missing may have been taken away by an extension: that is the place to look.
      const removed =
        mistake.code === 'METADATA_MISSING_PROPERTY'
          ? provenance.removal(id, `${pointer}/${String(mistake.params?.['property'])}`)
          : undefined;
      const origin = removed ?? provenance.find(id, pointer);
      problems.push(origin === undefined ? mistake : { ...mistake, file: origin.file, pointer: origin.pointer });
    }
    if (found.length === 0) continue;
    for (const lost of namesIn(name, components[kind][name])) missing.add(lost);
    Reflect.deleteProperty(components[kind], name);
  }
}

/** What a pack brings and keeps tenants from changing. */
function lockComponents(file: LayerFile, { locked, provenance, problems }: Assembling): void {
  const { locked: folders } = file.content;
  for (const [folder, names] of Object.entries(isJsonObject(folders) ? folders : {})) {
    const kind = kindInFolder(folder);
    for (const [i, name] of (Array.isArray(names) ? names : []).entries()) {
      if (kind === undefined || typeof name !== 'string') continue;
      const id = componentId(kind, name);
      if (provenance.definedBy(id, '') === file.layer.name) locked.set(id, file.layer.name);
      else {
        const place = placeOf(file, `/locked/${folder}/${String(i)}`);
        problems.push(problem('METADATA_REFERENCE_MISSING', { kind: kindWord(kind), name, where: ' in this pack', known: '' }, place));
      }
    }
  }
}

function assembleLayer(layer: Layer, assembling: Assembling): Layer {
  const { components, provenance, problems } = assembling;
  const read = readLayer(layer, problems, assembling.missing);
  const followed = followRenames(read, components);
  for (const { file, moves } of followed) provenance.moved(placeOf(file).file, moves);
  const files = followed.map(({ file }) => ({ ...file, content: withoutRemarks(file.content) }));
  for (const file of files) if (isComponentFile(file)) addComponent(file, assembling);
  for (const file of files) if (file.kind === 'pack') lockComponents(file, assembling);
  for (const file of files) if (file.kind === 'extension') extendComponent(file, assembling);
  for (const file of files) {
    if (file.kind !== 'translation') continue;
    const found = translate(components, file.content, placeOf(file).file);
    // What a file with mistakes would have brought is not told again.
    problems.push(...found.filter(({ params }) => !assembling.missing.has(String(params?.['name']))));
  }
  const rewritten = followed.filter(({ file }, i) => file.content !== read[i]?.content);
  if (rewritten.length === 0) return layer;
  return { ...layer, files: { ...layer.files, ...Object.fromEntries(rewritten.map(({ file }) => [file.path, file.content])) } };
}

/** Lays the layers over one another, lowest first. Problems of all files are reported at once. */
export function assemble(layers: readonly Layer[]): Assembled {
  const assembling: Assembling = {
    components: emptyComponents(),
    provenance: new Provenance(),
    problems: [],
    missing: new Set(),
    extended: new Map(),
    locked: new Map(),
  };
  const followed = layers.map((layer) => assembleLayer(layer, assembling));
  recheck(assembling);
  const switchedOff = dropSwitchedOff(assembling.components);
  assembling.problems.push(...keep(assembling.components, assembling.provenance, switchedOff));
  return { ...assembling, switchedOff, layers: followed };
}
