// What the Model has of layouts, list views and apps.
import type { Expression, SortKey } from '@tessera/rules';
import type { Label } from './label.ts';

export interface LayoutFieldModel {
  readonly field: string;
  readonly order: number;
  readonly required: boolean | Expression;
  readonly readOnly: boolean | Expression;
  readonly visibleWhen: Expression | undefined;
  readonly wide: boolean;
}

export interface LayoutSectionModel {
  readonly name: string;
  readonly label: Label;
  readonly order: number;
  readonly columns: number;
  readonly visibleWhen: Expression | undefined;
  readonly fields: readonly LayoutFieldModel[];
}

export interface SortModel {
  readonly path: string;
  readonly key: SortKey;
}

export interface RelatedListModel {
  readonly name: string;
  readonly relation: string;
  readonly label: Label | undefined;
  readonly order: number;
  readonly columns: readonly string[];
  readonly sort: readonly SortModel[];
  readonly first: number;
}

export interface LayoutModel {
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  readonly recordTypes: readonly string[];
  readonly sections: readonly LayoutSectionModel[];
  readonly relatedLists: readonly RelatedListModel[];
}

export interface ListViewModel {
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  readonly kind: 'table' | 'kanban' | 'calendar';
  readonly columns: readonly string[];
  /** The rule as written, for clients that refine it. */
  readonly filterSource: unknown;
  readonly filter: Expression | undefined;
  readonly sort: readonly SortModel[];
  readonly groupBy: string | undefined;
  readonly dateField: string | undefined;
  readonly endField: string | undefined;
  readonly order: number;
  readonly default: boolean;
}

export interface AppItemModel {
  readonly name: string;
  readonly order: number;
  readonly label: Label | undefined;
  readonly object: string | undefined;
  readonly listView: string | undefined;
}

export interface AppModel {
  readonly name: string;
  readonly label: Label;
  readonly icon: string | undefined;
  readonly order: number;
  readonly items: readonly AppItemModel[];
}
