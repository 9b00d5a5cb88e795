// A layer written against former names of the layers below, with those names moved to what they are now.
import { FormerNames, targetsOf } from './former-names.ts';
import type { LayerFile } from './files.ts';
import type { ComponentKind } from './layer.ts';
import type { Components } from './components.ts';
import { isJsonObject } from './merge.ts';
import { escapePointer } from './provenance.ts';
import { RenamedRules, type Frames } from './renamed-rules.ts';

type Json = Readonly<Record<string, unknown>>;
type Follow = (value: unknown) => unknown;
type FollowEntry = (entry: Json, name: string, at: string) => Json;

export interface Followed {
  readonly file: LayerFile;
  /** Pointers of the keys that were moved, with where the author wrote them. */
  readonly moves: ReadonlyMap<string, string>;
}

/** Follows the renames in one file. */
class FileRenames {
  readonly moves = new Map<string, string>();
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;

  constructor(names: FormerNames) {
    this.#names = names;
    this.#rules = new RenamedRules(names);
  }

  /** A file of a component, or an extension of one. */
  component(kind: ComponentKind, name: string, content: Json): Json {
    const base = this.#names.get(kind, name);
    const named = typeof content['object'] === 'string' ? this.#names.component('object', content['object']) : undefined;
    const about = named ?? (typeof base['object'] === 'string' ? this.#names.component('object', base['object']) : '');
    const whole = named === undefined ? content : { ...content, object: named };
    if (kind === 'object') return this.#object(name, whole);
    if (kind === 'layout') return this.#layout(name, about, whole);
    if (kind === 'listView') return this.#listView(about, whole);
    if (kind === 'app')
      return this.#set(
        whole,
        'items',
        this.#map('/items', undefined, (item) => this.#item(item)),
      );
    return kind === 'rule' ? this.#set(whole, 'rule', this.#rule(about)) : whole;
  }

  translation(content: Json): Json {
    const object: FollowEntry = (texts, name, at) => {
      const field: FollowEntry = (entry, key, place) =>
        this.#set(
          entry,
          'options',
          this.#map(`${place}/options`, (option) => this.#names.option(name, key, option)),
        );
      const followed = this.#set(
        texts,
        'fields',
        this.#map(`${at}/fields`, (key) => this.#names.field(name, key), field),
      );
      return this.#parts(followed, name, at);
    };
    const kinds: Readonly<Record<string, ComponentKind>> = {
      layouts: 'layout',
      listViews: 'listView',
      apps: 'app',
      parameters: 'parameter',
      rules: 'rule',
    };
    let result = this.#set(
      content,
      'objects',
      this.#map('/objects', (name) => this.#names.component('object', name), object),
    );
    for (const [folder, kind] of Object.entries(kinds)) {
      result = this.#set(
        result,
        folder,
        this.#map(`/${folder}`, (name) => this.#names.component(kind, name)),
      );
    }
    return result;
  }

  /** `content` with one property followed, where it is said. */
  #set(content: Json, property: string, follow: Follow): Json {
    if (!Object.hasOwn(content, property) || content[property] === null) return content;
    return { ...content, [property]: follow(content[property]) };
  }

  /** A map whose keys may be former names; two keys that come to mean the same are laid over one another. */
  #map(at: string, rename: (key: string) => string = (key) => key, visit: FollowEntry = (entry) => entry): Follow {
    return (map) => {
      if (!isJsonObject(map)) return map;
      const result: Record<string, unknown> = {};
      for (const [key, entry] of Object.entries(map)) {
        const name = rename(key);
        const pointer = `${at}/${escapePointer(name)}`;
        if (name !== key) this.moves.set(pointer, `${at}/${escapePointer(key)}`);
        result[name] = isJsonObject(entry) ? visit(entry, name, pointer) : entry;
      }
      return result;
    };
  }

  #rule(...objects: readonly string[]): Follow {
    const frames: Frames = { objects };
    return (source) => this.#rules.rule(source, frames);
  }

  #list(rename: (name: string) => string): Follow {
    return (list) => (Array.isArray(list) ? list.map((item: unknown) => (typeof item === 'string' ? rename(item) : item)) : list);
  }

  #word(rename: (name: string) => string): Follow {
    return (word) => (typeof word === 'string' ? rename(word) : word);
  }

  #object(object: string, content: Json): Json {
    const field: FollowEntry = (entry, name, at) => this.#field(object, name, entry, at);
    const followed = this.#set(
      content,
      'fields',
      this.#map('/fields', (name) => this.#names.field(object, name), field),
    );
    return this.#parts(followed, object, '');
  }

  /** Record types, keys and validation rules. */
  #parts(content: Json, object: string, at: string): Json {
    const field = (name: string): string => this.#names.field(object, name);
    const part = (property: string, visit: FollowEntry): Follow =>
      this.#map(`${at}/${property}`, (name) => this.#names.part(object, property, name), visit);
    const types = part('recordTypes', (entry, _, place) =>
      this.#set(entry, 'options', (options) => this.#recordTypeOptions(object, options, `${place}/options`)),
    );
    const keys = part('keys', (entry) => this.#set(this.#set(entry, 'fields', this.#list(field)), 'where', this.#rule(object)));
    const rules = part('validationRules', (entry) => {
      const placed = this.#set(this.#set(entry, 'refuseWhen', this.#rule(object)), 'at', this.#word(field));
      return this.#set(
        placed,
        'recordTypes',
        this.#list((type) => this.#names.part(object, 'recordTypes', type)),
      );
    });
    return this.#set(this.#set(this.#set(content, 'recordTypes', types), 'keys', keys), 'validationRules', rules);
  }

  #recordTypeOptions(object: string, options: unknown, at: string): unknown {
    const followed = this.#map(at, (field) => this.#names.field(object, field))(options);
    if (!isJsonObject(followed)) return followed;
    return Object.fromEntries(
      Object.entries(followed).map(([field, list]) => [field, this.#list((option) => this.#names.option(object, field, option))(list)]),
    );
  }

  #field(object: string, name: string, entry: Json, at: string): Json {
    const own = (other: string): string => this.#names.field(object, other);
    const rule = this.#rule(object);
    const to = (target: string): string => this.#names.component('object', target);
    const targets = entry['to'] === undefined ? this.#names.targets(object, name) : targetsOf(entry).map(to);
    const through = typeof entry['through'] === 'string' ? this.#names.targets(object, own(entry['through']))[0] : undefined;
    const followers: Readonly<Record<string, Follow>> = {
      to: (value) => (Array.isArray(value) ? this.#list(to)(value) : this.#word(to)(value)),
      options: this.#map(`${at}/options`, (option) => this.#names.option(object, name, option)),
      required: rule,
      readOnly: rule,
      default: (value) => (typeof value === 'string' ? this.#names.option(object, name, value) : rule(value)),
      formula: rule,
      filter: (value) => this.#rules.rule(value, { objects: [targets[0] ?? ''], record: object }),
      aggregate: (value) => this.#rules.aggregate(value, { objects: [object] }),
      currencyField: this.#word(own),
      dependsOn: (value) => this.#dependsOn(object, name, value),
      through: this.#word(own),
      field: this.#word((quoted) => (through === undefined ? quoted : this.#names.field(through, quoted))),
    };
    return Object.entries(followers).reduce((result, [property, follow]) => this.#set(result, property, follow), entry);
  }

  #dependsOn(object: string, field: string, value: unknown): unknown {
    if (!isJsonObject(value)) return value;
    const controlling = typeof value['field'] === 'string' ? this.#names.field(object, value['field']) : '';
    const lists = (values: unknown): unknown => {
      if (!isJsonObject(values)) return values;
      const follow = this.#list((option) => this.#names.option(object, field, option));
      return Object.fromEntries(
        Object.entries(values).map(([option, list]) => [this.#names.option(object, controlling, option), follow(list)]),
      );
    };
    return this.#set(
      this.#set(value, 'field', () => controlling),
      'values',
      lists,
    );
  }

  #paths(object: string, at: string): Follow {
    return this.#map(at, (path) => this.#names.path(path, object).path);
  }

  #layout(layout: string, object: string, content: Json): Json {
    const rule = this.#rule(object);
    const rules = (entry: Json): Json =>
      ['required', 'readOnly', 'visibleWhen'].reduce((result, property) => this.#set(result, property, rule), entry);
    const sections = this.#map('/sections', undefined, (section, _, at) =>
      this.#set(
        rules(section),
        'fields',
        this.#map(`${at}/fields`, (field) => this.#names.field(object, field), rules),
      ),
    );
    const base = asJson(asJson(this.#names.get('layout', layout))['relatedLists']);
    const lists = this.#map('/relatedLists', undefined, (list, name, at) => {
      const relation = list['relation'] ?? asJson(base[name])['relation'];
      const child = this.#names.child(object, String(relation)) ?? '';
      return this.#set(this.#set(list, 'columns', this.#paths(child, `${at}/columns`)), 'sort', this.#paths(child, `${at}/sort`));
    });
    const types = this.#list((type) => this.#names.part(object, 'recordTypes', type));
    return this.#set(this.#set(this.#set(content, 'sections', sections), 'relatedLists', lists), 'recordTypes', types);
  }

  #listView(object: string, content: Json): Json {
    const field = this.#word((name) => this.#names.field(object, name));
    const followers: Readonly<Record<string, Follow>> = {
      columns: this.#paths(object, '/columns'),
      sort: this.#paths(object, '/sort'),
      filter: this.#rule(object),
      groupBy: field,
      dateField: field,
      endField: field,
    };
    return Object.entries(followers).reduce((result, [property, follow]) => this.#set(result, property, follow), content);
  }

  #item(item: Json): Json {
    const object = this.#word((name) => this.#names.component('object', name));
    return this.#set(
      this.#set(item, 'object', object),
      'listView',
      this.#word((name) => this.#names.component('listView', name)),
    );
  }
}

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});

function followFile(file: LayerFile, names: FormerNames): Followed {
  const { kind, name, content } = file;
  const renames = new FileRenames(names);
  let followed: Json = content;
  if (kind === 'translation') followed = renames.translation(content);
  else if (kind === 'extension') {
    const extended = (content['kind'] ?? 'object') as ComponentKind;
    const target = names.component(extended, String(content['extends']));
    followed = { ...renames.component(extended, target, content), extends: target };
  } else if (kind !== 'data' && kind !== 'pack') followed = renames.component(kind, name, content);
  return JSON.stringify(followed) === JSON.stringify(content)
    ? { file, moves: renames.moves }
    : { file: { ...file, content: followed }, moves: renames.moves };
}

/** The files with every former name moved to the present one; files in which there is none are the same as before. */
export function followRenames(files: readonly LayerFile[], below: Components): readonly Followed[] {
  const names = new FormerNames(below, files);
  if (!names.any) return files.map((file) => ({ file, moves: new Map<string, string>() }));
  return files.map((file) => followFile(file, names));
}
