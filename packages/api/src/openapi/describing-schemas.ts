// Schemas of what a tenant consists of, as its readers are told: objects, fields, layouts, list views.
import { flag, listOf, objectSchema, oneOf, shared, text, whole, type JsonSchema } from './shapes.ts';

const summary: Readonly<Record<string, JsonSchema>> = {
  name: text,
  plural: text,
  label: text,
  pluralLabel: text,
  icon: text,
  color: text,
  description: text,
};
const summaryRequired = ['name', 'plural', 'label', 'pluralLabel'];

const field: Readonly<Record<string, JsonSchema>> = {
  name: text,
  type: text,
  label: text,
  required: flag,
  readOnly: flag,
  unique: flag,
  system: flag,
  sortable: flag,
  filters: { ...listOf(text), description: 'Operators of a filter over it.' },
  schema: { type: 'object', description: 'A JSON Schema of its values.' },
};

const described: Readonly<Record<string, JsonSchema>> = {
  fields: listOf(shared('Field')),
  relations: listOf(objectSchema({ name: text, object: text, by: text })),
  recordTypes: listOf(objectSchema({ name: text, label: text, default: flag })),
  keys: listOf(objectSchema({ name: text, fields: listOf(text), unique: flag })),
  appendOnly: flag,
};

const sorted = listOf(objectSchema({ path: text, descending: flag }));

const section = objectSchema({
  name: text,
  label: text,
  columns: whole,
  visible: flag,
  fields: listOf(objectSchema({ field: text, label: text, required: flag, readOnly: flag, visible: flag, wide: flag })),
});

const listView = objectSchema(
  {
    name: text,
    label: text,
    kind: oneOf('table', 'kanban', 'calendar'),
    columns: listOf(text),
    filter: { description: 'JSON-Logic, as lists take it.' },
    sort: sorted,
    groupBy: text,
    dateField: text,
    endField: text,
    default: flag,
  },
  ['name', 'label', 'kind', 'columns', 'sort', 'default'],
);

/** By the names under which `shared` finds them. */
export const describingSchemas: Readonly<Record<string, JsonSchema>> = {
  ObjectSummary: objectSchema(summary, summaryRequired),
  Field: objectSchema(
    {
      ...field,
      help: text,
      requiredByRule: { const: true, description: 'A rule decides, record by record, whether it must have a value.' },
      masked: { const: true, description: 'Shown by its last four characters only, and good for nothing else.' },
      options: listOf(objectSchema({ name: text, label: text, color: text, active: flag }, ['name', 'label', 'active'])),
      to: { ...listOf(text), description: 'Objects that it may point to.' },
      inverse: text,
    },
    Object.keys(field),
  ),
  ObjectDescription: objectSchema({ ...summary, ...described, allows: shared('ObjectVerbs') }, [
    ...summaryRequired,
    ...Object.keys(described),
  ]),
  Layout: objectSchema({
    name: text,
    object: text,
    label: text,
    sections: listOf(section),
    relatedLists: listOf(
      objectSchema({ name: text, relation: text, object: text, label: text, columns: listOf(text), sort: sorted, first: whole }),
    ),
    listViews: listOf(listView),
  }),
};
