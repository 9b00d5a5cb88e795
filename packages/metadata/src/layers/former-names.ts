// Which names of lower layers' parts have changed, and what objects look like: enough to follow a reference to its present name.
import { withKept } from '../kept/keep.ts';
import { ofEachKind, type ComponentKind } from '../kinds.ts';
import { systemFields } from '../system-fields.ts';
import type { Components } from './components.ts';
import { isComponentFile, type LayerFile } from './files.ts';
import { isJsonObject } from './merge.ts';

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});

/** The present name of each former one. A name that something still bears means that. */
function renamed(map: Json): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, entry] of Object.entries(map)) {
    const former = asJson(entry)['renamedFrom'];
    for (const old of Array.isArray(former) ? former : []) if (typeof old === 'string' && !Object.hasOwn(map, old)) names.set(old, name);
  }
  return names;
}

/** Whether an entry of the map has a former name that nothing bears. */
function hasRenamed(map: Json): boolean {
  for (const entry of Object.values(map)) if (asJson(entry)['renamedFrom'] !== undefined) return renamed(map).size > 0;
  return false;
}

/** The objects that a look-up's source names. */
export function targetsOf(field: Json): readonly string[] {
  if (field['type'] === 'user' || field['type'] === 'department') return [field['type']];
  return [field['to']].flat().filter((target) => typeof target === 'string');
}

/** The maps of a component whose entries may have former names. */
function partsOf(component: Json): readonly Json[] {
  const maps = ['fields', 'recordTypes', 'keys', 'validationRules'].map((property) => asJson(component[property]));
  return [...maps, ...Object.values(maps[0] ?? {}).map((field) => asJson(asJson(field)['options']))];
}

/** The components as they are for one layer: those of the layers below, and its own. */
export class FormerNames {
  readonly #components: Readonly<Record<ComponentKind, Json>>;
  readonly #renamed = new Map<unknown, ReadonlyMap<string, string>>();
  readonly #children = new Map<string, string>();
  /** Whether anything has a former name. */
  readonly any: boolean;

  constructor(below: Components, files: readonly LayerFile[]) {
    const components: Record<ComponentKind, Record<string, Json>> = ofEachKind((kind) => (kind === 'settings' ? {} : { ...below[kind] }));
    for (const file of files) {
      if (!isComponentFile(file) || file.kind === 'settings') continue;
      if (!Object.hasOwn(components[file.kind], file.name)) components[file.kind][file.name] = file.content;
    }
    Object.assign(components.object, withKept(components));
    this.#components = components;
    this.any = Object.values(components).some(
      (map) => hasRenamed(map) || Object.values(map).some((component) => partsOf(component).some(hasRenamed)),
    );
    if (!this.any) return;
    this.#addExtensions(components.object, files);
    this.#addChildren();
  }

  /** Fields that the layer itself adds to objects of others. */
  #addExtensions(objects: Record<string, Json>, files: readonly LayerFile[]): void {
    for (const { kind, content } of files) {
      const name =
        kind === 'extension' && (content['kind'] ?? 'object') === 'object' ? this.component('object', String(content['extends'])) : '';
      const base = objects[name];
      if (base === undefined) continue;
      const added = Object.entries(asJson(content['fields'])).filter(([, entry]) => asJson(entry)['type'] !== undefined);
      objects[name] = { ...base, fields: { ...asJson(base['fields']), ...Object.fromEntries(added) } };
    }
  }

  #addChildren(): void {
    for (const object of Object.keys(this.#components.object)) {
      for (const field of Object.values(this.#fields(object))) {
        const inverse = asJson(field)['inverse'];
        if (typeof inverse !== 'string') continue;
        for (const target of targetsOf(asJson(field))) this.#children.set(`${this.component('object', target)}.${inverse}`, object);
      }
    }
  }

  #current(map: Json, name: string): string {
    let names = this.#renamed.get(map);
    if (names === undefined) this.#renamed.set(map, (names = renamed(map)));
    return names.get(name) ?? name;
  }

  #fields(object: string): Json {
    return asJson(asJson(this.#components.object[object])['fields']);
  }

  #field(object: string, field: string): Json {
    const fields = this.#fields(object);
    return Object.hasOwn(fields, field) ? asJson(fields[field]) : asJson(systemFields[field]?.source);
  }

  get(kind: ComponentKind, name: string): Json {
    return asJson(this.#components[kind][name]);
  }

  component(kind: ComponentKind, name: string): string {
    return this.#current(this.#components[kind], name);
  }

  /** The present name of a part of an object: `part('account', 'keys', 'byNumber')`. */
  part(object: string, property: string, name: string): string {
    return this.#current(asJson(this.get('object', object)[property]), name);
  }

  field(object: string, name: string): string {
    return this.#current(this.#fields(object), name);
  }

  option(object: string, field: string, name: string): string {
    if (field === 'recordType') return this.part(object, 'recordTypes', name);
    const { optionsOf, options } = this.#field(object, field);
    if (optionsOf === 'role' || optionsOf === 'permissionSet' || optionsOf === 'approvalProcess') return this.component(optionsOf, name);
    return this.#current(asJson(options), name);
  }

  targets(object: string, field: string): readonly string[] {
    return targetsOf(this.#field(object, field)).map((target) => this.component('object', target));
  }

  /** The object of a child relation. */
  child(object: string, relation: string): string | undefined {
    return this.#children.get(`${object}.${relation}`);
  }

  /** A path of names through lookups, as it is now; with the object and the field at its end. */
  path(path: string, from: string): { readonly path: string; readonly object: string; readonly field: string } {
    let object: string | undefined = from;
    const words: string[] = [];
    const parts = path.split('.');
    for (const [i, word] of parts.entries()) {
      if (object === undefined) return { path: [...words, ...parts.slice(i)].join('.'), object: '', field: '' };
      const [name = '', target] = word.split(':');
      const holder: string = object;
      const field = this.field(holder, name);
      const chosen = target === undefined ? undefined : this.component('object', target);
      words.push(chosen === undefined ? field : `${field}:${chosen}`);
      const targets: readonly string[] = this.targets(holder, field);
      if (i === parts.length - 1) return { path: words.join('.'), object: holder, field };
      object = chosen ?? (targets.length === 1 ? targets[0] : undefined);
    }
    return { path, object: '', field: '' };
  }
}
