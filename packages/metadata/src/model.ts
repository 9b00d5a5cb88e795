// The Model: a tenant's validated metadata, frozen, with every reference resolved and every rule typed.
import type { AggregateExpression, Expression, PathExpression, RuleType } from '@tessera/rules';
import type { GrantSetModel, SharingRuleModel, TeamModel } from './access-models.ts';
import type { AppModel, LayoutModel, ListViewModel } from './view-models.ts';
import type { Label } from './label.ts';

export type { Label } from './label.ts';
export type * from './access-models.ts';
export type * from './view-models.ts';

export type FieldTypeName =
  | 'text'
  | 'textarea'
  | 'richText'
  | 'email'
  | 'phone'
  | 'url'
  | 'number'
  | 'currency'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multiPicklist'
  | 'autoNumber'
  | 'lookup'
  | 'masterDetail'
  | 'user'
  | 'department'
  | 'file'
  | 'image'
  | 'address'
  | 'location'
  | 'formula'
  | 'rollup'
  | 'quote'
  | 'secret'
  | 'json'
  /** System fields only. */
  | 'id'
  | 'integer';

/** What PostgreSQL stores; storage renders it. */
export type ColumnType =
  | { readonly kind: 'text' }
  | { readonly kind: 'numeric'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'integer' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  | { readonly kind: 'datetime' }
  | { readonly kind: 'time' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'textList' }
  | { readonly kind: 'json' };

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** A foreign key's target object (polymorphic lookups have one column per target). */
  readonly references?: string;
}

/**
 * How a field's value looks in JSON. `number`: a decimal of at most 15 digits, a JSON number; `decimal`: more digits, a string.
 * `reference`: an id; `anyReference`: `{ "object", "id" }` of a polymorphic lookup. `date`, `datetime`, `time`, `text`: strings.
 */
export type WireKind =
  | 'text'
  | 'number'
  | 'decimal'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'textList'
  | 'reference'
  | 'anyReference'
  | 'json'
  | 'secret';

export interface OptionModel {
  readonly name: string;
  readonly label: Label;
  readonly order: number;
  readonly color?: string;
  /** An inactive option may stay on records but not be chosen anew. */
  readonly active: boolean;
  /** Words that the option had before, whose values it takes over; left out: none. */
  readonly renamedFrom?: readonly string[];
}

export interface LookupModel {
  /** Target objects; more than one: polymorphic, at most one is set. */
  readonly to: readonly string[];
  /** The relation's name on the targets, if any. */
  readonly inverse: string | undefined;
  readonly onDelete: 'restrict' | 'setNull' | 'cascade';
  /** May a detail move to another master. */
  readonly reparent: boolean;
  /** Which records may be pointed to: frame 0 is the record that points, frame 1 the one pointed to. */
  readonly filter: Expression | undefined;
}

export interface RollupModel {
  readonly aggregate: AggregateExpression;
  readonly upkeep: 'transaction' | 'live';
}

export interface FieldModel {
  readonly object: string;
  readonly name: string;
  readonly type: FieldTypeName;
  readonly label: Label;
  readonly help: Label | undefined;
  /** The layer that brought the field (`platform`, a pack's name, `tenant`). */
  readonly origin: string;
  readonly system: boolean;
  /** Stored columns; none where the value is computed when read. */
  readonly columns: readonly Column[];
  readonly ruleType: RuleType;
  readonly wire: WireKind;
  readonly required: boolean | Expression;
  /** Callers may not set it (`true` for computed, numbered and system fields). */
  readonly readOnly: boolean | Expression;
  /** Only in a policy's view of the Model: shown by its last four characters, usable for nothing else. */
  readonly masked?: true;
  readonly default: Expression | undefined;
  readonly unique: boolean;
  readonly history: boolean;
  readonly searchable: boolean;
  readonly indexed: boolean;
  /** Names the field had before, whose data it takes over. */
  readonly renamedFrom: readonly string[];
  /** Length limits of texts in code points, byte limits of json. */
  readonly text?: { readonly maxLength: number; readonly minLength: number; readonly pattern: string | undefined };
  /** Decimals as text, so that no float ever holds them. */
  readonly decimal?: {
    readonly precision: number;
    readonly scale: number;
    readonly min: string | undefined;
    readonly max: string | undefined;
    readonly currency: string | undefined;
    /** The field of the same record that names the currency. */
    readonly currencyField: string | undefined;
  };
  readonly options?: Readonly<Record<string, OptionModel>>;
  readonly dependsOn?: { readonly field: string; readonly values: Readonly<Record<string, readonly string[]>> };
  readonly autoNumber?: { readonly format: string; readonly start: number };
  readonly lookup?: LookupModel;
  /** `live`: depends on now, so it can never be stored or indexed. */
  readonly formula?: { readonly expression: Expression; readonly live: boolean };
  readonly rollup?: RollupModel;
  readonly quote?: { readonly path: PathExpression };
  readonly file?: { readonly maxSize: number; readonly types: readonly string[] };
  readonly dateRange?: { readonly min: string | undefined; readonly max: string | undefined };
}

/** The children of a record through one lookup: `account.opportunities` is `opportunity.account`. */
export interface RelationModel {
  readonly name: string;
  readonly object: string;
  readonly by: string;
}

export interface RecordTypeModel {
  readonly name: string;
  readonly label: Label;
  readonly order: number;
  readonly default: boolean;
  /** Picklist fields narrowed for this record type. */
  readonly options: Readonly<Record<string, readonly string[]>>;
}

export interface KeyModel {
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly where: Expression | undefined;
  readonly message: Label | undefined;
}

export interface ValidationRuleModel {
  readonly name: string;
  readonly check: 'save' | 'commit';
  readonly refuseWhen: Expression;
  readonly at: string | undefined;
  readonly message: Label;
  readonly recordTypes: readonly string[] | undefined;
}

export interface ObjectVerbs {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly import: boolean;
  readonly export: boolean;
  readonly changeOwner: boolean;
  readonly seeDeleted: boolean;
}

export interface ObjectModel {
  readonly name: string;
  readonly plural: string;
  readonly label: Label;
  readonly pluralLabel: Label;
  readonly description: string | undefined;
  readonly icon: string | undefined;
  readonly color: string | undefined;
  readonly origin: string;
  /** The table's name within the tenant's schema. */
  readonly table: string;
  readonly sharing: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent';
  readonly appendOnly: boolean;
  /** Active fields in the order of their definition, system fields first. */
  readonly fields: Readonly<Record<string, FieldModel>>;
  /** Fields switched off: no surface shows them, their columns stay. */
  readonly dormantFields: Readonly<Record<string, FieldModel>>;
  /** Child relations by name. */
  readonly relations: Readonly<Record<string, RelationModel>>;
  readonly recordTypes: Readonly<Record<string, RecordTypeModel>>;
  readonly keys: Readonly<Record<string, KeyModel>>;
  readonly validationRules: Readonly<Record<string, ValidationRuleModel>>;
  readonly team: TeamModel | undefined;
  /** Only in a policy's view of the Model: what the person may do; left out: everything. */
  readonly allows?: ObjectVerbs;
  readonly renamedFrom: readonly string[];
  readonly hash: string;
}

export interface ParameterModel {
  readonly name: string;
  readonly label: Label;
  readonly type: RuleType;
  readonly value: string | boolean | readonly string[];
}

export interface NamedRuleModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string | undefined;
  readonly source: unknown;
}

export interface SettingsModel {
  readonly languages: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly currencies: readonly string[];
  /** Whose records heads of departments see: nobody's, those of their own departments, or also of the departments below. */
  readonly departmentHeads: 'none' | 'own' | 'withBelow';
  readonly passwords: PasswordPolicy;
  /** Whether a password alone signs in, or everybody needs a one-time code beside it. */
  readonly secondFactor: 'optional' | 'required';
  /** Whether administrators may act as another person. */
  readonly impersonation: boolean;
  /** Days after which entries of the audit log are purged. */
  readonly auditDays: number;
}

export interface PasswordPolicy {
  /** Characters at least, 8 to 128. */
  readonly minLength: number;
  /** Kinds of characters needed (lower case, upper case, digits, others), 1 to 4. */
  readonly minKinds: number;
  /** So many former passwords may not be taken again. */
  readonly remember: number;
  /** Days after which a new one is due; undefined: never. */
  readonly maxAgeDays: number | undefined;
}

export interface LayerInfo {
  readonly kind: 'platform' | 'pack' | 'tenant';
  readonly name: string;
  readonly version: string;
}

export interface Model {
  /** Content hash of the effective metadata: equal hashes, equal runtimes. */
  readonly hash: string;
  readonly layers: readonly LayerInfo[];
  readonly settings: SettingsModel;
  readonly objects: Readonly<Record<string, ObjectModel>>;
  readonly layouts: Readonly<Record<string, LayoutModel>>;
  readonly listViews: Readonly<Record<string, ListViewModel>>;
  readonly apps: Readonly<Record<string, AppModel>>;
  readonly parameters: Readonly<Record<string, ParameterModel>>;
  readonly rules: Readonly<Record<string, NamedRuleModel>>;
  readonly roles: Readonly<Record<string, GrantSetModel>>;
  readonly permissionSets: Readonly<Record<string, GrantSetModel>>;
  readonly sharingRules: Readonly<Record<string, SharingRuleModel>>;
  /** The effective metadata as JSON, by kind and name: what the hash is made from and what the API shows. */
  readonly source: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
