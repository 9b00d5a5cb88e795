// What rules are checked against: the drafts of all objects, with the types of computed fields worked out on demand.
import { checkRule, type Catalog, type CatalogField, type Checked, type RuleScope, type Value, type WorkCalendar } from '@tessera/rules';
import type { RuleSource } from '../effective.ts';
import { known } from '../known.ts';
import type { CalendarModel, FieldModel, ObjectModel, ParameterModel, RelationModel } from '../model.ts';
import { tenantScope } from '../model-scope.ts';
import { isSettable } from '../system-fields.ts';
import { typedFormula, typedQuote, typedRollup } from './computed-types.ts';
import type { DraftField, DraftObject } from './draft.ts';

interface Sources {
  readonly drafts: ReadonlyMap<string, DraftObject>;
  readonly rules: Readonly<Record<string, RuleSource>>;
  readonly parameters: Readonly<Record<string, ParameterModel>>;
  /** Objects that are switched off, for messages. */
  readonly switchedOff: ReadonlySet<string>;
  readonly calendars: Readonly<Record<string, CalendarModel>>;
  /** The tenant's currency. */
  readonly currency: string;
}

const own = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);

/** The catalogue of a Model in the making. Types of computed fields follow from other fields, so they come on demand. */
export class ModelCatalog implements Catalog {
  readonly #sources: Sources;
  readonly #typed = new Map<string, FieldModel | undefined>();
  readonly #formulas = new Map<string, Checked>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  get currency(): string {
    return this.#sources.currency;
  }

  /** The scope of a rule that stands on a record of `object`. */
  scope(object: string | undefined, options: Partial<RuleScope> = {}): RuleScope {
    return {
      catalog: this,
      ...(object === undefined ? {} : { object }),
      userObject: 'user',
      tenant: tenantScope,
      ...options,
    };
  }

  hasObject(object: string): boolean {
    return this.#sources.drafts.has(object);
  }

  objectNames(): readonly string[] {
    return [...this.#sources.drafts.keys()];
  }

  /** What to say about an object that is not there. */
  objectHint(object: string): string {
    if (this.#sources.switchedOff.has(object)) return 'It is switched off: switch off what refers to it too, or leave it on.';
    return known(this.objectNames(), object);
  }

  isSwitchedOff(object: string): boolean {
    return this.#sources.switchedOff.has(object);
  }

  /** Whom records of the object are open to. */
  sharing(object: string): ObjectModel['sharing'] {
    return this.#sources.drafts.get(object)?.source.sharing ?? 'private';
  }

  /** The object whose history it is. */
  keptOf(object: string): string | undefined {
    return this.#sources.drafts.get(object)?.source.historyOf;
  }

  /** Whether its records are written by the platform alone. */
  isKept(object: string): boolean {
    return this.#sources.drafts.get(object)?.source.kept === true;
  }

  /** Fields that the platform keeps, with those that their rights follow. */
  followers(object: string): readonly { readonly name: string; readonly follows: readonly string[]; readonly edit: boolean }[] {
    return Object.entries(this.#sources.drafts.get(object)?.source.fields ?? {}).flatMap(([name, { follows, edit = false }]) =>
      follows === undefined ? [] : [{ name, follows, edit }],
    );
  }

  recordTypeNames(object: string): readonly string[] {
    return Object.keys(this.model(object, 'recordType')?.options ?? {});
  }

  /** Has a layer switched off or taken away a record type. */
  isDormantRecordType(object: string, type: string): boolean {
    const draft = this.#sources.drafts.get(object);
    if (draft === undefined) return false;
    return own(draft.source.recordTypes ?? {}, type)?.active === false || draft.report.wasRemoved(`/recordTypes/${type}`);
  }

  field(object: string, field: string): CatalogField | undefined {
    const model = this.model(object, field);
    if (model !== undefined) return { type: model.ruleType, ...(model.lookup === undefined ? {} : { to: model.lookup.to }) };
    // A field whose own definition is wrong: that is reported, and what reads it is not to blame.
    const broken = this.#sources.drafts.get(object)?.fields.get(field);
    return broken && { type: broken.model.ruleType };
  }

  fieldNames(object: string): readonly string[] {
    return [...(this.#sources.drafts.get(object)?.fields.keys() ?? [])];
  }

  /** What to say about a field that is not there. */
  fieldHint(object: string, field: string): string {
    if (this.#sources.drafts.get(object)?.dormant.has(field) === true)
      return 'It is switched off: switch off what refers to it too, or leave it on.';
    return known(this.fieldNames(object), field);
  }

  relation(object: string, name: string): RelationModel | undefined {
    return this.#sources.drafts.get(object)?.relations.get(name);
  }

  relationNames(object: string): readonly string[] {
    return [...(this.#sources.drafts.get(object)?.relations.keys() ?? [])];
  }

  /** Does a relation, or a path through look-ups, end at a field that a layer has switched off or taken away, or lead through one. */
  isDormant(object: string, path: string): boolean {
    let draft = this.#sources.drafts.get(object);
    for (const word of path.split('.')) {
      const [name = '', target] = word.split(':');
      if (draft === undefined) return false;
      const field = draft.fields.get(name);
      if (field === undefined)
        return draft.dormant.has(name) || draft.dormantRelations.has(name) || draft.report.wasRemoved(`/fields/${name}`);
      draft = this.#sources.drafts.get(target ?? field.model.lookup?.to[0] ?? '');
    }
    return false;
  }

  rule(name: string): { readonly source: unknown; readonly object: string | undefined } | undefined {
    const rule = own(this.#sources.rules, name);
    return rule === undefined ? undefined : { source: rule.rule, object: rule.object };
  }

  parameter(name: string): { readonly type: ParameterModel['type']; readonly value: Value } | undefined {
    return own(this.#sources.parameters, name);
  }

  calendar(name: string): WorkCalendar | undefined {
    return own(this.#sources.calendars, name)?.calendar;
  }

  /** Unique keys and unique fields of an object, with their fields. */
  uniqueKeys(object: string): ReadonlyMap<string, readonly string[]> {
    const draft = this.#sources.drafts.get(object);
    const keys = Object.entries(draft?.source.keys ?? {}).filter(([, key]) => key.active !== false && key.unique !== false);
    const fields = [...(draft?.fields.values() ?? [])].filter(({ model }) => model.unique);
    return new Map([
      ...fields.map(({ model }) => [model.name, [model.name]] as const),
      ...keys.map(([name, key]) => [name, key.fields] as const),
    ]);
  }

  /** Fields that a new record must be given, since nothing else fills them. */
  neededFields(object: string): readonly string[] {
    const fields = [...(this.#sources.drafts.get(object)?.fields.values() ?? [])];
    const needed = fields.filter(
      ({ model, source }) => model.required === true && source.default === undefined && model.type !== 'boolean',
    );
    return needed.filter(({ model }) => isSettable(model)).map(({ model }) => model.name);
  }

  /** Roles of the object's record teams. */
  teamRoles(object: string): readonly string[] {
    const roles = Object.entries(this.#sources.drafts.get(object)?.source.team?.roles ?? {});
    return roles.filter(([, role]) => role.active !== false).map(([name]) => name);
  }

  /**
   * The field with its final type; undefined where it is missing or its definition is wrong (then that is reported). In a circle the field
   * that is being worked out stands in with what its own source says: circles are told when all fields are there.
   */
  model(object: string, field: string): FieldModel | undefined {
    const draft = this.#sources.drafts.get(object);
    const entry = draft?.fields.get(field);
    if (draft === undefined || entry === undefined) return undefined;
    const { type } = entry.model;
    if (type !== 'formula' && type !== 'rollup' && type !== 'quote') return entry.model;
    const id = `${object}.${field}`;
    if (this.#typed.has(id)) return this.#typed.get(id);
    this.#typed.set(id, entry.model);
    const typed = type === 'formula' ? typedFormula : type === 'rollup' ? typedRollup : typedQuote;
    const model = typed(draft, entry, this);
    this.#typed.set(id, model);
    return model;
  }

  /** A formula's rule, checked once. Any currency will do: which it is, is part of the answer. */
  formula(draft: DraftObject, { source, model }: DraftField): Checked {
    const id = `${draft.name}.${model.name}`;
    let checked = this.#formulas.get(id);
    if (checked === undefined) {
      const expected = model.ruleType.kind === 'number' ? ({ kind: 'number' } as const) : model.ruleType;
      this.#formulas.set(id, (checked = checkRule(source.formula, this.scope(draft.name), expected)));
    }
    return checked;
  }
}
