// The JSON of each kind of metadata. Generated from schemas/ by `npm run generate`; do not edit.

/**
 * A scalar stands for itself; `{ "literal": … }` for a JSON value meant as such; `{ "ref": … }` names a record; any other object is a rule.
 */
export type ValueJson = string | number | boolean | null | RuleExpressionJson;
/**
 * Changes to a component of a lower layer, by stable key: what is named is set or merged, null removes it. The result must be a whole component.
 */
export type ExtensionJson =
  | ObjectChangeJson
  | LayoutChangeJson
  | ListViewChangeJson
  | AppChangeJson
  | ParameterChangeJson
  | NamedRuleChangeJson
  | RoleChangeJson
  | PermissionSetChangeJson
  | SharingRuleChangeJson;
/**
 * With `type`: a new field, in full. Without: changes to a field of a lower layer.
 */
export type FieldEntryJson = FieldJson | FieldChangeJson;
/**
 * A field of an object. `type` decides what else it may say.
 */
export type FieldJson =
  | TextFieldJson
  | TextareaFieldJson
  | RichTextFieldJson
  | EmailFieldJson
  | PhoneFieldJson
  | URLFieldJson
  | NumberFieldJson
  | CurrencyFieldJson
  | PercentFieldJson
  | BooleanFieldJson
  | DateFieldJson
  | DatetimeFieldJson
  | TimeFieldJson
  | PicklistFieldJson
  | MultiPicklistFieldJson
  | AutoNumberFieldJson
  | LookupFieldJson
  | MasterDetailFieldJson
  | UserFieldJson
  | DepartmentFieldJson
  | FileFieldJson
  | ImageFieldJson
  | AddressFieldJson
  | LocationFieldJson
  | FormulaFieldJson
  | RollUpFieldJson
  | QuoteFieldJson
  | SecretFieldJson
  | JSONFieldJson;

/**
 * A menu of objects and list views for one line of work.
 */
export interface AppJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The app's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * What users see.
   */
  label: LabelJson;
  /**
   * The icon's name in the console. Default: a plain one.
   */
  icon?: string;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * The menu.
   */
  items: {
    /**
     * A menu item by its name.
     */
    [k: string]: AppItemJson;
  };
  /**
   * false switches the app off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the app: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A text per language: `{ "en": "Account", "zh-CN": "客户" }`; at least one.
 */
export interface LabelJson {
  [k: string]: string;
}
/**
 * A menu item.
 */
export interface AppItemJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * Opens the object's list. Either this or `listView`.
   */
  object?: string;
  /**
   * Opens this list view. Either this or `object`.
   */
  listView?: string;
  /**
   * Default: the plural label of the object, or the label of the list view.
   */
  label?: LabelJson;
  /**
   * false switches the item off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * JSON-Logic: an object with one operator, e.g. `{ ">": [ { "var": "amount" }, 100 ] }`.
 */
export interface RuleExpressionJson {
  [k: string]: unknown;
}
/**
 * One figure over many records: a child relation of the record.
 */
export interface AggregateJson {
  /**
   * The child relation, by the `inverse` name of the lookup or masterDetail that makes it.
   */
  of: string;
  /**
   * What is worked out.
   */
  function: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max' | 'first' | 'list' | 'some' | 'all' | 'none';
  /**
   * What of each child goes in: a rule over the child. `count` needs none.
   */
  value?: RuleExpressionJson;
  /**
   * Which children count: a condition over the child. Default: all.
   */
  where?: RuleExpressionJson;
  /**
   * The order in which `first` and `list` see the children.
   */
  sort?: {
    [k: string]: SortKeyJson;
  };
  /**
   * At most so many children, after `where` and `sort`. Default: all.
   */
  first?: number;
  description?: string;
}
/**
 * How one path sorts.
 */
export interface SortKeyJson {
  /**
   * Its place among the sort keys, lowest first.
   */
  order?: number;
  /**
   * Default: ascending.
   */
  direction?: 'ascending' | 'descending';
  description?: string;
}
/**
 * A column of a list.
 */
export interface ColumnJson {
  /**
   * Its place, left first. Leave gaps (10, 20, 30).
   */
  order?: number;
  description?: string;
}
/**
 * Records that come with the pack: written here, or read from a CSV beside this file.
 */
export interface DataJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The data set's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * The object whose records they are.
   */
  object: string;
  /**
   * Who has the last word: `pack` (an upgrade writes them again), `once` (written at install, then the tenant's), `demo` (only where demo data is asked for).
   */
  owner?: 'pack' | 'once' | 'demo';
  /**
   * When it is loaded, lowest first, over all files of the pack.
   */
  order?: number;
  /**
   * The field or key by which a record that is there already is found and updated; more than one such record is an error.
   */
  by?: string;
  /**
   * The records, by a name that `{ "ref": … }` uses in all files of the pack.
   */
  records?: {
    /**
     * Values by field.
     */
    [k: string]: {
      /**
       * A value.
       */
      [k: string]: ValueJson;
    };
  };
  /**
   * A file beside this one.
   */
  file?: string;
  /**
   * How the columns of `file` become fields.
   */
  mapping?: ImportMappingJson;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * How the columns of a file become the fields of an object. A column that is not named stops the import.
 */
export interface ImportMappingJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * `csv` (first line: headers) or `ndjson` (one JSON object a line).
   */
  format?: 'csv' | 'ndjson';
  /**
   * What stands between the columns of a CSV.
   */
  delimiter?: ',' | ';' | '\t' | '|';
  /**
   * The file's character set. A byte order mark wins.
   */
  encoding?: 'utf-8' | 'utf-16le' | 'gb18030' | 'windows-1252';
  /**
   * The columns by their header; null ignores one.
   */
  columns: {
    /**
     * A column by its header.
     */
    [k: string]: ImportColumnJson | null;
  };
  /**
   * Further fields from constants and rules. `{ "var": "$row.sales_agent" }` is a column's text by header: trimmed, after `values`, null where empty; ignored columns too. Default: none.
   */
  set?: {
    /**
     * A constant, or a rule.
     */
    [k: string]: ValueJson;
  };
  /**
   * Rows to leave out: a condition over `$row`. Default: none.
   */
  skipWhen?: RuleExpressionJson;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What becomes of a column.
 */
export interface ImportColumnJson {
  /**
   * The field that it fills.
   */
  field: string;
  /**
   * Replacements of the text, before anything else: `{ "technolgy": "technology" }`. What is not named stays.
   */
  values?: {
    /**
     * The text to take instead; null: empty.
     */
    [k: string]: string | null;
  };
  /**
   * How dates are written: `M/D/YYYY`, `DD.MM.YYYY HH:mm`. Default: ISO 8601.
   */
  date?: string;
  /**
   * How the text finds a record of the target. Default: by id.
   */
  lookup?: ImportLookupJson;
  /**
   * Blanks at both ends go.
   */
  trim?: boolean;
  /**
   * What an empty cell means: this value. Default: null, the field is emptied; a new record takes its default.
   */
  empty?: ValueJson;
  /**
   * A number is multiplied by this: 1000000 where the file says millions.
   */
  scale?: number;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * How a text finds a record.
 */
export interface ImportLookupJson {
  /**
   * The field or one-field key of the target that holds the text.
   */
  by?: string;
  /**
   * Where the lookup has several targets: which. Default: the only one.
   */
  object?: string;
  /**
   * When no record is found: the row fails, the field stays empty, or a record is made with that text.
   */
  onMissing?: 'error' | 'null' | 'create';
  /**
   * Looked up after all rows are in: for rows that name later rows of the same file.
   */
  deferred?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind object.
 */
export interface ObjectChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind?: 'object';
  /**
   * One record, as users call it. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * Several records. Default: `label`.
   */
  pluralLabel?: LabelChangeJson | null;
  /**
   * The icon's name in the console. Default: a plain one.
   */
  icon?: string | null;
  /**
   * The icon's colour.
   */
  color?: 'grey' | 'blue' | 'green' | 'yellow' | 'orange' | 'red' | 'purple' | null;
  /**
   * Who reads and writes a record besides its owner and those above: `private` nobody, `publicRead` all read, `publicReadWrite` all write, `controlledByParent` as the master.
   */
  sharing?: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent' | null;
  /**
   * Records are never changed or deleted, corrections are new records.
   */
  appendOnly?: boolean | null;
  /**
   * The fields. Every object has `name` (text, required) unless it is declared here, as text or autoNumber.
   */
  fields?: {
    /**
     * A field by its name.
     */
    [k: string]: FieldEntryJson | null;
  } | null;
  /**
   * Kinds of records with their own layouts and options. Default: none.
   */
  recordTypes?: {
    /**
     * A record type by its name.
     */
    [k: string]: RecordTypeChangeJson | null;
  } | null;
  /**
   * Keys and indexes. Default: none.
   */
  keys?: {
    /**
     * A key by its name.
     */
    [k: string]: KeyChangeJson | null;
  } | null;
  /**
   * What is refused when a record is saved. Default: nothing.
   */
  validationRules?: {
    /**
     * A validation rule by its name.
     */
    [k: string]: ValidationRuleChangeJson | null;
  } | null;
  /**
   * People beside the owner who work on a record. Default: no team.
   */
  team?: TeamChangeJson | null;
  /**
   * false switches the object off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A text per language: `{ "en": "Account", "zh-CN": "客户" }`; at least one.
 */
export interface LabelChangeJson {
  [k: string]: string | null;
}
/**
 * One line of text.
 */
export interface TextFieldJson extends KeyedFieldJson {
  /**
   * One line of text.
   */
  type: 'text';
  /**
   * Most characters.
   */
  maxLength?: number;
  /**
   * Fewest characters. Default: none.
   */
  minLength?: number;
  /**
   * A regular expression that the whole value must match. Default: none.
   */
  pattern?: string;
}
/**
 * A field with a short value that is filtered, sorted and searched by.
 */
export interface KeyedFieldJson extends EnteredFieldJson {
  /**
   * No two live records may have the same value (empty ones may).
   */
  unique?: boolean;
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean;
}
/**
 * A field that people fill in.
 */
export interface EnteredFieldJson extends DescribedFieldJson {
  /**
   * Whether a value must be given: always, or when the rule over the record holds.
   */
  required?: boolean | RuleExpressionJson;
  /**
   * Whether users may not write it (imports and automations may): always, or when the rule holds.
   */
  readOnly?: boolean | RuleExpressionJson;
  /**
   * The value of a new record that gives none: a scalar, or a rule. Default: empty.
   */
  default?: ValueJson;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean;
}
/**
 * What every field may say.
 */
export interface DescribedFieldJson {
  /**
   * What users see. Default: the name in words.
   */
  label?: LabelJson;
  /**
   * A hint beside the field. Default: none.
   */
  help?: LabelJson;
  /**
   * false switches the field off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the field: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Several lines of plain text.
 */
export interface TextareaFieldJson extends WrittenFieldJson {
  /**
   * Several lines of plain text.
   */
  type: 'textarea';
  /**
   * Most characters.
   */
  maxLength?: number;
}
/**
 * A field of long text.
 */
export interface WrittenFieldJson extends EnteredFieldJson {
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
}
/**
 * Formatted text (HTML, sanitised on write).
 */
export interface RichTextFieldJson extends WrittenFieldJson {
  /**
   * Formatted text (HTML, sanitised on write).
   */
  type: 'richText';
  /**
   * Most characters, mark-up included.
   */
  maxLength?: number;
}
/**
 * An email address.
 */
export interface EmailFieldJson extends KeyedFieldJson {
  /**
   * An email address.
   */
  type: 'email';
}
/**
 * A telephone number.
 */
export interface PhoneFieldJson extends KeyedFieldJson {
  /**
   * A telephone number.
   */
  type: 'phone';
}
/**
 * A web address (http or https).
 */
export interface URLFieldJson extends KeyedFieldJson {
  /**
   * A web address (http or https).
   */
  type: 'url';
}
/**
 * An exact decimal number.
 */
export interface NumberFieldJson extends KeyedFieldJson {
  /**
   * An exact decimal number.
   */
  type: 'number';
  /**
   * Digits in all; up to 15 travel as JSON numbers, more as strings.
   */
  precision?: number;
  /**
   * Digits after the point; values are rounded half up.
   */
  scale?: number;
  /**
   * Smallest value taken. Default: none.
   */
  min?: number;
  /**
   * Largest value taken. Default: none.
   */
  max?: number;
}
/**
 * An amount of money in one currency: the tenant's, unless `currency` or `currencyField` says another.
 */
export interface CurrencyFieldJson extends KeyedFieldJson {
  /**
   * An amount of money in one currency: the tenant's, unless `currency` or `currencyField` says another.
   */
  type: 'currency';
  /**
   * Digits in all; up to 15 travel as JSON numbers, more as strings.
   */
  precision?: number;
  /**
   * Digits after the point; values are rounded half up.
   */
  scale?: number;
  /**
   * Smallest value taken. Default: none.
   */
  min?: number;
  /**
   * Largest value taken. Default: none.
   */
  max?: number;
  /**
   * The one currency of all values. Default: the tenant's.
   */
  currency?: string;
  /**
   * The field of this object that holds the ISO code. Not beside `currency`.
   */
  currencyField?: string;
}
/**
 * A share: 10 % is 0.1.
 */
export interface PercentFieldJson extends KeyedFieldJson {
  /**
   * A share: 10 % is 0.1.
   */
  type: 'percent';
  /**
   * Digits in all; up to 15 travel as JSON numbers, more as strings.
   */
  precision?: number;
  /**
   * Digits after the point; values are rounded half up.
   */
  scale?: number;
  /**
   * Smallest value taken. Default: none.
   */
  min?: number;
  /**
   * Largest value taken. Default: none.
   */
  max?: number;
}
/**
 * Yes or no, never empty.
 */
export interface BooleanFieldJson extends DescribedFieldJson {
  /**
   * Yes or no, never empty.
   */
  type: 'boolean';
  /**
   * The value of a new record that gives none: true, false, or a rule.
   */
  default?: boolean | RuleExpressionJson;
  /**
   * Whether users may not write it (imports and automations may): always, or when the rule holds.
   */
  readOnly?: boolean | RuleExpressionJson;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean;
}
/**
 * A calendar date without time or zone.
 */
export interface DateFieldJson extends KeyedFieldJson {
  /**
   * A calendar date without time or zone.
   */
  type: 'date';
  /**
   * Earliest date taken. Default: none.
   */
  min?: string;
  /**
   * Latest date taken. Default: none.
   */
  max?: string;
}
/**
 * An instant; travels in UTC, shown in the reader's zone.
 */
export interface DatetimeFieldJson extends KeyedFieldJson {
  /**
   * An instant; travels in UTC, shown in the reader's zone.
   */
  type: 'datetime';
}
/**
 * A time of day.
 */
export interface TimeFieldJson extends KeyedFieldJson {
  /**
   * A time of day.
   */
  type: 'time';
}
/**
 * One of a closed set of options.
 */
export interface PicklistFieldJson extends KeyedFieldJson {
  /**
   * One of a closed set of options.
   */
  type: 'picklist';
  /**
   * The choices, by stable key. Either this or `optionsOf`.
   */
  options?: {
    /**
     * An option by its key.
     */
    [k: string]: OptionJson;
  };
  /**
   * The choices are the components of this kind, as they come and go. Either this or `options`.
   */
  optionsOf?: 'role' | 'permissionSet';
  /**
   * Offer only what fits another picklist. Default: every option always.
   */
  dependsOn?: DependsOnJson;
}
/**
 * One choice of a picklist.
 */
export interface OptionJson {
  /**
   * What users see. Default: the key in words.
   */
  label?: LabelJson;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * The colour of its badge. Default: none.
   */
  color?: 'grey' | 'blue' | 'green' | 'yellow' | 'orange' | 'red' | 'purple';
  /**
   * false switches the option off without removing it.
   */
  active?: boolean;
  /**
   * Former keys: stored values move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * How one picklist controls another.
 */
export interface DependsOnJson {
  /**
   * The controlling picklist (or boolean) of the same object.
   */
  field: string;
  /**
   * For each option of the controlling field, the options that may be chosen; where it is not named, none.
   */
  values: {
    /**
     * What may be chosen then.
     */
    [k: string]: string[];
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Any number of a closed set of options.
 */
export interface MultiPicklistFieldJson extends EnteredFieldJson {
  /**
   * Any number of a closed set of options.
   */
  type: 'multiPicklist';
  /**
   * The choices, by stable key. Either this or `optionsOf`.
   */
  options?: {
    /**
     * An option by its key.
     */
    [k: string]: OptionJson;
  };
  /**
   * The choices are the components of this kind, as they come and go. Either this or `options`.
   */
  optionsOf?: 'role' | 'permissionSet';
  /**
   * Offer only what fits another picklist. Default: every option always.
   */
  dependsOn?: DependsOnJson;
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean;
}
/**
 * A running number, given once when the record is made; unique and read-only.
 */
export interface AutoNumberFieldJson extends DescribedFieldJson {
  /**
   * A running number, given once when the record is made; unique and read-only.
   */
  type: 'autoNumber';
  /**
   * Text with `{YYYY}`, `{YY}`, `{MM}`, `{DD}` and one run of zeros for the number: `OPP-{YYYY}{MM}-{0000}`.
   */
  format?: string;
  /**
   * The first number.
   */
  start?: number;
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
}
/**
 * A reference to a record of one object, or of one of several.
 */
export interface LookupFieldJson extends KeyedFieldJson {
  /**
   * A reference to a record of one object, or of one of several.
   */
  type: 'lookup';
  /**
   * The target object, or a list of target objects.
   */
  to: string | string[];
  /**
   * The name of the list of these records on the target: `account.opportunities`. Default: no such list.
   */
  inverse?: string;
  /**
   * When the target is deleted: refuse, or empty this field.
   */
  onDelete?: 'restrict' | 'setNull';
  /**
   * Which records of the target may be chosen: a condition over the target; `$record` is this record. Default: all.
   */
  filter?: RuleExpressionJson;
}
/**
 * The record that this one is part of: always required, deleted with it.
 */
export interface MasterDetailFieldJson extends DescribedFieldJson {
  /**
   * The record that this one is part of: always required, deleted with it.
   */
  type: 'masterDetail';
  /**
   * The master object.
   */
  to: string;
  /**
   * The name of the list of these records on the target: `account.opportunities`. Default: no such list.
   */
  inverse: string;
  /**
   * Whether a detail may move to another master.
   */
  reparent?: boolean;
  /**
   * The value of a new record that gives none: a scalar, or a rule. Default: empty.
   */
  default?: ValueJson;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean;
}
/**
 * A person who works here: a lookup to `user`.
 */
export interface UserFieldJson extends KeyedFieldJson {
  /**
   * A person who works here: a lookup to `user`.
   */
  type: 'user';
  /**
   * The name of the list of these records on the target: `account.opportunities`. Default: no such list.
   */
  inverse?: string;
  /**
   * When the target is deleted: refuse, or empty this field.
   */
  onDelete?: 'restrict' | 'setNull';
  /**
   * Which people may be chosen: a condition over the user. Default: all.
   */
  filter?: RuleExpressionJson;
}
/**
 * A department: a lookup to `department`.
 */
export interface DepartmentFieldJson extends KeyedFieldJson {
  /**
   * A department: a lookup to `department`.
   */
  type: 'department';
  /**
   * The name of the list of these records on the target: `account.opportunities`. Default: no such list.
   */
  inverse?: string;
  /**
   * When the target is deleted: refuse, or empty this field.
   */
  onDelete?: 'restrict' | 'setNull';
  /**
   * Which departments may be chosen. Default: all.
   */
  filter?: RuleExpressionJson;
}
/**
 * An attached file.
 */
export interface FileFieldJson extends AttachedFieldJson {
  /**
   * An attached file.
   */
  type: 'file';
  /**
   * Largest size in bytes. Default: the server's limit.
   */
  maxSize?: number;
  /**
   * Media types taken: `application/pdf`, `image/*`. Default: all.
   */
  types?: string[];
}
/**
 * A field that holds a file.
 */
export interface AttachedFieldJson extends DescribedFieldJson {
  /**
   * Whether a value must be given: always, or when the rule over the record holds.
   */
  required?: boolean | RuleExpressionJson;
  /**
   * Whether users may not write it (imports and automations may): always, or when the rule holds.
   */
  readOnly?: boolean | RuleExpressionJson;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean;
}
/**
 * An attached picture, shown as such.
 */
export interface ImageFieldJson extends AttachedFieldJson {
  /**
   * An attached picture, shown as such.
   */
  type: 'image';
  /**
   * Largest size in bytes. Default: the server's limit.
   */
  maxSize?: number;
  /**
   * Media types taken. Default: PNG, JPEG, GIF, WebP.
   */
  types?: string[];
}
/**
 * A postal address in parts (street, city, state, postalCode, country).
 */
export interface AddressFieldJson extends EnteredFieldJson {
  /**
   * A postal address in parts (street, city, state, postalCode, country).
   */
  type: 'address';
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
}
/**
 * A place on earth: latitude and longitude in degrees.
 */
export interface LocationFieldJson extends EnteredFieldJson {
  /**
   * A place on earth: latitude and longitude in degrees.
   */
  type: 'location';
}
/**
 * Worked out from other fields. One that uses today or now is worked out when it is read.
 */
export interface FormulaFieldJson extends DescribedFieldJson {
  /**
   * Worked out from other fields. One that uses today or now is worked out when it is read.
   */
  type: 'formula';
  /**
   * The type of the result.
   */
  returns: 'text' | 'number' | 'currency' | 'percent' | 'boolean' | 'date' | 'datetime';
  /**
   * What is worked out, over the record.
   */
  formula: RuleExpressionJson;
  /**
   * For number, currency, percent: digits in all. Default: that of the type.
   */
  precision?: number;
  /**
   * Digits after the point. Default: that of the type.
   */
  scale?: number;
  /**
   * Global search looks into it.
   */
  searchable?: boolean;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean;
}
/**
 * One figure over the record's children.
 */
export interface RollUpFieldJson extends DescribedFieldJson {
  /**
   * One figure over the record's children.
   */
  type: 'rollup';
  /**
   * Over which children, and how.
   */
  aggregate: AggregateJson;
  /**
   * `transaction`: stored, exact at commit; `live`: worked out when read (needed where `where` uses today or now).
   */
  upkeep?: 'transaction' | 'live';
  /**
   * The type of the result. Default: as `function` and `value` give it.
   */
  returns?: 'text' | 'number' | 'currency' | 'percent' | 'boolean' | 'date' | 'datetime';
  /**
   * Digits in all. Default: that of the value.
   */
  precision?: number;
  /**
   * Digits after the point. Default: that of the value.
   */
  scale?: number;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean;
}
/**
 * Shows a field of the record that a lookup leads to; empty where the reader may not read it.
 */
export interface QuoteFieldJson extends DescribedFieldJson {
  /**
   * Shows a field of the record that a lookup leads to; empty where the reader may not read it.
   */
  type: 'quote';
  /**
   * The lookup, masterDetail, user or department field.
   */
  through: string;
  /**
   * The field of the target.
   */
  field: string;
}
/**
 * Kept encrypted, written but never read back.
 */
export interface SecretFieldJson extends DescribedFieldJson {
  /**
   * Kept encrypted, written but never read back.
   */
  type: 'secret';
  /**
   * Most characters.
   */
  maxLength?: number;
  /**
   * Whether a value must be given: always, or when the rule over the record holds.
   */
  required?: boolean | RuleExpressionJson;
  /**
   * Whether users may not write it (imports and automations may): always, or when the rule holds.
   */
  readOnly?: boolean | RuleExpressionJson;
}
/**
 * Any JSON value.
 */
export interface JSONFieldJson extends EnteredFieldJson {
  /**
   * Any JSON value.
   */
  type: 'json';
  /**
   * Largest size in bytes.
   */
  maxSize?: number;
}
/**
 * Changes to a field of a lower layer; its type stays.
 */
export interface FieldChangeJson {
  /**
   * What users see. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * A hint beside the field. Default: none.
   */
  help?: LabelChangeJson | null;
  /**
   * false switches the field off without removing it.
   */
  active?: boolean | null;
  /**
   * Whether a value must be given: always, or when the rule over the record holds.
   */
  required?: boolean | null | RuleExpressionJson;
  /**
   * Whether users may not write it (imports and automations may): always, or when the rule holds.
   */
  readOnly?: boolean | null | RuleExpressionJson;
  /**
   * The value of a new record that gives none: a scalar, or a rule. Default: empty.
   */
  default?: string | number | boolean | null | RuleExpressionJson;
  /**
   * Keep old and new value of each change.
   */
  history?: boolean | null;
  /**
   * No two live records may have the same value (empty ones may).
   */
  unique?: boolean | null;
  /**
   * Global search looks into it.
   */
  searchable?: boolean | null;
  /**
   * An index for filters and sorts by this field.
   */
  indexed?: boolean | null;
  /**
   * Most characters.
   */
  maxLength?: number | null;
  /**
   * Fewest characters. Default: none.
   */
  minLength?: number | null;
  /**
   * A regular expression that the whole value must match. Default: none.
   */
  pattern?: string | null;
  /**
   * Digits in all; up to 15 travel as JSON numbers, more as strings.
   */
  precision?: number | null;
  /**
   * Digits after the point; values are rounded half up.
   */
  scale?: number | null;
  /**
   * Smallest value taken. Default: none.
   */
  min?: number | string | null;
  /**
   * Largest value taken. Default: none.
   */
  max?: number | string | null;
  /**
   * The one currency of all values. Default: the tenant's.
   */
  currency?: string | null;
  /**
   * The field of this object that holds the ISO code. Not beside `currency`.
   */
  currencyField?: string | null;
  /**
   * The choices, by stable key. Either this or `optionsOf`.
   */
  options?: {
    /**
     * An option by its key.
     */
    [k: string]: OptionChangeJson | null;
  } | null;
  /**
   * The choices are the components of this kind, as they come and go. Either this or `options`.
   */
  optionsOf?: 'role' | 'permissionSet' | null;
  /**
   * Offer only what fits another picklist. Default: every option always.
   */
  dependsOn?: DependsOnChangeJson | null;
  /**
   * Text with `{YYYY}`, `{YY}`, `{MM}`, `{DD}` and one run of zeros for the number: `OPP-{YYYY}{MM}-{0000}`.
   */
  format?: string | null;
  /**
   * The first number.
   */
  start?: number | null;
  /**
   * The name of the list of these records on the target: `account.opportunities`. Default: no such list.
   */
  inverse?: string | null;
  /**
   * When the target is deleted: refuse, or empty this field.
   */
  onDelete?: 'restrict' | 'setNull' | null;
  /**
   * Which records of the target may be chosen: a condition over the target; `$record` is this record. Default: all.
   */
  filter?: RuleExpressionJson | null;
  /**
   * Whether a detail may move to another master.
   */
  reparent?: boolean | null;
  /**
   * Largest size in bytes. Default: the server's limit.
   */
  maxSize?: number | null;
  /**
   * Media types taken: `application/pdf`, `image/*`. Default: all.
   */
  types?: string[] | null;
  /**
   * What is worked out, over the record.
   */
  formula?: RuleExpressionJson | null;
  /**
   * Over which children, and how.
   */
  aggregate?: AggregateChangeJson | null;
  /**
   * `transaction`: stored, exact at commit; `live`: worked out when read (needed where `where` uses today or now).
   */
  upkeep?: 'transaction' | 'live' | null;
  /**
   * The lookup, masterDetail, user or department field.
   */
  through?: string | null;
  /**
   * The field of the target.
   */
  field?: string | null;
  description?: string;
}
/**
 * A change: One choice of a picklist.
 */
export interface OptionChangeJson {
  /**
   * What users see. Default: the key in words.
   */
  label?: LabelChangeJson | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * The colour of its badge. Default: none.
   */
  color?: 'grey' | 'blue' | 'green' | 'yellow' | 'orange' | 'red' | 'purple' | null;
  /**
   * false switches the option off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: How one picklist controls another.
 */
export interface DependsOnChangeJson {
  /**
   * The controlling picklist (or boolean) of the same object.
   */
  field?: string | null;
  /**
   * For each option of the controlling field, the options that may be chosen; where it is not named, none.
   */
  values?: {
    /**
     * What may be chosen then.
     */
    [k: string]: string[] | null;
  } | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: One figure over many records: a child relation of the record.
 */
export interface AggregateChangeJson {
  /**
   * The child relation, by the `inverse` name of the lookup or masterDetail that makes it.
   */
  of?: string | null;
  /**
   * What is worked out.
   */
  function?: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max' | 'first' | 'list' | 'some' | 'all' | 'none' | null;
  /**
   * What of each child goes in: a rule over the child. `count` needs none.
   */
  value?: RuleExpressionJson | null;
  /**
   * Which children count: a condition over the child. Default: all.
   */
  where?: RuleExpressionJson | null;
  /**
   * The order in which `first` and `list` see the children.
   */
  sort?: {
    [k: string]: SortKeyChangeJson | null;
  } | null;
  /**
   * At most so many children, after `where` and `sort`. Default: all.
   */
  first?: number | null;
  description?: string;
}
/**
 * A change: How one path sorts.
 */
export interface SortKeyChangeJson {
  /**
   * Its place among the sort keys, lowest first.
   */
  order?: number | null;
  /**
   * Default: ascending.
   */
  direction?: 'ascending' | 'descending' | null;
  description?: string;
}
/**
 * A change: A kind of records of one object.
 */
export interface RecordTypeChangeJson {
  /**
   * What users see. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * false switches the record type off without removing it.
   */
  active?: boolean | null;
  /**
   * New records have this type unless they say another. One per object; default: the first.
   */
  default?: boolean | null;
  /**
   * For each picklist named, the only options that this type offers. Default: all.
   */
  options?: {
    /**
     * The options offered.
     */
    [k: string]: string[] | null;
  } | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: Fields that tell a record, or that are looked up together.
 */
export interface KeyChangeJson {
  /**
   * The fields, in the order of the index.
   */
  fields?: string[] | null;
  /**
   * No two live records may agree in all of them. false makes a plain index.
   */
  unique?: boolean | null;
  /**
   * Only records that this holds for are in it. Default: all.
   */
  where?: RuleExpressionJson | null;
  /**
   * What users read when the key is taken. Default: a general text.
   */
  message?: LabelChangeJson | null;
  /**
   * false switches the key off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: A condition under which a record is refused.
 */
export interface ValidationRuleChangeJson {
  /**
   * The condition that must not hold, over the record.
   */
  refuseWhen?: RuleExpressionJson | null;
  /**
   * `save`: before the record is written; `commit`: once at the end, when the roll-ups are right.
   */
  check?: 'save' | 'commit' | null;
  /**
   * The field that the message is shown at. Default: the record as a whole.
   */
  at?: string | null;
  /**
   * What the user reads: what is wrong and what to do.
   */
  message?: LabelChangeJson | null;
  /**
   * Only for these record types. Default: all.
   */
  recordTypes?: string[] | null;
  /**
   * false switches the rule off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: The people beside the owner who work on a record.
 */
export interface TeamChangeJson {
  /**
   * The roles of its members.
   */
  roles?: {
    /**
     * A team role by its name.
     */
    [k: string]: TeamRoleChangeJson | null;
  } | null;
  /**
   * Who joins the team of a record when it is made. Default: nobody.
   */
  rules?: {
    /**
     * A team rule by its name.
     */
    [k: string]: TeamRuleChangeJson | null;
  } | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: What somebody is to a record.
 */
export interface TeamRoleChangeJson {
  /**
   * What users see.
   */
  label?: LabelChangeJson | null;
  /**
   * `read`: sees the record; `edit`: may change it too.
   */
  access?: 'read' | 'edit' | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * false switches the team role off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: Puts somebody on the team of a new record.
 */
export interface TeamRuleChangeJson {
  /**
   * Only for records that this holds for. Default: all.
   */
  when?: RuleExpressionJson | null;
  /**
   * Who joins: a rule over the record that gives a user; null gives nobody.
   */
  member?: RuleExpressionJson | null;
  /**
   * The team role that they join in.
   */
  role?: string | null;
  /**
   * false switches the team rule off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind layout.
 */
export interface LayoutChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'layout';
  /**
   * What consultants call it. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * For records of these types. Default: for all that no other layout names.
   */
  recordTypes?: string[] | null;
  /**
   * Groups of fields.
   */
  sections?: {
    /**
     * A section by its name.
     */
    [k: string]: SectionChangeJson | null;
  } | null;
  /**
   * Lists of child records below. Default: none.
   */
  relatedLists?: {
    /**
     * A related list by its name.
     */
    [k: string]: RelatedListChangeJson | null;
  } | null;
  /**
   * false switches the layout off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: A group of fields.
 */
export interface SectionChangeJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * Its heading. Default: none.
   */
  label?: LabelChangeJson | null;
  /**
   * Fields side by side.
   */
  columns?: number | null;
  /**
   * Shown only while this holds for the record. Default: always.
   */
  visibleWhen?: RuleExpressionJson | null;
  /**
   * The fields shown.
   */
  fields?: {
    /**
     * How a field is shown.
     */
    [k: string]: LayoutFieldChangeJson | null;
  } | null;
  /**
   * false switches the section off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: How a field is shown.
 */
export interface LayoutFieldChangeJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * Must be filled on this layout, beyond what the field itself asks.
   */
  required?: boolean | null | RuleExpressionJson;
  /**
   * Shown but not edited on this layout.
   */
  readOnly?: boolean | null | RuleExpressionJson;
  /**
   * Shown only while this holds for the record. Default: always.
   */
  visibleWhen?: RuleExpressionJson | null;
  /**
   * Takes the whole width.
   */
  wide?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: A list of child records.
 */
export interface RelatedListChangeJson {
  /**
   * The child relation: the `inverse` of a lookup.
   */
  relation?: string | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * Its heading. Default: the children's plural label.
   */
  label?: LabelChangeJson | null;
  /**
   * What is shown of each child. Default: its name.
   */
  columns?: {
    /**
     * A column by its path.
     */
    [k: string]: ColumnChangeJson | null;
  } | null;
  /**
   * Default: newest first.
   */
  sort?: {
    /**
     * A sort key by its path.
     */
    [k: string]: SortKeyChangeJson | null;
  } | null;
  /**
   * How many are shown at once.
   */
  first?: number | null;
  /**
   * false switches the list off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: A column of a list.
 */
export interface ColumnChangeJson {
  /**
   * Its place, left first. Leave gaps (10, 20, 30).
   */
  order?: number | null;
  description?: string;
}
/**
 * What an extension may change of a component of kind listView.
 */
export interface ListViewChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'listView';
  /**
   * What users pick it by.
   */
  label?: LabelChangeJson | null;
  /**
   * What is shown of each record, by path. Default: the name.
   */
  columns?: {
    /**
     * A column by its path.
     */
    [k: string]: ColumnChangeJson | null;
  } | null;
  /**
   * Which records: a condition; `$user` is the reader. Default: all that the reader may see.
   */
  filter?: RuleExpressionJson | null;
  /**
   * Default: newest first.
   */
  sort?: {
    /**
     * A sort key by its path.
     */
    [k: string]: SortKeyChangeJson | null;
  } | null;
  /**
   * For kanban: the picklist or lookup whose values are the lanes.
   */
  groupBy?: string | null;
  /**
   * For calendar: the date or datetime field that places a record.
   */
  dateField?: string | null;
  /**
   * For calendar: where it ends. Default: it takes one day, or one hour.
   */
  endField?: string | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * Opened first for its object. Default: the first by order.
   */
  default?: boolean | null;
  /**
   * false switches the list view off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind app.
 */
export interface AppChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'app';
  /**
   * What users see.
   */
  label?: LabelChangeJson | null;
  /**
   * The icon's name in the console. Default: a plain one.
   */
  icon?: string | null;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * The menu.
   */
  items?: {
    /**
     * A menu item by its name.
     */
    [k: string]: AppItemChangeJson | null;
  } | null;
  /**
   * false switches the app off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: A menu item.
 */
export interface AppItemChangeJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number | null;
  /**
   * Opens the object's list. Either this or `listView`.
   */
  object?: string | null;
  /**
   * Opens this list view. Either this or `object`.
   */
  listView?: string | null;
  /**
   * Default: the plural label of the object, or the label of the list view.
   */
  label?: LabelChangeJson | null;
  /**
   * false switches the item off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind parameter.
 */
export interface ParameterChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'parameter';
  /**
   * What it stands for. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * The type of the value.
   */
  type?: 'number' | 'text' | 'boolean' | 'date' | 'textList' | 'duration' | null;
  /**
   * The value, of the type said.
   */
  value?: number | string | boolean | string[] | null;
  /**
   * For a number: the smallest that a tenant may set. Default: none.
   */
  min?: number | null;
  /**
   * For a number: the largest that a tenant may set. Default: none.
   */
  max?: number | null;
  /**
   * Shown behind the value: `%`, `days`. Default: none.
   */
  unit?: LabelChangeJson | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind rule.
 */
export interface NamedRuleChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'rule';
  /**
   * What it stands for. Default: the name in words.
   */
  label?: LabelChangeJson | null;
  /**
   * The rule itself.
   */
  rule?: RuleExpressionJson | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind role.
 */
export interface RoleChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'role';
  /**
   * What users see.
   */
  label?: LabelChangeJson | null;
  /**
   * May do everything within the tenant; grants are not asked.
   */
  administrator?: boolean | null;
  /**
   * Grants by object, `*` for all that are not named; what is named replaces `*` as a whole. Default: none.
   */
  objects?: {
    /**
     * What is allowed on the object.
     */
    [k: string]: GrantChangeJson | null;
  } | null;
  /**
   * false switches the role off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A change: What a role or permission set allows on one object. Left out: not allowed.
 */
export interface GrantChangeJson {
  /**
   * The object is there for the person. Without it nothing else counts.
   */
  read?: boolean | null;
  /**
   * Make records.
   */
  create?: boolean | null;
  /**
   * Change records that the person may edit.
   */
  update?: boolean | null;
  /**
   * Delete records that the person may edit.
   */
  delete?: boolean | null;
  /**
   * See every record, whoever owns it.
   */
  viewAll?: boolean | null;
  /**
   * Change every record, whoever owns it; `update` and `delete` are still needed.
   */
  modifyAll?: boolean | null;
  /**
   * Import files; `create` or `update` is still needed.
   */
  import?: boolean | null;
  /**
   * Export records.
   */
  export?: boolean | null;
  /**
   * Give a record another owner.
   */
  changeOwner?: boolean | null;
  /**
   * See records in the recycle bin, and restore them together with `delete`.
   */
  seeDeleted?: boolean | null;
  /**
   * The record types that may be given to a record. Default: all.
   */
  recordTypes?: string[] | null;
  /**
   * Levels by field, `*` for all that are not named: `none`, `masked` (by its last four characters; text, email, phone and secret fields), `read` or `edit`. Default: none.
   */
  fields?: {
    /**
     * The level: `none`, `masked` (by its last four characters; text, email, phone and secret fields), `read` or `edit`.
     */
    [k: string]: 'none' | 'masked' | 'read' | 'edit' | null;
  } | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind permissionSet.
 */
export interface PermissionSetChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'permissionSet';
  /**
   * What users see.
   */
  label?: LabelChangeJson | null;
  /**
   * Everybody has it.
   */
  everyone?: boolean | null;
  /**
   * Grants by object, `*` for all that are not named; what is named replaces `*` as a whole. Default: none.
   */
  objects?: {
    /**
     * What is allowed on the object.
     */
    [k: string]: GrantChangeJson | null;
  } | null;
  /**
   * false switches the permission set off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What an extension may change of a component of kind sharingRule.
 */
export interface SharingRuleChangeJson {
  /**
   * The address of the schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The name of the component that is changed.
   */
  extends: string;
  /**
   * What kind of component it is.
   */
  kind: 'sharingRule';
  /**
   * What administrators see.
   */
  label?: LabelChangeJson | null;
  /**
   * Which records.
   */
  records?: SharedRecordsJson | null;
  /**
   * Who sees them then; at least one.
   */
  to?: {
    /**
     * A subject by a key of your choosing.
     */
    [k: string]: SubjectJson | null;
  } | null;
  /**
   * `read`: they see the records; `edit`: they may change them too.
   */
  access?: 'read' | 'edit' | null;
  /**
   * false switches the sharing rule off without removing it.
   */
  active?: boolean | null;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Which records a sharing rule opens: either `ownedBy` or `when`. One value: a change replaces it as a whole.
 */
export interface SharedRecordsJson {
  /**
   * Those whose owner is among these people.
   */
  ownedBy?: SubjectJson;
  /**
   * Those that this condition holds for, over the record.
   */
  when?: RuleExpressionJson;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Whom a rule speaks of: exactly one of `user`, `role`, `group` and `department`. One value: a change replaces it as a whole.
 */
export interface SubjectJson {
  /**
   * A person, by email.
   */
  user?: string;
  /**
   * Whoever has this role.
   */
  role?: string;
  /**
   * The members of the group with this code.
   */
  group?: string;
  /**
   * The people of the department with this code.
   */
  department?: string;
  /**
   * Also the people of the departments below it.
   */
  below?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What a role or permission set allows on one object. Left out: not allowed.
 */
export interface GrantJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The object is there for the person. Without it nothing else counts.
   */
  read?: boolean;
  /**
   * Make records.
   */
  create?: boolean;
  /**
   * Change records that the person may edit.
   */
  update?: boolean;
  /**
   * Delete records that the person may edit.
   */
  delete?: boolean;
  /**
   * See every record, whoever owns it.
   */
  viewAll?: boolean;
  /**
   * Change every record, whoever owns it; `update` and `delete` are still needed.
   */
  modifyAll?: boolean;
  /**
   * Import files; `create` or `update` is still needed.
   */
  import?: boolean;
  /**
   * Export records.
   */
  export?: boolean;
  /**
   * Give a record another owner.
   */
  changeOwner?: boolean;
  /**
   * See records in the recycle bin, and restore them together with `delete`.
   */
  seeDeleted?: boolean;
  /**
   * The record types that may be given to a record. Default: all.
   */
  recordTypes?: string[];
  /**
   * Levels by field, `*` for all that are not named: `none`, `masked` (by its last four characters; text, email, phone and secret fields), `read` or `edit`. Default: none.
   */
  fields?: {
    /**
     * The level: `none`, `masked` (by its last four characters; text, email, phone and secret fields), `read` or `edit`.
     */
    [k: string]: 'none' | 'masked' | 'read' | 'edit';
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Fields that tell a record, or that are looked up together.
 */
export interface KeyJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The fields, in the order of the index.
   */
  fields: string[];
  /**
   * No two live records may agree in all of them. false makes a plain index.
   */
  unique?: boolean;
  /**
   * Only records that this holds for are in it. Default: all.
   */
  where?: RuleExpressionJson;
  /**
   * What users read when the key is taken. Default: a general text.
   */
  message?: LabelJson;
  /**
   * false switches the key off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the key: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * How one record is shown and edited.
 */
export interface LayoutJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The layout's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * The object whose records it shows.
   */
  object: string;
  /**
   * What consultants call it. Default: the name in words.
   */
  label?: LabelJson;
  /**
   * For records of these types. Default: for all that no other layout names.
   */
  recordTypes?: string[];
  /**
   * Groups of fields.
   */
  sections: {
    /**
     * A section by its name.
     */
    [k: string]: SectionJson;
  };
  /**
   * Lists of child records below. Default: none.
   */
  relatedLists?: {
    /**
     * A related list by its name.
     */
    [k: string]: RelatedListJson;
  };
  /**
   * false switches the layout off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the layout: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A group of fields.
 */
export interface SectionJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * Its heading. Default: none.
   */
  label?: LabelJson;
  /**
   * Fields side by side.
   */
  columns?: number;
  /**
   * Shown only while this holds for the record. Default: always.
   */
  visibleWhen?: RuleExpressionJson;
  /**
   * The fields shown.
   */
  fields?: {
    /**
     * How a field is shown.
     */
    [k: string]: LayoutFieldJson;
  };
  /**
   * false switches the section off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * How a field is shown.
 */
export interface LayoutFieldJson {
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * Must be filled on this layout, beyond what the field itself asks.
   */
  required?: boolean | RuleExpressionJson;
  /**
   * Shown but not edited on this layout.
   */
  readOnly?: boolean | RuleExpressionJson;
  /**
   * Shown only while this holds for the record. Default: always.
   */
  visibleWhen?: RuleExpressionJson;
  /**
   * Takes the whole width.
   */
  wide?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A list of child records.
 */
export interface RelatedListJson {
  /**
   * The child relation: the `inverse` of a lookup.
   */
  relation: string;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * Its heading. Default: the children's plural label.
   */
  label?: LabelJson;
  /**
   * What is shown of each child. Default: its name.
   */
  columns?: {
    /**
     * A column by its path.
     */
    [k: string]: ColumnJson;
  };
  /**
   * Default: newest first.
   */
  sort?: {
    /**
     * A sort key by its path.
     */
    [k: string]: SortKeyJson;
  };
  /**
   * How many are shown at once.
   */
  first?: number;
  /**
   * false switches the list off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A saved way to look at an object's records.
 */
export interface ListViewJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The list view's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * The object whose records it lists.
   */
  object: string;
  /**
   * What users pick it by.
   */
  label: LabelJson;
  /**
   * How it is drawn.
   */
  kind?: 'table' | 'kanban' | 'calendar';
  /**
   * What is shown of each record, by path. Default: the name.
   */
  columns?: {
    /**
     * A column by its path.
     */
    [k: string]: ColumnJson;
  };
  /**
   * Which records: a condition; `$user` is the reader. Default: all that the reader may see.
   */
  filter?: RuleExpressionJson;
  /**
   * Default: newest first.
   */
  sort?: {
    /**
     * A sort key by its path.
     */
    [k: string]: SortKeyJson;
  };
  /**
   * For kanban: the picklist or lookup whose values are the lanes.
   */
  groupBy?: string;
  /**
   * For calendar: the date or datetime field that places a record.
   */
  dateField?: string;
  /**
   * For calendar: where it ends. Default: it takes one day, or one hour.
   */
  endField?: string;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * Opened first for its object. Default: the first by order.
   */
  default?: boolean;
  /**
   * false switches the list view off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the list view: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A kind of record: its fields, keys, record types and checks.
 */
export interface ObjectJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The object's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * The name of several, as REST and GraphQL lists use it: `opportunities`.
   */
  plural: string;
  /**
   * One record, as users call it. Default: the name in words.
   */
  label: LabelJson;
  /**
   * Several records. Default: `label`.
   */
  pluralLabel?: LabelJson;
  /**
   * The icon's name in the console. Default: a plain one.
   */
  icon?: string;
  /**
   * The icon's colour.
   */
  color?: 'grey' | 'blue' | 'green' | 'yellow' | 'orange' | 'red' | 'purple';
  /**
   * Who reads and writes a record besides its owner and those above: `private` nobody, `publicRead` all read, `publicReadWrite` all write, `controlledByParent` as the master.
   */
  sharing?: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent';
  /**
   * Records are never changed or deleted, corrections are new records.
   */
  appendOnly?: boolean;
  /**
   * The fields. Every object has `name` (text, required) unless it is declared here, as text or autoNumber.
   */
  fields?: {
    /**
     * A field by its name.
     */
    [k: string]: FieldJson;
  };
  /**
   * Kinds of records with their own layouts and options. Default: none.
   */
  recordTypes?: {
    /**
     * A record type by its name.
     */
    [k: string]: RecordTypeJson;
  };
  /**
   * Keys and indexes. Default: none.
   */
  keys?: {
    /**
     * A key by its name.
     */
    [k: string]: KeyJson;
  };
  /**
   * What is refused when a record is saved. Default: nothing.
   */
  validationRules?: {
    /**
     * A validation rule by its name.
     */
    [k: string]: ValidationRuleJson;
  };
  /**
   * People beside the owner who work on a record. Default: no team.
   */
  team?: TeamJson;
  /**
   * Former names of the object: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * false switches the object off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A kind of records of one object.
 */
export interface RecordTypeJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * What users see. Default: the name in words.
   */
  label?: LabelJson;
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * false switches the record type off without removing it.
   */
  active?: boolean;
  /**
   * New records have this type unless they say another. One per object; default: the first.
   */
  default?: boolean;
  /**
   * For each picklist named, the only options that this type offers. Default: all.
   */
  options?: {
    /**
     * The options offered.
     */
    [k: string]: string[];
  };
  /**
   * Former names of the record type: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A condition under which a record is refused.
 */
export interface ValidationRuleJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The condition that must not hold, over the record.
   */
  refuseWhen: RuleExpressionJson;
  /**
   * `save`: before the record is written; `commit`: once at the end, when the roll-ups are right.
   */
  check?: 'save' | 'commit';
  /**
   * The field that the message is shown at. Default: the record as a whole.
   */
  at?: string;
  /**
   * What the user reads: what is wrong and what to do.
   */
  message: LabelJson;
  /**
   * Only for these record types. Default: all.
   */
  recordTypes?: string[];
  /**
   * false switches the rule off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the rule: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The people beside the owner who work on a record.
 */
export interface TeamJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The roles of its members.
   */
  roles: {
    /**
     * A team role by its name.
     */
    [k: string]: TeamRoleJson;
  };
  /**
   * Who joins the team of a record when it is made. Default: nobody.
   */
  rules?: {
    /**
     * A team rule by its name.
     */
    [k: string]: TeamRuleJson;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What somebody is to a record.
 */
export interface TeamRoleJson {
  /**
   * What users see.
   */
  label: LabelJson;
  /**
   * `read`: sees the record; `edit`: may change it too.
   */
  access: 'read' | 'edit';
  /**
   * Its place among the others, lowest first. Leave gaps (10, 20, 30). Default: after those with an order, by key.
   */
  order?: number;
  /**
   * false switches the team role off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Puts somebody on the team of a new record.
 */
export interface TeamRuleJson {
  /**
   * Only for records that this holds for. Default: all.
   */
  when?: RuleExpressionJson;
  /**
   * Who joins: a rule over the record that gives a user; null gives nobody.
   */
  member: RuleExpressionJson;
  /**
   * The team role that they join in.
   */
  role: string;
  /**
   * false switches the team rule off without removing it.
   */
  active?: boolean;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What a pack is, and what it needs.
 */
export interface PackJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The pack's name, as dependencies name it: lower case with hyphens.
   */
  name: string;
  /**
   * The prefix of everything that it adds (`fmcg` gives `fmcg__visit`). Empty: no prefix; its publisher then sees to it that names do not collide.
   */
  namespace: string;
  /**
   * The pack's version.
   */
  version: string;
  /**
   * The engine versions that it runs on. Default: any.
   */
  engine?: string;
  /**
   * What administrators see.
   */
  label: LabelJson;
  /**
   * Who makes it.
   */
  publisher?: string;
  /**
   * The path in the industry tree, coarse to fine: `["high-tech", "ict", "saas"]`. Default: none.
   */
  industry?: string[];
  /**
   * The packs that this one builds on. Default: only the platform.
   */
  dependencies?: {
    /**
     * The versions that will do.
     */
    [k: string]: string;
  };
  /**
   * The languages that its labels come in. Default: `["en"]`.
   */
  languages?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A value that a tenant tunes without touching the rules that use it: `{ "param": "bigDeal" }`.
 */
export interface ParameterJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The parameter's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * What it stands for. Default: the name in words.
   */
  label?: LabelJson;
  /**
   * The type of the value.
   */
  type: 'number' | 'text' | 'boolean' | 'date' | 'textList' | 'duration';
  /**
   * The value, of the type said.
   */
  value: number | string | boolean | string[];
  /**
   * For a number: the smallest that a tenant may set. Default: none.
   */
  min?: number;
  /**
   * For a number: the largest that a tenant may set. Default: none.
   */
  max?: number;
  /**
   * Shown behind the value: `%`, `days`. Default: none.
   */
  unit?: LabelJson;
  /**
   * Former names of the parameter: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What some people may see and do beside their roles; it adds to them.
 */
export interface PermissionSetJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The permission set's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * What users see.
   */
  label: LabelJson;
  /**
   * Everybody has it.
   */
  everyone?: boolean;
  /**
   * Grants by object, `*` for all that are not named; what is named replaces `*` as a whole. Default: none.
   */
  objects?: {
    /**
     * What is allowed on the object.
     */
    [k: string]: GrantJson;
  };
  /**
   * false switches the permission set off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the permission set: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What the people of one kind of work may see and do. A person may have several; what they grant adds up.
 */
export interface RoleJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The role's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * What users see.
   */
  label: LabelJson;
  /**
   * May do everything within the tenant; grants are not asked.
   */
  administrator?: boolean;
  /**
   * Grants by object, `*` for all that are not named; what is named replaces `*` as a whole. Default: none.
   */
  objects?: {
    /**
     * What is allowed on the object.
     */
    [k: string]: GrantJson;
  };
  /**
   * false switches the role off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the role: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Logic that is used more than once: `{ "rule": "isBigDeal" }`.
 */
export interface RuleJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The rule's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * What it stands for. Default: the name in words.
   */
  label?: LabelJson;
  /**
   * The object whose record it is worked out on. Default: none needed.
   */
  object?: string;
  /**
   * The rule itself.
   */
  rule: RuleExpressionJson;
  /**
   * Former names of the rule: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What holds for a whole tenant; one file `settings.json` per layer.
 */
export interface SettingsJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The languages that users may choose, the tenant's own first. Default: `["en"]`.
   */
  languages?: string[];
  /**
   * The IANA time zone that dates are reckoned in.
   */
  timeZone?: string;
  /**
   * The tenant's currency: that of every amount that says no other.
   */
  currency?: string;
  /**
   * Currencies that amounts may be in. Default: the one.
   */
  currencies?: string[];
  /**
   * Whose records the head of a department sees: nobody's (`none`), those of its own people (`own`), or also of the departments below (`withBelow`).
   */
  departmentHeads?: 'none' | 'own' | 'withBelow';
  /**
   * What passwords must be. Default: 12 characters of any kind, none of the last 5.
   */
  passwords?: PasswordPolicyJson;
  /**
   * Whether everybody needs a one-time code beside the password, or whoever wants one.
   */
  secondFactor?: 'optional' | 'required';
  /**
   * Administrators may act as another person; the audit log names both.
   */
  impersonation?: boolean;
  /**
   * Days after which entries of the audit log are purged.
   */
  auditDays?: number;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * What passwords must be.
 */
export interface PasswordPolicyJson {
  /**
   * Characters at least.
   */
  minLength?: number;
  /**
   * Kinds of characters needed: lower case, upper case, digits, others.
   */
  minKinds?: number;
  /**
   * So many former passwords may not be taken again.
   */
  remember?: number;
  /**
   * Days after which a new one is due. Default: never.
   */
  maxAgeDays?: number;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Opens some records of an object to people who would not see or not edit them.
 */
export interface SharingRuleJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The sharing rule's API name: camelCase, the same everywhere; the file is named after it.
   */
  name: string;
  /**
   * The object whose records it opens; its sharing is `private` or `publicRead`.
   */
  object: string;
  /**
   * What administrators see.
   */
  label: LabelJson;
  /**
   * Which records.
   */
  records: SharedRecordsJson;
  /**
   * Who sees them then; at least one.
   */
  to: {
    /**
     * A subject by a key of your choosing.
     */
    [k: string]: SubjectJson;
  };
  /**
   * `read`: they see the records; `edit`: they may change them too.
   */
  access?: 'read' | 'edit';
  /**
   * false switches the sharing rule off without removing it.
   */
  active?: boolean;
  /**
   * Former names of the sharing rule: data and references move with it. Default: none.
   */
  renamedFrom?: string[];
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * Texts of one language for components that have none in it, or others. It wins over the labels beside the components.
 */
export interface TranslationJson {
  /**
   * The address of this schema: lets an editor complete and check the file.
   */
  $schema?: string;
  /**
   * The language of these texts.
   */
  language: string;
  /**
   * Objects.
   */
  objects?: {
    /**
     * An object by its name.
     */
    [k: string]: ObjectTextsJson;
  };
  /**
   * Layouts.
   */
  layouts?: {
    /**
     * By its name.
     */
    [k: string]: LayoutTextsJson;
  };
  /**
   * List views.
   */
  listViews?: {
    /**
     * By its name.
     */
    [k: string]: ListViewTextsJson;
  };
  /**
   * Apps.
   */
  apps?: {
    /**
     * By its name.
     */
    [k: string]: AppTextsJson;
  };
  /**
   * Parameters.
   */
  parameters?: {
    /**
     * By its name.
     */
    [k: string]: ParameterTextsJson;
  };
  /**
   * Named rules.
   */
  rules?: {
    /**
     * By its name.
     */
    [k: string]: RuleTextsJson;
  };
  /**
   * Roles.
   */
  roles?: {
    /**
     * By its name.
     */
    [k: string]: RoleTextsJson;
  };
  /**
   * Permission sets.
   */
  permissionSets?: {
    /**
     * By its name.
     */
    [k: string]: PermissionSetTextsJson;
  };
  /**
   * Sharing rules.
   */
  sharingRules?: {
    /**
     * By its name.
     */
    [k: string]: SharingRuleTextsJson;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of an object.
 */
export interface ObjectTextsJson {
  /**
   * One record.
   */
  label?: string;
  /**
   * Several records.
   */
  pluralLabel?: string;
  /**
   * Fields.
   */
  fields?: {
    /**
     * A field by its name.
     */
    [k: string]: FieldTextsJson;
  };
  /**
   * Record types.
   */
  recordTypes?: {
    /**
     * A record type by its name.
     */
    [k: string]: RecordTypeTextsJson;
  };
  /**
   * Messages of keys.
   */
  keys?: {
    /**
     * The message.
     */
    [k: string]: string;
  };
  /**
   * Messages of validation rules.
   */
  validationRules?: {
    /**
     * The message.
     */
    [k: string]: string;
  };
  /**
   * The team.
   */
  team?: TeamTextsJson;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of a field.
 */
export interface FieldTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * The hint.
   */
  help?: string;
  /**
   * Labels of picklist options.
   */
  options?: {
    /**
     * The label of the option.
     */
    [k: string]: string;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface RecordTypeTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of a team.
 */
export interface TeamTextsJson {
  /**
   * Labels of team roles.
   */
  roles?: {
    /**
     * The label.
     */
    [k: string]: string;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of a layout.
 */
export interface LayoutTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * Headings of sections.
   */
  sections?: {
    /**
     * The heading.
     */
    [k: string]: string;
  };
  /**
   * Headings of related lists.
   */
  relatedLists?: {
    /**
     * The heading.
     */
    [k: string]: string;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface ListViewTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of an app.
 */
export interface AppTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * Labels of menu items.
   */
  items?: {
    /**
     * The label.
     */
    [k: string]: string;
  };
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * The texts of a parameter.
 */
export interface ParameterTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * The unit.
   */
  unit?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface RuleTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface RoleTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface PermissionSetTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
/**
 * A label in one language.
 */
export interface SharingRuleTextsJson {
  /**
   * The label.
   */
  label?: string;
  /**
   * For people who work on the metadata; users never see it.
   */
  description?: string;
}
