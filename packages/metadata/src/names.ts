// From API names to SQL identifiers, in one place, and the names that are taken.

/** PostgreSQL cuts identifiers at 63 bytes; we stay below, leaving room for what is put behind a name. */
const longest = 55;

function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, '0');
}

/** `closeDate` → `close_date`, `fmcg__shelfCount` → `fmcg__shelf_count`; long names keep a hash of the whole. */
export function snakeCase(name: string): string {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake.length <= longest ? snake : `${snake.slice(0, longest - 8)}_${shortHash(name)}`;
}

/** `opportunityLine` → `OpportunityLine`: the name of an object's type in GraphQL and OpenAPI. */
export function typeName(object: string): string {
  return object.charAt(0).toUpperCase() + object.slice(1);
}

/** The column of a lookup: `account` → `account_id`; polymorphic ones have one per target. */
export function lookupColumn(field: string, target?: string): string {
  return target === undefined ? `${snakeCase(field)}_id` : snakeCase(`${field}_${target}_id`);
}

/** What every record has (DESIGN: system fields); packs may not define these, except `name`. */
export const systemFieldNames = [
  'id',
  'name',
  'recordType',
  'owner',
  'ownerDepartment',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'version',
  'deletedAt',
  'lifeStatus',
  'lockedBy',
] as const;

const languageWords = [
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
];

/** Field and relation names that mean something else on a surface: filters' `and`, a connection's parts, access. */
export const reservedFieldNames: ReadonlySet<string> = new Set([
  ...languageWords,
  'and',
  'or',
  'not',
  'some',
  'none',
  'every',
  'object',
  'access',
  'tableoid',
  'xmin',
  'ctid',
  'deletionId',
  'nodeId',
]);

/** Object names (and plurals) that collide with routes, root fields or types. */
export const reservedObjectNames: ReadonlySet<string> = new Set([
  ...languageWords,
  'node',
  'nodes',
  'query',
  'mutation',
  'subscription',
  'record',
  'records',
  'recordChanged',
  'pageInfo',
  'tessera',
  'file',
  'files',
  'search',
  'string',
  'int',
  'float',
  'boolean',
  'iD',
  'date',
  'dateTime',
  'time',
  'decimal',
  'json',
  'viewer',
]);
