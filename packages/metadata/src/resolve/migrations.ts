// Migrations of packs: what they read and change is there, and of the right type.
import type { Problem } from '@tessera/kernel';
import { problem } from '@tessera/kernel';
import { checkCondition, checkRule, type Expression, type RuleScope } from '@tessera/rules';
import type { MigrationJson } from '../generated/types.ts';
import { known } from '../known.ts';
import { placeOf, withoutRemarks } from '../layers/files.ts';
import { fileOf, type Layer } from '../layers/layer.ts';
import { isJsonObject } from '../layers/merge.ts';
import type { FormerFieldModel, MigrationModel, NewKeyModel, OptionMap } from '../migration-models.ts';
import { ruleScope } from '../model-scope.ts';
import type { FieldModel, Model, ObjectModel } from '../model.ts';
import { unordered } from '../order.ts';
import { checkFile } from '../schema-check.ts';
import { isSettable } from '../system-fields.ts';
import { fieldValue } from './field-values.ts';
import { formerFields } from './former-fields.ts';
import { removedFields } from './removed-fields.ts';
import type { Report } from './report.ts';

/** What a write does more with than to store it. */
const handled: Partial<Record<FieldModel['type'], string>> = {
  secret: 'secrets are sealed one by one',
  file: 'files belong to whoever uploaded them',
  image: 'files belong to whoever uploaded them',
  richText: 'formatted text is cleaned one by one',
};

/** Why no migration sets the field; undefined where one may. */
function whyNot(field: FieldModel): string | undefined {
  if (!isSettable(field)) return 'is worked out or kept by the platform. Change what it comes from.';
  if (field.system && field.name === 'owner') return 'says who may see the record. Let people hand records over.';
  const reason = handled[field.type];
  if (reason !== undefined) return `cannot be set for all records at once: ${reason}.`;
  return field.columns.length === 1 ? undefined : 'has several columns. Set a field of another type.';
}

interface Around {
  readonly model: Model;
  readonly kept: ReadonlySet<string>;
  /** What a layer has taken away is left out. */
  readonly removed: ReadonlySet<string>;
  readonly report: Report;
}

class Migrating {
  readonly #model: Model;
  readonly #object: ObjectModel;
  readonly #former: Readonly<Record<string, FormerFieldModel>>;
  readonly #report: Report;
  readonly #removed: ReadonlySet<string>;
  readonly #taken = new Set<string>();

  constructor(object: ObjectModel, former: Readonly<Record<string, FormerFieldModel>>, { model, removed, report }: Around) {
    this.#model = model;
    this.#object = object;
    this.#former = former;
    this.#report = report;
    this.#removed = removed;
  }

  /** Of fields that are switched off the columns stay, so that they are migrated like the others. */
  #own(object: ObjectModel, name: string): FieldModel | undefined {
    return object.fields[name] ?? object.dormantFields[name];
  }

  /** Nobody acts: `$user` is unknown. */
  get #scope(): RuleScope {
    const { catalog, object, tenant } = ruleScope(this.#model, this.#object.name);
    const field: typeof catalog.field = (of, name) => {
      const former = of === object ? this.#former[name]?.field : undefined;
      const dormant = this.#model.objects[of]?.dormantFields[name];
      if (former === undefined && dormant === undefined) return catalog.field(of, name);
      const { ruleType, lookup } = (former ?? dormant) as FieldModel;
      return { type: ruleType, ...(lookup === undefined ? {} : { to: lookup.to }) };
    };
    const fieldNames: typeof catalog.fieldNames = (of) => [...catalog.fieldNames(of), ...(of === object ? Object.keys(this.#former) : [])];
    return { catalog: { ...catalog, field, fieldNames }, ...(object === undefined ? {} : { object }), ...(tenant && { tenant }) };
  }

  unfit(pointer: string, reason: string): void {
    this.#report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }

  #missing(pointer: string, kind: string, name: string, where: string, names: readonly string[]): void {
    this.#report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind, name, where, known: known(names, name) });
  }

  /** A field of a record that may be set for all records at once; undefined: that is told. */
  #settable(object: ObjectModel, name: string, pointer: string): FieldModel | undefined {
    const field = this.#own(object, name);
    const reason = field && whyNot(field);
    if (field === undefined) this.#missing(pointer, 'field', name, ` on ${object.name}`, Object.keys(object.fields));
    else if (reason !== undefined) this.unfit(pointer, `${object.name}.${name} ${reason}`);
    return reason === undefined ? field : undefined;
  }

  /** The field that is to be changed, once. */
  target(name: string, pointer: string, object = this.#object): FieldModel | undefined {
    const id = `${object.name}.${name}`;
    if (this.#taken.has(id)) {
      this.unfit(pointer, `${id} is changed by this migration already. Change it in one place.`);
      return undefined;
    }
    this.#taken.add(id);
    const former = object === this.#object ? this.#former[name]?.field : undefined;
    if (former === undefined && this.#own(object, name) === undefined && this.#removed.has(id)) return undefined;
    return former ?? this.#settable(object, name, pointer);
  }

  where(source: unknown): Expression | undefined {
    if (source === undefined) return undefined;
    const checked = checkCondition(source, this.#scope);
    this.#report.addAll('/where', checked.problems);
    return checked.expression;
  }

  set(values: NonNullable<MigrationJson['set']>): Record<string, Expression> {
    const result: Record<string, Expression> = {};
    for (const [name, source] of Object.entries(values)) {
      const pointer = `/set/${name}`;
      const field = this.target(name, pointer);
      const value = field && fieldValue(field, { source, pointer, purpose: 'be set' }, this.#scope, this.#report);
      if (value !== undefined) result[name] = value;
    }
    return result;
  }

  options(maps: NonNullable<MigrationJson['options']>): Record<string, OptionMap> {
    const result: Record<string, OptionMap> = {};
    for (const [name, map] of Object.entries(maps)) {
      const field = this.target(name, `/options/${name}`);
      if (field === undefined) continue;
      const isThere = (to: string | null): boolean =>
        to === null || Object.hasOwn(field.options ?? {}, to) || !this.#removed.has(`${this.#object.name}.${name}.${to}`);
      const left = Object.fromEntries(Object.entries(map).filter(([, to]) => isThere(to)));
      if (Object.keys(left).length > 0) result[name] = left;
      if (field.options === undefined) this.unfit(`/options/${name}`, `${this.#object.name}.${name} has no options. Use \`set\`.`);
      else this.#optionMap(field.options, name, left);
    }
    return result;
  }

  #optionMap(options: NonNullable<FieldModel['options']>, field: string, map: OptionMap): void {
    for (const [from, to] of Object.entries(map)) {
      const pointer = `/options/${field}/${from}`;
      if (to === null) continue;
      if (!Object.hasOwn(options, to)) this.#missing(pointer, 'option', to, ` of ${this.#object.name}.${field}`, Object.keys(options));
      else if (to === from) this.unfit(pointer, `${to} stays what it is anyway. Leave it out.`);
    }
  }

  reKey(keys: NonNullable<MigrationJson['reKey']>): Record<string, NewKeyModel> {
    const result: Record<string, NewKeyModel> = {};
    for (const [name, source] of Object.entries(keys)) {
      const pointer = `/reKey/${name}`;
      const field = this.target(name, pointer);
      if (field === undefined) continue;
      const isKey = field.unique || Object.values(this.#object.keys).some((key) => key.unique && key.fields.includes(name));
      if (!isKey) this.unfit(pointer, `${this.#object.name}.${name} is neither unique nor part of a unique key. Use \`set\`.`);
      const checked = checkRule(source.value, this.#scope, field.ruleType);
      this.#report.addAll(`${pointer}/value`, checked.problems);
      const follow = this.#followers(field, source.follow ?? {}, `${pointer}/follow`);
      if (checked.expression !== undefined) result[name] = { value: checked.expression, follow };
    }
    return result;
  }

  #followers(key: FieldModel, follow: Readonly<Record<string, readonly string[]>>, pointer: string): NewKeyModel['follow'] {
    if (Object.keys(follow).length > 0 && key.ruleType.kind !== 'text') {
      this.unfit(pointer, `${key.name} is no text, so no text names a record by it. Leave \`follow\` out.`);
      return [];
    }
    return Object.entries(follow).flatMap(([name, fields]) => {
      const object = this.#model.objects[name];
      if (object === undefined) {
        this.#missing(`${pointer}/${name}`, 'object', name, '', Object.keys(this.#model.objects));
        return [];
      }
      return fields.flatMap((field, i) => {
        const found = this.target(field, `${pointer}/${name}/${String(i)}`, object);
        if (found === undefined) return [];
        if (found.columns[0]?.type.kind === 'text') return [{ object: name, field }];
        this.unfit(`${pointer}/${name}/${String(i)}`, `${name}.${field} is no text, so it names no record by its key.`);
        return [];
      });
    });
  }
}

function resolveMigration(pack: string, source: MigrationJson, around: Around): MigrationModel | undefined {
  const { model, report } = around;
  const { name, version, order = unordered, object: objectName, former: written = {} } = source;
  const object = model.objects[objectName];
  if (object === undefined) {
    const params = { kind: 'object', name: objectName, where: '', known: known(Object.keys(model.objects), objectName) };
    report.add('/object', 'METADATA_REFERENCE_MISSING', params);
    return undefined;
  }
  const former = formerFields(written, object, around);
  const migrating = new Migrating(object, former, around);
  if (object.kept === true) migrating.unfit('/object', `The platform alone writes records of ${object.name}.`);
  const { set, options, reKey } = source;
  if ((set ?? options ?? reKey) === undefined) migrating.unfit('', 'It changes nothing. Say what, in `set`, `options` or `reKey`.');
  return {
    ...{ pack, name, version, order, object: object.name, former },
    where: migrating.where(source.where),
    set: migrating.set(set ?? {}),
    options: migrating.options(options ?? {}),
    reKey: migrating.reKey(reKey ?? {}),
  };
}

function reportIn(file: string, layer: string, problems: Problem[]): Report {
  return {
    add: (pointer, code, params) => void problems.push(problem(code, params, { file, pointer })),
    addAll: (pointer, found) => void problems.push(...found.map((each) => ({ ...each, file, pointer: pointer + (each.pointer ?? '') }))),
    originOf: () => layer,
    wasRemoved: () => false,
  };
}

export interface Migrations {
  /** In the order of layers and files. */
  readonly migrations: readonly MigrationModel[];
  readonly problems: readonly Problem[];
}

/** The migrations of packs. What breaks its schema is passed over: `buildModel` tells it. @param model of the layers */
export function resolveMigrations(layers: readonly Layer[], model: Model): Migrations {
  const migrations: MigrationModel[] = [];
  const problems: Problem[] = [];
  const parts = layers.flatMap((layer) => layer.kept ?? []).filter(({ kind }) => kind === 'object');
  const removed = removedFields(layers);
  const kept = new Set(parts.map(({ name, pointer }) => `${name}${pointer}`));
  for (const layer of layers) {
    for (const [path, content] of Object.entries(layer.files)) {
      if (fileOf(path)?.kind !== 'migration' || !isJsonObject(content)) continue;
      const { file } = placeOf({ layer, path });
      if (checkFile('migration', content, file).length > 0) continue;
      const report = reportIn(file, layer.name, problems);
      if (layer.kind === 'tenant') {
        report.add('', 'METADATA_REFERENCE_UNFIT', {
          reason: 'Only packs have versions, and so migrations. Change the records themselves.',
        });
        continue;
      }
      const source = withoutRemarks(content) as unknown as MigrationJson;
      const migration = resolveMigration(layer.name, source, { model, kept, removed, report });
      if (migration !== undefined) migrations.push(migration);
    }
  }
  return { migrations, problems };
}
