// What is told of the Model to those who build pages from it: objects, fields, layouts, list views.
import type { JsonSchema, ObjectVerbs } from '@tessera/metadata';

export interface ObjectSummary {
  readonly name: string;
  readonly plural: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly icon?: string;
  readonly color?: string;
  readonly description?: string;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
  /** Decided by a rule, record by record. */
  readonly requiredByRule?: true;
  readonly readOnly: boolean;
  readonly unique: boolean;
  readonly system: boolean;
  readonly filters: readonly string[];
  /** Shown by its last four characters only. */
  readonly masked?: true;
  readonly sortable: boolean;
  readonly options?: readonly { readonly name: string; readonly label: string; readonly color?: string; readonly active: boolean }[];
  readonly to?: readonly string[];
  readonly inverse?: string;
  /** What the field's value looks like in JSON. */
  readonly schema: JsonSchema;
}

export interface ObjectDescription extends ObjectSummary {
  readonly fields: readonly FieldDescription[];
  readonly relations: readonly { readonly name: string; readonly object: string; readonly by: string }[];
  readonly recordTypes: readonly { readonly name: string; readonly label: string; readonly default: boolean }[];
  readonly keys: readonly { readonly name: string; readonly fields: readonly string[]; readonly unique: boolean }[];
  readonly appendOnly: boolean;
  /** What the caller may do with records of the object; left out: everything. */
  readonly allows?: ObjectVerbs;
}

export interface ResolvedLayoutField {
  readonly field: string;
  readonly label: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly visible: boolean;
  readonly wide: boolean;
}

/** A list view in the reader's language; `filter` is JSON-Logic as `records.read` takes it. */
export interface ShownListView {
  readonly name: string;
  readonly label: string;
  readonly kind: 'table' | 'kanban' | 'calendar';
  readonly columns: readonly string[];
  readonly filter: unknown;
  readonly sort: readonly { readonly path: string; readonly descending: boolean }[];
  readonly groupBy?: string;
  readonly dateField?: string;
  readonly endField?: string;
  readonly default: boolean;
}

/** A layout for one record type and record: its rules are worked out; with it the list views of the object. */
export interface ResolvedLayout {
  readonly name: string;
  readonly object: string;
  readonly label: string;
  readonly sections: readonly {
    readonly name: string;
    readonly label: string;
    readonly columns: number;
    readonly visible: boolean;
    readonly fields: readonly ResolvedLayoutField[];
  }[];
  readonly relatedLists: readonly {
    readonly name: string;
    readonly relation: string;
    readonly object: string;
    readonly label: string;
    readonly columns: readonly string[];
    readonly sort: readonly { readonly path: string; readonly descending: boolean }[];
    readonly first: number;
  }[];
  readonly listViews: readonly ShownListView[];
}
