// What the Model has of fields.
import type { AggregateExpression, Expression, PathExpression, RuleType } from '@tessera/rules';
import type { Label } from './label.ts';

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

/** What a value tells of a person, and so in which form a masked copy has another in its place. */
export type PersonalKind = 'name' | 'email' | 'phone' | 'url' | 'code' | 'text' | 'date' | 'address';

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
  readonly upkeep: 'transaction' | 'schedule' | 'live';
  /** With `schedule`: its turns, by the tenant's clocks. */
  readonly cron?: string;
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
  /** Left out: it tells nothing of anybody, or nobody has said. */
  readonly personal?: PersonalKind;
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
