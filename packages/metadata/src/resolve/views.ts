// Layouts, list views and apps: what they show is there, and their rules are typed.
import { checkCondition, checkRule, type Expression } from '@tessera/rules';
import type { AppSource, LayoutSource, ListViewSource, SortSource } from '../effective.ts';
import type { AppModel, LayoutFieldModel, LayoutModel, LayoutSectionModel, ListViewModel, RelatedListModel, SortModel } from '../model.ts';
import type { ModelCatalog } from './catalog.ts';
import { unordered } from '../order.ts';
import { sorted } from './sorted.ts';
import { known } from '../known.ts';
import type { Report } from './report.ts';

type Ordered<T> = Readonly<Record<string, T & { readonly order?: number }>>;

class View {
  readonly #catalog: ModelCatalog;
  readonly #report: Report;
  readonly #object: string;

  constructor(catalog: ModelCatalog, report: Report, object: string) {
    this.#catalog = catalog;
    this.#report = report;
    this.#object = object;
  }

  condition(source: unknown, pointer: string): Expression | undefined {
    if (source === undefined) return undefined;
    const checked = checkCondition(source, this.#catalog.scope(this.#object));
    this.#report.addAll(pointer, checked.problems);
    return checked.expression;
  }

  flag(source: unknown, pointer: string): boolean | Expression {
    if (source === undefined || typeof source === 'boolean') return source ?? false;
    return this.condition(source, pointer) ?? false;
  }

  /** A field of the object, or a path through lookups. */
  path(path: string, pointer: string, object = this.#object): Expression | undefined {
    const checked = checkRule({ var: path }, this.#catalog.scope(object));
    if (checked.expression !== undefined) return checked.expression;
    // What is switched off is not shown; nothing is wrong with that.
    if (this.#catalog.isDormant(object, path)) return undefined;
    this.#report.addAll(
      pointer,
      checked.problems.map((found) => ({ ...found, pointer: '' })),
    );
    return undefined;
  }

  sort(source: SortSource | undefined, pointer: string, object = this.#object): readonly SortModel[] {
    return sorted(source).flatMap(([path, entry]) => {
      const by = this.path(path, `${pointer}/${path}`, object);
      if (by === undefined) return [];
      if (by.type.kind === 'json' || by.type.kind === 'list') {
        this.#report.add(`${pointer}/${path}`, 'METADATA_REFERENCE_UNFIT', { reason: `${path} has no order to sort by.` });
      }
      return [{ path, key: { by, descending: entry.direction === 'descending' } }];
    });
  }

  columns(source: Ordered<object> | undefined, pointer: string, object = this.#object): readonly string[] {
    return sorted(source).flatMap(([path]) => (this.path(path, `${pointer}/${path}`, object) === undefined ? [] : [path]));
  }

  field(name: string, pointer: string): void {
    if (this.#catalog.field(this.#object, name) === undefined) {
      this.#report.add(pointer, 'METADATA_REFERENCE_MISSING', {
        kind: 'field',
        name,
        where: ` on ${this.#object}`,
        known: this.#catalog.fieldHint(this.#object, name),
      });
    }
  }
}

/** Reports an object that is not there. */
export function missingObject(catalog: ModelCatalog, report: Report, object: string): boolean {
  if (catalog.hasObject(object)) return false;
  report.add('/object', 'METADATA_REFERENCE_MISSING', { kind: 'object', name: object, where: '', known: catalog.objectHint(object) });
  return true;
}

function layoutSections(source: LayoutSource, view: View, catalog: ModelCatalog): LayoutSectionModel[] {
  return sorted(source.sections).map(([name, section]) => {
    const at = `/sections/${name}`;
    const shown = sorted(section.fields).filter(([field]) => !catalog.isDormant(source.object, field));
    const fields = shown.map(([field, entry]): LayoutFieldModel => {
      const place = `${at}/fields/${field}`;
      view.field(field, place);
      return {
        field,
        order: entry.order ?? unordered,
        required: view.flag(entry.required, `${place}/required`),
        readOnly: view.flag(entry.readOnly, `${place}/readOnly`),
        visibleWhen: view.condition(entry.visibleWhen, `${place}/visibleWhen`),
        wide: entry.wide ?? false,
      };
    });
    return {
      name,
      label: section.label ?? { en: name },
      order: section.order ?? unordered,
      columns: section.columns ?? 2,
      visibleWhen: view.condition(section.visibleWhen, `${at}/visibleWhen`),
      fields,
    };
  });
}

function relatedLists(source: LayoutSource, view: View, catalog: ModelCatalog, report: Report): RelatedListModel[] {
  return sorted(source.relatedLists).flatMap(([name, list]) => {
    const at = `/relatedLists/${name}`;
    if (catalog.isDormant(source.object, list.relation)) return [];
    const relation = catalog.relation(source.object, list.relation);
    if (relation === undefined) {
      report.add(`${at}/relation`, 'METADATA_REFERENCE_MISSING', {
        kind: 'relation',
        name: list.relation,
        where: ` on ${source.object}`,
        known: known(catalog.relationNames(source.object), list.relation),
      });
      return [];
    }
    return [
      {
        name,
        relation: list.relation,
        label: list.label,
        order: list.order ?? unordered,
        columns: view.columns(list.columns, `${at}/columns`, relation.object),
        sort: view.sort(list.sort, `${at}/sort`, relation.object),
        first: list.first ?? 10,
      },
    ];
  });
}

/** Undefined where the layout's object is missing; every mistake is reported. */
export function resolveLayout(source: LayoutSource, catalog: ModelCatalog, report: Report): LayoutModel | undefined {
  if (missingObject(catalog, report, source.object)) return undefined;
  const view = new View(catalog, report, source.object);
  const types = Object.keys(catalog.model(source.object, 'recordType')?.options ?? {});
  source.recordTypes?.forEach((type, i) => {
    if (!types.includes(type))
      report.add(`/recordTypes/${String(i)}`, 'METADATA_REFERENCE_MISSING', {
        kind: 'record type',
        name: type,
        where: ` on ${source.object}`,
        known: known(types, type),
      });
  });
  return {
    name: source.name,
    object: source.object,
    label: source.label ?? { en: source.name },
    recordTypes: source.recordTypes ?? [],
    sections: layoutSections(source, view, catalog),
    relatedLists: relatedLists(source, view, catalog, report),
  };
}

export function resolveListView(source: ListViewSource, catalog: ModelCatalog, report: Report): ListViewModel | undefined {
  if (missingObject(catalog, report, source.object)) return undefined;
  const view = new View(catalog, report, source.object);
  const kind = source.kind ?? 'table';
  for (const property of ['groupBy', 'dateField', 'endField'] as const) {
    const field = source[property];
    if (field !== undefined) view.field(field, `/${property}`);
  }
  const grouped = source.groupBy === undefined ? undefined : catalog.model(source.object, source.groupBy);
  const lanes = grouped?.ruleType.kind === 'text' ? grouped.options : grouped?.lookup;
  if (kind === 'kanban' && grouped !== undefined && lanes === undefined) {
    report.add('/groupBy', 'METADATA_REFERENCE_UNFIT', {
      reason: `A kanban groups by a picklist or a lookup; ${grouped.name} is a ${grouped.type}.`,
    });
  }
  for (const property of ['dateField', 'endField'] as const) {
    const dated = catalog.model(source.object, source[property] ?? '');
    if (dated === undefined || dated.ruleType.kind === 'date' || dated.ruleType.kind === 'datetime') continue;
    report.add(`/${property}`, 'METADATA_REFERENCE_UNFIT', {
      reason: `A calendar needs a date or datetime; ${dated.name} is a ${dated.type}.`,
    });
  }
  return {
    name: source.name,
    object: source.object,
    label: source.label,
    kind,
    columns: view.columns(source.columns, '/columns'),
    filterSource: source.filter ?? null,
    filter: view.condition(source.filter, '/filter'),
    sort: view.sort(source.sort, '/sort'),
    groupBy: source.groupBy,
    dateField: source.dateField,
    endField: source.endField,
    order: source.order ?? unordered,
    default: source.default ?? false,
  };
}

export function resolveApp(source: AppSource, catalog: ModelCatalog, listViews: readonly string[], report: Report): AppModel {
  const items = sorted(source.items).map(([name, item]) => {
    if (item.object !== undefined && !catalog.hasObject(item.object)) {
      report.add(`/items/${name}/object`, 'METADATA_REFERENCE_MISSING', {
        kind: 'object',
        name: item.object,
        where: '',
        known: catalog.objectHint(item.object),
      });
    }
    if (item.listView !== undefined && !listViews.includes(item.listView)) {
      report.add(`/items/${name}/listView`, 'METADATA_REFERENCE_MISSING', {
        kind: 'list view',
        name: item.listView,
        where: '',
        known: known(listViews, item.listView),
      });
    }
    return { name, order: item.order ?? unordered, label: item.label, object: item.object, listView: item.listView };
  });
  return { name: source.name, label: source.label, icon: source.icon, order: source.order ?? unordered, items };
}
