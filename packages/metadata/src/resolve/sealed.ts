// The finished Model: a frozen copy that shares nothing with what it was made from.

/** Where the Model has maps by name: there `objects['constructor']` is undefined like any other name that is not there. */
const maps: ReadonlySet<string> = new Set([
  'objects',
  'fields',
  'dormantFields',
  'options',
  'values',
  'relations',
  'recordTypes',
  'keys',
  'validationRules',
  'layouts',
  'listViews',
  'apps',
  'parameters',
  'rules',
  // In `source`: components by kind and name, and their maps.
  'source',
  'object',
  'layout',
  'listView',
  'app',
  'rule',
  'parameter',
  'sections',
  'relatedLists',
  'columns',
  'sort',
  'items',
]);

/** A frozen copy whose maps have no prototype. */
export function sealed(value: unknown, property = ''): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item) => sealed(item)));
  const map = value as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = maps.has(property) ? (Object.create(null) as Record<string, unknown>) : {};
  for (const key of Object.keys(map)) result[key] = sealed(map[key], key);
  return Object.freeze(result);
}
