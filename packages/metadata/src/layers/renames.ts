// A layer written against former names of the layers below, with those names moved to what they are now.
import { folderKinds, folderOf, type ComponentKind } from '../kinds.ts';
import { FormerNames, targetsOf } from './former-names.ts';
import { isComponentFile, readLayer, type LayerFile } from './files.ts';
import type { Layer } from './layer.ts';
import type { Components } from './components.ts';
import { isJsonObject } from './merge.ts';
import { KeyRenames, type Follow, type FollowEntry } from './key-renames.ts';
import { RenamedAccess } from './renamed-access.ts';
import { RenamedApprovals } from './renamed-approvals.ts';
import { RenamedAutomations } from './renamed-automations.ts';
import { RenamedRules, type Frames } from './renamed-rules.ts';
import { RenamedClocks } from './renamed-clocks.ts';
import { RenamedScenarios } from './renamed-scenarios.ts';
import { RenamedStages } from './renamed-stages.ts';
import { RenamedMatching } from './renamed-matching.ts';
import { RenamedPools } from './renamed-pools.ts';
import { RenamedTables } from './renamed-tables.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Followed {
  readonly file: LayerFile;
  /** Pointers of the keys that were moved, with where the author wrote them. */
  readonly moves: ReadonlyMap<string, string>;
}

/** Follows the renames in one file. */
class FileRenames {
  readonly scenarios: RenamedScenarios;
  readonly #names: FormerNames;
  readonly #rules: RenamedRules;
  readonly #keys = new KeyRenames();
  readonly #access: RenamedAccess;
  readonly #automations: RenamedAutomations;
  readonly #approvals: RenamedApprovals;
  readonly #tables: RenamedTables;
  readonly #matching: RenamedMatching;
  readonly #pools: RenamedPools;
  readonly #stages: RenamedStages;
  readonly #clocks: RenamedClocks;

  constructor(names: FormerNames) {
    this.#names = names;
    this.#rules = new RenamedRules(names);
    const renames = { names, rules: this.#rules, keys: this.#keys };
    this.#access = new RenamedAccess(renames);
    this.#automations = new RenamedAutomations(renames);
    this.#approvals = new RenamedApprovals(renames, this.#automations);
    this.#tables = new RenamedTables(renames);
    this.#matching = new RenamedMatching(renames);
    this.#pools = new RenamedPools(renames, this.#automations);
    this.scenarios = new RenamedScenarios(renames, this.#automations);
    this.#stages = new RenamedStages(renames);
    this.#clocks = new RenamedClocks(renames);
  }

  get moves(): ReadonlyMap<string, string> {
    return this.#keys.moves;
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
      return this.#keys.set(
        whole,
        'items',
        this.#keys.map('/items', undefined, (item) => this.#item(item)),
      );
    if (kind === 'role' || kind === 'permissionSet') return this.#access.grants(whole);
    if (kind === 'sharingRule') return this.#access.sharingRule(about, whole);
    if (kind === 'automation') return this.#automations.automation(name, about, whole);
    if (kind === 'approvalProcess') return this.#approvals.process(about, whole);
    if (kind === 'template') return this.#tables.template(about, whole);
    if (kind === 'decisionTable') return this.#tables.decisionTable(about, whole);
    if (kind === 'matchingRule') return this.#matching.matchingRule(about, whole);
    if (kind === 'duplicateRule') return this.#matching.duplicateRule(about, whole);
    if (kind === 'clock') return this.#clocks.clock(about, whole);
    if (kind === 'pool') return this.#pools.pool(about, whole);
    if (kind === 'assignmentRule') return this.#pools.assignmentRule(name, about, whole);
    if (kind === 'conversion') return this.#pools.conversion(name, about, whole);
    if (kind === 'stageFlow') return this.#stages.stageFlow(about, whole, base);
    return kind === 'rule' ? this.#keys.set(whole, 'rule', this.#rule(about)) : whole;
  }

  translation(content: Json): Json {
    const object: FollowEntry = (texts, name, at) => {
      const field: FollowEntry = (entry, key, place) =>
        this.#keys.set(
          entry,
          'options',
          this.#keys.map(`${place}/options`, (option) => this.#names.option(name, key, option)),
        );
      const followed = this.#keys.set(
        texts,
        'fields',
        this.#keys.map(`${at}/fields`, (key) => this.#names.field(name, key), field),
      );
      return this.#parts(followed, name, at);
    };
    return folderKinds.reduce((result, kind) => {
      const folder = folderOf(kind);
      const named = this.#keys.map(`/${folder}`, (name) => this.#names.component(kind, name), kind === 'object' ? object : undefined);
      return this.#keys.set(result, folder, named);
    }, content);
  }

  #rule(...objects: readonly string[]): Follow {
    const frames: Frames = { objects };
    return (source) => this.#rules.rule(source, frames);
  }

  #object(object: string, content: Json): Json {
    const field: FollowEntry = (entry, name, at) => this.#field(object, name, entry, at);
    const followed = this.#keys.set(
      content,
      'fields',
      this.#keys.map('/fields', (name) => this.#names.field(object, name), field),
    );
    return this.#keys.set(this.#parts(followed, object, ''), 'team', this.#access.team(object));
  }

  /** Record types, keys and validation rules. */
  #parts(content: Json, object: string, at: string): Json {
    const field = (name: string): string => this.#names.field(object, name);
    const part = (property: string, visit: FollowEntry): Follow =>
      this.#keys.map(`${at}/${property}`, (name) => this.#names.part(object, property, name), visit);
    const types = part('recordTypes', (entry, _, place) =>
      this.#keys.set(entry, 'options', (options) => this.#recordTypeOptions(object, options, `${place}/options`)),
    );
    const keys = part('keys', (entry) =>
      this.#keys.set(this.#keys.set(entry, 'fields', this.#keys.list(field)), 'where', this.#rule(object)),
    );
    const rules = part('validationRules', (entry) => {
      const placed = this.#keys.set(this.#keys.set(entry, 'refuseWhen', this.#rule(object)), 'at', this.#keys.word(field));
      return this.#keys.set(
        placed,
        'recordTypes',
        this.#keys.list((type) => this.#names.part(object, 'recordTypes', type)),
      );
    });
    return this.#keys.set(this.#keys.set(this.#keys.set(content, 'recordTypes', types), 'keys', keys), 'validationRules', rules);
  }

  #recordTypeOptions(object: string, options: unknown, at: string): unknown {
    const followed = this.#keys.map(at, (field) => this.#names.field(object, field))(options);
    if (!isJsonObject(followed)) return followed;
    return Object.fromEntries(
      Object.entries(followed).map(([field, list]) => [
        field,
        this.#keys.list((option) => this.#names.option(object, field, option))(list),
      ]),
    );
  }

  #field(object: string, name: string, entry: Json, at: string): Json {
    const own = (other: string): string => this.#names.field(object, other);
    const rule = this.#rule(object);
    const to = (target: string): string => this.#names.component('object', target);
    const targets = entry['to'] === undefined ? this.#names.targets(object, name) : targetsOf(entry).map(to);
    const through = typeof entry['through'] === 'string' ? this.#names.targets(object, own(entry['through']))[0] : undefined;
    const followers: Readonly<Record<string, Follow>> = {
      to: (value) => {
        if (Array.isArray(value)) return this.#keys.list(to)(value);
        return isJsonObject(value) ? this.#keys.map(`${at}/to`, to)(value) : this.#keys.word(to)(value);
      },
      options: this.#keys.map(`${at}/options`, (option) => this.#names.option(object, name, option)),
      required: rule,
      readOnly: rule,
      default: (value) => this.#rules.value(value, { object, field: name }, { objects: [object] }),
      formula: rule,
      filter: (value) => this.#rules.rule(value, { objects: [targets[0] ?? ''], record: object }),
      aggregate: (value) => this.#rules.aggregate(value, { objects: [object] }),
      currencyField: this.#keys.word(own),
      dependsOn: (value) => this.#dependsOn(object, name, value),
      through: this.#keys.word(own),
      field: this.#keys.word((quoted) => (through === undefined ? quoted : this.#names.field(through, quoted))),
    };
    return this.#keys.all(entry, followers);
  }

  #dependsOn(object: string, field: string, value: unknown): unknown {
    if (!isJsonObject(value)) return value;
    const controlling = typeof value['field'] === 'string' ? this.#names.field(object, value['field']) : '';
    const lists = (values: unknown): unknown => {
      if (!isJsonObject(values)) return values;
      const follow = this.#keys.list((option) => this.#names.option(object, field, option));
      return Object.fromEntries(
        Object.entries(values).map(([option, list]) => [this.#names.option(object, controlling, option), follow(list)]),
      );
    };
    return this.#keys.set(
      this.#keys.set(value, 'field', () => controlling),
      'values',
      lists,
    );
  }

  #paths(object: string, at: string): Follow {
    return this.#keys.map(at, (path) => this.#names.path(path, object).path);
  }

  #layout(layout: string, object: string, content: Json): Json {
    const rule = this.#rule(object);
    const rules = (entry: Json): Json =>
      ['required', 'readOnly', 'visibleWhen'].reduce((result, property) => this.#keys.set(result, property, rule), entry);
    const sections = this.#keys.map('/sections', undefined, (section, _, at) =>
      this.#keys.set(
        rules(section),
        'fields',
        this.#keys.map(`${at}/fields`, (field) => this.#names.field(object, field), rules),
      ),
    );
    const base = asJson(asJson(this.#names.get('layout', layout))['relatedLists']);
    const lists = this.#keys.map('/relatedLists', undefined, (list, name, at) => {
      const relation = list['relation'] ?? asJson(base[name])['relation'];
      const child = this.#names.child(object, String(relation)) ?? '';
      return this.#keys.set(this.#keys.set(list, 'columns', this.#paths(child, `${at}/columns`)), 'sort', this.#paths(child, `${at}/sort`));
    });
    const types = this.#keys.list((type) => this.#names.part(object, 'recordTypes', type));
    return this.#keys.set(this.#keys.set(this.#keys.set(content, 'sections', sections), 'relatedLists', lists), 'recordTypes', types);
  }

  #listView(object: string, content: Json): Json {
    const field = this.#keys.word((name) => this.#names.field(object, name));
    const followers: Readonly<Record<string, Follow>> = {
      columns: this.#paths(object, '/columns'),
      sort: this.#paths(object, '/sort'),
      filter: this.#rule(object),
      groupBy: field,
      dateField: field,
      endField: field,
    };
    return this.#keys.all(content, followers);
  }

  #item(item: Json): Json {
    const object = this.#keys.word((name) => this.#names.component('object', name));
    return this.#keys.set(
      this.#keys.set(item, 'object', object),
      'listView',
      this.#keys.word((name) => this.#names.component('listView', name)),
    );
  }
}

const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});

function followFile(file: LayerFile, names: FormerNames): Followed {
  const { kind, name, content } = file;
  const renames = new FileRenames(names);
  let followed: Json = content;
  if (kind === 'translation') followed = renames.translation(content);
  else if (kind === 'scenario' || kind === 'fixture') followed = renames.scenarios[kind](content);
  else if (kind === 'extension') {
    const extended = (content['kind'] ?? 'object') as ComponentKind;
    const target = names.component(extended, String(content['extends']));
    followed = { ...renames.component(extended, target, content), extends: target };
  } else if (isComponentFile(file)) followed = renames.component(file.kind, name, content);
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

/**
 * A layer of an earlier time with every name as `present` has it: what was renamed since does not look like something else.
 * Files that break their schema are left out.
 */
export function inPresentNames(layer: Layer, present: Components): Layer {
  const names = new FormerNames(present, []);
  if (!names.any) return layer;
  const files = readLayer(layer, [], new Set()).map((file): readonly [string, Json] => {
    if (!isComponentFile(file) || file.kind === 'settings') return [file.path, followFile(file, names).file.content];
    const name = names.component(file.kind, file.name);
    const content = new FileRenames(names).component(file.kind, name, file.content);
    return name === file.name ? [file.path, content] : [`${folderOf(file.kind)}/${name}.json`, { ...content, name }];
  });
  return { ...layer, files: Object.fromEntries(files) };
}

/** A component of an earlier time with every name as it is by now. */
export function componentInPresentNames(kind: ComponentKind, name: string, content: Json, present: Components): Json {
  const names = new FormerNames(present, []);
  return names.any ? new FileRenames(names).component(kind, name, content) : content;
}
